"""Deliveries that wait in memory."""

from collections.abc import Sequence
from datetime import datetime

from tocsin.domain.notification import Delivery
from tocsin_cli.simulated.waiting import Waiting


class InMemoryDeliveries(Waiting[Delivery]):
    """Implements `DeliveryQueue`."""

    def send(self, deliveries: Sequence[Delivery], *, now: datetime) -> None:
        self._add(deliveries, now)

    def put_back(self, delivery: Delivery, *, until: datetime) -> None:
        """Bring it back later, as a message that is sent anew with a delay."""
        self._waiting.append((until, delivery))
