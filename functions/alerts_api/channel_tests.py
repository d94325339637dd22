"""The test of a channel: a message like any other, and its result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.ids import AlertId, entropy, ulid
from tocsin.domain.notification import (
    Delivery,
    DeliveryState,
    Notification,
    NotificationEvent,
    NotificationReason,
)

if TYPE_CHECKING:
    from tocsin.usecases.ports import DeliveryQueue, NotificationRepository

PAUSES_SECONDS: Final = (0.25, 0.25, 0.5, 0.5, 0.5, 1, 1, 1, 1, 1, 1)
"""8 s in all, of the function's 15: a person waits for the answer."""
_RANDOM_BYTES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTests:
    deliveries: Callable[[], DeliveryQueue]
    notifications: NotificationRepository
    random_bytes: Callable[[int], bytes]
    wait: Callable[[float], None]
    """Takes seconds."""

    def run(self, channel: str, *, at: datetime) -> dict[str, Any]:
        """Send a test through a channel; its alert does not exist.

        Returns:
            Its state within 8 s.
        """
        delivery = Delivery(
            alert_id=AlertId(ulid(at, entropy(self.random_bytes(_RANDOM_BYTES)))),
            episode=1,
            step=0,
            loop=0,
            target=str(Target(TargetKind.CHANNEL, channel)),
            channel=channel,
            event=NotificationEvent.TEST,
            reason=NotificationReason.TEST,
            asked_at=at,
            due_at=at,
        )
        self.deliveries().send([delivery], now=at)
        notification = None
        for pause in PAUSES_SECONDS:
            self.wait(pause)
            notification = self.notifications.get(delivery)
            if notification is not None and notification.state.has_ended:
                break
        return _outcome(notification)


def _outcome(notification: Notification | None) -> dict[str, Any]:
    if notification is None:
        reason = "the notifier has not taken it on yet"
        return {"state": "pending", "provider_id": None, "reason": reason, "attempts": 0}
    state = "sent" if notification.state is DeliveryState.SENT else "failed"
    if not notification.state.has_ended:
        state = "pending"
    return {
        "state": state,
        "provider_id": notification.provider_id,
        "reason": notification.reason,
        "attempts": notification.attempts,
    }
