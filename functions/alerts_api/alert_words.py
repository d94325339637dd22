"""Alerts and their timelines in words for the caller, where the query asks for them.

The words are those of messages and of the pages behind their links. Times are parts of their own,
so that a page shows them in its reader's zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from functions.alerts_api.alert_view import view_change
from functions.alerts_api.fields import Fields
from functions.alerts_api.timeline_markdown import read_zone
from tocsin.domain.ahead import ahead
from tocsin.domain.alert_json import written
from tocsin.domain.destination import names_of
from tocsin.domain.escalation import TargetKind
from tocsin.domain.happened_in_words import entry_in_words
from tocsin.domain.ids import Actor
from tocsin.domain.if_in_words import if_acknowledged, if_given_back, if_resolved, if_woken
from tocsin.domain.next_action import NextAction, next_action
from tocsin.domain.next_in_words import View, coming_of, who_has_it
from tocsin.domain.reader import Names, Reader
from tocsin.domain.sender_text import NAME_SHOWN, one_line
from tocsin.domain.time_zone import UTC_ZONE
from tocsin.domain.times_in_words import Clock
from tocsin.usecases.choose_policy import choose_policy

if TYPE_CHECKING:
    from functions.alerts_api.request import Request
    from tocsin.domain.alert import Alert
    from tocsin.domain.phrase import Phrase
    from tocsin.domain.timeline import Change
    from tocsin.usecases.ports import PagingRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Writes for one caller: a person is "you", a key of no user is nobody."""

    reader: Reader
    names: Names
    clock: Clock
    paging: PagingRepository

    @classmethod
    def of(cls, request: Request, paging: PagingRepository) -> Self:
        """Read the names of people; configuration is cached for 30 s.

        Raises:
            InvalidInputError: The query names no time zone.
        """
        fields = Fields(request.query)
        asked = read_zone(fields) if request.query.get("time_zone") else None
        fields.expect_good("Words cannot be asked for like that.")
        directory = paging.directory(request.at)
        name = request.key.user if request.key is not None else None
        user = directory.users.get(name) if name else None
        zone = asked or (user.time_zone if user else UTC_ZONE)
        reader = Reader(name=user.name if user else "", is_person=user is not None, zone=zone)
        return cls(
            reader=reader,
            names=names_of(directory),
            clock=Clock(zone, request.at),
            paging=paging,
        )

    def row(self, view: dict[str, Any], alert: Alert) -> dict[str, Any]:
        """Add who has an alert and what happens next to its row."""
        due = view["next_action"]
        if due is not None:
            called = list(self._called(next_action(alert), alert))
            view["next_action"] = due | {"called": called}
        it = self._view(alert)
        words = {"who": _shown(who_has_it(it)), "next": _shown(coming_of(it).next)}
        return view | {"words": words}

    def whole(self, view: dict[str, Any], alert: Alert) -> dict[str, Any]:
        """Add that, what each action would bring, and the steps behind the next action."""
        row = self.row(view, alert)
        it = self._view(alert)
        row["words"] |= {
            "if_acknowledged": _shown(if_acknowledged(it)),
            "if_resolved": _shown(if_resolved(it)),
            "if_given_back": _shown(if_given_back(it)),
            "if_woken": _shown(if_woken(it)),
        }
        row["ahead"] = [self._step(each, alert) for each in self._ahead(alert)]
        return row

    def change(self, change: Change, alert: Alert) -> dict[str, Any]:
        """Add a sentence and its reason to an entry of a timeline."""
        entry = entry_in_words(
            change, alert, reader=self.reader, names=self.names, clock=self.clock
        )
        return view_change(change) | {"words": {"text": _shown(entry.text), "why": entry.why}}

    def _ahead(self, alert: Alert) -> Sequence[NextAction]:
        if not alert.is_asking:
            return ()
        return ahead(alert, choose_policy(alert, at=self.clock.now, paging=self.paging))

    def _step(self, action: NextAction, alert: Alert) -> dict[str, Any]:
        return {
            "kind": action.kind,
            "at": written(action.at),
            "step": action.step,
            "again": action.again,
            "called": list(self._called(action, alert)),
        }

    def _called(self, action: NextAction, alert: Alert) -> Iterator[dict[str, Any]]:
        """Each person once, as the first target that asks for them does."""
        names = self.names.then(action.at) if action.at else self.names
        giver = self.names.user_of(_actor(alert.escalation.giver))
        seen: set[str | None] = {giver} if giver else set()
        for target in action.targets:
            kind, _, name = target.partition(":")
            if kind == TargetKind.CHANNEL:
                yield _one(target, None, f"#{one_line(name, NAME_SHOWN)}")
                continue
            users = (name,) if kind == TargetKind.USER else names.on_call_by(name)
            if not users:
                yield _one(target, None, None)
            for user in users:
                if user not in seen:
                    seen.add(user)
                    yield _one(target, user, names.of(user))

    def _view(self, alert: Alert) -> View:
        return View(alert=alert, reader=self.reader, names=self.names, clock=self.clock)


def _one(target: str, user: str | None, name: str | None) -> dict[str, str | None]:
    return {"target": target, "user": user, "name": name}


def _shown(phrase: Phrase) -> list[dict[str, Any]]:
    return [{"text": it.text, "strong": it.is_strong, "at": written(it.at)} for it in phrase]


def _actor(name: str | None) -> Actor | None:
    return Actor(name) if name else None
