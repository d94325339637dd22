"""The stack's own topic, through SNS."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tocsin.channels.ports import AskAws

if TYPE_CHECKING:
    from tocsin.domain.last_resort import TopicMessage


@dataclass(frozen=True, slots=True)
class SnsTopic:
    """Implements `Topic`."""

    ask_aws: AskAws
    arn: str

    def publish(self, message: "TopicMessage") -> str:
        answer = self.ask_aws(
            "sns",
            "publish",
            TopicArn=self.arn,
            Subject=message.subject,
            Message=message.text,
        )
        return str(answer["MessageId"])
