"""SMS through SNS."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tocsin.channels.addresses import address_list, addresses_of
from tocsin.channels.spec import ChannelSpec
from tocsin.domain.people import PHONE, Channel
from tocsin.usecases.refusals import DeliveryFailedError

if TYPE_CHECKING:
    from tocsin.channels.ports import AskAws, ShortLinks
    from tocsin.domain.alert import Alert
    from tocsin.domain.digest_message import DigestMessage
    from tocsin.domain.message import Message
    from tocsin.domain.notification import Delivery, Notification

_PHONE: Final = re.compile(PHONE)
_TRANSACTIONAL: Final = {
    "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}
}


@dataclass(frozen=True)
class SmsSender:
    ask_aws: AskAws
    short_links: ShortLinks

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        from tocsin.domain.short_message import short

        return self._publish(short(message, self._link(notification.delivery, message)), channel)

    def send_digest(
        self, notification: Notification, message: DigestMessage, channel: Channel
    ) -> str | None:
        from tocsin.domain.short_digest import short_digest

        links = message.links
        own = self.short_links.short_link(notification.delivery) if links else None
        link = own or (links.acknowledge if links else "")
        return self._publish(short_digest(message, link), channel)

    def _publish(self, text: str, channel: Channel) -> str:
        """Send to each number.

        One number that is accepted is enough: another attempt would reach it twice. For a
        guarantee per number, give each number a channel.
        """
        taken: list[str] = []
        failure: DeliveryFailedError | None = None
        for number in addresses_of(channel):
            try:
                answer = self.ask_aws(
                    "sns",
                    "publish",
                    PhoneNumber=number,
                    Message=text,
                    MessageAttributes=_TRANSACTIONAL,
                )
                taken.append(str(answer["MessageId"]))
            except DeliveryFailedError as error:
                failure = error
        if failure is not None and not taken:
            raise failure
        return " ".join(taken)

    def _link(self, delivery: Delivery, message: Message) -> str:
        """The short link; the long one where that could not be stored."""
        if message.links is None:
            return message.confirm or ""
        return self.short_links.short_link(delivery) or message.links.view


CHANNEL: Final = ChannelSpec(
    settings=(
        address_list(
            _PHONE, "must be a phone number such as +15550100: plus sign, country, number"
        ),
    ),
    is_bundled=True,
    sender=lambda wiring: SmsSender(wiring.ask_aws, wiring.short_links),
)
