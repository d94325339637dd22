"""Receiving a sender's signal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from tocsin.domain.alert import Alert
from tocsin.domain.errors import TryAgainError
from tocsin.domain.escalation import NO_POLICY_PAGES, Rest
from tocsin.domain.hold import HoldKind
from tocsin.domain.ids import AlertId, WriteId
from tocsin.domain.next_action import first_step_is_due, with_timer
from tocsin.domain.reception import Outcome, Source, ending_by, is_mere_repeat, receive
from tocsin.domain.signal import Signal, SignalAction
from tocsin.usecases.choose_policy import NOBODY_FOR, choose_policy, escalate_by_policy
from tocsin.usecases.refusals import BesideNotKeptError, SlotRefusedError

if TYPE_CHECKING:
    from tocsin.domain.alert import RouteSettings
    from tocsin.domain.sent_body import SentBody
    from tocsin.domain.severity import Severity
    from tocsin.usecases.ports import NewWriteId, PagingRepository, SlotRepository

ATTEMPTS: Final = 10
"""A refused attempt means that a concurrent write came first; after ten in a row on one slot, a
storm, the sender is to try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The result of a signal."""

    outcome: Outcome
    alert_id: AlertId | None
    is_body_lost: bool = False
    """The state changed, and the body could not be stored."""
    why_unpaged: str | None = None
    """Why nobody is paged; None: somebody is, or it is not known yet."""


type Body = Callable[[], SentBody | None]
"""Made only if it is stored: most signals are repeats. None: it could not be made."""


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
    """Write the changes of a signal, before the sender is answered.

    The common cases, a repeat and a plain recovery, are one write and no read. If that write is
    refused, the refusal brings the slot's alert, on which the rest is decided. The body is stored
    after a write that opens an episode or changes its state.

    Raises:
        TryAgainError: Nothing was written, or the facts only in part; the same signal will work
            later, and complete them.
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
        reception = receive(
            current, signal, source, at, settings_of=partial(_settings_of, at=at, paging=paging)
        )
        if reception.alert is None or reception.alert is current:
            return _receipt(reception.outcome, reception.alert)
        try:
            decided = with_timer(with_first_step(reception.alert, paging))
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
    """The one write from the slot's alert to the decided one."""

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
    """Whether it is the same alert with another version."""
    if before is None or before.alert_id != after.alert_id:
        return False
    return before.version != after.version


def _changed(outcome: Outcome, alert: Alert, body: Body | None, slots: SlotRepository) -> Receipt:
    """Store the body of a written change; a failure does not undo the change."""
    sent = body() if body else None
    try:
        if sent is not None:
            slots.keep_last_body(alert, sent)
    except TryAgainError:
        return _receipt(outcome, alert, is_body_lost=True)
    return _receipt(outcome, alert)


def with_first_step(alert: Alert, paging: PagingRepository) -> Alert:
    """Take the first step in the same write; the stream then plans its messages.

    If the policies cannot be read, the alert is stored without: its timer is due at once.
    """
    at = alert.changed_at
    if not first_step_is_due(alert):
        return _with_policy_of_hold(alert, paging)
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


def _with_policy_of_hold(alert: Alert, paging: PagingRepository) -> Alert:
    """Note whom the policy calls first, if a route lets them wait."""
    escalation = alert.escalation
    waits_for_hours = escalation.held is not None and escalation.held.kind is HoldKind.HOURS
    is_held = escalation.held_by_route is not None or waits_for_hours
    if not is_held or escalation.is_policy_known:
        return alert
    try:
        policy = choose_policy(alert, at=alert.changed_at, paging=paging)
    except TryAgainError:
        return alert
    return alert.following(policy) if policy else alert


def _settings_of(
    alert: Alert, sent: Severity, *, at: datetime, paging: PagingRepository
) -> RouteSettings | None:
    """What the alert's route sets; if routes cannot be read, what one set before."""
    try:
        route = paging.routing(at).route_for(alert, sent=sent)
    except TryAgainError:
        return alert.set_by_route
    return route.settings if route else None


def _receipt(outcome: Outcome, alert: Alert | None, *, is_body_lost: bool = False) -> Receipt:
    alert_id = alert.alert_id if alert else None
    return Receipt(
        outcome=outcome,
        alert_id=alert_id,
        is_body_lost=is_body_lost,
        why_unpaged=_why_unpaged(alert) if alert else None,
    )


def _why_unpaged(alert: Alert) -> str | None:
    is_unpaged = alert.is_asking and alert.escalation.rest is Rest.NO_POLICY
    return NO_POLICY_PAGES if is_unpaged else None
