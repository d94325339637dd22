"""What waits in memory until its time; like SQS, it holds twice what it was sent twice."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

LONGEST_DELAY = timedelta(minutes=15)


class Due(Protocol):
    """A message with a time."""

    @property
    def due_at(self) -> datetime: ...


class Waiting[T: Due]:
    """Messages, and when each arrives."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, T]] = []

    def _add(self, messages: Iterable[T], now: datetime) -> None:
        latest = now + LONGEST_DELAY
        self._waiting += [(min(latest, max(now, it.due_at)), it) for it in messages]

    @property
    def waiting(self) -> list[T]:
        return [message for _, message in self._waiting]

    @property
    def soonest(self) -> datetime | None:
        """When the next one arrives."""
        return min((arrives_at for arrives_at, _ in self._waiting), default=None)

    def arrived(self, now: datetime) -> list[T]:
        """Take out what has arrived, soonest first."""
        arrived = sorted((it for it in self._waiting if it[0] <= now), key=lambda it: it[0])
        self._waiting = [it for it in self._waiting if it[0] > now]
        return [message for _, message in arrived]
