"""Grafana: the webhook of unified alerting, and that of the alerting before it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from functions.ingest.senders import Entry, Ignored, Sender, SenderSettings, Sent
from functions.ingest.senders.reading.entries import each_object, each_of, said_around
from functions.ingest.senders.reading.fields import Fields, host_of, kind_of
from functions.ingest.senders.reading.prometheus_labels import (
    filled,
    links_in,
    name_of,
    object_of,
    reason_of,
    shown,
    spelled,
    summary_of,
)
from functions.ingest.senders.reading.report import ALWAYS_CRITICAL, Report
from functions.ingest.senders.reading.shapes import pairs_of
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.signal import SignalAction

EXPECTED: Final = (
    "Expected what Grafana's webhook contact point sends without a custom payload: an object with "
    'a list "alerts", each with "status", "labels" and "fingerprint".'
)
_TEST: Final[Mapping[str, str]] = {"alertname": "TestAlert", "instance": "Grafana"}
"""Labels of what the button *Test* of a contact point sends."""
_LEGACY_TEST: Final = "Test notification"
"""Name of the rule that *Send Test* of a notification channel makes up; its id is random."""
_RUNBOOK: Final = "runbook_url"
_SERIES_SHOWN: Final = 10
_LEGACY_ACTIONS: Final[Mapping[str, SignalAction]] = {
    "alerting": SignalAction.TRIGGER,
    "no_data": SignalAction.TRIGGER,
    "ok": SignalAction.RESOLVE,
}


def read(sent: Sent, _settings: SenderSettings) -> Sequence[Entry]:
    value = sent.value
    if not isinstance(value, dict) or "alerts" not in value:
        return each_object(sent, read_legacy, EXPECTED)
    alerts = value["alerts"]
    if not isinstance(alerts, list):
        problem = Problem("alerts", f"must be a list, not {kind_of(alerts)}")
        raise InvalidInputError(EXPECTED, [problem])
    around = Fields(said_around(value, "alerts"))
    return each_of(alerts, lambda alert: read_alert(alert, around), EXPECTED)


def read_alert(entry: Mapping[str, Any], group: Fields) -> Report:
    fields = Fields(entry)
    labels = filled(fields.part("labels").texts())
    annotations = fields.part("annotations").texts()
    identity = _identity(fields)
    fields.raise_problems(EXPECTED)
    is_over = (fields.any_text("status") or "").lower() == "resolved"
    name = name_of(labels) or spelled(labels) or "Alert without a name"
    written = shown(annotations)
    values = fields.flat("values")
    value = next(iter(values.values())) if len(values) == 1 else fields.any_text("values")
    return Report(
        action=SignalAction.RESOLVE if is_over else SignalAction.TRIGGER,
        dedup_key=dedup_key_of(
            host_of(group.raw("externalURL"), fields.raw("generatorURL"), fields.raw("silenceURL")),
            group.any_text("orgId"),
            identity,
        ),
        name=name,
        summary=summary_of(written, name, object_of(labels)),
        reason=reason_of(written),
        severity=labels.get("severity"),
        words=ALWAYS_CRITICAL,
        source="grafana",
        source_name=group.any_text("receiver"),
        object=object_of(labels),
        rule_name=labels.get("rulename") or name,
        group_id=group.any_text("groupKey"),
        labels=labels,
        urls={
            **links_in({key: it for key, it in written.items() if key != _RUNBOOK}),
            "Alert rule": fields.raw("generatorURL"),
            "Dashboard": fields.raw("dashboardURL"),
            "Panel": fields.raw("panelURL"),
            "Runbook": annotations.get(_RUNBOOK),
            "Image": fields.raw("imageURL"),
            "Silence": fields.raw("silenceURL"),
        },
        current_value=value,
        started_at=read_time(fields.raw("startsAt")),
        notes=_left_out(group),
        is_test=_TEST.items() <= labels.items(),
    )


def read_legacy(entry: Mapping[str, Any]) -> Report | Ignored:
    """Understand one rule's change of state, as Grafana before version 9 sends it."""
    fields = Fields(entry)
    rule_id = fields.needed("ruleId")
    state = fields.needed("state").lower()
    fields.raise_problems(EXPECTED)
    action = _LEGACY_ACTIONS.get(state)
    if action is None:
        return Ignored(f"state {state}")
    matches = fields.parts("evalMatches")
    tags = pairs_of(fields.raw("tags"))
    name = fields.any_text("ruleName", "title") or rule_id
    is_test = name == _LEGACY_TEST
    severity = tags.get("severity")
    return Report(
        action=action,
        dedup_key=dedup_key_of(
            "test" if is_test else "rule",
            host_of(fields.raw("ruleUrl")),
            fields.any_text("orgId"),
            "" if is_test else rule_id,
        ),
        name=name,
        summary=fields.any_text("title") or name,
        reason=fields.any_text("message"),
        severity=severity if isinstance(severity, str) else None,
        words=ALWAYS_CRITICAL,
        source="grafana",
        rule_id=rule_id,
        rule_name=name,
        labels=tags,
        urls={"Alert rule": fields.raw("ruleUrl"), "Image": fields.raw("imageUrl")},
        current_value=matches[0].raw("value") if matches else None,
        notes=_other_series(matches),
        is_test=is_test,
    )


def _other_series(matches: Sequence[Fields]) -> tuple[str, ...]:
    """A legacy rule is one alert, for any number of series."""
    shown = [f"{it.any_text('metric') or '?'} {it.any_text('value') or '?'}" for it in matches[1:]]
    listed = ", ".join(shown[:_SERIES_SHOWN])
    return (f"evalMatches: {len(shown)} more series: {listed}",) if shown else ()


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
    dedup_key=(
        "host of `externalURL` + `orgId` + `alerts[].fingerprint`, else its labels; legacy host of "
        "`ruleUrl` + `orgId` + `ruleId`"
    ),
    severity="label `severity`; legacy tag `severity`; else critical",
    episode_start="`alerts[].startsAt`",
    answers="202, a result for each alert",
)
