"""Lets through what SNS really sent for the topic of the integration; confirms its subscription."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from functions.ingest.senders.reading.fields import kind_of
from functions.ingest.senders.reading.times import read_time
from functions.ingest.sns.message import CONFIRMATION, EXPECTED
from functions.ingest.sns.signature import SIGNED_FIELDS, is_signed_by
from functions.ingest.sns.topic import Topic
from tocsin.domain.errors import (
    InvalidInputError,
    MalformedInputError,
    Problem,
    SenderNotTrustedError,
)

if TYPE_CHECKING:
    from functions.ingest.ports import Ports
    from functions.ingest.senders import Sent
    from tocsin.domain.integration import Integration

OLDEST: Final = timedelta(hours=1)
"""SNS repeats a message for about an hour; an older one is a replay."""
EARLIEST: Final = timedelta(minutes=5)
RAW: Final = "x-amz-sns-rawdelivery"


def expect_genuine(sent: Sent, integration: Integration, ports: Ports) -> None:
    """Refuse what SNS did not send, did not send now, or sent for another topic.

    Raises:
        SenderNotTrustedError: Its `check` is for the log, not for the sender.
        InvalidInputError: It is no message of SNS.
        TryAgainError: SNS cannot be asked for its certificate, or to confirm.
    """
    if sent.headers.get(RAW, "").lower() == "true":
        # Raw messages are not signed.
        raise SenderNotTrustedError("sns_raw_delivery")
    message = _message(sent)
    topic = Topic.of(str(message.get("TopicArn")))
    if topic is None:
        raise SenderNotTrustedError("sns_topic")
    pinned = integration.topic_arn
    if pinned is None and message["Type"] != CONFIRMATION:
        # Remembered integrations may not know yet what was confirmed elsewhere.
        pinned = ports.integrations.fresh(integration.name).topic_arn or ""
    if pinned is not None and pinned != topic.arn:
        raise SenderNotTrustedError("sns_topic")
    if not _is_now(message, sent.at):
        raise SenderNotTrustedError("sns_timestamp")
    endpoint = ports.sns()
    key = endpoint.key(topic, str(message.get("SigningCertURL")))
    if not key.not_before <= sent.at <= key.not_after:
        raise SenderNotTrustedError("sns_certificate")
    if not is_signed_by(key, message):
        raise SenderNotTrustedError("sns_signature")
    if message["Type"] == CONFIRMATION:
        ports.integrations.pin_topic(integration.name, topic.arn, ports.new_write_id())
        endpoint.confirm(topic, str(message["Token"]))


def _message(sent: Sent) -> Mapping[str, Any]:
    message = sent.value
    if not isinstance(message, dict):
        raise MalformedInputError(f"The body is {kind_of(message)}. {EXPECTED}")
    kind = message.get("Type")
    if not isinstance(kind, str) or kind not in SIGNED_FIELDS:
        problem = Problem("Type", f"must be one of {', '.join(SIGNED_FIELDS)}")
        raise InvalidInputError(EXPECTED, [problem])
    return message


def _is_now(message: Mapping[str, Any], at: datetime) -> bool:
    said_at = read_time(message.get("Timestamp"))
    return said_at is not None and -EARLIEST <= at - said_at <= OLDEST
