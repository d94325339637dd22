"""A batch of the deliveries queue: its messages are sent at the same time."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from functions.notifier.ports import Ports
from tocsin.adapters.queues import delivery_from
from tocsin.domain.notification import DeliveryState, NotificationReason
from tocsin.domain.reach import is_to_last_resort
from tocsin.lambda_runtime.observability import Measure
from tocsin.lambda_runtime.set_aside import Dealt, QueueMessage, deal_with
from tocsin.usecases.deliver_notification import deliver_notification, join_together
from tocsin.usecases.delivery_work import Delivered, Outcome

_MILLISECOND: Final = timedelta(milliseconds=1)


def deliver_messages(messages: Sequence[QueueMessage], ports: Ports) -> list[str]:
    """Work on all messages at the same time, but for those that join a digest together.

    Returns:
        The ids of the messages that failed; the queue brings them back.
    """
    joined = _joined(messages, ports) if len(messages) > 1 else frozenset()
    running = [
        (message["messageId"], ports.threads.submit(_deal_with, message, ports))
        for message in messages
        if message["messageId"] not in joined
    ]
    dealt = [(message_id, done.result()) for message_id, done in running]
    ports.measure(*(measure for _, end in dealt for measure in end.measures))
    return [message_id for message_id, end in dealt if not end.is_done]


def _joined(messages: Sequence[QueueMessage], ports: Ports) -> frozenset[str]:
    """The ids of messages that have joined a digest; what fails here is worked on one by one."""
    try:
        deliveries = {message["messageId"]: delivery_from(message["body"]) for message in messages}
        together = set(join_together(list(deliveries.values()), ports.work))
    except Exception:
        ports.log.exception("Messages did not join together")
        return frozenset()
    return frozenset(name for name, delivery in deliveries.items() if delivery in together)


def _deal_with(message: QueueMessage, ports: Ports) -> Dealt:
    work = partial(_deliver, ports=ports)
    return deal_with(message, work, ports, failed="Delivery not worked on")


def _deliver(message: QueueMessage, ports: Ports) -> Sequence[Measure]:
    delivery = delivery_from(message["body"])
    delivered = deliver_notification(delivery, ports.work)
    if delivered.outcome is Outcome.LATER:
        return ()
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
    return list(_measures(delivered))


def _measures(delivered: Delivered) -> Iterator[Measure]:
    notification = delivered.notification
    if notification is None:
        return
    delivery = notification.delivery
    type_ = str(delivered.channel.type) if delivered.channel else "none"
    if delivered.outcome is Outcome.FAILED and notification.state is DeliveryState.FAILED:
        yield Measure("DeliveriesFailed", channel_type=type_)
    if delivered.outcome is not Outcome.SENT or is_to_last_resort(delivery):
        return
    yield Measure("DeliveriesSent", channel_type=type_)
    is_first = delivery.is_page and delivery.reason is NotificationReason.FIRST
    if is_first and not delivery.is_by_rule:
        time_to_page = (notification.changed_at - delivery.asked_at) / _MILLISECOND
        yield Measure("TimeToPage", time_to_page, "Milliseconds")
