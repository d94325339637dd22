"""A timer comes back: do what its alert waits for, if it still does."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from tocsin.domain.alert import Alert
from tocsin.domain.errors import ConcurrentUpdateError
from tocsin.domain.next_action import ActionKind, Timer, act, next_action, with_timer
from tocsin.domain.step_clock import step_clock
from tocsin.usecases.choose_policy import escalate_by_policy
from tocsin.usecases.refusals import SlotRefusedError

if TYPE_CHECKING:
    from tocsin.usecases.ports import (
        NewWriteId,
        NotificationRepository,
        PagingRepository,
        SlotRepository,
    )

ATTEMPTS: Final = 5


def run_due_action(
    timer: Timer,
    *,
    at: datetime,
    slots: SlotRepository,
    paging: PagingRepository,
    notifications: NotificationRepository,
    new_write_id: NewWriteId,
) -> Alert | None:
    """Act once; a second delivery and a stale timer do nothing.

    A step is not left before the time to answer it has passed: that begins when its messages
    have gone out.

    A timer that the alert still has, but that comes before its next action, is put off: changes
    leave the timer where it is as long as it is not too late.

    Returns:
        The alert as changed, or None if there was nothing to do.

    Raises:
        ConcurrentUpdateError: Others were faster every time; the next tick brings it back.
    """
    alert = slots.in_slot(timer.slot)
    for _ in range(ATTEMPTS):
        if alert is None or alert.timer_at != timer.due_at:
            return None
        clocked = _clocked(alert, at, notifications, paging)
        after = _acted(clocked, at, paging)
        if after is None and clocked is not alert:
            after = clocked
        try:
            if after is not None:
                return slots.update(alert, with_timer(after), write_id=new_write_id())
            slots.set_timer(alert, next_action(alert).at)
        except SlotRefusedError as refusal:
            # Somebody was faster, but an acknowledgement, say, does not end a snooze.
            alert = refusal.current
        else:
            return None
    raise ConcurrentUpdateError


def _clocked(
    alert: Alert, at: datetime, notifications: NotificationRepository, paging: PagingRepository
) -> Alert:
    """Put the next step, where it is due, at the time that the ledger gives, and say why."""
    due = next_action(alert)
    if due.kind not in {ActionKind.ESCALATE, ActionKind.EXHAUST} or not due.is_due(at):
        return alert
    if not alert.escalation.waits_for_delay:
        return alert
    ledger = notifications.of_alert(alert.alert_id)
    clock = step_clock(alert, ledger, partial(paging.directory, at))
    return alert if clock is None else alert.held(clock.due_at, clock.why, at=at)


def _acted(alert: Alert, at: datetime, paging: PagingRepository) -> Alert | None:
    """Read the policies only where the alert's next action needs one."""
    due = next_action(alert)
    if not (due.follows_policy and due.is_due(at)):
        return act(alert, at, None)
    return escalate_by_policy(alert, lambda policy: act(alert, at, policy), at=at, paging=paging)
