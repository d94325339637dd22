"""Amazon SNS by HTTPS: CloudWatch alarms, events of EventBridge, and mere messages.

What is read here has been checked before: `functions/ingest/sns/genuine.py`.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from functions.ingest.senders import Entry, Sender, SenderSettings, Sent, cloudwatch
from functions.ingest.senders.entries import each_object
from functions.ingest.senders.fields import Fields
from functions.ingest.senders.report import Report
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.errors import MalformedInputError, PayloadTooLargeError
from tocsin.domain.signal import Signal, SignalAction
from tocsin.lambda_runtime.strict_json import read_json

if TYPE_CHECKING:
    from functions.ingest.ports import Ports
    from tocsin.domain.integration import Integration

EXPECTED: Final = (
    'Expected what Amazon SNS sends: an object with "Type", "TopicArn", "Message" and "Signature", '
    "without raw message delivery."
)
CONFIRMATION: Final = "SubscriptionConfirmation"
FAREWELL: Final = "UnsubscribeConfirmation"


def read(sent: Sent, settings: SenderSettings) -> Sequence[Entry]:
    """Understand one message."""
    return each_object(sent, lambda entry: read_message(entry, settings), EXPECTED)


def admit(sent: Sent, integration: "Integration", ports: "Ports") -> None:
    """Refuse what is not genuine; confirm a subscription."""
    from functions.ingest.sns.genuine import expect_genuine  # noqa: PLC0415 - of this type only

    expect_genuine(sent, integration, ports)


def read_message(entry: Mapping[str, Any], settings: SenderSettings) -> Signal:
    """Understand one message; that a topic stops sending is an alert itself."""
    fields = Fields(entry)
    topic = fields.needed("TopicArn")
    kind = fields.needed("Type")
    fields.raise_problems(EXPECTED)
    if kind in (CONFIRMATION, FAREWELL):
        return _subscription(topic, kind, settings)
    message = fields.any_text("Message") or ""
    said = _object(message)
    if "AlarmName" in said and "NewStateValue" in said:
        return cloudwatch.read_notification(Fields(said), settings)
    if "detail-type" in said and "source" in said:
        from functions.ingest.senders.eventbridge import read_event  # noqa: PLC0415 - seldom

        return read_event(said, settings)
    subject = fields.any_text("Subject")
    name = subject or f"Message of {topic.rpartition(':')[2]}"
    return Report(
        dedup_key=dedup_key_of(topic, subject),
        name=name,
        reason=message,
        source="sns",
        source_name=topic,
        labels={"topic": topic},
    ).signal(settings)


def _subscription(topic: str, kind: str, settings: SenderSettings) -> Signal:
    name = f"{topic.rpartition(':')[2]} no longer sends"
    return Report(
        action=SignalAction.RESOLVE if kind == CONFIRMATION else SignalAction.TRIGGER,
        dedup_key=dedup_key_of("subscription", topic),
        name=name,
        reason=f"The subscription of {topic} to this integration was removed.",
        source="sns",
        source_name=topic,
    ).signal(settings)


def _object(message: str) -> Mapping[str, Any]:
    if message.lstrip()[:1] != "{":
        return {}
    try:
        value = read_json(message.encode())
    except (MalformedInputError, PayloadTooLargeError):
        return {}
    return value if isinstance(value, dict) else {}


SENDER: Final = Sender(
    product="Amazon SNS: CloudWatch alarms and other messages",
    expected=EXPECTED,
    read=read,
    admit=admit,
    fires="`NewStateValue` `ALARM`, `INSUFFICIENT_DATA`; every other message",
    resolves="`NewStateValue` `OK`",
    dedup_key="`AlarmArn`, else account, region, `AlarmName`; of others topic and subject",
    severity="`severity` in the alarm's description, else its state; else warning",
    episode_start="`StateChangeTime` of `ALARM`",
    answers="202, a result",
)
