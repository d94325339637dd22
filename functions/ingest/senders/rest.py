"""Harp's REST payload, in both of its published spellings, freely mixed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from functions.ingest.senders import Entry, Sender, SenderSettings, Sent
from functions.ingest.senders.entries import each_object
from functions.ingest.senders.fields import Fields, carried, finished
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


def read_alert(entry: Mapping[str, Any], settings: SenderSettings) -> Signal:
    """Understand one alert; `ok` closes what the same name, source and object opened."""
    fields = Fields(entry)
    builder = FactsBuilder()
    name = fields.text("name", "alert_name")
    fields.require("name", is_there=bool(name and name.strip()))
    source, object_ = fields.text("source"), fields.text("object")
    word = fields.text("severity", "alert_severity")
    reading = read_severity(word, settings.severity_map)
    labels = fields.pairs("extra_tags", "additional_fields", "labels", "tags")
    if reading.is_urgent:
        labels = {"urgent": "true", **labels}
    dedup_key = fields.text("dedup_key")
    facts = Facts(
        name=builder.text("name", name or "", NAME_LIMIT),
        summary=builder.text("summary", fields.text("summary") or name or "", SUMMARY_LIMIT),
        reason=builder.long_text(
            "output", fields.any_text("output", "notification_output", "reason") or ""
        ),
        source=builder.short("source", source),
        object=builder.short("object", object_),
        source_severity=builder.short("severity", word),
        labels=builder.labels(labels),
        urls=builder.urls(fields.pairs("extra_urls", "additional_urls", "urls")),
        **carried(fields, builder),
    )
    current_value = fields.value("current_value", builder)
    fields.raise_problems(EXPECTED)
    return Signal(
        action=SignalAction.RESOLVE if reading.resolves else SignalAction.TRIGGER,
        dedup_key=bounded(dedup_key) if dedup_key else dedup_key_of(name, source, object_),
        severity=reading.severity,
        facts=finished(facts, builder),
        current_value=current_value,
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
