"""Sends each message by its channel's type."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tocsin.domain.errors import TryAgainError
from tocsin.usecases.refusals import DeliveryFailedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tocsin.channels.ports import ChannelSender, DigestSender, NoticeSender, Wiring
    from tocsin.domain.alert import Alert
    from tocsin.domain.digest_message import DigestMessage
    from tocsin.domain.message import Message
    from tocsin.domain.notification import Notification
    from tocsin.domain.on_call.notice import Notice
    from tocsin.domain.people import Channel


@dataclass(slots=True)
class ChannelSenders:
    """Implements `MessageSender` for all types; each is loaded with its first message."""

    wiring: Wiring
    _made: dict[str, ChannelSender] = field(default_factory=dict)

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        """Send by the channel's type."""
        return self._sent(
            lambda: self._sender(channel.type).send(notification, alert, message, channel),
            notification,
            channel,
        )

    def send_digest(
        self, notification: Notification, message: DigestMessage, channel: Channel
    ) -> str | None:
        """Send by the channel's type, if that is bundled."""
        return self._sent(
            lambda: self._digest_sender(channel.type).send_digest(notification, message, channel),
            notification,
            channel,
        )

    def send_notice(
        self, notification: Notification, notice: Notice, link: str | None, channel: Channel
    ) -> str | None:
        """Send by the channel's type, if that reaches people."""
        return self._sent(
            lambda: self._notice_sender(channel.type).send_notice(
                notification, notice, link, channel
            ),
            notification,
            channel,
        )

    def _sent(
        self, send: Callable[[], str | None], notification: Notification, channel: Channel
    ) -> str | None:
        """Send, and once more with a secret read anew before its refusal is final.

        A fault of ours in a channel is a failed attempt like any other, so that the alert's next
        step does not wait for the fix.
        """
        try:
            try:
                return send()
            except DeliveryFailedError as failure:
                if channel.secret is None or not failure.refuses_credential:
                    raise
            # The secret is remembered for minutes, and may have been replaced since.
            self.wiring.secrets.forget(channel.secret)
            return send()
        except (DeliveryFailedError, TryAgainError):
            raise
        except Exception as error:
            self.wiring.log.exception(
                "Channel at fault", channel=channel.name, notification=notification.delivery.key
            )
            reason = f"a fault of ours in channels of type {channel.type}"
            raise DeliveryFailedError(reason, is_retryable=True) from error

    def _sender(self, type_: str) -> ChannelSender:
        from tocsin.channels.by_type import MODULES, channel_spec

        if type_ not in MODULES:
            raise DeliveryFailedError(f"there is no channel type {type_}", is_retryable=False)
        if type_ not in self._made:
            self._made[type_] = channel_spec(type_).sender(self.wiring)
        return self._made[type_]

    def _notice_sender(self, type_: str) -> NoticeSender:
        from tocsin.channels.ports import NoticeSender

        sender = self._sender(type_)
        if not isinstance(sender, NoticeSender):
            problem = f"channels of type {type_} send no notices"
            raise DeliveryFailedError(problem, is_retryable=False)
        return sender

    def _digest_sender(self, type_: str) -> DigestSender:
        from tocsin.channels.ports import DigestSender

        sender = self._sender(type_)
        if not isinstance(sender, DigestSender):
            problem = f"channels of type {type_} send no digests"
            raise DeliveryFailedError(problem, is_retryable=False)
        return sender
