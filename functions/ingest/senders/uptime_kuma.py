"""Uptime Kuma's webhook: as JSON, as a form, or as the query of a GET."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from functions.ingest.senders import Entry, Ignored, Sender, SenderSettings, Sent
from functions.ingest.senders.reading.entries import each_object, read_entry
from functions.ingest.senders.reading.fields import Fields
from functions.ingest.senders.reading.lenient_json import read_lenient
from functions.ingest.senders.reading.report import ALWAYS_CRITICAL, Report, merged
from functions.ingest.senders.reading.shapes import pairs_of
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import SignalAction

EXPECTED: Final = (
    "Expected what Uptime Kuma's webhook sends with its preset body: "
    'an object with "heartbeat", "monitor" and "msg".'
)
_UP: Final = "1"
_SILENT: Final[Mapping[str, str]] = {"2": "a check that is not sure yet", "3": "maintenance"}
_TEST: Final = "Testing"
_NUMBER: Final = re.compile(r"\d+")
_NO_LINKS: Final = ("https://", "http://")
"""What a monitor that is not of HTTP has for an address."""


def read(sent: Sent, _settings: SenderSettings) -> Sequence[Entry]:
    if sent.method == "GET":
        entry = {
            name: read_lenient(text.encode("utf-8", "replace"))[0] if text[:1] == "{" else text
            for name, text in sent.query.items()
        }
        return [read_entry(entry, read_heartbeat, EXPECTED, part=entry)]
    return each_object(sent, read_heartbeat, EXPECTED)


def read_heartbeat(entry: Mapping[str, Any]) -> Report | Ignored:
    """Understand one heartbeat, or a message without one: a test, an expiring certificate."""
    fields = Fields(entry)
    heartbeat, monitor = fields.part("heartbeat"), fields.part("monitor")
    if not fields.flat("heartbeat") and not fields.flat("monitor"):
        return _message(fields)
    monitor_id = monitor.text("id") or heartbeat.needed("monitorID")
    status = heartbeat.needed("status")
    fields.raise_problems(EXPECTED)
    if status in _SILENT:
        return Ignored(_SILENT[status])
    title = monitor.any_text("name") or f"Monitor {monitor_id}"
    url = monitor.raw("url")
    return Report(
        action=SignalAction.RESOLVE if status == _UP else SignalAction.TRIGGER,
        dedup_key=dedup_key_of("monitor", monitor_id),
        name=title,
        summary=fields.any_text("msg"),
        reason=heartbeat.any_text("msg"),
        words=ALWAYS_CRITICAL,
        source="uptime-kuma",
        object=monitor.any_text("hostname") or monitor.any_text("pathName"),
        monitor_id=monitor_id,
        monitor_name=title,
        labels=merged(pairs_of(monitor.raw("tags")), {"monitor_type": monitor.raw("type")}),
        urls={"Checked": None if url in _NO_LINKS else url},
        current_value=heartbeat.raw("ping"),
    )


def _message(fields: Fields) -> Report:
    message = fields.needed("msg")
    fields.raise_problems(EXPECTED)
    is_test = message.rstrip().endswith(_TEST)
    # Days until a certificate expires are a value, and no identity is made of values.
    about = _NUMBER.sub("#", message)
    return Report(
        dedup_key=dedup_key_of("test" if is_test else "message", about),
        name=message,
        severity="info",
        source="uptime-kuma",
        is_test=is_test,
    )


SENDER: Final = Sender(
    product="Uptime Kuma",
    expected=EXPECTED,
    read=read,
    methods=("POST", "GET"),
    fires="`heartbeat.status` 0; a `msg` without heartbeat (an expiring certificate)",
    resolves="`heartbeat.status` 1",
    dedup_key="`monitor.id`; of a mere `msg` its text without numbers",
    severity="critical; a mere `msg` info",
)
