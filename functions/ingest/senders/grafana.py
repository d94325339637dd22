"""Grafana: the webhook of unified alerting, and that of the alerting before it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from functions.ingest.senders import Entry, Ignored, Sender, SenderSettings, Sent
from functions.ingest.senders.entries import each_object, each_of, said_around
from functions.ingest.senders.fields import Fields, kind_of
from functions.ingest.senders.report import ALWAYS_CRITICAL, Report
from functions.ingest.senders.times import read_time
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.signal import Signal, SignalAction

EXPECTED: Final = (
    "Expected what Grafana's webhook contact point sends without a custom payload: an object with "
    'a list "alerts", each with "status", "labels" and "fingerprint".'
)
_LEGACY_ACTIONS: Final[Mapping[str, SignalAction]] = {
    "alerting": SignalAction.TRIGGER,
    "no_data": SignalAction.TRIGGER,
    "ok": SignalAction.RESOLVE,
}


def read(sent: Sent, settings: SenderSettings) -> Sequence[Entry]:
    """Understand each alert of a group."""
    value = sent.value
    if not isinstance(value, dict) or "alerts" not in value:
        return each_object(sent, lambda entry: read_legacy(entry, settings), EXPECTED)
    alerts = value["alerts"]
    if not isinstance(alerts, list):
        problem = Problem("alerts", f"must be a list, not {kind_of(alerts)}")
        raise InvalidInputError(EXPECTED, [problem])
    around = Fields(said_around(value, "alerts"))
    return each_of(alerts, lambda alert: read_alert(alert, around, settings), EXPECTED)


def read_alert(entry: Mapping[str, Any], group: Fields, settings: SenderSettings) -> Signal:
    """Understand one alert."""
    fields = Fields(entry)
    labels, annotations = fields.part("labels"), fields.part("annotations")
    identity = _identity(fields)
    fields.raise_problems(EXPECTED)
    is_over = (fields.any_text("status") or "").lower() == "resolved"
    name = labels.any_text("alertname") or "Alert without a name"
    values = fields.flat("values")
    value = next(iter(values.values())) if len(values) == 1 else fields.any_text("values")
    return Report(
        action=SignalAction.RESOLVE if is_over else SignalAction.TRIGGER,
        dedup_key=dedup_key_of(group.any_text("orgId"), identity),
        name=name,
        summary=annotations.any_text("summary") or name,
        reason=annotations.any_text("description", "message"),
        severity=labels.any_text("severity"),
        words=ALWAYS_CRITICAL,
        source="grafana",
        source_name=group.any_text("receiver"),
        rule_name=name,
        group_id=group.any_text("groupKey"),
        labels=fields.flat("labels"),
        urls={
            "Alert rule": fields.raw("generatorURL"),
            "Dashboard": fields.raw("dashboardURL"),
            "Panel": fields.raw("panelURL"),
            "Runbook": annotations.raw("runbook_url"),
            "Image": fields.raw("imageURL"),
            "Silence": fields.raw("silenceURL"),
        },
        current_value=value,
        started_at=read_time(fields.raw("startsAt")),
        notes=_left_out(group),
    ).signal(settings)


def read_legacy(entry: Mapping[str, Any], settings: SenderSettings) -> Signal | Ignored:
    """Understand one rule's change of state, as Grafana before version 9 sends it."""
    fields = Fields(entry)
    rule_id = fields.needed("ruleId")
    state = fields.needed("state").lower()
    fields.raise_problems(EXPECTED)
    action = _LEGACY_ACTIONS.get(state)
    if action is None:
        return Ignored(f"state {state}")
    matches = fields.parts("evalMatches")
    name = fields.any_text("ruleName", "title") or rule_id
    return Report(
        action=action,
        dedup_key=dedup_key_of("rule", fields.any_text("orgId"), rule_id),
        name=name,
        summary=fields.any_text("title") or name,
        reason=fields.any_text("message"),
        severity=fields.part("tags").any_text("severity"),
        words=ALWAYS_CRITICAL,
        source="grafana",
        rule_id=rule_id,
        rule_name=name,
        labels=fields.flat("tags"),
        urls={"Alert rule": fields.raw("ruleUrl"), "Image": fields.raw("imageUrl")},
        current_value=matches[0].raw("value") if matches else None,
    ).signal(settings)


def _identity(fields: Fields) -> str:
    fingerprint = fields.text("fingerprint")
    if fingerprint:
        return fingerprint
    labels = fields.flat("labels")
    fields.require(
        "fingerprint", is_there=bool(labels), problem="is missing, and so are the labels"
    )
    return dedup_key_of(*(part for name in sorted(labels) for part in (name, str(labels[name]))))


def _left_out(group: Fields) -> tuple[str, ...]:
    left_out = group.raw("truncatedAlerts")
    if not isinstance(left_out, int) or left_out <= 0:
        return ()
    return (f"alerts: Grafana left {left_out} of this group out (its setting Max Alerts)",)


SENDER: Final = Sender(
    product="Grafana alerting, unified and legacy",
    expected=EXPECTED,
    read=read,
    fires="`alerts[].status` `firing`; legacy `state` `alerting`, `no_data`",
    resolves="`alerts[].status` `resolved`; legacy `state` `ok`",
    dedup_key="`orgId` + `alerts[].fingerprint`, else its labels; legacy `orgId` + `ruleId`",
    severity="label `severity`; legacy tag `severity`; else critical",
    episode_start="`alerts[].startsAt`",
    answers="202, a result for each alert",
)
