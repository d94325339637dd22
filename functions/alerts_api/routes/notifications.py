"""The ledger of an alert: its notifications and their states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.alerts_api.listing import answer_page
from functions.alerts_api.request import Request
from functions.alerts_api.route import Route
from functions.alerts_api.routes.alerts import ALERT
from tocsin.domain.alert_json import written
from tocsin.domain.credential import Scope
from tocsin.domain.ids import AlertId, milliseconds
from tocsin.domain.notification import DeliveryState, Notification
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from tocsin.usecases.ports import AlertRepository, NotificationRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRoutes:
    alerts: AlertRepository
    notifications: Callable[[], NotificationRepository]

    def routes(self) -> tuple[Route, ...]:
        path = f"{ALERT}/notifications"
        return (
            Route("GET", path, "list_notifications", self.list_notifications, Scope.ALERTS_READ),
        )

    def list_notifications(self, request: Request, alert_id: str) -> HttpAnswer:
        """In the order of their creation."""
        alert = self.alerts.get_shortened(AlertId(alert_id))
        notifications = sorted(self.notifications().of_alert(alert.alert_id), key=_place)
        return answer_page(request, notifications, name_of=_place, view=view_notification)


def view_notification(notification: Notification) -> dict[str, Any]:
    delivery = notification.delivery
    is_sent = notification.state is DeliveryState.SENT
    is_waiting = notification.state is DeliveryState.WAITING
    return {
        "id": delivery.key,
        "event": delivery.event,
        "occasion": delivery.reason,
        "step": delivery.step,
        "step_name": delivery.step_name,
        "loop": delivery.loop,
        "target": delivery.target,
        "schedule": delivery.schedule,
        "channel": delivery.channel,
        "state": notification.state,
        "reason": notification.reason,
        "attempts": notification.attempts,
        "provider_id": notification.provider_id,
        "bundled_into": notification.bundled_into,
        "created_at": written(notification.created_at),
        "sent_at": written(notification.changed_at) if is_sent else None,
        "changed_at": written(notification.changed_at),
        "due_at": written(notification.next_attempt_at) if is_waiting else None,
        "next_attempt_at": None if is_waiting else written(notification.next_attempt_at),
    }


def _place(notification: Notification) -> str:
    return f"{milliseconds(notification.created_at):014} {notification.delivery.key}"
