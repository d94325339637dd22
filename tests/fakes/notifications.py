"""The ledger of deliveries, in memory."""

from dataclasses import replace

from tocsin.domain.errors import NotificationRefusedError
from tocsin.domain.ids import AlertId, WriteId
from tocsin.domain.notification import Delivery, DeliveryKey, DeliveryState, Notification


class InMemoryNotifications:
    """Implements `NotificationRepository`."""

    def __init__(self) -> None:
        self.stream: list[Notification] = []
        """What each write left, claims left out: what the stream tells."""
        self._kept: dict[DeliveryKey, Notification] = {}

    def get(self, delivery: Delivery) -> Notification | None:
        return self._kept.get(delivery.key)

    def add(self, notification: Notification, *, write_id: WriteId) -> None:
        current = self.get(notification.delivery)
        if current is not None:
            raise NotificationRefusedError(current)
        self._write(notification, write_id)

    def update(
        self, before: Notification, after: Notification, *, write_id: WriteId
    ) -> Notification:
        current = self.get(before.delivery)
        if current is None or current.version != before.version:
            raise NotificationRefusedError(current)
        return self._write(replace(after, version=before.version + 1), write_id)

    def of_alert(self, alert_id: AlertId) -> tuple[Notification, ...]:
        return tuple(
            notification
            for _, notification in sorted(self._kept.items())
            if notification.delivery.alert_id == alert_id
        )

    def _write(self, notification: Notification, write_id: WriteId) -> Notification:
        assert write_id, "every write carries an id"
        self._kept[notification.delivery.key] = notification
        if notification.state is not DeliveryState.CLAIMED:
            self.stream.append(notification)
        return notification
