"""Apprise's json://, form:// and xml:// notifications."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from functions.ingest.senders import Entry, Sender, SenderSettings, Sent
from functions.ingest.senders.reading.entries import each_object, read_entry
from functions.ingest.senders.reading.fields import Fields
from functions.ingest.senders.reading.report import Report
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import SignalAction

EXPECTED: Final = (
    'Expected what Apprise sends: "title", "message" and "type" (info, success, warning, failure), '
    "as JSON, form or XML."
)
_WORDS: Final[Mapping[str, str]] = {"failure": "critical", "success": "info"}
_XML_NAMES: Final[Mapping[str, str]] = {
    "title": "Subject",
    "message": "Message",
    "type": "MessageType",
}
_OWN: Final = frozenset(("version", "title", "message", "type", "attachments"))


def read(sent: Sent, _settings: SenderSettings) -> Sequence[Entry]:
    if sent.body.lstrip()[:1] != b"<":
        return each_object(sent, read_notification, EXPECTED)
    from functions.ingest.senders.reading.xml_bodies import read_xml, text_of

    document = read_xml(sent.body)
    entry = {name: text_of(document, tag) for name, tag in _XML_NAMES.items()}
    return [read_entry(entry, read_notification, EXPECTED, part=entry)]


def read_notification(entry: Mapping[str, Any]) -> Report:
    """`:dedup_key=` in its URL distinguishes it from others."""
    fields = Fields(entry)
    title = fields.any_text("title") or fields.needed("message")
    fields.raise_problems(EXPECTED)
    kind = (fields.any_text("type") or "").lower()
    key = fields.text("dedup_key", "alert_id")
    return Report(
        action=SignalAction.RESOLVE if kind == "success" else SignalAction.TRIGGER,
        dedup_key=dedup_key_of("key", key) if key else dedup_key_of("title", title),
        name=title,
        reason=fields.any_text("message"),
        severity=kind,
        words=_WORDS,
        source="apprise",
        labels={name: value for name, value in entry.items() if name not in _OWN},
    )


SENDER: Final = Sender(
    product="Apprise (json, form, xml)",
    expected=EXPECTED,
    read=read,
    fires="`type` `failure`, `warning`, `info`",
    resolves="`type` `success`",
    dedup_key="a parameter `dedup_key` or `alert_id`, else the title",
    severity="`type`",
)
