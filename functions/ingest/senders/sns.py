"""Amazon SNS by HTTPS: CloudWatch alarms, events of EventBridge, and mere messages.

What is read here has been checked before: `functions/ingest/sns/genuine.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from functions.ingest.senders import Ignored, Sender, Sent
from functions.ingest.senders.reading import cloudwatch_alarms
from functions.ingest.senders.reading.entries import objects
from functions.ingest.senders.reading.fields import Fields
from functions.ingest.senders.reading.lenient_json import read_lenient
from functions.ingest.senders.reading.report import Report, merged
from functions.ingest.sns.message import CONFIRMATION, EXPECTED, FAREWELL
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.errors import MalformedInputError, PayloadTooLargeError
from tocsin.domain.signal import SignalAction

if TYPE_CHECKING:
    from functions.ingest.ports import Ports
    from tocsin.domain.integration import Integration

_OURS: Final = frozenset(("status", "state", "severity", "dedup_key"))
_OUR_NAMES: Final = frozenset(("name", "title", "alert_name", "dedup_key"))
"""A message with one of each is an alert as type `generic` takes it."""
_SOURCES: Final = (
    *("StackName", "Source ID", "SourceIdentifier", "sourceId"),
    *("source_id", "AutoScalingGroupName"),
    *("DBInstanceIdentifier", "DBClusterIdentifier", "ClusterIdentifier", "cacheClusterId"),
    *("EC2InstanceId", "instanceId", "instance_id", "resource", "resourceId", "resourceArn"),
    *("pipeline", "project", "host", "hostname", "server", "service"),
)
_EVENTS: Final = (
    *("LogicalResourceId", "Event ID", "EventId", "Event", "event"),
    *("eventType", "notificationType"),
)
_TEXTS: Final = (
    *("ResourceStatusReason", "ResourceStatus", "Event Message", "StatusMessage", "Cause"),
    *("Description", "message", "summary"),
)
_ELASTICACHE: Final = "ElastiCache:"
_SEVERITIES: Final = ("severity", "Severity", "level")
_SAYS_NOTHING: Final = frozenset(("AWS Notification Message", "Notification", ""))
"""Default subjects of AWS; the first line of the message has more meaning."""
_PAIR: Final = re.compile(r"(\w{1,64})='([^']*)'")
_ARN: Final = re.compile(r"\barn:aws[a-z-]{0,10}:[\w:/.*+=@-]{1,512}")
LINES_LIMIT: Final = 100
_LINE: Final = "\n"
_LABELS: Final[Mapping[str, str]] = {
    "Event Source": "event_source",
    "AccountId": "account",
    "Service": "service",
    "StatusCode": "status_code",
}


def admit(sent: Sent, integration: "Integration", ports: "Ports") -> None:
    """Refuse what is not genuine; confirm a subscription."""
    from functions.ingest.sns.genuine import expect_genuine

    expect_genuine(sent, integration, ports)


def read_message(entry: Mapping[str, Any]) -> Report | Ignored:
    """That a topic stops sending is an alert itself."""
    fields = Fields(entry)
    topic = fields.needed("TopicArn")
    kind = fields.needed("Type")
    fields.raise_problems(EXPECTED)
    if kind in (CONFIRMATION, FAREWELL):
        return _subscription(topic, kind)
    message = fields.any_text("Message") or ""
    said = _object(message)
    if "AlarmName" in said and "NewStateValue" in said:
        return cloudwatch_alarms.read_notification(Fields(said))
    if "source" in said and ("detail-type" in said or "detailType" in said):
        from functions.ingest.senders.eventbridge import read_event

        # AWS's own notification rules write it in one word.
        return read_event({"detail-type": said.get("detailType"), **said})
    if said.keys() & _OURS and said.keys() & _OUR_NAMES:
        from functions.ingest.senders.generic import read_alert

        return read_alert({"source": topic, **said})
    subject = fields.any_text("Subject")
    notice = _Notice.of(said) if said else _Notice.of_text(message)
    line = None if said else message.strip().partition(_LINE)[0] or None
    title = line if subject is None or subject in _SAYS_NOTHING else subject
    name = notice.name or title or f"Message of {topic.rpartition(':')[2]}"
    return Report(
        dedup_key=dedup_key_of(topic, subject, *notice.identity),
        name=name,
        summary=notice.summary or line or name,
        reason=message,
        severity=notice.severity,
        source="sns",
        source_name=topic,
        object=notice.object,
        labels=merged(notice.labels, {"topic": topic}),
        urls={"Console": notice.link},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notice:
    """A message of names and values: notices of RDS, Auto Scaling, CloudFormation.

    Their subjects are all alike; which database or group it is stands within.
    """

    identity: tuple[str, ...] = ()
    name: str | None = None
    summary: str | None = None
    severity: str | None = None
    object: str | None = None
    labels: Mapping[str, Any] = field(default_factory=dict)
    link: Any = None

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "_Notice":
        fields = Fields(said)
        source, event = fields.any_text(*_SOURCES), fields.any_text(*_EVENTS)
        for record in fields.parts("Records")[:1]:
            place = record.part("s3")
            said_of = place.part("bucket").any_text("name"), place.part("object").any_text("key")
            source = "/".join(it for it in said_of if it) or record.any_text("eventSource")
            event = record.any_text("eventName")
        for key, value in said.items():
            if key.startswith(_ELASTICACHE) and isinstance(value, str):
                source, event = value, key
        text = fields.any_text(*_TEXTS)
        if source is None and event is None:
            return cls(summary=text, severity=fields.any_text(*_SEVERITIES))
        # The event's id is the address of its documentation.
        event_id = (event or "").rpartition("#")[2] or None
        what = text or event_id or "notice"
        told = f"{source}: {what}" if source else what
        return cls(
            identity=tuple(it for it in (source, event_id) if it),
            name=told.strip().partition(_LINE)[0],
            summary=told,
            severity=fields.any_text(*_SEVERITIES),
            object=source,
            labels={
                name: said[key]
                for key, name in _LABELS.items()
                if isinstance(said.get(key), str | int | float)
            }
            | {"source": source, "event": event_id},
            link=fields.raw("Identifier Link"),
        )

    @classmethod
    def of_text(cls, message: str) -> "_Notice":
        """Of a text only what it is about: AWS names that by its ARN."""
        found = _ARN.search(message)
        arn = found[0].rstrip(".:") if found else None
        return cls(identity=(arn,) if arn else (), object=arn)


def _subscription(topic: str, kind: str) -> Report:
    name = f"{topic.rpartition(':')[2]} no longer sends"
    return Report(
        action=SignalAction.RESOLVE if kind == CONFIRMATION else SignalAction.TRIGGER,
        dedup_key=dedup_key_of("subscription", topic),
        name=name,
        reason=f"The subscription of {topic} to this integration was removed.",
        source="sns",
        source_name=topic,
    )


def _object(message: str) -> Mapping[str, Any]:
    if message.lstrip()[:1] != "{":
        return _lines(message)
    try:
        value = read_lenient(message.encode("utf-8", "replace"))[0]
    except (MalformedInputError, PayloadTooLargeError):
        return {}
    return value if isinstance(value, dict) else {}


def _lines(message: str) -> Mapping[str, Any]:
    """Names and values of a line each, as CloudFormation writes them: `StackName='shop'`."""
    lines = message.strip().splitlines()[:LINES_LIMIT]
    pairs = [_PAIR.fullmatch(it.strip()) for it in lines]
    return {it[1]: it[2] for it in pairs if it} if lines and all(pairs) else {}


SENDER: Final = Sender(
    product="Amazon SNS: CloudWatch alarms and other messages",
    expected=EXPECTED,
    read=objects(read_message, EXPECTED),
    admit=admit,
    fires="`NewStateValue` `ALARM`, `INSUFFICIENT_DATA`; every other message",
    resolves="`NewStateValue` `OK`",
    dedup_key=(
        "`AlarmArn`, else account, region, `AlarmName`; of others topic, subject, and source and "
        "event that the message names (`Source ID`, `Event ID`, …; in a text the first ARN)"
    ),
    severity="`severity` in the alarm's description, else its state; else warning",
    episode_start="`StateChangeTime` of `ALARM`",
)
