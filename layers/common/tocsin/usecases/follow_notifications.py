"""The stream tells what became of messages: the timeline says so, and the next step may follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tocsin.domain.alert import AlertStatus
from tocsin.domain.errors import ConcurrentUpdateError, SlotRefusedError
from tocsin.domain.ids import AUTO, AlertId, fingerprint_of
from tocsin.domain.notification import (
    DeliveryState,
    Notification,
    NotificationEvent,
    is_unanswered,
)
from tocsin.domain.timeline import Change, ChangeType, Detail
from tocsin.usecases.choose_policy import choose_policy

if TYPE_CHECKING:
    from tocsin.usecases.follow_changes import Outlets

ATTEMPTS: Final = 5
UNREACHED: Final = "nobody in the step was reached"

_TYPES: Final = {
    DeliveryState.SENT: ChangeType.NOTIFICATION_SENT,
    DeliveryState.RETRYING: ChangeType.NOTIFICATION_FAILED,
    DeliveryState.FAILED: ChangeType.NOTIFICATION_FAILED,
    DeliveryState.SKIPPED: ChangeType.NOTIFICATION_SKIPPED,
}


def follow_notifications(batch: Sequence[Notification], *, now: datetime, outlets: Outlets) -> int:
    """Write what happened to each message; go on where a whole step reached nobody.

    Args:
        batch: As each write left them, claims left out; the same one may come twice.
        now: When the batch is worked on.
        outlets: Where the consequences go to.

    Returns:
        How many entries the timelines got.
    """
    by_alert: defaultdict[AlertId, list[Notification]] = defaultdict(list)
    for notification in batch:
        if notification.delivery.event is NotificationEvent.TEST:
            continue
        by_alert[notification.delivery.alert_id].append(notification)
    for alert_id, told in by_alert.items():
        known = outlets.notifications.of_alert(alert_id)
        for step, loop in dict.fromkeys(_place(each) for each in told if _may_lead_on(each)):
            if is_unanswered([each for each in known if _is_page_of(each, step, loop)]):
                _leave_step(alert_id, step, loop, now=now, outlets=outlets)
        outlets.timeline.tell(alert_id, [(_name(each), change_of(each)) for each in told])
        reached = sum(_has_reached(each) for each in known)
        if any(map(_has_reached, told)):
            outlets.timeline.count_notifications(alert_id, reached)
    return sum(map(len, by_alert.values()))


def change_of(notification: Notification) -> Change:
    """Say on the timeline what became of a message."""
    delivery = notification.delivery
    details: dict[str, Detail] = {
        "channel": delivery.channel,
        "target": delivery.target,
        "step": delivery.step_name,
        "loop": delivery.loop,
        "attempt": notification.attempts,
        "notification_id": delivery.key,
    }
    optional: dict[str, Detail] = {
        "provider_id": notification.provider_id,
        "reason": notification.reason,
        "event": None if delivery.is_page else delivery.event.value,
    }
    if notification.next_attempt_at is not None:
        at = notification.next_attempt_at
        optional["retry_at"] = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Change(
        type=_TYPES[notification.state],
        at=notification.changed_at,
        by=AUTO,
        details=details | {name: value for name, value in optional.items() if value is not None},
    )


def _name(notification: Notification) -> str:
    """The same for the same state of the same message, however often it is told."""
    return f"{notification.delivery.key}#{notification.version}"


def _may_lead_on(notification: Notification) -> bool:
    is_over = notification.state in {DeliveryState.FAILED, DeliveryState.SKIPPED}
    return is_over and notification.delivery.is_page


def _place(notification: Notification) -> tuple[int, int]:
    return notification.delivery.step, notification.delivery.loop


def _is_page_of(notification: Notification, step: int, loop: int) -> bool:
    return notification.delivery.is_page and _place(notification) == (step, loop)


def _has_reached(notification: Notification) -> bool:
    return notification.delivery.is_page and notification.state is DeliveryState.SENT


def _leave_step(
    alert_id: AlertId, step: int, loop: int, *, now: datetime, outlets: Outlets
) -> None:
    """Go to the next step at once, if the alert still stands at this one and fires.

    Raises:
        ConcurrentUpdateError: Others were faster every time; the stream brings it back.
    """
    alert = outlets.slots.in_slot(fingerprint_of(alert_id))
    for _ in range(ATTEMPTS):
        if alert is None or alert.alert_id != alert_id or alert.status is not AlertStatus.FIRING:
            return
        stands = alert.escalation
        has_moved_on = (stands.step, stands.loop) != (step, loop) or stands.is_restart
        if has_moved_on or stands.escalates_at is None or alert.snooze is not None:
            return
        policy = choose_policy(alert, at=now, paging=outlets.paging)
        after = alert.escalate(policy, at=now, reason=UNREACHED)
        try:
            outlets.slots.update(alert, after, write_id=outlets.new_write_id())
        except SlotRefusedError as refusal:
            alert = refusal.current
        else:
            return
    raise ConcurrentUpdateError
