"""PagerDuty's Events API, version 2 and the version 1 that many programs still speak."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from functions.ingest.senders import Entry, Results, Sender, SenderSettings, Sent
from functions.ingest.senders.events import read_event
from functions.ingest.senders.reading.entries import only_object
from functions.ingest.senders.reading.report import Report
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.lambda_runtime.http import HttpAnswer

EXPECTED: Final = (
    'Expected an event like {"event_action": "trigger", "dedup_key": "disk/db-1", "payload": '
    '{"summary": "Disk full on db-1", "severity": "critical", "source": "db-1"}}.'
)
EXPECTED_V1: Final = (
    'Expected an event like {"event_type": "trigger", "incident_key": "disk/db-1", '
    '"description": "Disk full on db-1"}.'
)
SEVERITY_V1: Final = "critical"
"""Version 1 has no severity: what it reports, it pages for."""

_NAMES_V1: Final = {
    "event_action": "event_type",
    "dedup_key": "incident_key",
    "payload": "description",
    "payload.summary": "description",
    "payload.custom_details": "details",
}


def read(sent: Sent, settings: SenderSettings) -> Sequence[Entry]:
    def read_one(event: Mapping[str, Any]) -> Report:
        return read_event_v1(event, settings) if "event_type" in event else read_event(event)

    return only_object(sent, read_one, EXPECTED)


def read_event_v1(event: Mapping[str, Any], settings: SenderSettings) -> Report:
    """Read an event of version 1 as the equivalent one of version 2.

    Raises:
        InvalidInputError: `details` name the fields of version 1.
    """
    try:
        report = read_event(_as_v2(event))
    except InvalidInputError as refusal:
        problems = [
            Problem(_NAMES_V1.get(it.field, it.field), it.problem) for it in refusal.details
        ]
        raise InvalidInputError(EXPECTED_V1, problems) from refusal
    severity = settings.severity_map.get(SEVERITY_V1, SEVERITY_V1)
    return replace(report, words={"": severity})


def processed(dedup_key: str) -> HttpAnswer:
    """Answer an event of version 2; its clients want this very status and these words."""
    said = {"status": "success", "message": "Event processed", "dedup_key": dedup_key}
    return HttpAnswer(status=HTTPStatus.ACCEPTED, body=json.dumps(said, ensure_ascii=False))


def _as_v2(event: Mapping[str, Any]) -> dict[str, Any]:
    contexts = event.get("contexts")
    shown = [it for it in contexts if isinstance(it, dict)] if isinstance(contexts, list) else []
    return {
        "event_action": event.get("event_type"),
        "dedup_key": event.get("incident_key"),
        "payload": {
            "summary": event.get("description"),
            "custom_details": event.get("details"),
        },
        "client": event.get("client"),
        "client_url": event.get("client_url"),
        "links": [it for it in shown if it.get("type") == "link"],
        "images": [it for it in shown if it.get("type") == "image"],
    }


def _answer(results: Results) -> HttpAnswer:
    return processed(results[0]["dedup_key"])


SENDER: Final = Sender(
    product="PagerDuty Events API v2 and v1",
    expected=EXPECTED,
    read=read,
    answer=_answer,
    fires="`event_action` (v1: `event_type`) `trigger`",
    resolves="`event_action` (v1: `event_type`) `resolve`",
    dedup_key="`dedup_key` (v1: `incident_key`), else what names the condition; it is answered",
    severity="`payload.severity`; v1: critical",
    answers="202 as PagerDuty; v1 clients, which want 200, take its endpoint",
)
