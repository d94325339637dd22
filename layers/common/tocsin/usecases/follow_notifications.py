"""Side effects of sent and failed messages, from the stream: timeline entries, the next step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import batched
from typing import TYPE_CHECKING, Final

from tocsin.domain.alert import Alert
from tocsin.domain.destination import is_to_user
from tocsin.domain.errors import ConcurrentUpdateError
from tocsin.domain.escalation import NEXT_RUN, STILL_WAITING
from tocsin.domain.hold import HoldKind
from tocsin.domain.ids import AUTO, AlertId
from tocsin.domain.next_action import with_timer
from tocsin.domain.notification import (
    DeliveryState,
    Notification,
    NotificationEvent,
    is_unanswered,
)
from tocsin.domain.reach import judged, may_have_reached_nobody
from tocsin.domain.step_clock import IGNORED, step_clock
from tocsin.domain.timeline import Change, ChangeType, Detail
from tocsin.domain.timers import ToldAlerts
from tocsin.domain.update_plan import can_be_told, left_behind, plan_correction
from tocsin.usecases.choose_policy import escalate_by_policy
from tocsin.usecases.follow_changes import directory_of, keep_in_ledger
from tocsin.usecases.refusals import SlotRefusedError

if TYPE_CHECKING:
    from tocsin.usecases.follow_changes import Outlets

ATTEMPTS: Final = 5
TOLD_BATCH: Final = 10
"""Alerts of which digests tell in one batch of the stream, from which on the timers' function moves
their clocks: each takes some requests, and all pages behind them would wait."""
TOLD_IN_A_MESSAGE: Final = 10
MOVED_AFTER: Final = timedelta(seconds=10)
"""So that the stream comes first. Until then the step's clock is stopped, ten minutes at most."""
_OF_NO_ALERT: Final = frozenset(
    (NotificationEvent.TEST, NotificationEvent.DIGEST, NotificationEvent.NOTICE)
)
UNREACHED: Final = "nobody in the step was reached"

_TYPES: Final = {
    DeliveryState.SENT: ChangeType.NOTIFICATION_SENT,
    DeliveryState.RETRYING: ChangeType.NOTIFICATION_FAILED,
    DeliveryState.FAILED: ChangeType.NOTIFICATION_FAILED,
    DeliveryState.SKIPPED: ChangeType.NOTIFICATION_SKIPPED,
}


def follow_notifications(batch: Sequence[Notification], *, now: datetime, outlets: Outlets) -> int:
    """Write the result of each message to the timeline, and move its alert on.

    If a whole step reached nobody, the next one begins. If messages were sent late, the next step
    is postponed. If the alert has changed meanwhile, an update is planned.

    Args:
        batch: As each write left them; those that wait or are claimed are passed over. The same
            one may come twice.
        now: When the batch is worked on.
        outlets: Ports.

    Returns:
        The number of new timeline entries.
    """
    if any(each.delivery.is_page and is_to_user(each.delivery) for each in batch):
        from tocsin.usecases.follow_awake import note_pages

        note_pages(batch, now=now, outlets=outlets)
    by_alert: defaultdict[AlertId, list[Notification]] = defaultdict(list)
    for notification in batch:
        if _is_told(notification):
            by_alert[notification.delivery.alert_id].append(notification)
    apart = _set_apart(by_alert, now, outlets)
    reached_now: dict[AlertId, int] = {}
    for alert_id, told in by_alert.items():
        if alert_id in apart:
            continue
        has_ended = any(each.state.has_ended for each in told)
        ledger = outlets.notifications.of_alert(alert_id) if has_ended else ()
        if reached := _reached_now(alert_id, told, ledger, now=now, outlets=outlets):
            reached_now[alert_id] = reached
    outlets.timeline.tell(
        {
            alert_id: [(_name(each), change_of(each)) for each in told]
            for alert_id, told in by_alert.items()
        }
    )
    for alert_id, reached in reached_now.items():
        outlets.timeline.count_notifications(alert_id, reached)
    return sum(map(len, by_alert.values()))


def _set_apart(
    by_alert: Mapping[AlertId, Sequence[Notification]], now: datetime, outlets: Outlets
) -> frozenset[AlertId]:
    """Leave alerts of which digests told to the timers' function, if they are many."""
    apart = [alert_id for alert_id, told in by_alert.items() if all(map(_is_of_digest, told))]
    if len(apart) < TOLD_BATCH:
        return frozenset()
    messages = batched(apart, TOLD_IN_A_MESSAGE, strict=False)
    due_at = now + MOVED_AFTER
    outlets.timers.send([ToldAlerts(alert_ids=it, due_at=due_at) for it in messages], now=now)
    return frozenset(apart)


def follow_told(alert_ids: Sequence[AlertId], *, now: datetime, outlets: Outlets) -> None:
    """Move alerts on of which digests told, as the stream does with a few.

    To do it again is harmless: what an alert becomes is read from its ledger.
    """
    for alert_id in alert_ids:
        ledger = outlets.notifications.of_alert(alert_id)
        told = [each for each in ledger if _is_of_digest(each)]
        if reached := _reached_now(alert_id, told, ledger, now=now, outlets=outlets):
            outlets.timeline.count_notifications(alert_id, reached)


def _is_of_digest(notification: Notification) -> bool:
    """Whether a digest has told of it."""
    return (
        notification.bundled_into is not None
        and notification.state is DeliveryState.SENT
        and notification.delivery.is_page
    )


def _reached_now(
    alert_id: AlertId,
    told: Sequence[Notification],
    ledger: Sequence[Notification],
    *,
    now: datetime,
    outlets: Outlets,
) -> int:
    """Move the alert on; the number of delivered pages, 0 if it is not to be written now."""
    alert = _follow_alert(alert_id, told, ledger, now=now, outlets=outlets)
    reached = sum(_has_reached(each) for each in ledger)
    is_new = alert is None or alert.notification_count < reached
    return reached if is_new and _is_counted_now(told, ledger) else 0


def _follow_alert(
    alert_id: AlertId,
    told: Sequence[Notification],
    ledger: Sequence[Notification],
    *,
    now: datetime,
    outlets: Outlets,
) -> Alert | None:
    """Move the alert on by the results of its messages.

    Returns:
        The alert as it was before; None: it was not read, or it is gone.
    """
    directory = directory_of(told, now, outlets)
    in_doubt = [
        each
        for each in told
        if each.may_have_arrived
        and each.bundled_into is None
        and can_be_told(each.delivery, directory)
    ]
    moves_on = any(_moves_on(each, ledger) for each in told)
    if not in_doubt and not moves_on:
        return None
    alert = outlets.slots.episode(alert_id)
    if alert is None:
        return None
    corrections = [plan_correction(alert, each, ledger, directory) for each in in_doubt]
    planned = keep_in_ledger([each for each in corrections if each], now, outlets)
    behind = {each for one in in_doubt for each in left_behind(alert, one, ledger)}
    if planned or behind:
        outlets.deliveries.send([*planned, *behind], now=now)
    if moves_on:
        _go_on(alert, ledger, now=now, outlets=outlets)
    return alert


def _is_told(notification: Notification) -> bool:
    """Whether the timeline of an alert tells of this state."""
    if notification.delivery.event in _OF_NO_ALERT:
        return False
    waits_for_digest = (
        notification.state is DeliveryState.WAITING and notification.bundled_into is not None
    )
    return waits_for_digest or notification.state in _TYPES


def _type_of(notification: Notification) -> ChangeType:
    if notification.bundled_into is not None:
        if notification.state is DeliveryState.WAITING:
            return ChangeType.BUNDLED
        if notification.state is DeliveryState.SENT:
            return ChangeType.DIGEST_SENT
    return _TYPES[notification.state]


def change_of(notification: Notification) -> Change:
    """The timeline's entry for the result of a message."""
    delivery = notification.delivery
    details: dict[str, Detail] = {
        "channel": delivery.channel,
        "target": delivery.target,
        "step": delivery.step,
        "step_name": delivery.step_name,
        "loop": delivery.loop,
        "attempt": notification.attempts,
        "notification_id": delivery.key,
    }
    optional: dict[str, Detail] = {
        "schedule": delivery.schedule,
        "provider_id": notification.provider_id,
        "digest_id": notification.bundled_into,
        "reason": notification.reason,
        "event": None if delivery.is_page else delivery.event.value,
    }
    if notification.next_attempt_at is not None:
        at = notification.next_attempt_at
        optional["retry_at"] = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Change(
        type=_type_of(notification),
        at=notification.changed_at,
        by=AUTO,
        details=details | {name: value for name, value in optional.items() if value is not None},
    )


def _name(notification: Notification) -> str:
    """The same for the same state of the same message."""
    return f"{notification.delivery.key}#{notification.version}"


def _moves_on(notification: Notification, ledger: Sequence[Notification]) -> bool:
    """Whether the alert's next step may come earlier or later by this, or somebody is reached."""
    delivery = notification.delivery
    if not (notification.state.has_ended and delivery.is_page):
        return False
    if delivery.is_by_hand:
        return True
    if notification.state is not DeliveryState.SENT:
        return True
    if may_have_reached_nobody(ledger):
        return True
    is_at_once = delivery.is_of_step and not delivery.is_by_rule
    if is_at_once and any(_waits_beside(notification, each) for each in ledger):
        return False
    return is_at_once and notification.changed_at - delivery.asked_at > IGNORED


def _waits_beside(sent: Notification, other: Notification) -> bool:
    """Whether a page of the same step still waits for its digest: the clock starts with the last.

    One that was refused starts it a minute later at the latest.
    """
    return (
        other.bundled_into is not None
        and not other.state.has_ended
        and other.refused_at is None
        and other.delivery.is_page
        and (other.delivery.loop, other.delivery.step) == (sent.delivery.loop, sent.delivery.step)
        and not other.delivery.is_by_rule
    )


def _is_counted_now(told: Sequence[Notification], ledger: Sequence[Notification]) -> bool:
    """Whether the number of delivered pages is written now.

    Each write changes the index of lists. So pages that digests told of are counted together, when
    no other page waits for one.
    """
    has_ended = any(each.delivery.is_page and each.state.has_ended for each in told)
    waits = any(each.bundled_into and not each.state.has_ended for each in ledger)
    is_alone = any(_has_reached(each) and each.bundled_into is None for each in told)
    return has_ended and (is_alone or not waits)


def _has_reached(notification: Notification) -> bool:
    return notification.delivery.is_page and notification.state is DeliveryState.SENT


def _go_on(
    alert: Alert, ledger: Sequence[Notification], *, now: datetime, outlets: Outlets
) -> None:
    """Begin the next step at once if this one reached nobody, else start its clock.

    Raises:
        ConcurrentUpdateError: Concurrent writes came first, each time; the stream repeats the
            record.
    """
    current: Alert | None = alert
    for _ in range(ATTEMPTS):
        after = _gone_on(current, alert.alert_id, ledger, now, outlets) if current else None
        if current is None or after is None:
            return
        try:
            outlets.slots.update(current, with_timer(after), write_id=outlets.new_write_id())
        except SlotRefusedError as refusal:
            current = refusal.current
        else:
            return
    raise ConcurrentUpdateError


def _gone_on(
    alert: Alert,
    alert_id: AlertId,
    ledger: Sequence[Notification],
    now: datetime,
    outlets: Outlets,
) -> Alert | None:
    """The alert with its step moved, and whether it has reached nobody; None: nothing changes."""
    if alert.alert_id != alert_id or not alert.is_asking:
        return None
    moved = _step_moved(alert, ledger, now, outlets) or alert
    after = judged(moved, ledger, now)
    return None if after is alert else after


def _step_moved(
    alert: Alert, ledger: Sequence[Notification], now: datetime, outlets: Outlets
) -> Alert | None:
    stands = alert.escalation
    if alert.hold is not None and alert.hold.kind is HoldKind.AWAKE:
        return _moved_while_awake(alert, ledger, now, outlets)
    taken_back = outlets.holding(now).take_back(alert, ledger)
    if taken_back is not None or alert.hold is not None or stands.held_why == NEXT_RUN:
        return taken_back or _held_on(alert, ledger, now)
    clock = step_clock(alert, ledger, partial(outlets.paging.directory, now))
    if clock is not None and is_unanswered(alert, ledger):
        return _skipped_ahead(alert, ledger, now, outlets)
    if clock is None or clock.why == STILL_WAITING or clock.due_at == stands.escalates_at:
        return None
    return alert.held(clock.due_at, clock.why, at=now)


def _moved_while_awake(
    alert: Alert, ledger: Sequence[Notification], now: datetime, outlets: Outlets
) -> Alert | None:
    """Keep the step's clock while it is held; begin the next step if this one reached nobody."""
    if is_unanswered(alert, ledger):
        return _skipped_ahead(alert, ledger, now, outlets)
    clock = step_clock(alert, ledger, partial(outlets.paging.directory, now))
    moved = alert
    if clock is not None and clock.why != STILL_WAITING:
        moved = alert.held(clock.due_at, clock.why, at=now)
    if outlets.holding(now).held.over_step(moved) is None:
        moved = moved.released(at=now)
    return None if moved.escalation == alert.escalation else moved


def _skipped_ahead(
    alert: Alert, ledger: Sequence[Notification], now: datetime, outlets: Outlets
) -> Alert | None:
    """Begin the next step at once, or at the end of what holds the alert."""
    if (hold := outlets.holding(now).held.over(alert)) is not None:
        return _held_on(alert.put_on_hold(hold, at=now), ledger, now)
    skipping = replace(alert, escalation=alert.escalation.wanted_on(now))
    return escalate_by_policy(
        skipping,
        lambda policy: skipping.escalate(policy, at=now, reason=UNREACHED),
        at=now,
        paging=outlets.paging,
    )


def _held_on(alert: Alert, ledger: Sequence[Notification], now: datetime) -> Alert | None:
    """Let the next step be due when the hold ends, if this one has reached nobody."""
    hold, stands = alert.hold, alert.escalation
    if hold is None or not stands.waits_for_delay or not is_unanswered(alert, ledger):
        return None
    return replace(alert, escalation=stands.wanted_on(now).held_by(hold))
