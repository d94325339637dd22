"""From a body to its results: read each entry, write each signal, answer for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from functions.ingest.senders import Sender, SenderSettings, sender_of
from functions.ingest.senders.fields import kind_of
from tocsin.domain.errors import InvalidInputError, MalformedInputError, Problem
from tocsin.domain.integration import Integration
from tocsin.domain.reception import Outcome
from tocsin.domain.signal import Signal
from tocsin.lambda_runtime.strict_json import read_json
from tocsin.usecases.receive_signal import receive_signal

if TYPE_CHECKING:
    from tocsin.usecases.ports import NewWriteId, SlotRepository

ENTRIES_LIMIT: Final = 256
"""Entries of one body; the most that Prometheus sends at once. Each is a write or two, and the
function has ten seconds."""


@dataclass(slots=True)
class Intake:
    """What one request brought."""

    results: list[dict[str, Any]] = field(default_factory=list)
    outcomes: dict[Outcome, int] = field(default_factory=dict)

    def note(self, outcome: Outcome, result: dict[str, Any]) -> None:
        """Add the result of one entry."""
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        self.results.append(result)


def take_in(
    body: bytes,
    integration: Integration,
    *,
    slots: SlotRepository,
    now: Callable[[], datetime],
    new_write_id: NewWriteId,
) -> Intake:
    """Take in a body; what is in the results has been written.

    Raises:
        MalformedInputError: Not JSON, or no object and no list of objects.
        InvalidInputError: Not one entry says something usable.
        TryAgainError: Storage refuses for now. Entries before it may be written; they do not
            fork when they come again.
    """
    sender = sender_of(integration.type)
    settings = SenderSettings(severity_map=integration.severity_map)
    read = [_read(sender, entry, settings) for entry in _entries(body, sender)]
    refusals = [it for it in read if isinstance(it, InvalidInputError)]
    if len(refusals) == len(read):
        raise refusals[0] if len(refusals) == 1 else _nothing_usable(sender, refusals)
    intake = Intake()
    for signal in read:
        if isinstance(signal, InvalidInputError):
            intake.note(Outcome.REJECTED, _rejected(signal))
        elif integration.paused:
            intake.note(Outcome.IGNORED, _result(signal, Outcome.IGNORED, None))
        else:
            receipt = receive_signal(
                signal, integration.source, at=now(), slots=slots, new_write_id=new_write_id
            )
            intake.note(receipt.outcome, _result(signal, receipt.outcome, receipt.alert_id))
    return intake


def _entries(body: bytes, sender: Sender) -> Sequence[object]:
    value = read_json(body)
    match value:
        case dict():
            return [value]
        case []:
            raise InvalidInputError(f"The list is empty. {sender.EXPECTED}")
        case list() if len(value) > ENTRIES_LIMIT:
            message = f"The list has {len(value)} entries; the limit is {ENTRIES_LIMIT}."
            raise InvalidInputError(message)
        case list():
            return value
        case _:
            message = f"The body is {kind_of(value)}. {sender.EXPECTED}"
            raise MalformedInputError(message)


def _read(sender: Sender, entry: object, settings: SenderSettings) -> Signal | InvalidInputError:
    if not isinstance(entry, dict):
        problem = Problem("entry", f"must be an object, not {kind_of(entry)}")
        return InvalidInputError(sender.EXPECTED, [problem])
    try:
        return sender.read(entry, settings)
    except InvalidInputError as refusal:
        return refusal


def _nothing_usable(sender: Sender, refusals: Sequence[InvalidInputError]) -> InvalidInputError:
    problems = [
        Problem(f"[{position}].{problem.field}", problem.problem)
        for position, refusal in enumerate(refusals)
        for problem in refusal.details
    ]
    message = f"Not one of the {len(refusals)} entries can be used. {sender.EXPECTED}"
    return InvalidInputError(message, problems)


def _result(signal: Signal, outcome: Outcome, alert_id: str | None) -> dict[str, Any]:
    result: dict[str, Any] = {
        "dedup_key": signal.dedup_key,
        "alert_id": alert_id,
        "outcome": outcome,
    }
    if signal.facts.truncated:
        result["truncated"] = list(signal.facts.truncated)
    return result


def _rejected(refusal: InvalidInputError) -> dict[str, Any]:
    details = [{"field": it.field, "problem": it.problem} for it in refusal.details]
    error = {"code": refusal.code, "message": refusal.message, "details": details}
    return {"dedup_key": None, "alert_id": None, "outcome": Outcome.REJECTED, "error": error}
