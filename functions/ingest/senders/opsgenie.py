"""Alerts as Opsgenie's Alert API takes them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from functions.ingest.senders import Entry, Results, Sender, SenderSettings, Sent
from functions.ingest.senders.reading.entries import read_entry
from functions.ingest.senders.reading.fields import Fields, finished, kind_of
from tocsin.domain.dedup import bounded, dedup_key_of
from tocsin.domain.errors import MalformedInputError
from tocsin.domain.severity import read_severity
from tocsin.domain.signal import (
    NAME_LIMIT,
    SUMMARY_LIMIT,
    Facts,
    FactsBuilder,
    Signal,
    SignalAction,
)
from tocsin.lambda_runtime.http import HttpAnswer

EXPECTED: Final = (
    'Expected an alert like {"message": "Disk full on db-1", "alias": "disk/db-1", '
    '"priority": "P1"}.'
)
PRIORITY_DEFAULT: Final = "P3"
TAGS: Final = "tags"
"""The label that holds an alert's tags, with commas between: Opsgenie allows none in a tag."""
RESPONDERS: Final = "responders"
"""Likewise, as `type:name`."""
ACTIONS: Final = "actions"


def read(sent: Sent, settings: SenderSettings) -> Sequence[Entry]:
    """Understand one alert to create."""
    value = sent.value
    if not isinstance(value, dict):
        raise MalformedInputError(f"The body is {kind_of(value)}. {EXPECTED}")
    return [read_entry(value, lambda body: read_alert(body, settings), EXPECTED, part=None)]


def read_alert(body: Mapping[str, Any], settings: SenderSettings) -> Signal:
    """Understand an alert to create; one without an alias is identified by all that names it.

    Raises:
        InvalidInputError: `details` name the fields that are wrong.
    """
    fields, builder = Fields(body), FactsBuilder()
    message = fields.text("message") or ""
    fields.require("message", is_there=bool(message.strip()), problem="can not be empty")
    word = fields.text("priority") or PRIORITY_DEFAULT
    reading = read_severity(word, settings.severity_map)
    details = fields.pairs("details")
    listed = {
        TAGS: names(fields, "tags"),
        RESPONDERS: _responders(fields),
        ACTIONS: names(fields, "actions"),
    }
    labels = details | {name: ",".join(words) for name, words in listed.items() if words}
    facts = Facts(
        name=builder.text("message", message, NAME_LIMIT),
        summary=builder.text("message", message, SUMMARY_LIMIT),
        reason=builder.long_text("description", fields.text("description") or ""),
        source=builder.short("source", fields.text("source")),
        object=builder.short("entity", fields.text("entity")),
        source_severity=builder.short("priority", word),
        labels=builder.labels({"urgent": "true", **labels} if reading.is_urgent else labels),
    )
    alias = fields.text("alias")
    fields.raise_problems(EXPECTED)
    return Signal(
        action=SignalAction.TRIGGER,
        dedup_key=bounded(alias) if alias else _identity(facts, details),
        severity=reading.severity,
        facts=finished(facts, builder),
    )


def names(fields: Fields, name: str) -> list[str]:
    """Read a list of words."""
    value = fields.raw(name)
    if value is None or value == "":
        return []
    is_list = isinstance(value, list)
    fields.require(name, is_there=is_list, problem=f"must be a list, not {kind_of(value)}")
    return [it for it in value if isinstance(it, str) and it] if is_list else []


def _responders(fields: Fields) -> list[str]:
    value = fields.raw("responders")
    found: list[str] = []
    for it in value if isinstance(value, list) else ():
        if isinstance(it, dict):
            name = it.get("name") or it.get("username") or it.get("id")
            found.append(f"{it.get('type') or 'user'}:{name}")
    return found


def _identity(facts: Facts, details: Mapping[str, str]) -> str:
    """Alerts that differ in anything that may name their condition stay apart."""
    written = json.dumps(details, sort_keys=True)
    key = dedup_key_of(facts.summary, facts.object, facts.source, written)
    # Clients put it into paths, so it has no slash.
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _answer(results: Results) -> HttpAnswer:
    said = {"result": "Request will be processed", "took": 0.0, "requestId": results[0]["alert_id"]}
    return HttpAnswer(status=HTTPStatus.ACCEPTED, body=json.dumps(said))


SENDER: Final = Sender(
    product="Opsgenie Alert API",
    expected=EXPECTED,
    read=read,
    answer=_answer,
    fires="an alert is created",
    resolves="`POST …/v2/alerts/{alias}/close`, below the URL",
    dedup_key="`alias`, else `message`, `entity`, `source` and `details`",
    severity="`priority`, else P3",
    episode_start="-",
    answers="202 as Opsgenie",
)
