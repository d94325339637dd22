"""Providers of channels in memory: what they took, and how they fail."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tocsin.domain.alert import Alert
from tocsin.domain.digest_message import DigestMessage
from tocsin.domain.ids import AlertId
from tocsin.domain.last_resort import TopicMessage
from tocsin.domain.message import Message
from tocsin.domain.notification import Delivery, DeliveryKey, Notification, NotificationEvent
from tocsin.domain.on_call.notice import Notice
from tocsin.domain.people import Channel
from tocsin.domain.phrase import plain
from tocsin.domain.push_device import PushDevice
from tocsin.usecases.refusals import DeliveryFailedError


@dataclass(frozen=True, kw_only=True)
class Received:
    """One message that a provider took."""

    at: datetime
    key: DeliveryKey
    alert_id: AlertId
    target: str
    channel: str
    event: NotificationEvent
    step: str | None
    loop: int
    attempt: int
    message: Message

    @property
    def subject(self) -> str:
        return self.message.subject

    @property
    def news(self) -> str:
        return plain(self.message.lead)


@dataclass(frozen=True)
class ReceivedNotice:
    """One notice that a provider took."""

    at: datetime
    target: str
    by: str
    """The type of the channel."""
    notice: Notice
    link: str | None


@dataclass(frozen=True, kw_only=True)
class ReceivedDigest:
    """One digest that a provider took."""

    at: datetime
    key: DeliveryKey
    target: str
    channel: str
    message: DigestMessage

    @property
    def alert_ids(self) -> tuple[AlertId, ...]:
        return self.message.digest.alert_ids


@dataclass
class Providers:
    """Implements `MessageSender` for every type of channel."""

    now: Callable[[], datetime]
    received: list[Received] = field(default_factory=list)
    digests: list[ReceivedDigest] = field(default_factory=list)
    notices: list[ReceivedNotice] = field(default_factory=list)
    _failures: "defaultdict[str, list[DeliveryFailedError]]" = field(
        default_factory=lambda: defaultdict(list)
    )

    def fail(self, channel: str, *failures: DeliveryFailedError) -> None:
        """Let the next messages for a channel fail, one by one."""
        self._failures[channel] += failures

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        delivery = notification.delivery
        waiting = self._failures[delivery.channel]
        if waiting:
            raise waiting.pop(0)
        self.received.append(
            Received(
                at=self.now(),
                key=delivery.key,
                alert_id=alert.alert_id,
                target=delivery.target,
                channel=delivery.channel,
                event=delivery.event,
                step=delivery.step_name,
                loop=delivery.loop,
                attempt=notification.attempts,
                message=message,
            )
        )
        return f"{channel.type}-{len(self.received)}"

    def send_digest(
        self, notification: Notification, message: DigestMessage, channel: Channel
    ) -> str | None:
        delivery = notification.delivery
        waiting = self._failures[delivery.channel]
        if waiting:
            raise waiting.pop(0)
        received = ReceivedDigest(
            at=self.now(),
            key=delivery.key,
            target=delivery.target,
            channel=delivery.channel,
            message=message,
        )
        self.digests.append(received)
        return f"{channel.type}-digest-{len(self.digests)}"

    def send_notice(
        self, notification: Notification, notice: Notice, link: str | None, channel: Channel
    ) -> str | None:
        delivery = notification.delivery
        waiting = self._failures[delivery.channel]
        if waiting:
            raise waiting.pop(0)
        self.notices.append(ReceivedNotice(self.now(), delivery.target, channel.type, notice, link))
        return f"{channel.type}-notice-{len(self.notices)}"


@dataclass
class InMemoryTopic:
    """Implements `Topic`: what the stack's own topic was told, and when."""

    now: Callable[[], datetime]
    told: list[tuple[datetime, TopicMessage]] = field(default_factory=list)
    failures: list[DeliveryFailedError] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        return [message.text for _, message in self.told]

    def publish(self, message: TopicMessage) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.told.append((self.now(), message))
        return f"sns-{len(self.told)}"


@dataclass
class NotedDevices:
    """Implements `PushDevices`; keeps what was noted, with the device's id."""

    noted: list[tuple[str, str, str]] = field(default_factory=list)

    def note_gone(self, user: str, device: PushDevice, *, at: datetime) -> bool:
        assert at.tzinfo is not None
        self.noted.append(("gone", user, device.device_id))
        return True

    def note_taken(self, user: str, device: PushDevice, *, at: datetime) -> bool:
        assert at.tzinfo is not None
        self.noted.append(("taken", user, device.device_id))
        return True


class NoShortLinks:
    """Implements `ShortLinks`: none can be stored."""

    def short_link(self, delivery: Delivery) -> str | None:
        assert delivery.key
        return None
