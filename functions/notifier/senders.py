"""Which module brings messages to which type of channel; each is loaded on its first use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tocsin.domain.errors import TryAgainError
from tocsin.domain.people import ChannelType
from tocsin.usecases.refusals import DeliveryFailedError

if TYPE_CHECKING:
    from functions.notifier.outbound import Outbound
    from functions.notifier.parameters import Parameters
    from tocsin.domain.alert import Alert
    from tocsin.domain.message import Message
    from tocsin.domain.notification import Notification
    from tocsin.domain.people import Channel
    from tocsin.lambda_runtime.observability import Log
    from tocsin.usecases.ports import NotificationRepository, Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """What the channels need of the world, all of them together."""

    outbound: Outbound
    parameters: Parameters
    ledger: NotificationRepository
    email_from: str
    aws: Mapping[str, str]
    now: Callable[[], datetime]
    log: Log


@dataclass(slots=True)
class Senders:
    """Implements `Sender` for all types, by the one that fits."""

    wiring: Wiring
    _made: dict[ChannelType, Sender] = field(default_factory=dict)

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        """Send by the channel's type.

        A refused credential is read anew and tried once more before that is final.

        A fault of a channel of ours is a failed attempt like any other: the next step of the
        alert must not wait for somebody to mend it.
        """
        try:
            sender = self._made.get(channel.type)
            if sender is None:
                sender = self._made.setdefault(channel.type, make_sender(channel.type, self.wiring))
            try:
                return sender.send(notification, alert, message, channel)
            except DeliveryFailedError as failure:
                if channel.secret is None or not failure.refuses_credential:
                    raise
            # The secret is remembered for minutes, and may have been replaced since.
            self.wiring.parameters.forget(channel.secret)
            return sender.send(notification, alert, message, channel)
        except (DeliveryFailedError, TryAgainError):
            raise
        except Exception as error:
            self.wiring.log.exception(
                "Channel at fault", channel=channel.name, notification=notification.delivery.key
            )
            reason = f"a fault of ours in channels of type {channel.type}"
            raise DeliveryFailedError(reason, is_retryable=True) from error


def make_sender(channel_type: ChannelType, wiring: Wiring) -> Sender:
    """Load the module of one type."""
    match channel_type:
        case ChannelType.WEBHOOK:
            from functions.notifier.channels.webhook import WebhookSender

            return WebhookSender(wiring.outbound, wiring.parameters, wiring.now)
        case ChannelType.CONSOLE:
            from functions.notifier.channels.console import ConsoleSender

            return ConsoleSender(wiring.log, shows_links=wiring.outbound.allow_private)
        case ChannelType.SLACK:
            from functions.notifier.channels.slack import SlackSender

            return SlackSender(wiring.outbound, wiring.parameters, wiring.ledger, wiring.now)
        case ChannelType.EMAIL:
            from functions.notifier.channels.aws_sdk import sdk_client
            from functions.notifier.channels.email import EmailSender

            return EmailSender(sdk_client("sesv2", wiring.aws), wiring.email_from)
        case ChannelType.SMS:
            from functions.notifier.channels.aws_sdk import sdk_client
            from functions.notifier.channels.sms import SmsSender

            return SmsSender(sdk_client("sns", wiring.aws))
        case ChannelType.APPRISE:
            from functions.notifier.channels.apprise import AppriseSender

            return AppriseSender(wiring.outbound, wiring.parameters)
