"""Zabbix, by a media type of type webhook: the one of Harp, and ours, which uses its names."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from functions.ingest.senders import Results, Sender
from functions.ingest.senders.reading.entries import objects
from functions.ingest.senders.reading.fields import Fields
from functions.ingest.senders.reading.report import Report, merged
from functions.ingest.senders.reading.shapes import pairs_of
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import SignalAction
from tocsin.lambda_runtime.http import HttpAnswer

EXPECTED: Final = (
    "Expected what the media type of docs/senders/zabbix.md sends: an object with "
    '"event_id", "trigger_status" and "trigger_name".'
)
_UNKNOWN: Final = "*UNKNOWN*"
"""What Zabbix writes for a macro that has no value in the context of an event."""
_MACRO: Final = re.compile(r"\{(?:[$#?]?[A-Z][A-Z0-9_.]*(?::[^{}]*)?|[A-Z]+\.[\w.]+)\}")
"""`{EVENT.ID}`, `{HOST.IP1}`, `{$ZABBIX.URL}`, `{$LIMIT:context}`, `{#LLD}`."""
_WORDS: Final[Mapping[str, str]] = {
    "0": "unknown",
    "1": "info",
    "2": "warning",
    "3": "warning",
    "4": "critical",
    "5": "urgent",
    "not classified": "unknown",
    "average": "warning",
    "disaster": "urgent",
}


def read_event(entry: Mapping[str, Any]) -> Report:
    """Macros that Zabbix did not fill in count as missing."""
    fields = Fields({name: value for name, value in entry.items() if not _is_macro(value)})
    if "event_id" in entry and fields.raw("event_id") is None and _is_macro(entry["event_id"]):
        return _test(fields)
    event_id = fields.needed("event_id")
    fields.raise_problems(EXPECTED)
    name = fields.any_text("trigger_name", "eventname") or f"Zabbix event {event_id}"
    server = fields.any_text("source")
    trigger_id = fields.any_text("trigger_id")
    return Report(
        action=_action(fields),
        dedup_key=dedup_key_of(server, event_id),
        name=name,
        summary=fields.any_text("eventname"),
        reason=fields.any_text("triggeropdata", "trigger_description"),
        severity=fields.any_text("trigger_severity"),
        words=_WORDS,
        source=server,
        object=fields.any_text("host_name", "hostip"),
        rule_id=trigger_id,
        rule_name=name,
        group_id=fields.any_text("trigger_hostgroup_name"),
        labels=merged(
            *(pairs_of(_unpacked(fields.raw(it))) for it in ("tags", "event_tags", "eventtags")),
            {"ip": fields.raw("hostip")},
        ),
        urls=_urls(server, event_id, trigger_id) | {"Runbook": fields.raw("trigger_url")},
        started_at=_started_at(fields),
        comment=fields.any_text("eventupdatemessage", "event_update_message"),
    )


def _unpacked(tags: object) -> object:
    """The tags, which `{EVENT.TAGSJSON}` writes as the text of a list."""
    if not isinstance(tags, str) or not tags.lstrip().startswith("["):
        return tags
    try:
        return json.loads(tags)
    except (ValueError, RecursionError):
        return tags


def _test(fields: Fields) -> Report:
    """The button *Test* of a media type sends its parameters with all macros as they are."""
    return Report(
        dedup_key=dedup_key_of("test", fields.any_text("source")),
        name="Test of Zabbix's media type",
        severity="info",
        source=fields.any_text("source"),
        is_test=True,
    )


def answer(results: Results) -> HttpAnswer:
    """Answer as Harp's script demands it: exactly 200, and JSON."""
    return HttpAnswer(status=200, body=json.dumps({"result": list(results)}, ensure_ascii=False))


def _is_macro(value: object) -> bool:
    """Whether Zabbix left a macro as it was, or had nothing to put in its place."""
    return isinstance(value, str) and (
        value.strip() == _UNKNOWN or _MACRO.fullmatch(value.strip()) is not None
    )


def _action(fields: Fields) -> SignalAction:
    """By the state of this event, else the script's word, else the trigger's current state."""
    said = (fields.any_text("event_action") or "").lower()
    status = (fields.any_text("trigger_status") or "").upper()
    value = fields.any_text("eventvalue")
    if value == "0" or (value != "1" and (said == "resolve" or status in ("OK", "RESOLVED"))):
        return SignalAction.RESOLVE
    is_acked = (fields.any_text("eventack") or "").lower() == "yes"
    if said == "acknowledge" or (fields.any_text("eventupdate") == "1" and is_acked):
        return SignalAction.ACKNOWLEDGE
    return SignalAction.TRIGGER


def _started_at(fields: Fields) -> datetime | None:
    """When the problem began, by the server's clock without a zone: the same each time."""
    date, time = fields.any_text("eventdate"), fields.any_text("eventtime")
    return read_time(f"{date.replace('.', '-')}T{time}") if date and time else None


def _urls(server: str | None, event_id: str, trigger_id: str | None) -> dict[str, object]:
    if not server or not trigger_id:
        return {}
    page = f"{server.rstrip('/')}/tr_events.php?triggerid={trigger_id}&eventid={event_id}"
    return {"Zabbix": page if server.startswith(("http://", "https://")) else None}


SENDER: Final = Sender(
    product="Zabbix, by a webhook media type",
    expected=EXPECTED,
    read=objects(read_event, EXPECTED),
    answer=answer,
    fires="`trigger_status` `PROBLEM`",
    resolves="`eventvalue` 0; without it `event_action` `resolve` or `trigger_status` `OK`",
    dedup_key="`source` + `event_id`",
    severity="`trigger_severity`, name or number",
    episode_start="`eventdate` + `eventtime`",
    answers="200, the results as `result`",
)
