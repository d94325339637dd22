"""The stream tells what was written: the timeline, the counts and the timers follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tocsin.domain.alert import Alert
from tocsin.domain.consequences import AlertChange, Consequences, StoredChange, consequences_of
from tocsin.domain.history import Sample
from tocsin.domain.ids import AlertId
from tocsin.domain.next_action import Timer, next_action

if TYPE_CHECKING:
    from tocsin.usecases.ports import TimelineRepository, TimerQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What a batch of changes brought that was not there before."""

    entries: int
    timers: int


def follow_changes(
    batch: Sequence[StoredChange],
    *,
    now: datetime,
    timeline: TimelineRepository,
    timers: TimerQueue,
) -> Followed:
    """Do what each change brings with it; what nobody waits for comes last.

    Every step may be done again: the stream delivers a batch anew from its first failure on.

    Args:
        batch: In the stream's order; changes of one alert may meet here.
        now: When the batch is worked on.
        timeline: Keeps what happened.
        timers: Brings back what is due before a tick finds it.
    """
    consequences = [consequences_of(stored, now=now) for stored in batch]
    latest = {stored.after.alert_id: stored.after for stored in batch}
    entries = timeline.record([_told(each) for each in consequences if each.told])
    due = _still_due(consequences, latest)
    if due:
        timers.send(due, now=now)
    for alert_id, samples in _by_alert(consequences).items():
        timeline.add_samples(alert_id, samples)
    for alert_id in {each.alert.alert_id: None for each in consequences if each.refreshes_listed}:
        timeline.refresh_listed(latest[alert_id])
    for each in consequences:
        if each.ends:
            timeline.let_expire(each.alert)
    return Followed(entries=entries, timers=len(due))


def _still_due(
    consequences: Sequence[Consequences], latest: dict[AlertId, Alert]
) -> Sequence[Timer]:
    """Leave out what a later change of the same batch put off or made needless."""
    return [
        Timer(slot=each.alert.fingerprint, due_at=each.due_at)
        for each in consequences
        if each.due_at and each.due_at == next_action(latest[each.alert.alert_id]).at
    ]


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
