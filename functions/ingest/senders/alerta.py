"""Alerts as Alerta takes them: environment, resource and event name the condition."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

from functions.ingest.senders import Entry, Results, Sender, SenderSettings, Sent
from functions.ingest.senders.reading.fields import Fields, as_text, kind_of
from functions.ingest.senders.reading.report import BY_SEVERITY, Report
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.errors import InvalidInputError, MalformedInputError, Problem
from tocsin.domain.severity import read_severity
from tocsin.lambda_runtime.http import HttpAnswer

EXPECTED: Final = (
    'Expected an alert like {"environment": "Production", "resource": "db-1", "event": '
    '"DiskFull", "severity": "major", "service": ["shop"]}.'
)
NORMAL: Final = "normal"
"""What an alert without a severity is: Alerta's default, which closes."""
CORRELATED_LIMIT: Final = 10
"""Other events of an alert that are looked for; each is a read or a write."""
CORRELATE: Final = "correlate"
TAGS: Final = "tags"
SERVICE: Final = "service"
NAMING_LABELS: Final = ("environment", "group", "customer", "type")
"""Labels that hold what Alerta has fields for."""
LIST_LABELS: Final = (SERVICE, CORRELATE, TAGS)
"""Likewise, for lists: words with commas between."""

_FIELD_NAMES: Final = {
    "name": "event",
    "summary": "text",
    "reason": "rawData",
    "source": "origin",
    "object": "resource",
    "current_value": "value",
}
_OWN_WORDS: Final = {
    "security": "urgent",
    "major": "critical",
    "minor": "warning",
    "informational": "info",
    "trace": "info",
    "indeterminate": "unknown",
    "cleared": "ok",
}


@dataclass(frozen=True, slots=True)
class AlertaEvent:
    report: Report
    severity: str
    """The sender's word."""
    resolves: bool
    other_keys: tuple[str, ...] = ()
    """The dedup keys of the events that it is correlated with."""

    @property
    def reports(self) -> list[Report]:
        """All that it means: recovery closes all events that it is correlated with."""
        keys = self.other_keys if self.resolves else ()
        return [self.report, *map(self.report_for, keys)]

    def report_for(self, dedup_key: str) -> Report:
        """The same for the alert of another event."""
        return replace(self.report, dedup_key=dedup_key)


def read(sent: Sent, settings: SenderSettings) -> Sequence[Entry]:
    value = sent.value
    if not isinstance(value, dict):
        raise MalformedInputError(f"The body is {kind_of(value)}. {EXPECTED}")
    return [Entry(report) for report in read_alert(value, settings).reports]


def read_alert(body: Mapping[str, Any], settings: SenderSettings) -> AlertaEvent:
    """Understand one alert.

    Raises:
        InvalidInputError: The first of `details` is what Alerta would say.
    """
    problems = _problems(body)
    if problems:
        raise InvalidInputError(EXPECTED, problems)
    fields = Fields(body)
    resource, event = fields.text("resource") or "", fields.text("event") or ""
    environment, customer = fields.any_text("environment"), fields.any_text("customer")
    severity, value = fields.any_text("severity") or NORMAL, fields.raw("value")
    report = Report(
        action=BY_SEVERITY,
        dedup_key=dedup_key_of(environment, resource, event, customer),
        name=event,
        summary=fields.any_text("text") or f"{event} on {resource}",
        reason=fields.any_text("rawData"),
        severity=severity,
        words=_OWN_WORDS,
        source=fields.any_text("origin"),
        object=resource,
        labels=_labels(fields),
        keeps_empty_labels=True,
        current_value=as_text(value) if value not in (None, "") else None,
        field_names=_FIELD_NAMES,
    )
    others = [it for it in dict.fromkeys(_words(body, CORRELATE)) if it != event]
    keys = [dedup_key_of(environment, resource, it, customer) for it in others]
    resolves = read_severity(severity, {**_OWN_WORDS, **settings.severity_map}).resolves
    return AlertaEvent(report, severity, resolves, tuple(keys[:CORRELATED_LIMIT]))


def _problems(body: Mapping[str, Any]) -> list[Problem]:
    found = [
        Problem(name, f'Missing mandatory value for "{name}"')
        for name in ("resource", "event")
        if not isinstance(body.get(name), str | int | float) or not str(body[name]).strip()
    ]
    found += [
        Problem(name, f"{name} must be a list")
        for name in LIST_LABELS
        if body.get(name) is not None and not isinstance(body[name], list)
    ]
    attributes, timeout = body.get("attributes"), body.get("timeout")
    if attributes is not None and not isinstance(attributes, dict):
        found.append(Problem("attributes", "attributes must be a JSON object"))
    if timeout is not None and (not isinstance(timeout, int) or isinstance(timeout, bool)):
        found.append(Problem("timeout", "timeout must be an integer"))
    return found


def _labels(fields: Fields) -> dict[str, str]:
    labels = {name: text for name in NAMING_LABELS if (text := fields.any_text(name))}
    for name in LIST_LABELS:
        value = fields.raw(name)
        words = [it for it in value if isinstance(it, str) and it] if value else []
        if words:
            labels[name] = ",".join(words)
        if name == TAGS:
            # A tag like env=prod is a label, by which alerts are routed and silenced.
            labels |= _tagged(words)
    return {**fields.pairs("attributes"), **labels}


def _tagged(words: Sequence[str]) -> dict[str, str]:
    """Of a name that comes several times all values are kept, with commas between."""
    several: dict[str, dict[str, None]] = {}
    for key, is_pair, said in (it.partition("=") for it in words):
        if is_pair:
            several.setdefault(key, {})[said] = None
    return {key: ",".join(values) for key, values in several.items()}


def _words(body: Mapping[str, Any], name: str) -> list[str]:
    return [it for it in body.get(name) or () if isinstance(it, str) and it]


def _answer(results: Results) -> HttpAnswer:
    ids = [it["alert_id"] for it in results if it["alert_id"]]
    said = {"status": "ok", "id": ids[0] if ids else None}
    return HttpAnswer(status=HTTPStatus.CREATED, body=json.dumps(said))


SENDER: Final = Sender(
    product="Alerta",
    expected=EXPECTED,
    read=read,
    answer=_answer,
    fires="every `severity` but normal, ok and cleared",
    resolves="`severity` normal, ok or cleared, for all events in `correlate`",
    dedup_key="`environment`, `resource`, `event` and `customer`",
    severity="`severity`, else normal",
    answers="201 as Alerta",
)
