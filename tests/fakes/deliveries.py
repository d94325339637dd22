"""Deliveries that wait in memory."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tocsin.domain.notification import Delivery

LONGEST_DELAY = timedelta(minutes=15)


class InMemoryDeliveries:
    """Implements `DeliveryQueue`; like the queue, it holds twice what it was sent twice."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, Delivery]] = []

    def send(self, deliveries: Sequence[Delivery], *, now: datetime) -> None:
        latest = now + LONGEST_DELAY
        self._waiting += [(min(latest, max(now, it.due_at)), it) for it in deliveries]

    def put_back(self, delivery: Delivery, *, until: datetime) -> None:
        """Bring it back later, as a message that is sent anew with a delay."""
        self._waiting.append((until, delivery))

    @property
    def waiting(self) -> list[Delivery]:
        return [delivery for _, delivery in self._waiting]

    @property
    def soonest(self) -> datetime | None:
        """When the next one arrives."""
        return min((arrives_at for arrives_at, _ in self._waiting), default=None)

    def arrived(self, now: datetime) -> list[Delivery]:
        """Take out what has arrived, soonest first."""
        arrived = sorted((it for it in self._waiting if it[0] <= now), key=lambda it: it[0])
        self._waiting = [it for it in self._waiting if it[0] > now]
        return [delivery for _, delivery in arrived]
