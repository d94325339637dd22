"""What the escalator needs of the world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tocsin.lambda_runtime.observability import Log, Measure, write_metrics
from tocsin.lambda_runtime.set_aside import FailureQueue
from tocsin.usecases.follow_changes import Outlets

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from tocsin.usecases.ports import (
        AlertRepository,
        DeliveryQueue,
        DueRepository,
        HeartbeatRepository,
        NewWriteId,
        NotificationRepository,
        PagingRepository,
        SlotRepository,
        SweepRepository,
        TimelineRepository,
        TimerQueue,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything that app.py wires and tests replace."""

    timeline: TimelineRepository
    slots: SlotRepository
    due: DueRepository
    timers: TimerQueue
    paging: PagingRepository
    notifications: NotificationRepository
    deliveries: DeliveryQueue
    heartbeats: Callable[[], HeartbeatRepository]
    """Made when a timer of one comes back."""
    alerts: Callable[[], AlertRepository]
    """Made when a sweep is due."""
    sweeps: Callable[[], SweepRepository]
    threads: Callable[[], Executor]
    """Made when timers come back: they are worked on side by side."""
    now: Callable[[], datetime]
    wait: Callable[[float], None]
    """For so many seconds, less than one: SQS counts in whole ones."""
    new_write_id: NewWriteId
    log: Log
    service: str
    failures: FailureQueue | None = None
    """Where what cannot be done is set aside; None: it is reported as failed, again and again."""

    @property
    def outlets(self) -> Outlets:
        """Where the consequences of a change go to."""
        return Outlets(
            timeline=self.timeline,
            slots=self.slots,
            paging=self.paging,
            notifications=self.notifications,
            deliveries=self.deliveries,
            timers=self.timers,
            new_write_id=self.new_write_id,
        )

    def measure(self, *measures: Measure) -> None:
        """Write metrics; threads return their measures instead."""
        write_metrics(self.service, measures)
