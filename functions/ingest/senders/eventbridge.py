"""EventBridge: CloudWatch alarms, and any other event that a rule sends here."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from functions.ingest.senders import Entry, Sender, SenderSettings, Sent, cloudwatch
from functions.ingest.senders.entries import each_object
from functions.ingest.senders.fields import Fields, as_text
from functions.ingest.senders.report import Report
from functions.ingest.senders.times import read_time
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import Signal, SignalAction

EXPECTED: Final = (
    'Expected an event of EventBridge: an object with "detail-type", "source" and "detail".'
)
ALARM: Final = "CloudWatch Alarm State Change"
_HEALTH: Final = "AWS Health Event"


def read(sent: Sent, settings: SenderSettings) -> Sequence[Entry]:
    """Understand one event."""
    return each_object(sent, lambda entry: read_event(entry, settings), EXPECTED)


def read_event(entry: Mapping[str, Any], settings: SenderSettings) -> Signal:
    """Understand one event."""
    fields = Fields(entry)
    kind, source = fields.needed("detail-type"), fields.needed("source")
    fields.raise_problems(EXPECTED)
    if kind == ALARM:
        return cloudwatch.read_event(fields, settings)
    if kind == _HEALTH and fields.part("detail").any_text("eventArn"):
        return _health(fields, settings)
    detail = fields.part("detail")
    resources = _resources(fields)
    return Report(
        dedup_key=dedup_key_of(source, kind, *resources),
        name=f"{kind} from {source}",
        summary=detail.any_text("message", "summary", "description", "title"),
        reason=as_text(fields.flat("detail")),
        severity=detail.any_text("severity", "level"),
        source=source,
        source_name=fields.any_text("account"),
        object=resources[0] if resources else None,
        labels=_labels(fields),
    ).signal(settings)


def _health(fields: Fields, settings: SenderSettings) -> Signal:
    detail = fields.part("detail")
    descriptions = detail.parts("eventDescription")
    code = detail.any_text("eventTypeCode") or _HEALTH
    is_over = (detail.any_text("statusCode") or "").lower() == "closed"
    return Report(
        action=SignalAction.RESOLVE if is_over else SignalAction.TRIGGER,
        dedup_key=dedup_key_of(detail.any_text("eventArn"), fields.any_text("account")),
        name=code,
        summary=f"{code} ({detail.any_text('service') or 'AWS'})",
        reason=descriptions[0].any_text("latestDescription") if descriptions else None,
        severity=detail.any_text("eventTypeCategory"),
        words={"issue": "critical", "accountnotification": "info", "scheduledchange": "info"},
        source="aws.health",
        source_name=fields.any_text("account"),
        object=detail.any_text("service"),
        labels=_labels(fields),
        started_at=read_time(detail.raw("startTime")),
    ).signal(settings)


def _resources(fields: Fields) -> tuple[str, ...]:
    resources = fields.raw("resources")
    return tuple(map(as_text, resources)) if isinstance(resources, list) else ()


def _labels(fields: Fields) -> dict[str, Any]:
    return {
        "account": fields.raw("account"),
        "region": fields.raw("region"),
        "event_source": fields.raw("source"),
        "detail_type": fields.raw("detail-type"),
    }


SENDER: Final = Sender(
    product="Amazon EventBridge: CloudWatch alarms and other events",
    expected=EXPECTED,
    read=read,
    fires="`detail.state.value` `ALARM`, `INSUFFICIENT_DATA`; every other event",
    resolves="`detail.state.value` `OK`; of AWS Health `detail.statusCode` `closed`",
    dedup_key="the alarm's ARN; `detail.eventArn` of AWS Health; else source, type, resources",
    severity="`severity` in the alarm's description, else its state; `detail.severity`",
    episode_start="`detail.state.timestamp` of `ALARM`",
    answers="202, a result",
)
