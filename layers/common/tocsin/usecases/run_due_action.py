"""A timer is due: do the alert's next action."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from tocsin.domain.alert import Alert
from tocsin.domain.errors import ConcurrentUpdateError
from tocsin.domain.next_action import ActionKind, act, next_action, with_timer
from tocsin.domain.reach import judged
from tocsin.domain.step_clock import step_clock
from tocsin.domain.timers import Timer
from tocsin.usecases.choose_policy import escalate_by_policy
from tocsin.usecases.hold_alerts import HeldNow
from tocsin.usecases.refusals import SlotRefusedError

if TYPE_CHECKING:
    from tocsin.domain.notification import Notification
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
    """Do the next action once; a second delivery and an old timer do nothing.

    The delay of a step begins when its messages were sent.

    A timer that comes before the next action is postponed: changes leave a timer that is too early.

    Returns:
        The changed alert, or None: nothing to do.

    Raises:
        ConcurrentUpdateError: Concurrent writes came first, each time; the next tick repeats it.
    """
    alert = slots.in_slot(timer.slot)
    for _ in range(ATTEMPTS):
        if alert is None or alert.timer_at != timer.due_at:
            return None
        clocked, ledger = _clocked(alert, at, notifications, paging)
        after = _acted(clocked, at, paging, notifications)
        if after is None and clocked is not alert:
            after = clocked
        if after is not None and any(each.delivery.waits_for_hours for each in ledger):
            after = judged(after, ledger, at)
        try:
            if after is not None:
                return slots.update(alert, with_timer(after), write_id=new_write_id())
            slots.set_timer(alert, next_action(alert).at)
        except SlotRefusedError as refusal:
            # A concurrent write came first; the action may still be due.
            alert = refusal.current
        else:
            return None
    raise ConcurrentUpdateError


def _clocked(
    alert: Alert, at: datetime, notifications: NotificationRepository, paging: PagingRepository
) -> tuple[Alert, Sequence[Notification]]:
    """If the next step is due, move it to the time by the ledger, with the reason.

    Returns:
        The alert, and its ledger if that was read.
    """
    due = next_action(alert)
    if due.kind not in {ActionKind.ESCALATE, ActionKind.EXHAUST} or not due.is_due(at):
        return alert, ()
    if not alert.escalation.waits_for_delay:
        return alert, ()
    ledger = notifications.of_alert(alert.alert_id)
    clock = step_clock(alert, ledger, partial(paging.directory, at))
    return alert if clock is None else alert.held(clock.due_at, clock.why, at=at), ledger


def _acted(
    alert: Alert, at: datetime, paging: PagingRepository, notifications: NotificationRepository
) -> Alert | None:
    """Read the policies, and what holds alerts, only if the next action needs them."""
    due = next_action(alert)
    if not (due.follows_policy and due.is_due(at)):
        return act(alert, at, None)
    over = HeldNow(paging, at, notifications.of_alert).over_step
    return escalate_by_policy(
        alert, lambda policy: act(alert, at, policy, over), at=at, paging=paging
    )
