"""Graylog's HTTP notification, of events and of the alert conditions before version 3.1."""

from collections.abc import Mapping
from typing import Any, Final

from functions.ingest.senders import Sender
from functions.ingest.senders.reading.entries import objects
from functions.ingest.senders.reading.fields import Fields
from functions.ingest.senders.reading.report import ALWAYS_CRITICAL, Report
from tocsin.domain.dedup import dedup_key_of

EXPECTED: Final = (
    "Expected Graylog's HTTP notification: an object with "
    '"event_definition_id" and "event", or "check_result" and "stream".'
)
_WORDS: Final[Mapping[str, str]] = {
    "1": "info",
    "2": "warning",
    "3": "critical",
    "4": "critical",
    **ALWAYS_CRITICAL,
}

MESSAGES_SHOWN: Final = 10
_TEST: Final = "test-dummy-v1"
"""Type of the event definition that *Execute Test Notification* makes up."""


def read_event(entry: Mapping[str, Any]) -> Report:
    """Graylog does not say when it is over."""
    fields = Fields(entry)
    if fields.flat("check_result"):
        return _condition(fields)
    event = fields.part("event")
    definition = fields.text("event_definition_id") or event.needed("event_definition_id")
    fields.raise_problems(EXPECTED)
    groups = event.flat("group_by_fields")
    title = fields.any_text("event_definition_title") or definition
    grouped = (part for name in sorted(groups) for part in (name, str(groups[name])))
    key = event.text("key")
    return Report(
        dedup_key=dedup_key_of(definition, key) if key else dedup_key_of(definition, *grouped),
        name=title,
        summary=event.any_text("message"),
        reason=_reason(fields),
        severity=event.any_text("priority"),
        words=_WORDS,
        source="graylog",
        source_name=event.any_text("source"),
        object=key,
        rule_id=definition,
        rule_name=title,
        labels={**event.flat("fields"), **groups},
        urls={"Replay": fields.raw("http_external_uri") or event.raw("replay_url")},
        is_test=fields.any_text("event_definition_type") == _TEST,
    )


def _reason(fields: Fields) -> str:
    """The definition's description, and the messages that it found."""
    found = [it.any_text("message") or "" for it in fields.parts("backlog")[:MESSAGES_SHOWN]]
    said = [fields.any_text("event_definition_description") or "", *found]
    return "\n".join(it for it in said if it.strip())


def _condition(fields: Fields) -> Report:
    result, stream = fields.part("check_result"), fields.part("stream")
    condition = result.part("triggered_condition")
    condition_id = condition.needed("id")
    fields.raise_problems(EXPECTED)
    title = condition.any_text("title") or stream.any_text("title") or condition_id
    return Report(
        dedup_key=dedup_key_of("condition", stream.any_text("id"), condition_id),
        name=title,
        summary=result.any_text("result_description"),
        reason="\n".join(
            it.any_text("message") or ""
            for it in result.parts("matching_messages")[:MESSAGES_SHOWN]
        ),
        words=ALWAYS_CRITICAL,
        source="graylog",
        source_name=stream.any_text("title"),
        rule_id=condition_id,
        rule_name=title,
        labels={"stream": stream.raw("title"), "type": condition.raw("type")},
        threshold=condition.part("parameters").raw("threshold"),
    )


SENDER: Final = Sender(
    product="Graylog events",
    expected=EXPECTED,
    read=objects(read_event, EXPECTED),
    fires="every event that it sends",
    resolves="-",
    dedup_key="`event_definition_id` + `event.key`, else + `event.group_by_fields`",
    severity="`event.priority`: 1 info, 2 warning, 3 and 4 critical",
)
