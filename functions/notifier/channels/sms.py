"""SMS through SNS."""

from dataclasses import dataclass
from typing import Any, Final

from functions.notifier.channels.aws_sdk import addresses_of, ask
from tocsin.domain.alert import Alert
from tocsin.domain.message import Message
from tocsin.domain.notification import Notification
from tocsin.domain.people import Channel
from tocsin.domain.short_message import short
from tocsin.usecases.refusals import DeliveryFailedError

_TRANSACTIONAL: Final = {
    "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}
}


@dataclass(frozen=True, slots=True)
class SmsSender:
    """Implements `Sender` for channels of type sms, and for people by SMS."""

    client: Any

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        """Send to each number.

        Of several numbers one that takes it is enough: trying again would reach those a second
        time who have it. Who must be sure of each number gives each a channel.
        """
        text = short(message)
        taken: list[str] = []
        failure: DeliveryFailedError | None = None
        for number in addresses_of(channel.settings):
            try:
                answer = ask(
                    self.client.publish,
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
