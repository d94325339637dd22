"""Ports of the notifier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tocsin.lambda_runtime.observability import Log, Measure, write_metrics
from tocsin.lambda_runtime.set_aside import FailureQueue

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from tocsin.usecases.delivery_work import Work


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
