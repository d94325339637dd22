"""Harp's REST payload, in both of its published spellings, freely mixed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from functions.ingest.senders import Entry, Sender, SenderSettings, Sent
from functions.ingest.senders.reading.entries import each_object
from functions.ingest.senders.reading.fields import CARRIED_TEXTS, Fields, carried, unread
from functions.ingest.senders.reading.report import BY_SEVERITY, Report
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.severity import read_severity

EXPECTED: Final = (
    'Expected an object like {"name": "Disk full", "severity": "critical", "source": "backup", '
    '"object": "db-1", "output": "93 % used"}.'
)


def read(sent: Sent, settings: SenderSettings) -> Sequence[Entry]:
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


def read_alert(entry: Mapping[str, Any], settings: SenderSettings) -> Report:
    """`ok` closes what the same name, source and object opened.

    An end needs no name where the dedup key says which alert is over.
    """
    fields = Fields(entry)
    name, dedup_key = fields.text(*_NAMES), fields.text("dedup_key")
    source, object_ = fields.text("source"), fields.text("object")
    severity = fields.text(*_SEVERITIES)
    if not name or not name.strip():
        is_end = read_severity(severity, settings.severity_map).resolves
        fields.require("name", is_there=is_end and bool(dedup_key and dedup_key.strip()))
    report = Report(
        action=BY_SEVERITY,
        dedup_key=dedup_key or dedup_key_of(name, source, object_),
        name=name or "",
        summary=fields.text("summary"),
        reason=fields.any_text(*_OUTPUTS),
        severity=severity,
        source=source,
        object=object_,
        labels=fields.pairs(*_LABELS),
        keeps_empty_labels=True,
        urls=fields.links(*_URLS),
        current_value=fields.raw("current_value"),
        ignored=unread(fields, _KNOWN),
        field_names={"reason": "output"},
        **carried(fields),
    )
    fields.raise_problems(EXPECTED)
    return report


SENDER: Final = Sender(
    product="Harp's REST payload, and scripts",
    expected=EXPECTED,
    read=read,
    fires="every `severity` but `ok`",
    resolves="`severity` `ok`",
    dedup_key="`dedup_key`, else `name` + `source` + `object`",
    severity="`severity`",
    answers="202, a result for each entry",
)
