"""Side effects of written alerts, from the stream: pages, timeline, counts and timers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import batched
from typing import TYPE_CHECKING, Final

from tocsin.domain.alert import Alert
from tocsin.domain.asking import Asking
from tocsin.domain.consequences import Consequences, StoredChange, consequences_of
from tocsin.domain.destination import knows_all
from tocsin.domain.history import Sample
from tocsin.domain.ids import AlertId, Via, person_of, via_of
from tocsin.domain.notification import Delivery, DeliveryKey, DeliveryState, Notification
from tocsin.domain.people import Directory
from tocsin.domain.reach import is_to_last_resort, to_last_resort
from tocsin.domain.step_plan import Plan, plan_asking, plan_step, plan_worsened
from tocsin.domain.storm_steps import STORM_BATCH, BegunLately, set_apart
from tocsin.domain.timeline import Change
from tocsin.domain.timers import Timer
from tocsin.domain.update_plan import plan_rewriting, plan_updates
from tocsin.usecases.choose_policy import NOW
from tocsin.usecases.hold_alerts import HeldNow, Holding
from tocsin.usecases.refusals import NotificationRefusedError

if TYPE_CHECKING:
    from tocsin.domain.awake import Awake
    from tocsin.domain.timers import BegunSteps
    from tocsin.usecases.join_as_planned import Joining
    from tocsin.usecases.ports import (
        ActivityRepository,
        ConfigurationRepository,
        DeliveryQueue,
        DigestRepository,
        LineRepository,
        NewWriteId,
        NotificationRepository,
        PagingRepository,
        SlotRepository,
        TimelineRepository,
        TimerQueue,
    )


SENT_TOGETHER: Final = 10
"""Messages of one request to SQS. No page waits until those of a whole batch are planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlets:
    """Ports of the side effects."""

    timeline: TimelineRepository
    activity: Callable[[], ActivityRepository]
    """Made for the first act of a person."""
    slots: SlotRepository
    paging: PagingRepository
    notifications: NotificationRepository
    deliveries: DeliveryQueue
    timers: TimerQueue
    digests: Callable[[], DigestRepository]
    """Made for the first page to a person who is awake."""
    awake: Callable[[], ConfigurationRepository[Awake]]
    """Made for the first act of a person."""
    lines: Callable[[], LineRepository]
    """Made for the first batch of a storm."""
    is_bundled: Callable[[str], bool]
    """Whether messages of a type of channel may wait for a digest."""
    new_write_id: NewWriteId
    begun_lately: BegunLately = field(default_factory=BegunLately)

    def joining(self, now: datetime) -> Joining:
        """What lets pages of a batch join digests."""
        from tocsin.usecases.join_as_planned import Joining

        return Joining(
            at=now,
            lines=self.lines(),
            digests=self.digests(),
            ledger=self.notifications,
            queue=self.deliveries,
            paging=self.paging,
            is_bundled=self.is_bundled,
            new_write_id=self.new_write_id,
        )

    def holding(self, now: datetime) -> Holding:
        """What holds alerts, read when it is asked for."""
        return Holding(
            now=now,
            held=HeldNow(self.paging, now, self.notifications.of_alert),
            slots=self.slots,
            new_write_id=self.new_write_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What a batch of changes has added."""

    entries: int = 0
    timers: int = 0
    deliveries: int = 0
    """Queued, maybe again: the ledger drops duplicates."""
    unreached: int = 0
    """Episodes that have reached nobody, each once."""


def follow_changes(batch: Sequence[StoredChange], *, now: datetime, outlets: Outlets) -> Followed:
    """Apply the consequences of each change: pages first, copies for lists last.

    Each step may be repeated: the stream delivers a batch again from its first failure on.
    """
    consequences = [consequences_of(stored, now=now) for stored in batch]
    latest = {stored.after.alert_id: stored.after for stored in batch}
    deliveries = unreached = 0
    at_once, apart, joining = _of_storms(consequences, now, outlets)
    for sent in batched(_deliveries(at_once, now, outlets, joining), SENT_TOGETHER, strict=False):
        outlets.deliveries.send(sent, now=now)
        deliveries += len(sent)
    if apart:
        outlets.timers.send(apart, now=now)
    for each in consequences:
        if each.reaches_nobody:
            planned, is_first = _tell_last_resort(each.alert, now, outlets)
            outlets.deliveries.send(planned, now=now)
            deliveries += len(planned)
            unreached += is_first
    entries = outlets.timeline.record([each for each in consequences if each.told])
    _add_activity(consequences, outlets)
    due = _still_due(consequences, latest)
    if due:
        outlets.timers.send(due, now=now)
    _keep_beside(consequences, latest, outlets.timeline)
    _note_acts([change for each in consequences for change in each.told], now, outlets)
    return Followed(entries=entries, timers=len(due), deliveries=deliveries, unreached=unreached)


def _add_activity(consequences: Sequence[Consequences], outlets: Outlets) -> None:
    """Say who did what to alerts; what comes twice is the same row."""
    acts = [
        (each.alert, position, change)
        for each in consequences
        for position, change in enumerate(each.told)
        if not each.is_repeat and via_of(change.by) not in {None, Via.INTEGRATION}
    ]
    if acts:
        from tocsin.domain.activity import act_on

        outlets.activity().add(
            [
                act_on(
                    alert.alert_id,
                    change,
                    activity_id=f"{alert.alert_id}-{alert.version}-{position}",
                )
                for alert, position, change in acts
            ]
        )


def _note_acts(told: Sequence[Change], now: datetime, outlets: Outlets) -> None:
    """Note which people act: who is awake is not asleep."""
    by_people = [change for change in told if person_of(change.by)]
    if by_people:
        from tocsin.usecases.be_awake import note_acts

        people, new_write_id = outlets.awake(), outlets.new_write_id
        note_acts(by_people, now=now, people=people, new_write_id=new_write_id)


def _of_storms(
    consequences: Sequence[Consequences], now: datetime, outlets: Outlets
) -> tuple[Sequence[Consequences], Sequence[BegunSteps], Joining | None]:
    """Set steps of storms apart; in a quiet time nothing is asked."""
    begun = [each.alert for each in consequences if each.begins_step]
    before = outlets.begun_lately.before(consequences, now) if begun else ()
    outlets.begun_lately.note(begun, now)
    if not begun or len(begun) + len(before) < STORM_BATCH:
        return consequences, (), None
    joining, directory = outlets.joining(now), outlets.paging.directory(now)
    at_once, apart = set_apart(consequences, before, directory, joining.would_wait, now)
    return at_once, apart, joining


def _deliveries(
    consequences: Sequence[Consequences],
    now: datetime,
    outlets: Outlets,
    joining: Joining | None,
) -> Iterator[Delivery]:
    holding = outlets.holding(now)
    for each in consequences:
        if each.may_be_held_wrongly and not holding.is_settled(each.alert):
            holding.settle(each.alert.alert_id)
        if each.news:
            ledger = outlets.notifications.of_alert(each.alert.alert_id)
            directory = directory_of(ledger, now, outlets)
            updates = plan_updates(each.alert, each.news, ledger, directory)
            yield from keep_in_ledger(updates, now, outlets)
        if each.worsens:
            yield from _planned(plan_worsened, each.alert, now, outlets)
        for asking in each.askings:
            yield from plan_asked(asking, each.alert, now, outlets)
        if each.begins_step and not holding.keeps_back(each.alert):
            yield from plan_messages(each.alert, now, outlets, joining)
    if joining is not None:
        yield from joining.count()


def _tell_last_resort(
    alert: Alert, now: datetime, outlets: Outlets
) -> tuple[Sequence[Delivery], bool]:
    """Plan the message; say whether it is the first of its episode, and to be counted.

    A batch that failed is followed again: it was not counted while its message waits.
    """
    delivery = to_last_resort(alert)
    ledger = outlets.notifications.of_alert(alert.alert_id)
    told = [each for each in ledger if is_to_last_resort(each.delivery)]
    is_first = all(
        each.delivery.key == delivery.key and each.state is DeliveryState.WAITING for each in told
    )
    return keep_in_ledger([delivery], now, outlets), is_first


def directory_of(messages: Sequence[Notification], now: datetime, outlets: Outlets) -> Directory:
    """Read users and channels; anew if a message went to a channel made since the last reading."""
    known = outlets.paging.directory(now)
    if knows_all(known, (each.delivery for each in messages)):
        return known
    return outlets.paging.directory(now, max_age=NOW)


def plan_messages(
    alert: Alert, now: datetime, outlets: Outlets, joining: Joining | None = None
) -> Sequence[Delivery]:
    """Add the messages of the current step to the ledger, and those that are rewritten by it.

    Args:
        alert: Its escalation says which step.
        now: When.
        outlets: Ports.
        joining: Lets pages join digests now; None: in the queue they take their turns.

    Returns:
        The messages to queue: those that have not ended, and have joined no digest.
    """
    is_first = (alert.escalation.loop, alert.escalation.step) == (1, 1)
    ledger = () if is_first else outlets.notifications.of_alert(alert.alert_id)
    takes = joining.takes if joining else None
    asked = _planned(partial(plan_step, ledger=ledger), alert, now, outlets, takes)
    rewritten = plan_rewriting(alert, asked, ledger, directory_of(ledger, now, outlets))
    joined = joining.joined if joining else frozenset[DeliveryKey]()
    queued = (it for it in asked if it.key not in joined)
    return [*queued, *keep_in_ledger(rewritten, now, outlets)]


def plan_asked(asking: Asking, alert: Alert, now: datetime, outlets: Outlets) -> Sequence[Delivery]:
    """Add the messages to people whom a person asked to the ledger.

    Returns:
        The messages to queue: those that have not ended.
    """
    return _planned(partial(plan_asking, asking), alert, now, outlets)


def _planned(
    plan_for: Callable[[Alert, Directory], Plan],
    alert: Alert,
    now: datetime,
    outlets: Outlets,
    takes: Callable[[Delivery], bool] | None = None,
) -> Sequence[Delivery]:
    """Plan; before a target counts as unreachable, the configuration is read anew."""
    plan = plan_for(alert, outlets.paging.directory(now))
    if plan.unreachable:
        plan = plan_for(alert, outlets.paging.directory(now, max_age=NOW))
    for delivery, reason in plan.unreachable:
        _add(Notification.skipped(delivery, reason, at=now), outlets)
    joined = [each for each in plan.deliveries if takes and takes(each)]
    others = [each for each in plan.deliveries if each not in joined]
    return [*joined, *keep_in_ledger(others, now, outlets)]


def keep_in_ledger(
    deliveries: Iterable[Delivery], now: datetime, outlets: Outlets
) -> Sequence[Delivery]:
    """Add each message as waiting before it is queued: the sweep finds there what the queue loses.

    Returns:
        Those that have not ended.
    """
    return [
        each
        for each in deliveries
        if not _add(Notification.waiting(each, at=now), outlets).state.has_ended
    ]


def _add(planned: Notification, outlets: Outlets) -> Notification:
    """Add a message; the ledger's own, if it has the message already."""
    try:
        outlets.notifications.add(planned, write_id=outlets.new_write_id())
    except NotificationRefusedError as refusal:
        return refusal.current or planned
    return planned


def _still_due(
    consequences: Sequence[Consequences], latest: dict[AlertId, Alert]
) -> Sequence[Timer]:
    """Leave out timers that a later change of the batch has moved or removed."""
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


def _by_alert(consequences: Sequence[Consequences]) -> dict[AlertId, list[Sample]]:
    samples: defaultdict[AlertId, list[Sample]] = defaultdict(list)
    for each in consequences:
        if each.sample:
            samples[each.alert.alert_id].append(each.sample)
    return samples
