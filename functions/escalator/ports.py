"""Ports of the escalator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tocsin.domain.storm_steps import BegunLately
from tocsin.lambda_runtime.observability import Log, Measure, write_metrics
from tocsin.lambda_runtime.set_aside import FailureQueue
from tocsin.usecases.follow_changes import Outlets

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from tocsin.domain.awake import Awake
    from tocsin.domain.hold import HoldKind
    from tocsin.domain.silence import Silence
    from tocsin.usecases.change_on_call import OnCallWork
    from tocsin.usecases.ports import (
        ActivityRepository,
        AlertRepository,
        ChangeCounter,
        ConfigurationRepository,
        DeliveryQueue,
        DigestRepository,
        DueRepository,
        HeartbeatRepository,
        IncidentRepository,
        LineRepository,
        NewWriteId,
        NotificationRepository,
        PagingRepository,
        SlotRepository,
        StormRepository,
        SweepRepository,
        TimelineRepository,
        TimerQueue,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything that app.py wires and tests replace."""

    timeline: TimelineRepository
    activity: Callable[[], ActivityRepository]
    """Made for the first act of a person."""
    changes: ChangeCounter
    slots: SlotRepository
    due: DueRepository
    timers: TimerQueue
    paging: PagingRepository
    notifications: NotificationRepository
    deliveries: DeliveryQueue
    heartbeats: Callable[[], HeartbeatRepository]
    """Made for the first timer of a heartbeat."""
    alerts: Callable[[], AlertRepository]
    """Made for the first sweep."""
    silences: Callable[[HoldKind], ConfigurationRepository[Silence]]
    """Made for a timer of a silence or window."""
    awake: Callable[[], ConfigurationRepository[Awake]]
    """Made for the first act of a person."""
    digests: Callable[[], DigestRepository]
    """Made for the first page to a person who is awake."""
    sweeps: Callable[[], SweepRepository]
    storms: Callable[[], StormRepository]
    """Made for the first alert that opens."""
    incidents: Callable[[], IncidentRepository]
    """Made for the first storm."""
    lines: Callable[[], LineRepository]
    """Made for the first batch of a storm."""
    is_bundled: Callable[[str], bool]
    on_call: Callable[[], OnCallWork]
    """Made for the first tick that tells of shifts."""
    threads: Callable[[], Executor]
    """Made for the first batch of timers."""
    now: Callable[[], datetime]
    wait: Callable[[float], None]
    """Takes seconds, less than one: SQS delays by whole seconds."""
    new_write_id: NewWriteId
    log: Log
    service: str
    failures: FailureQueue | None = None
    """Takes what fails for good; None: it is reported as failed to the queue or stream."""
    begun_lately: BegunLately = field(default_factory=BegunLately)

    @property
    def outlets(self) -> Outlets:
        return Outlets(
            timeline=self.timeline,
            activity=self.activity,
            slots=self.slots,
            paging=self.paging,
            notifications=self.notifications,
            deliveries=self.deliveries,
            timers=self.timers,
            digests=self.digests,
            awake=self.awake,
            lines=self.lines,
            is_bundled=self.is_bundled,
            new_write_id=self.new_write_id,
            begun_lately=self.begun_lately,
        )

    def measure(self, *measures: Measure) -> None:
        """Write metrics; threads return their measures instead."""
        write_metrics(self.service, measures)
