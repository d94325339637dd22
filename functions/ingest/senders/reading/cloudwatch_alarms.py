"""CloudWatch alarms, which come in two shapes: by SNS, and by EventBridge."""

from collections.abc import Sequence
from typing import Any, Final

from functions.ingest.senders.reading.fields import Fields
from functions.ingest.senders.reading.lenient_json import read_lenient
from functions.ingest.senders.reading.report import Report
from functions.ingest.senders.reading.shapes import pairs_of
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.errors import MalformedInputError, PayloadTooLargeError
from tocsin.domain.signal import SignalAction

EXPECTED: Final = "Expected a CloudWatch alarm with its name and its state: OK, ALARM, …"
_OVER: Final = "OK"
_ALARM: Final = "ALARM"
_NO_DATA: Final = "INSUFFICIENT_DATA"


def read_notification(alarm: Fields) -> Report:
    """Understand an alarm as CloudWatch publishes it to a topic."""
    name = alarm.needed("AlarmName")
    state = alarm.needed("NewStateValue").upper()
    alarm.raise_problems(EXPECTED)
    account, region = alarm.any_text("AWSAccountId"), alarm.any_text("Region")
    trigger = alarm.part("Trigger")
    metric = _metric(trigger)
    described = _described(alarm.any_text("AlarmDescription"))
    dimensions = pairs_of(metric.raw("Dimensions"))
    return Report(
        action=SignalAction.RESOLVE if state == _OVER else SignalAction.TRIGGER,
        dedup_key=alarm.text("AlarmArn") or dedup_key_of(account, region, name),
        name=name,
        summary=described.any_text("description"),
        reason=alarm.any_text("NewStateReason"),
        severity=described.any_text("severity") or state,
        words=_words(alarm.any_text("OldStateValue")),
        source="cloudwatch",
        source_name=account,
        object=", ".join(str(value) for value in dimensions.values()) or None,
        rule_name=name,
        labels={
            **dimensions,
            "account": account,
            "region": region,
            "namespace": metric.raw("Namespace"),
            "metric": metric.raw("MetricName"),
            "expression": _expression(trigger.parts("Metrics")),
            "children": _children(alarm),
        },
        urls=_links(alarm.any_text("AlarmArn"), name),
        threshold=trigger.raw("Threshold"),
        operator=trigger.any_text("ComparisonOperator"),
        window=trigger.any_text("Period"),
        started_at=read_time(alarm.raw("StateChangeTime")) if state == _ALARM else None,
    )


def read_event(event: Fields) -> Report:
    """Understand an alarm's change of state as EventBridge has it: the same by other names."""
    detail = event.part("detail")
    now = detail.part("state")
    name, state = detail.needed("alarmName"), now.needed("value")
    event.raise_problems(EXPECTED)
    resources = event.raw("resources")
    arn = resources[0] if isinstance(resources, list) and resources else None
    configuration = detail.part("configuration")
    metrics = configuration.parts("metrics")
    measured = [it.part("metricStat").part("metric") for it in metrics]
    metric = next((it for it in measured if it.raw("name") is not None), Fields({}))
    notification = {
        "AlarmName": name,
        "AlarmArn": arn if isinstance(arn, str) else None,
        "AlarmDescription": configuration.raw("description"),
        "AWSAccountId": event.raw("account"),
        "Region": event.raw("region"),
        "NewStateValue": state,
        "NewStateReason": now.raw("reason"),
        "StateChangeTime": now.raw("timestamp"),
        "OldStateValue": detail.part("previousState").raw("value"),
        "Trigger": {
            "MetricName": metric.raw("name"),
            "Namespace": metric.raw("namespace"),
            "Dimensions": metric.raw("dimensions"),
            "Metrics": [{"Expression": it.raw("expression")} for it in metrics],
        },
    }
    return read_notification(Fields(notification))


def _metric(trigger: Fields) -> Fields:
    """What is measured: of anomaly detection and metric math, the first metric that goes in."""
    if trigger.raw("MetricName") is not None:
        return trigger
    measured = (it.part("MetricStat").part("Metric") for it in trigger.parts("Metrics"))
    return next((it for it in measured if it.raw("MetricName") is not None), trigger)


def _expression(metrics: Sequence[Fields]) -> str | None:
    return next((said for it in metrics if (said := it.any_text("Expression"))), None)


def _children(alarm: Fields) -> str | None:
    """Of a composite alarm, the alarms that triggered it."""
    arns = [it.any_text("Arn") or "" for it in alarm.parts("TriggeringChildren")]
    return ", ".join(it.rpartition(":")[2] for it in arns if it) or None


def _described(description: str | None) -> Fields:
    """An alarm's description; where it is a JSON object, that may have a `severity`."""
    text = description or ""
    if text.lstrip()[:1] == "{":
        try:
            value: Any = read_lenient(text.encode("utf-8", "replace"))[0]
        except (MalformedInputError, PayloadTooLargeError):
            value = None
        if isinstance(value, dict):
            return Fields({"description": None, **value})
    return Fields({"description": text})


def _words(before: str | None) -> dict[str, str]:
    """An alarm that lacks data after it fired is as bad as before: it is not over."""
    lacks_data = "critical" if (before or "").upper() == _ALARM else "unknown"
    return {_ALARM.lower(): "critical", _NO_DATA.lower(): lacks_data}


def _links(arn: object, name: str) -> dict[str, Any]:
    """The alarm's page in the console, where its ARN says in which region."""
    parts = arn.split(":") if isinstance(arn, str) else []
    if len(parts) < len(("arn", "aws", "cloudwatch", "region")) or parts[1] != "aws":
        return {}
    from urllib.parse import quote

    page = f"https://{parts[3]}.console.aws.amazon.com/cloudwatch/home?region={parts[3]}"
    return {"CloudWatch": f"{page}#alarmsV2:alarm/{quote(name, safe='')}"}
