"""Datadog's webhooks, whose body is a template: ours, Datadog's own, and Harp's."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from functions.ingest.senders import Entry, Sender, SenderSettings, Sent
from functions.ingest.senders.entries import each_object
from functions.ingest.senders.fields import Fields
from functions.ingest.senders.report import Report
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import Signal, SignalAction

EXPECTED: Final = (
    "Expected the payload template of docs/senders/datadog.md, filled in: an object with "
    '"alert_cycle_key", "alert_transition" and "alert_title".'
)
_WORDS: Final[Mapping[str, str]] = {"success": "info", "normal": "warning", "no data": "warning"}
"""A monitor that fires with priority `normal` (an event's, not a monitor's) is not over."""
_UNSET: Final = ("$", "null", "None")


def read(sent: Sent, settings: SenderSettings) -> Sequence[Entry]:
    """Understand one monitor's transition."""
    return each_object(sent, lambda entry: read_transition(entry, settings), EXPECTED)


def read_transition(entry: Mapping[str, Any], settings: SenderSettings) -> Signal:
    """Understand one transition; variables that Datadog left as they were say nothing."""
    fields = Fields({name: value for name, value in entry.items() if not _is_unset(value)})
    state, title = _title(fields)
    key = _identity(fields, title)
    fields.require(
        "alert_cycle_key", is_there=bool(key), problem="is missing, and so is all else to tell by"
    )
    fields.raise_problems(EXPECTED)
    transition = fields.any_text("alert_transition", "alertTransition", "alertStatus") or state
    host = fields.any_text("hostname")
    return Report(
        action=SignalAction.RESOLVE if "recovered" in transition.lower() else SignalAction.TRIGGER,
        dedup_key=key,
        name=title or key,
        reason=fields.any_text("body", "eventMessage"),
        severity=fields.any_text("alert_priority", "priority", "alert_type"),
        words=_WORDS,
        source="datadog",
        source_name=fields.part("org").any_text("name") or fields.any_text("orgName"),
        object=host,
        monitor_id=fields.any_text("alert_id", "alertId"),
        monitor_name=title or None,
        rule_name=fields.any_text("alert_query", "alertQuery"),
        labels=_tags(fields),
        urls={"Event": fields.raw("link") or fields.raw("url"), "Graph": fields.raw("snapshot")},
    ).signal(settings)


def _is_unset(value: object) -> bool:
    return (isinstance(value, str) and value.startswith(_UNSET[0])) or value in _UNSET


def _title(fields: Fields) -> tuple[str, str]:
    """Take the state off a title: `[Recovered on {host:db-1}] Disk full`."""
    title = fields.any_text("alert_title", "title") or ""
    if title.startswith("[") and "] " in title:
        state, _, rest = title[1:].partition("] ")
        return state, rest
    return "", title


def _identity(fields: Fields, title: str) -> str:
    cycle = fields.text("alert_cycle_key", "aggreg_key")
    if cycle:
        return cycle
    monitor = fields.text("alert_id", "alertId")
    if monitor:
        return dedup_key_of(monitor, fields.any_text("alert_scope", "alertScope"))
    return dedup_key_of("title", title) if title.strip() else ""


def _tags(fields: Fields) -> dict[str, object]:
    labels: dict[str, object] = {}
    for name in ("alert_scope", "alertScope", "tags"):
        tags = fields.any_text(name) or ""
        for tag in tags.split(","):
            key, colon, value = tag.strip().partition(":")
            if key:
                labels[key] = value if colon else "true"
    return labels


SENDER: Final = Sender(
    product="Datadog monitors",
    expected=EXPECTED,
    read=read,
    fires="`alert_transition` without the word Recovered",
    resolves="`alert_transition` with the word Recovered",
    dedup_key="`alert_cycle_key`, `aggreg_key`, `alert_id` + `alert_scope`, or the title",
    severity="`alert_priority`, else `alert_type`",
    episode_start="-",
    answers="202, a result",
)
