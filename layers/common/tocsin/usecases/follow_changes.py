"""The stream tells what was written of alerts: pages, timeline, counts and timers follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tocsin.domain.alert import Alert
from tocsin.domain.consequences import AlertChange, Consequences, StoredChange, consequences_of
from tocsin.domain.errors import NotificationRefusedError, SlotRefusedError
from tocsin.domain.escalation import Step
from tocsin.domain.history import Sample
from tocsin.domain.ids import AlertId
from tocsin.domain.next_action import Timer
from tocsin.domain.notification import Delivery, Notification
from tocsin.domain.routing import Routing
from tocsin.domain.step_plan import Plan, plan_step
from tocsin.domain.update_plan import plan_updates
from tocsin.usecases.choose_policy import NOW

if TYPE_CHECKING:
    from tocsin.usecases.ports import (
        DeliveryQueue,
        NewWriteId,
        NotificationRepository,
        PagingRepository,
        SlotRepository,
        TimelineRepository,
        TimerQueue,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlets:
    """Where the consequences of a change go to."""

    timeline: TimelineRepository
    slots: SlotRepository
    paging: PagingRepository
    notifications: NotificationRepository
    deliveries: DeliveryQueue
    timers: TimerQueue
    new_write_id: NewWriteId


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What a batch of changes brought that was not there before."""

    entries: int = 0
    timers: int = 0
    deliveries: int = 0
    """Queued, maybe not for the first time: the ledger sees to it that each has one effect."""


def follow_changes(batch: Sequence[StoredChange], *, now: datetime, outlets: Outlets) -> Followed:
    """Do what each change brings with it: pages first, and last what nobody waits for.

    Every step may be done again: the stream delivers a batch anew from its first failure on.

    Args:
        batch: In the stream's order; changes of one alert may meet here.
        now: When the batch is worked on.
        outlets: Where the consequences go to.
    """
    consequences = [consequences_of(stored, now=now) for stored in batch]
    latest = {stored.after.alert_id: stored.after for stored in batch}
    deliveries = list(_deliveries(consequences, now, outlets))
    if deliveries:
        outlets.deliveries.send(deliveries, now=now)
    entries = outlets.timeline.record([_told(each) for each in consequences if each.told])
    due = _still_due(consequences, latest)
    if due:
        outlets.timers.send(due, now=now)
    for each in consequences:
        if each.needs_timer_at and each.alert is latest[each.alert.alert_id]:
            _set_timer(each.alert, each.needs_timer_at, outlets)
    _keep_beside(consequences, latest, outlets.timeline)
    return Followed(entries=entries, timers=len(due), deliveries=len(deliveries))


def _deliveries(
    consequences: Sequence[Consequences], now: datetime, outlets: Outlets
) -> Iterator[Delivery]:
    for each in consequences:
        if each.event and each.earlier:
            directory = outlets.paging.directory(now)
            told = outlets.notifications.of_alert(each.alert.alert_id)
            yield from plan_updates(each.earlier, each.alert, each.event, told, directory)
        if each.begins_step:
            yield from _deliveries_of_step(each.alert, now, outlets)


def page_step(alert: Alert, now: datetime, outlets: Outlets) -> None:
    """Send what the step that an alert stands at sends; what was sent already is not again."""
    deliveries = list(_deliveries_of_step(alert, now, outlets))
    if deliveries:
        outlets.deliveries.send(deliveries, now=now)


def _deliveries_of_step(alert: Alert, now: datetime, outlets: Outlets) -> Sequence[Delivery]:
    """Plan a step, and say in the ledger whom of it nothing can reach."""
    plan = _plan(alert, now, outlets)
    for delivery, reason in plan.unreachable:
        _skip(delivery, reason, now, outlets)
    return plan.deliveries


def _plan(alert: Alert, now: datetime, outlets: Outlets) -> Plan:
    """Read the configuration anew before saying that somebody cannot be reached."""
    paging = outlets.paging
    plan = plan_step(alert, _step(alert, paging.routing(now)), paging.directory(now))
    if not plan.unreachable:
        return plan
    step = _step(alert, paging.routing(now, max_age=NOW))
    return plan_step(alert, step, paging.directory(now, max_age=NOW))


def _step(alert: Alert, routing: Routing) -> Step | None:
    policy = routing.policies.get(alert.escalation.policy or "")
    number = alert.escalation.step
    return policy.steps[number - 1] if policy and number <= len(policy.steps) else None


def _skip(delivery: Delivery, reason: str, now: datetime, outlets: Outlets) -> None:
    """Say in the ledger that nothing can be sent; its own change then leads on from there."""
    skipped = Notification.skipped(delivery, reason, at=now)
    try:
        outlets.notifications.add(skipped, write_id=outlets.new_write_id())
    except NotificationRefusedError:
        return


def _set_timer(alert: Alert, at: datetime, outlets: Outlets) -> None:
    """Give a change that read nothing the timer that it needs; a newer change brings its own."""
    try:
        outlets.slots.set_timer(alert, at)
    except SlotRefusedError:
        return


def _still_due(
    consequences: Sequence[Consequences], latest: dict[AlertId, Alert]
) -> Sequence[Timer]:
    """Leave out what a later change of the same batch put off or made needless."""
    return [
        Timer(slot=each.alert.fingerprint, due_at=each.due_at)
        for each in consequences
        if each.due_at and each.due_at == latest[each.alert.alert_id].timer_at
    ]


def _keep_beside(
    consequences: Sequence[Consequences],
    latest: dict[AlertId, Alert],
    timeline: TimelineRepository,
) -> None:
    for alert_id, samples in _by_alert(consequences).items():
        timeline.add_samples(alert_id, samples)
    for alert_id in {each.alert.alert_id: None for each in consequences if each.refreshes_listed}:
        timeline.refresh_listed(latest[alert_id])
    for each in consequences:
        if each.ends:
            timeline.let_expire(each.alert)


def _told(consequences: Consequences) -> AlertChange:
    return AlertChange(
        alert=consequences.alert,
        changes=consequences.told,
        is_repeat=consequences.is_repeat,
        counts=consequences.counts,
    )


def _by_alert(consequences: Sequence[Consequences]) -> dict[AlertId, list[Sample]]:
    samples: defaultdict[AlertId, list[Sample]] = defaultdict(list)
    for each in consequences:
        if each.sample:
            samples[each.alert.alert_id].append(each.sample)
    return samples
