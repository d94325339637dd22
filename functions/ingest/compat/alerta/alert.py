"""One alert: send it, read it, act on it."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from functions.ingest.compat import CompatCall
from functions.ingest.compat.alerta.find_alert import find
from functions.ingest.compat.alerta.view import severity_of, view_alert, view_note
from functions.ingest.compat.integration_alerts import IntegrationAlerts, address_of
from functions.ingest.compat.refusals import nothing_here
from functions.ingest.intake import settings_of
from functions.ingest.request_and_answer import Intake, Taken
from functions.ingest.senders.alerta import AlertaEvent, read_alert
from functions.ingest.senders.reading.report import Report
from tocsin.domain.errors import ScopeMissingError
from tocsin.domain.reception import Outcome
from tocsin.domain.timeline import ChangeType
from tocsin.lambda_runtime.http import HttpAnswer, MethodNotAllowedError

TIMELINE_LIMIT: Final = 200


def take_alert(call: CompatCall, own: IntegrationAlerts, path: tuple[str, ...]) -> Taken:
    method = call.request.method
    match method, path:
        case "POST", ():
            return _send(call, own)
        case "GET", (name,):
            alert = view_alert(find(own, name), call.request.at, base_of(call))
            return told(own, {"status": "ok", "total": 1, "alert": alert})
        case "GET", (name, "notes"):
            return _notes(call, own, name)
        case "PUT", (name, "note"):
            return _add_note(call, own, name)
        case "PUT", (name, word):
            from functions.ingest.compat.alerta.actions import perform

            perform(own, name, word, call.object_in_body(), at=call.ports.now())
            return told(own, {"status": "ok"})
        case ("DELETE", (_, *_)) | ("PUT", (_, "note", _)):
            raise ScopeMissingError("Missing required scope: delete:alerts. Alerts are kept.")
        case _, ():
            raise MethodNotAllowedError("Alerts are sent by POST.", "POST")
        case _:
            raise nothing_here()


def base_of(call: CompatCall) -> str:
    """What the client calls this server."""
    path = call.request.path.removesuffix(call.path).rstrip("/")
    return f"{address_of(call.request)}{path}"


def told(own: IntegrationAlerts, said: Mapping[str, Any], status: int = HTTPStatus.OK) -> Taken:
    reply = HttpAnswer(status=status, body=json.dumps(said, ensure_ascii=False))
    return Taken(reply=reply, integration=own.integration.name)


def _send(call: CompatCall, own: IntegrationAlerts) -> Taken:
    event = read_alert(call.object_in_body(), settings_of(own.integration))
    intake = own.take_in(*_reports(own, event))
    status, said = _became(call, own, event, intake)
    reply = HttpAnswer(status=status, body=json.dumps(said, ensure_ascii=False))
    return Taken(reply=reply, integration=own.integration.name, intake=intake)


def _reports(own: IntegrationAlerts, event: AlertaEvent) -> list[Report]:
    """What an event means where the events that it is correlated with may be open already."""
    if event.resolves or not event.other_keys:
        return event.reports
    for key in (event.report.dedup_key, *event.other_keys):
        alert = own.with_key(key)
        if alert is not None and alert.is_open:
            return [event.report_for(alert.dedup_key)]
    return event.reports


def _became(
    call: CompatCall, own: IntegrationAlerts, event: AlertaEvent, intake: Intake
) -> tuple[int, dict[str, Any]]:
    """Status and body for an event; 202 is Alerta's for one that changes nothing."""
    meant = [it for it in intake.results if it["outcome"] != Outcome.IGNORED]
    if not meant:
        why = "the integration is paused" if own.integration.paused else "nothing of it is open"
        return HTTPStatus.ACCEPTED, {"status": "ok", "message": f"Ignored: {why}", "id": None}
    alert = own.get(meant[0]["alert_id"])
    shown = view_alert(alert, call.request.at, base_of(call))
    if event.resolves:
        shown |= {"previousSeverity": severity_of(alert), "severity": event.severity}
        shown |= {"repeat": False, "trendIndication": "lessSevere"}
    return HTTPStatus.CREATED, {"status": "ok", "id": alert.alert_id, "alert": shown}


def _notes(call: CompatCall, own: IntegrationAlerts, name: str) -> Taken:
    alert = find(own, name)
    page = own.ports.alerts().timeline(alert.alert_id, cursor=None, limit=TIMELINE_LIMIT)
    noted = [change for change in page.changes if change.type is ChangeType.NOTE]
    rows = [
        view_note(note, f"{alert.alert_id}-{number}", alert, base_of(call))
        for number, note in enumerate(noted, start=1)
    ]
    return told(own, {"status": "ok", "total": len(rows), "notes": rows})


def _add_note(call: CompatCall, own: IntegrationAlerts, name: str) -> Taken:
    from functions.ingest.compat.alerta.actions import expect_text

    text = expect_text(call.object_in_body())
    alert = find(own, name)
    note = own.add_note(alert, text)
    shown = view_note(note, call.request.request_id, alert, base_of(call))
    said = {"status": "ok", "id": shown["id"], "note": shown}
    return told(own, said, HTTPStatus.CREATED)
