"""A batch of the deliveries queue: each message for itself, side by side."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from functions.notifier.ports import Ports
from tocsin.adapters.queues import delivery_from
from tocsin.domain.notification import DeliveryState, NotificationReason
from tocsin.lambda_runtime.log_lines import Measure
from tocsin.usecases.deliver_notification import Delivered, Outcome, deliver_notification

_MILLISECOND: Final = timedelta(milliseconds=1)
_ONE: Final = Measure(1, "Count")

type QueueMessage = Mapping[str, Any]


def deliver_messages(messages: Sequence[QueueMessage], ports: Ports) -> list[str]:
    """Work on all messages at the same time.

    Returns:
        The ids of the messages that failed; the queue brings them back.
    """
    running = [
        (message["messageId"], ports.threads.submit(_is_done, message, ports))
        for message in messages
    ]
    return [message_id for message_id, done in running if not done.result()]


def _is_done(message: QueueMessage, ports: Ports) -> bool:
    try:
        _deliver(message, ports)
    except Exception:
        ports.log.exception("Delivery not worked on", message_id=message["messageId"])
        return False
    return True


def _deliver(message: QueueMessage, ports: Ports) -> None:
    delivery = delivery_from(message["body"])
    delivered = deliver_notification(delivery, ports.work)
    if delivered.outcome is Outcome.LATER:
        return
    facts: dict[str, object] = {
        "outcome": delivered.outcome,
        "notification": delivery.key,
        "alert_id": delivery.alert_id,
        "channel": delivery.channel,
    }
    if delivered.notification is not None:
        facts["attempts"] = delivered.notification.attempts
        facts["reason"] = delivered.notification.reason
    is_well = delivered.outcome not in {Outcome.FAILED, Outcome.RETRYING}
    (ports.log.info if is_well else ports.log.warning)("Delivery worked on", **facts)
    _measure(delivered, ports)


def _measure(delivered: Delivered, ports: Ports) -> None:
    notification, alert = delivered.notification, delivered.alert
    if notification is None:
        return
    delivery = notification.delivery
    type_ = str(delivered.channel.type) if delivered.channel else "none"
    if delivered.outcome is Outcome.FAILED and notification.state is DeliveryState.FAILED:
        ports.measure("DeliveriesFailed", _ONE, channel=type_)
    if delivered.outcome is not Outcome.SENT:
        return
    ports.measure("DeliveriesSent", _ONE, channel=type_)
    if delivery.is_page and delivery.reason is NotificationReason.FIRST and alert is not None:
        time_to_page = (notification.changed_at - alert.fired_at) / _MILLISECOND
        ports.measure("TimeToPage", Measure(time_to_page, "Milliseconds"))
