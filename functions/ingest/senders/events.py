"""Events in the shape of PagerDuty's Events API v2."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from functions.ingest.senders import Sender
from functions.ingest.senders.reading.entries import objects
from functions.ingest.senders.reading.fields import CARRIED_TEXTS, Fields, as_text, carried, unread
from functions.ingest.senders.reading.report import Report
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import NAME_LIMIT, SignalAction, printable

EXPECTED: Final = (
    'Expected an object like {"event_action": "trigger", "dedup_key": "disk/db-1", "payload": '
    '{"summary": "Disk full on db-1", "severity": "critical", "source": "db-1"}}.'
)
_CLASSIFIES: Final = ("component", "group", "class")
_KNOWN: Final = frozenset(
    (
        *("event_action", "dedup_key", "payload", "links", "images", "client", "client_url"),
        *("routing_key", "service_key"),
    )
)
_KNOWN_IN_PAYLOAD: Final = frozenset(
    (
        *(*_CLASSIFIES, *CARRIED_TEXTS, "summary", "severity", "source", "timestamp"),
        *("custom_details", "dedup_key", "reason", "labels", "current_value", "threshold"),
    )
)
_FIELD_NAMES: Final = {
    "summary": "payload.summary",
    "reason": "payload.custom_details",
    "source": "payload.source",
    "object": "payload.component",
    "severity": "payload.severity",
}
_ACTIONS: Final = ", ".join(SignalAction)


def read_event(entry: Mapping[str, Any]) -> Report:
    """Understand one event.

    A trigger without a dedup key is identified by what names its condition, so that the same
    event sent twice is one alert.
    """
    fields = Fields(entry)
    action = _action(fields)
    payload = _payload(entry, fields)
    summary = payload.text("summary")
    dedup_key = fields.text("dedup_key") or payload.text("dedup_key")
    if action is SignalAction.TRIGGER:
        payload.require("summary", is_there=bool(summary and summary.strip()))
    else:
        problem = f"is needed to {action}: the key of the event that opened the alert"
        fields.require("dedup_key", is_there=bool(dedup_key), problem=problem)
    report = Report(
        action=action,
        dedup_key=dedup_key or _identity(payload, summary),
        name=printable(summary or "")[:NAME_LIMIT],
        summary=summary,
        reason=_reason(payload),
        severity=payload.text("severity"),
        source=payload.text("source"),
        object=payload.text("component"),
        labels=_labels(fields, payload),
        keeps_empty_labels=True,
        urls=_urls(fields),
        current_value=payload.raw("current_value"),
        ignored=(*unread(fields, _KNOWN), *unread(payload, _KNOWN_IN_PAYLOAD, "payload.")),
        field_names=_FIELD_NAMES,
        **carried(payload),
    )
    fields.raise_problems(EXPECTED)
    return report


def _payload(entry: Mapping[str, Any], fields: Fields) -> Fields:
    """The payload; a text in its place is its summary."""
    said = entry.get("payload")
    if isinstance(said, str) and said.strip():
        fields = Fields({**entry, "payload": {"summary": said}})
    return fields.inner("payload")


def _action(fields: Fields) -> SignalAction:
    word = (fields.text("event_action") or "").strip().lower()
    if word in set(SignalAction):
        return SignalAction(word)
    problem = "is missing" if not word else "is no action"
    fields.require("event_action", is_there=False, problem=f"{problem}; one of {_ACTIONS}")
    return SignalAction.TRIGGER


def _reason(payload: Fields) -> str | None:
    reason, details = payload.any_text("reason"), payload.raw("custom_details")
    if reason is not None or details is None or _has_names(details):
        return reason
    return as_text(details)


def _labels(fields: Fields, payload: Fields) -> dict[str, str]:
    labels = {name: text for name in _CLASSIFIES if (text := payload.text(name))}
    if (client := fields.text("client")) and not fields.text("client_url"):
        labels["client"] = client
    if _has_names(payload.raw("custom_details")):
        labels |= payload.pairs("custom_details")
    return labels | payload.pairs("labels")


def _has_names(details: object) -> bool:
    """Whether details are names and values: an object, or a list of such."""
    members = details if isinstance(details, list) else [details]
    return bool(members) and all(isinstance(it, dict) for it in members)


def _urls(fields: Fields) -> dict[str, str]:
    named: list[tuple[str, str]] = []
    client, client_url = fields.text("client"), fields.text("client_url")
    if client_url:
        named.append((client or "client", client_url))
    named += fields.links("links", title="link").items()
    named += fields.links("images", title="image").items()
    urls: dict[str, str] = {}
    times: Counter[str] = Counter()
    for name, url in named:
        times[name] += 1
        urls[f"{name} {times[name]}" if times[name] > 1 else name] = url
    return urls


def _identity(payload: Fields, summary: str | None) -> str:
    parts = (payload.text(name) for name in ("source", *_CLASSIFIES))
    return dedup_key_of(summary, *parts)


SENDER: Final = Sender(
    product="Events in the shape of PagerDuty's Events API v2",
    expected=EXPECTED,
    read=objects(read_event, EXPECTED),
    fires="`event_action` `trigger`",
    resolves="`event_action` `resolve`",
    dedup_key="`dedup_key`, else summary, source, component, group and class of `payload`",
    severity="`payload.severity`",
    answers="202, a result for each entry",
)
