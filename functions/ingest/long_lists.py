"""Long lists: several entries at the same time, as far as time allows; a retry goes on there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

from functions.ingest.request_and_answer import Intake
from functions.ingest.senders import Entry, Ignored, Sent
from tocsin.domain.dedup import bounded
from tocsin.domain.errors import InvalidInputError, TryAgainError
from tocsin.domain.integration import Integration
from tocsin.domain.reception import Outcome

if TYPE_CHECKING:
    from functions.ingest.ports import LongLists, Ports

CHUNK: Final = 512
"""Entries that are read and waiting at the same time."""
LAST_SECONDS: Final = 1.0
"""In which no entry is begun: for those under way, and then for the note of how far it went."""
NOTE_SECONDS: Final = 0.5
_TAKEN_BEFORE: Final = {
    "dedup_key": None,
    "alert_id": None,
    "outcome": Outcome.IGNORED,
    "reason": "an earlier attempt took it in",
}


type _Taken = tuple[Outcome, dict[str, Any]]
type TakeOne = Callable[[Entry, Sent, Integration, Ports], _Taken]
"""Writes the signal of one entry, and gives its outcome and result."""


def take_in_many(
    entries: Sequence[Entry],
    sent: Sent,
    integration: Integration,
    ports: Ports,
    beside: LongLists,
    take_one: TakeOne,
) -> Intake:
    """Take in a long list; entries with one dedup key keep their order.

    How far it went is noted when it has to break off, by the body's hash. When the same body
    is sent again, the entries taken in before are passed over.

    Raises:
        TryAgainError: Time is up, or storage refuses for now.
    """
    name = _name_of(integration, sent)
    in_threads = replace(ports, slots=beside.slots, paging=beside.paging)
    work = _Work(lambda entry: take_one(entry, sent, integration, in_threads), beside)
    begun = done = min(beside.progress.taken_in(name, at=sent.at), len(entries))
    intake = Intake()
    intake.pass_over(begun, _TAKEN_BEFORE)
    while done < len(entries) and not intake.is_over:
        chunk = entries[done : done + CHUNK]
        taken = work.take(chunk)
        for outcome, result in taken:
            intake.note(outcome, result)
        done += len(taken)
        if len(taken) < len(chunk):
            if done > begun:
                beside.progress.note(name, done, at=ports.now(), write_id=ports.new_write_id())
            ports.count({"AlertsOpened": intake.opened})
            message = (
                f"{done} of {len(entries)} entries are taken in. "
                "Send the same body again: it goes on from there."
            )
            raise TryAgainError(message) from work.refusal
    intake.end(len(entries))
    if begun:
        beside.progress.forget(name)
    return intake


@dataclass(slots=True)
class _Work:
    take_one: Callable[[Entry], _Taken]
    beside: LongLists
    refusal: TryAgainError | None = field(default=None)
    """Of storage, to one of the entries; no further one is begun then."""

    def take(self, chunk: Sequence[Entry]) -> Sequence[_Taken]:
        """Take entries in; up to the first that was not begun, or was refused for now."""
        taken: dict[int, _Taken] = {}
        if self._must_stop():
            return []

        def take_group(places: Sequence[int]) -> None:
            for place in places:
                if self._must_stop():
                    return
                try:
                    taken[place] = self.take_one(chunk[place])
                except TryAgainError as refusal:
                    self.refusal = refusal
                    return

        alike: dict[str, list[int]] = {}
        for place, entry in enumerate(chunk):
            if isinstance(entry.read, Ignored | InvalidInputError):
                taken[place] = self.take_one(entry)
            else:
                alike.setdefault(bounded(entry.read.dedup_key), []).append(place)
        running = [self.beside.threads.submit(take_group, places) for places in alike.values()]
        failures = [failure for each in running if (failure := each.exception())]
        if failures:
            raise failures[0]
        return [taken[place] for place in takewhile(taken.__contains__, range(len(chunk)))]

    def _must_stop(self) -> bool:
        return self.refusal is not None or self.beside.seconds_left() < LAST_SECONDS


def _name_of(integration: Integration, sent: Sent) -> str:
    named = f"{len(integration.name)}:{integration.name}:".encode()
    return hashlib.sha256(named + sent.body).hexdigest()
