"""Timers that wait in memory."""

from collections.abc import Sequence
from datetime import datetime

from tocsin.domain.timers import AnyTimer
from tocsin_cli.simulated.waiting import Waiting


class InMemoryTimers(Waiting[AnyTimer]):
    """Implements `TimerQueue`."""

    def send(self, timers: Sequence[AnyTimer], *, now: datetime) -> None:
        self._add(timers, now)
