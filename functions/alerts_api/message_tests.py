"""Tests of channels and of people's contact methods: messages like any other, and their results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from tocsin.domain.alert_json import written
from tocsin.domain.escalation import Target
from tocsin.domain.ids import AlertId, entropy, ulid
from tocsin.domain.notification import (
    Delivery,
    DeliveryState,
    Notification,
    NotificationEvent,
    NotificationReason,
)

if TYPE_CHECKING:
    from functions.alerts_api.ports import Ports
    from tocsin.usecases.ports import DeliveryQueue, NotificationRepository

PAUSES_SECONDS: Final = (0.25, 0.25, 0.5, 0.5, 0.5, 1, 1, 1, 1, 1, 1)
"""8 s in all, of the function's 15: a person waits for the answer."""
SENDING_SECONDS: Final = 3
"""Of these, how long one that is being sent is waited for: a dead host answers in no time."""
_RANDOM_BYTES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTests:
    deliveries: Callable[[], DeliveryQueue]
    notifications: NotificationRepository
    random_bytes: Callable[[int], bytes]
    wait: Callable[[float], None]
    """Takes seconds."""

    def run(self, target: Target, channels: Sequence[str], *, at: datetime) -> list[dict[str, Any]]:
        """Send a test by each channel or contact method; its alert does not exist.

        Returns:
            Their states within 8 s, sooner where more waiting would tell nothing.
        """
        alert_id = AlertId(ulid(at, entropy(self.random_bytes(_RANDOM_BYTES))))
        sent = [
            Delivery(
                alert_id=alert_id,
                episode=1,
                step=0,
                loop=0,
                target=str(target),
                channel=channel,
                event=NotificationEvent.TEST,
                reason=NotificationReason.TEST,
                asked_at=at,
                due_at=at,
            )
            for channel in channels
        ]
        if sent:
            self.deliveries().send(sent, now=at)
        return [_outcome(it) for it in self._awaited(sent)]

    def _awaited(self, sent: Sequence[Delivery]) -> list[Notification | None]:
        known: list[Notification | None] = [None] * len(sent)
        being_sent = [0.0] * len(sent)
        for pause in PAUSES_SECONDS if sent else ():
            self.wait(pause)
            for number, delivery in enumerate(sent):
                if _is_open(known[number], being_sent[number]):
                    known[number] = it = self.notifications.get(delivery)
                    if it is not None and it.state is DeliveryState.CLAIMED:
                        being_sent[number] += pause
            if not any(map(_is_open, known, being_sent)):
                break
        return known


def message_tests(ports: Ports) -> MessageTests:
    return MessageTests(
        deliveries=ports.deliveries,
        notifications=ports.notifications(),
        random_bytes=ports.random_bytes,
        wait=ports.wait,
    )


def _is_open(notification: Notification | None, being_sent_seconds: float) -> bool:
    """Whether waiting longer may tell how it ends."""
    if notification is None:
        return True
    match notification.state:
        case DeliveryState.CLAIMED:
            return being_sent_seconds < SENDING_SECONDS
        case DeliveryState.WAITING:
            due_at = notification.next_attempt_at
            return due_at is None or due_at <= notification.delivery.asked_at
        case _:
            return False


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
        "reason": _waits_for(notification),
        "attempts": notification.attempts,
    }


def _waits_for(notification: Notification) -> str | None:
    """Why it failed, or what it waits for."""
    next_attempt_at = notification.next_attempt_at
    if notification.state is DeliveryState.CLAIMED:
        return "it is being sent, and its provider has not answered yet"
    if notification.state is DeliveryState.RETRYING and next_attempt_at is not None:
        return f"{notification.reason}; it is tried again at {written(next_attempt_at)}"
    return notification.reason
