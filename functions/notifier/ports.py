"""Ports of the notifier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tocsin.lambda_runtime.observability import Log, Measure, write_metrics
from tocsin.lambda_runtime.set_aside import FailureQueue

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from datetime import datetime

    from tocsin.channels.ports import PushDevices
    from tocsin.domain.push_device import PushDevice
    from tocsin.usecases.delivery_work import Work


@dataclass(frozen=True, slots=True)
class LatePushDevices:
    """Implements `PushDevices`; its adapter is loaded with the first note."""

    make: Callable[[], PushDevices]

    def note_gone(self, user: str, device: PushDevice, *, at: datetime) -> bool:
        return self.make().note_gone(user, device, at=at)

    def note_taken(self, user: str, device: PushDevice, *, at: datetime) -> bool:
        return self.make().note_taken(user, device, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything that app.py wires and tests replace."""

    work: Work
    threads: Executor
    """A provider that hangs does not hold up the rest of a batch."""
    log: Log
    service: str
    failures: FailureQueue | None = None
    """Takes what fails for good; None: it is reported as failed to the queue."""

    def measure(self, *measures: Measure) -> None:
        """Write metrics; threads return their measures instead."""
        write_metrics(self.service, measures)
