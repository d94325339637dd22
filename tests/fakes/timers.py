"""Timers that wait in memory."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tocsin.domain.next_action import AnyTimer

LONGEST_DELAY = timedelta(minutes=15)


class InMemoryTimers:
    """Implements `TimerQueue`; like the queue, it holds twice what it was sent twice."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, AnyTimer]] = []

    def send(self, timers: Sequence[AnyTimer], *, now: datetime) -> None:
        latest = now + LONGEST_DELAY
        self._waiting += [(min(latest, max(now, timer.due_at)), timer) for timer in timers]

    @property
    def waiting(self) -> list[AnyTimer]:
        return [timer for _, timer in self._waiting]

    @property
    def soonest(self) -> datetime | None:
        """When the next one arrives."""
        return min((arrives_at for arrives_at, _ in self._waiting), default=None)

    def arrived(self, now: datetime) -> list[AnyTimer]:
        """Take out what has arrived, soonest first."""
        arrived = sorted((it for it in self._waiting if it[0] <= now), key=lambda it: it[0])
        self._waiting = [it for it in self._waiting if it[0] > now]
        return [timer for _, timer in arrived]
