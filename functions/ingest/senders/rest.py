"""Harp's REST payload, in both of its published spellings, freely mixed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from functions.ingest.senders import Entry, Sender, SenderSettings, Sent
from functions.ingest.senders.reading.entries import each_object
from functions.ingest.senders.reading.fields import (
    CARRIED_TEXTS,
    Fields,
    assumed,
    carried,
    finished,
    unread,
)
from tocsin.domain.dedup import bounded, dedup_key_of
from tocsin.domain.severity import read_severity
from tocsin.domain.signal import (
    NAME_LIMIT,
    SUMMARY_LIMIT,
    Facts,
    FactsBuilder,
    Signal,
    SignalAction,
)

EXPECTED: Final = (
    'Expected an object like {"name": "Disk full", "severity": "critical", "source": "backup", '
    '"object": "db-1", "output": "93 % used"}.'
)


def read(sent: Sent, settings: SenderSettings) -> Sequence[Entry]:
    """Understand one alert, or a list of them."""
    return each_object(sent, lambda entry: read_alert(entry, settings), EXPECTED)


_NAMES: Final = ("name", "alert_name")
_SEVERITIES: Final = ("severity", "alert_severity")
_OUTPUTS: Final = ("output", "notification_output", "reason")
_LABELS: Final = ("extra_tags", "additional_fields", "labels", "tags")
_URLS: Final = ("extra_urls", "additional_urls", "urls")
_KNOWN: Final = frozenset(
    (
        *(*_NAMES, *_SEVERITIES, *_OUTPUTS, *_LABELS, *_URLS, *CARRIED_TEXTS),
        *("source", "object", "summary", "dedup_key", "current_value", "threshold"),
    )
)


def read_alert(entry: Mapping[str, Any], settings: SenderSettings) -> Signal:
    """Understand one alert; `ok` closes what the same name, source and object opened.

    An end needs no name where the dedup key says which alert is over.
    """
    fields = Fields(entry)
    builder = FactsBuilder()
    name = fields.text(*_NAMES)
    source, object_ = fields.text("source"), fields.text("object")
    word = fields.text(*_SEVERITIES)
    reading = read_severity(word, settings.severity_map)
    action = SignalAction.RESOLVE if reading.resolves else SignalAction.TRIGGER
    dedup_key = fields.text("dedup_key")
    is_known = reading.resolves and bool(dedup_key and dedup_key.strip())
    fields.require("name", is_there=is_known or bool(name and name.strip()))
    labels = fields.pairs(*_LABELS)
    if reading.is_urgent:
        labels = {"urgent": "true", **labels}
    facts = Facts(
        name=builder.text("name", name or "", NAME_LIMIT),
        summary=builder.text("summary", fields.text("summary") or name or "", SUMMARY_LIMIT),
        reason=builder.long_text("output", fields.any_text(*_OUTPUTS) or ""),
        source=builder.short("source", source),
        object=builder.short("object", object_),
        source_severity=builder.short("severity", word),
        labels=builder.labels(labels),
        urls=builder.urls(fields.links(*_URLS)),
        **carried(fields, builder),
    )
    current_value = fields.value("current_value", builder)
    fields.raise_problems(EXPECTED)
    return Signal(
        action=action,
        dedup_key=bounded(dedup_key) if dedup_key else dedup_key_of(name, source, object_),
        severity=reading.severity,
        facts=finished(facts, builder),
        current_value=current_value,
        assumed=assumed(reading, action),
        ignored=unread(fields, _KNOWN),
    )


SENDER: Final = Sender(
    product="Harp's REST payload, and scripts",
    expected=EXPECTED,
    read=read,
    fires="every `severity` but `ok`",
    resolves="`severity` `ok`",
    dedup_key="`dedup_key`, else `name` + `source` + `object`",
    severity="`severity`",
    episode_start="-",
    answers="202, a result for each entry",
)
