"""EventBridge: CloudWatch alarms, and any other event that a rule sends here."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from functions.ingest.senders import Ignored, Sender
from functions.ingest.senders.reading import cloudwatch_alarms
from functions.ingest.senders.reading.entries import objects
from functions.ingest.senders.reading.fields import Fields, as_text
from functions.ingest.senders.reading.report import Report
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import SignalAction

EXPECTED: Final = (
    'Expected an event of EventBridge: an object with "detail-type", "source" and "detail".'
)
ALARM: Final = "CloudWatch Alarm State Change"
_HEALTH: Final = "AWS Health Event"
_PIPELINES: Final = frozenset(
    (
        "CodePipeline Pipeline Execution State Change",
        "CodePipeline Stage Execution State Change",
        "CodePipeline Action Execution State Change",
        "CodeBuild Build State Change",
        "CodeDeploy Deployment State-change Notification",
        "Trusted Advisor Check Item Refresh Notification",
    )
)
"""Events that have both ends: the next good one is the end of the one that failed."""
_STATES: Final = ("state", "build-status", "status")
_FAILED: Final = frozenset(
    ("FAILED", "FAILURE", "FAULT", "TIMED_OUT", "STOPPED", "ERROR", "WARN", "CLIENT_ERROR")
)
_OVER: Final = frozenset(("SUCCEEDED", "SUCCESS", "OK"))
_NAMES: Final = (
    *("arn", "id", "findingId", "pipeline", "project-name", "application", "instance-id"),
    *("instanceId", "resource-id", "jobId", "name"),
)
"""What a detail calls its subject, where the event names no resources."""
_GUARDDUTY_HIGH: Final = 7
_GUARDDUTY_MEDIUM: Final = 4


def read_event(entry: Mapping[str, Any]) -> Report | Ignored:
    fields = Fields(entry)
    kind, source = fields.needed("detail-type"), fields.needed("source")
    fields.raise_problems(EXPECTED)
    if kind == ALARM:
        return cloudwatch_alarms.read_event(fields)
    if kind == _HEALTH and fields.part("detail").any_text("eventArn"):
        return _health(fields)
    detail = fields.part("detail")
    resources = _resources(fields)
    about = _about(detail)
    object_ = (resources[0].rpartition("/")[2] or resources[0]) if resources else about
    states = [(detail.any_text(it) or "").upper() for it in _STATES]
    is_over = kind in _PIPELINES and any(it in _OVER for it in states)
    if kind in _PIPELINES and not is_over and not any(it in _FAILED for it in states):
        return Ignored(f"{kind}: neither failed nor succeeded")
    return Report(
        action=SignalAction.RESOLVE if is_over else SignalAction.TRIGGER,
        dedup_key=dedup_key_of(source, kind, *resources, *_apart(fields, detail, resources)),
        name=f"{kind}: {object_}" if object_ else f"{kind} from {source}",
        summary=detail.any_text("message", "summary", "description", "title"),
        reason=as_text(fields.flat("detail")),
        severity=_severity(source, detail),
        source=source,
        source_name=fields.any_text("account"),
        object=resources[0] if resources else about,
        labels=_labels(fields),
    )


def _about(detail: Fields) -> str | None:
    return detail.any_text(*_NAMES)


def _apart(fields: Fields, detail: Fields, resources: Sequence[str]) -> list[str]:
    """Distinguishes events that name no resource, or only the one of which they are a part.

    An ARN holds account and region; a name does not.
    """
    unnamed = [fields.any_text("account"), fields.any_text("region"), _about(detail)]
    parts = [*([] if resources else unnamed), detail.any_text("stage"), detail.any_text("action")]
    return [it for it in parts if it]


def _severity(source: str, detail: Fields) -> str | None:
    """The detail's word; GuardDuty has numbers from 1 to 10, Security Hub labels within."""
    said = detail.raw("severity")
    if source == "aws.guardduty" and isinstance(said, int | float):
        return (
            "high" if said >= _GUARDDUTY_HIGH else "medium" if said >= _GUARDDUTY_MEDIUM else "low"
        )
    findings = detail.parts("findings")
    if findings and said is None:
        return findings[0].part("Severity").any_text("Label")
    return detail.any_text("severity", "level")


def _health(fields: Fields) -> Report:
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
    )


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
    read=objects(read_event, EXPECTED),
    fires="`detail.state.value` `ALARM`, `INSUFFICIENT_DATA`; every other event",
    resolves=(
        "`detail.state.value` `OK`; of AWS Health `detail.statusCode` `closed`; of CodePipeline, "
        "CodeBuild, CodeDeploy and Trusted Advisor success"
    ),
    dedup_key=(
        "the alarm's ARN; `detail.eventArn` of AWS Health; else source, type, and resources or "
        "account, region and what the detail names"
    ),
    severity="`severity` in the alarm's description, else its state; `detail.severity`",
    episode_start="`detail.state.timestamp` of `ALARM`",
)
