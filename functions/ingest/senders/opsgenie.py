"""Alerts as Opsgenie's Alert API takes them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from functions.ingest.senders import Entry, Results, Sender, SenderSettings, Sent
from functions.ingest.senders.reading.entries import only_object
from functions.ingest.senders.reading.fields import Fields, kind_of
from functions.ingest.senders.reading.report import Report
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import SUMMARY_LIMIT, FactsBuilder
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
_FIELD_NAMES: Final = {
    "name": "message",
    "summary": "message",
    "reason": "description",
    "object": "entity",
    "severity": "priority",
}


def read(sent: Sent, _settings: SenderSettings) -> Sequence[Entry]:
    return only_object(sent, read_alert, EXPECTED)


def read_alert(body: Mapping[str, Any]) -> Report:
    """Understand an alert to create; one without an alias is identified by all that names it.

    Raises:
        InvalidInputError: `details` name the fields that are wrong.
    """
    fields = Fields(body)
    message = fields.text("message") or ""
    fields.require("message", is_there=bool(message.strip()), problem="can not be empty")
    source, entity = fields.text("source"), fields.text("entity")
    details = fields.pairs("details")
    listed = {
        TAGS: names(fields, "tags"),
        RESPONDERS: _responders(fields),
        ACTIONS: names(fields, "actions"),
    }
    report = Report(
        dedup_key=fields.text("alias") or _identity(message, entity, source, details),
        name=message,
        reason=fields.text("description"),
        severity=fields.text("priority") or PRIORITY_DEFAULT,
        source=source,
        object=entity,
        labels=details | {name: ",".join(words) for name, words in listed.items() if words},
        keeps_empty_labels=True,
        field_names=_FIELD_NAMES,
    )
    fields.raise_problems(EXPECTED)
    return report


def names(fields: Fields, name: str) -> list[str]:
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


def _identity(
    message: str, entity: str | None, source: str | None, details: Mapping[str, str]
) -> str:
    """Alerts that differ in anything that may name their condition stay apart."""
    kept = FactsBuilder()
    key = dedup_key_of(
        kept.text("message", message, SUMMARY_LIMIT),
        kept.short("entity", entity),
        kept.short("source", source),
        json.dumps(details, sort_keys=True),
    )
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
    answers="202 as Opsgenie",
)
