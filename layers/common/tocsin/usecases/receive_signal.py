"""A sender's signal meets its slot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tocsin.domain.alert import Alert
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import AlertId, WriteId
from tocsin.domain.next_action import first_step_is_due, with_timer
from tocsin.domain.reception import Outcome, Source, ending_by, is_mere_repeat, receive
from tocsin.domain.signal import Signal, SignalAction
from tocsin.usecases.choose_policy import NOBODY_FOR, escalate_by_policy
from tocsin.usecases.refusals import BesideNotKeptError, SlotRefusedError

if TYPE_CHECKING:
    from tocsin.domain.sent_body import SentBody
    from tocsin.usecases.ports import NewWriteId, PagingRepository, SlotRepository

ATTEMPTS: Final = 10
"""Every refused attempt means that somebody else's write succeeded; ten in a row on one slot
means a storm in which the sender may as well come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a signal."""

    outcome: Outcome
    alert_id: AlertId | None
    is_body_lost: bool = False
    """The state changed, and the body that said so could not be kept."""


type Body = Callable[[], SentBody | None]
"""Made only where it is kept: most signals are repeats. None where it could not be made."""


def receive_signal(  # noqa: PLR0913 - the ports are two, and the rest is what is known
    signal: Signal,
    source: Source,
    *,
    at: datetime,
    slots: SlotRepository,
    paging: PagingRepository,
    new_write_id: NewWriteId,
    body: Body | None = None,
) -> Receipt:
    """Write what a signal changes, before the sender is answered.

    The common cases, a repeat and a plain recovery, are one write and no read. When that
    write is refused, the refusal brings what the slot holds, and the rest is decided on it.
    The body is kept after what opens an episode or changes its state.

    Raises:
        TryAgainError: Nothing was written, or not all of what the signal says; the same signal
            works later, and brings what is missing.
    """
    try:
        match signal.action:
            case SignalAction.TRIGGER:
                alert = slots.count(signal, source, at=at, write_id=new_write_id())
                return _receipt(Outcome.UPDATED, alert)
            case SignalAction.RESOLVE if not source.resolve_after:
                ending = ending_by(signal, source, at)
                slot = source.slot_of(signal)
                alert = slots.resolve(slot, ending, write_id=new_write_id())
                return _changed(Outcome.RESOLVED, alert, body, slots)
            case _:
                current = slots.in_slot(source.slot_of(signal))
    except SlotRefusedError as refusal:
        current = refusal.current
    write = _Write(slots=slots, signal=signal, source=source, at=at, body=body)
    for _ in range(ATTEMPTS):
        reception = receive(current, signal, source, at)
        if reception.alert is None or reception.alert is current:
            return _receipt(reception.outcome, reception.alert)
        try:
            decided = with_timer(_with_first_step(reception.alert, paging))
            alert = write(current, decided, new_write_id())
        except SlotRefusedError as refusal:
            current = refusal.current
            continue
        except BesideNotKeptError as error:
            if error.alert.overflow is not None:
                raise
            return _receipt(reception.outcome, error.alert, is_body_lost=True)
        if _is_new_state(current, alert):
            return _changed(reception.outcome, alert, body, slots)
        return _receipt(reception.outcome, alert)
    raise TryAgainError


@dataclass(frozen=True, slots=True, kw_only=True)
class _Write:
    """The one write that takes the slot from what it holds to what was decided."""

    slots: SlotRepository
    signal: Signal
    source: Source
    at: datetime
    body: Body | None

    def __call__(self, current: Alert | None, alert: Alert, write_id: WriteId) -> Alert:
        if current is None:
            return self.slots.add(alert, body=self._sent(), write_id=write_id)
        if alert.alert_id != current.alert_id:
            return self.slots.replace(current, alert, body=self._sent(), write_id=write_id)
        is_trigger = self.signal.action is SignalAction.TRIGGER
        if is_trigger and is_mere_repeat(current, self.signal, self.source):
            return self.slots.count(self.signal, self.source, at=self.at, write_id=write_id)
        return self.slots.update(current, alert, write_id=write_id)

    def _sent(self) -> SentBody | None:
        return self.body() if self.body else None


def _is_new_state(before: Alert | None, after: Alert) -> bool:
    """Whether it is the same alert, and more than counted."""
    if before is None or before.alert_id != after.alert_id:
        return False
    return before.version != after.version


def _changed(outcome: Outcome, alert: Alert, body: Body | None, slots: SlotRepository) -> Receipt:
    """Keep the body of a change that is written; that it cannot be kept does not undo it."""
    sent = body() if body else None
    try:
        if sent is not None:
            slots.keep_last_body(alert, sent)
    except TryAgainError:
        return _receipt(outcome, alert, is_body_lost=True)
    return _receipt(outcome, alert)


def _with_first_step(alert: Alert, paging: PagingRepository) -> Alert:
    """Page in the same write what is to be paged from the start; the stream does the sending.

    If the policies cannot be read now, the alert is stored without: its timer is due at once.
    """
    if not first_step_is_due(alert):
        return alert
    at = alert.changed_at
    try:
        paged = escalate_by_policy(
            alert,
            lambda policy: alert.escalate(policy, at=at),
            at=at,
            paging=paging,
            max_age=NOBODY_FOR,
        )
    except TryAgainError:
        return alert
    return paged or alert


def _receipt(outcome: Outcome, alert: Alert | None, *, is_body_lost: bool = False) -> Receipt:
    alert_id = alert.alert_id if alert else None
    return Receipt(outcome=outcome, alert_id=alert_id, is_body_lost=is_body_lost)
