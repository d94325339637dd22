"""Providers of a simulation: they take every message, and remember who was told when."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tocsin.domain.alert import Alert
from tocsin.domain.destination import is_to_user, method_of
from tocsin.domain.digest_message import DigestMessage
from tocsin.domain.ids import AlertId
from tocsin.domain.last_resort import TopicMessage
from tocsin.domain.message import Message
from tocsin.domain.notification import Delivery, Notification, NotificationEvent
from tocsin.domain.on_call.notice import Notice
from tocsin.domain.people import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message that arrived."""

    at: datetime
    kind: str
    """`user`, `channel`, or `last resort`."""
    name: str
    by: str
    """A contact method; of a channel, its type."""
    alert_ids: tuple[AlertId, ...]
    subject: str
    event: NotificationEvent | None
    """What a message tells; None: one of the last resort."""
    is_page: bool
    """Whether it asks for somebody; else it tells how an alert went on."""
    is_digest: bool = False
    step: str | None = None


@dataclass
class Recorder:
    """Implements `MessageSender` and `Topic`."""

    now: Callable[[], datetime]
    told: list[Told] = field(default_factory=list)

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        delivery = notification.delivery
        is_page = delivery.event in {NotificationEvent.PAGED, NotificationEvent.WORSENED}
        self._note(
            delivery,
            channel,
            (alert.alert_id,),
            message.subject,
            is_page=is_page,
            step=delivery.step_name,
        )
        return None

    def send_digest(
        self, notification: Notification, message: DigestMessage, channel: Channel
    ) -> str | None:
        ids = message.digest.alert_ids
        self._note(
            notification.delivery, channel, ids, message.subject, is_page=True, is_digest=True
        )
        return None

    def send_notice(
        self,
        notification: Notification,  # noqa: ARG002
        notice: Notice,  # noqa: ARG002
        link: str | None,  # noqa: ARG002
        channel: Channel,  # noqa: ARG002
    ) -> str | None:
        """Notices are no part of what becomes of alerts."""
        return None

    def publish(self, message: TopicMessage) -> str:
        self.told.append(
            Told(
                at=self.now(),
                kind="last resort",
                name="last resort",
                by="topic",
                alert_ids=(),
                subject=message.subject,
                event=None,
                is_page=True,
            )
        )
        return "topic"

    def _note(  # noqa: PLR0913 - the fields of one message
        self,
        delivery: Delivery,
        channel: Channel,
        alert_ids: tuple[AlertId, ...],
        subject: str,
        *,
        is_page: bool,
        is_digest: bool = False,
        step: str | None = None,
    ) -> None:
        to_user = is_to_user(delivery)
        method = method_of(delivery) if to_user else None
        self.told.append(
            Told(
                at=self.now(),
                kind="user" if to_user else "channel",
                name=delivery.target_name if to_user else channel.name,
                by=method.value if method else channel.type,
                alert_ids=alert_ids,
                subject=subject,
                event=delivery.event,
                is_page=is_page,
                is_digest=is_digest,
                step=step,
            )
        )
