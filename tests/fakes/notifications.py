"""The ledger in memory."""

from collections.abc import Callable
from dataclasses import replace

from tocsin.domain.ids import AlertId, WriteId
from tocsin.domain.notification import Delivery, DeliveryKey, Notification
from tocsin.usecases.refusals import NotificationRefusedError

type Stored = tuple[Notification | None, Notification]


class InMemoryNotifications:
    """Implements `NotificationRepository`."""

    def __init__(self) -> None:
        self._kept: dict[DeliveryKey, Notification] = {}
        self.stream: list[Stored] = []
        """What was written, before and after, for whoever follows it."""
        self.meanwhile: Callable[[], object] | None = None
        """Done once, between the next read and the write after it."""

    def get(self, delivery: Delivery) -> Notification | None:
        return self._kept.get(delivery.key)

    def add(self, notification: Notification, *, write_id: WriteId) -> None:  # noqa: ARG002 - no reply is lost here
        self._let_others_act()
        current = self._kept.get(notification.delivery.key)
        if current is not None:
            raise NotificationRefusedError(current)
        self._keep(None, notification)

    def update(
        self,
        before: Notification,
        after: Notification,
        *,
        write_id: WriteId,  # noqa: ARG002 - no reply is lost here
    ) -> Notification:
        self._let_others_act()
        current = self._kept.get(before.delivery.key)
        if current is None or current.version != before.version:
            raise NotificationRefusedError(current)
        stored = replace(after, version=before.version + 1)
        self._keep(current, stored)
        return stored

    def of_alert(self, alert_id: AlertId) -> tuple[Notification, ...]:
        kept = [each for each in self._kept.values() if each.delivery.alert_id == alert_id]
        return tuple(sorted(kept, key=lambda each: _place(each.delivery)))

    def _keep(self, before: Notification | None, after: Notification) -> None:
        self._kept[after.delivery.key] = after
        self.stream.append((before, after))

    def _let_others_act(self) -> None:
        act, self.meanwhile = self.meanwhile, None
        if act is not None:
            act()


def _place(delivery: Delivery) -> tuple[int, int, int, str]:
    told = f"v{delivery.version:06}#" if delivery.version else ""
    rest = f"{told}{delivery.target}#{delivery.channel}"
    return delivery.episode, delivery.step, delivery.loop, rest
