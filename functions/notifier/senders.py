"""Which module brings messages to which type of channel; each is loaded on its first use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tocsin.domain.errors import DeliveryFailedError, TryAgainError
from tocsin.domain.people import ChannelType

if TYPE_CHECKING:
    from tocsin.domain.alert import Alert
    from tocsin.domain.message import Message
    from tocsin.domain.notification import Notification
    from tocsin.domain.people import Channel
    from tocsin.lambda_runtime.observability import PowertoolsLog
    from tocsin.usecases.ports import Sender


@dataclass(slots=True)
class Senders:
    """Implements `Sender` for all types, by the one that fits."""

    make: Callable[[ChannelType], Sender]
    log: PowertoolsLog
    _made: dict[ChannelType, Sender] = field(default_factory=dict)

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        """Send by the channel's type.

        A fault of a channel of ours is a failed attempt like any other: the next step of the
        alert must not wait for somebody to mend it.
        """
        try:
            sender = self._made.get(channel.type)
            if sender is None:
                sender = self._made.setdefault(channel.type, self.make(channel.type))
            return sender.send(notification, alert, message, channel)
        except (DeliveryFailedError, TryAgainError):
            raise
        except Exception as error:
            self.log.exception(
                "Channel at fault", channel=channel.name, notification=notification.delivery.key
            )
            reason = f"a fault of ours in channels of type {channel.type}"
            raise DeliveryFailedError(reason, is_retryable=True) from error
