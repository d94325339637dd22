"""From what entries mean to their results: write each signal, answer for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from functions.ingest.request_and_answer import UNUSABLE_LIMIT, Intake, Taken
from functions.ingest.senders import (
    Entry,
    Ignored,
    Sender,
    SenderSettings,
    Sent,
    accepted,
    sender_of,
)
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.integration import Integration
from tocsin.domain.reception import Outcome
from tocsin.domain.signal import Signal, SignalAction
from tocsin.usecases.receive_signal import receive_signal

if TYPE_CHECKING:
    from functions.ingest.ports import Ports
    from functions.ingest.request_and_answer import Request
    from functions.ingest.senders.reading.report import Report
    from tocsin.domain.sent_body import SentBody

FEW: Final = 32
"""Entries that are taken in one after the other: at 10 ms a request, in a second or two."""
REFUSALS_TOLD: Final = 100
"""Of a body with nothing but refusals."""


def take_sent(request: Request, integration: Integration, ports: Ports) -> Taken:
    """Take in what a known sender sent, and answer as its product does.

    Raises:
        TocsinError: As `take_in`.
    """
    sender = sender_of(integration.type)
    intake = take_in(request.sent, sender, integration, ports)
    if intake.left_out and sender.answer is accepted:
        reply = accepted(intake.results, intake.left_out, intake.unread)
    else:
        reply = sender.answer(intake.results)
    return Taken(reply=reply, integration=integration.name, intake=intake)


def take_in(sent: Sent, sender: Sender, integration: Integration, ports: Ports) -> Intake:
    """Take in what a sender sent; what is in the results has been written.

    Raises:
        MalformedInputError: The body cannot be read.
        InvalidInputError: Not one entry can be used.
        SenderNotTrustedError: The product itself did not send it.
        TryAgainError: Storage refuses for now. Entries before it may be written; they do not
            fork when they come again.
    """
    if sender.admit is not None:
        sender.admit(sent, integration, ports)
    entries = sender.read(sent, settings_of(integration))
    refusal = refusals_of(entries, sender.expected)
    if refusal is not None:
        raise refusal
    return take_in_entries(entries, sent, integration, ports)


def take_in_entries(
    entries: Sequence[Entry], sent: Sent, integration: Integration, ports: Ports
) -> Intake:
    """Write each signal; refusals and what is ignored get their results too.

    Raises:
        TryAgainError: Storage refuses for now. Entries before it may be written; they do not
            fork when they come again.
    """
    if len(entries) > FEW and ports.long_lists is not None:
        from functions.ingest.long_lists import take_in_many

        return take_in_many(entries, sent, integration, ports, ports.long_lists(), take_one)
    intake = Intake()
    for entry in entries:
        if intake.is_over:
            break
        intake.note(*take_one(entry, sent, integration, ports))
    intake.end(len(entries))
    return intake


def take_one(
    entry: Entry, sent: Sent, integration: Integration, ports: Ports
) -> tuple[Outcome, dict[str, Any]]:
    """Write the signal of one entry; returns the outcome and the result.

    Raises:
        TryAgainError: Storage refuses for now; the same entry works later.
    """
    match entry.read:
        case InvalidInputError() as refusal:
            return Outcome.REJECTED, rejected(refusal)
        case Ignored(why):
            told = {"dedup_key": None, "alert_id": None, "outcome": Outcome.IGNORED, "reason": why}
            return Outcome.IGNORED, told
        case report:
            signal = signal_of(report, sent, integration)
            if integration.paused:
                return Outcome.IGNORED, _result(signal, Outcome.IGNORED, None)
            receipt = receive_signal(
                signal,
                integration.source,
                at=ports.now(),
                slots=ports.slots,
                paging=ports.paging,
                new_write_id=ports.new_write_id,
                body=partial(_body_of, entry, sent, ports),
            )
            if receipt.is_body_lost:
                ports.log.warning("Body not kept", alert_id=receipt.alert_id)
            result = _result(signal, receipt.outcome, receipt.alert_id)
            if receipt.why_unpaged is not None:
                result |= {"pages": False, "why": receipt.why_unpaged}
            return receipt.outcome, result


def signal_of(report: Report, sent: Sent, integration: Integration) -> Signal:
    """Make the signal of a report, with what had to be repaired to read the body."""
    signal = report.signal(integration.severity_map, sent.at)
    if not sent.repairs:
        return signal
    truncated = (*sent.repairs, *signal.facts.truncated)
    return replace(signal, facts=replace(signal.facts, truncated=truncated))


def _body_of(entry: Entry, sent: Sent, ports: Ports) -> SentBody | None:
    """The part of a body that is stored with its alert; not made for repeats, which keep none.

    Returns:
        None if it cannot be made: the alert is stored without it.
    """
    from functions.ingest.kept_body import kept_body

    try:
        return kept_body(sent, part=entry.said)
    except Exception as error:  # noqa: BLE001 - logged; the alert is stored without it
        # Never its text, which may quote what was sent.
        ports.log.warning("Body not kept", cause=type(error).__name__)
        return None


def refusals_of(entries: Sequence[Entry], expected: str) -> InvalidInputError | None:
    """The refusal where not one entry can be used; None where one can.

    A list that begins with too many unusable ones is refused whole: its reading must end.
    """
    refusals: list[InvalidInputError] = []
    for entry in islice(entries, UNUSABLE_LIMIT):
        if not isinstance(entry.read, InvalidInputError):
            return None
        if len(refusals) < REFUSALS_TOLD:
            refusals.append(entry.read)
    if len(entries) > 1:
        return _nothing_usable(expected, min(len(entries), UNUSABLE_LIMIT), refusals)
    return refusals[0] if refusals else None


def settings_of(integration: Integration) -> SenderSettings:
    return SenderSettings(severity_map=integration.severity_map, mapping=integration.mapping)


def _nothing_usable(
    expected: str, count: int, refusals: Sequence[InvalidInputError]
) -> InvalidInputError:
    problems = [
        Problem(f"[{position}].{problem.field}", problem.problem)
        for position, refusal in enumerate(refusals)
        for problem in refusal.details
    ]
    which = f"first {count}" if count == UNUSABLE_LIMIT else str(count)
    message = f"Not one of the {which} entries can be used. {expected}"
    return InvalidInputError(message, problems)


def _result(signal: Signal, outcome: Outcome, alert_id: str | None) -> dict[str, Any]:
    result = {"dedup_key": signal.dedup_key, "alert_id": alert_id, "outcome": outcome}
    severity = {"severity": signal.severity} if signal.action is SignalAction.TRIGGER else {}
    return result | severity | said_of(signal)


def said_of(signal: Signal) -> dict[str, Any]:
    """Notes for the sender on what was assumed, ignored or cut."""
    said: dict[str, Any] = {
        "assumed": dict(signal.assumed),
        "ignored": list(signal.ignored),
        "truncated": list(signal.facts.truncated),
    }
    return {name: value for name, value in said.items() if value}


def rejected(refusal: InvalidInputError) -> dict[str, Any]:
    details = [{"field": it.field, "problem": it.problem} for it in refusal.details]
    error = {"code": refusal.code, "message": refusal.message, "details": details}
    return {"dedup_key": None, "alert_id": None, "outcome": Outcome.REJECTED, "error": error}
