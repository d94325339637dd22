"""Items of incidents and their updates."""

import json
from collections.abc import Sequence

from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Image, Item, number, text, time
from tocsin.domain.ids import Actor, AlertId, IncidentId, WriteId, instant, milliseconds
from tocsin.domain.incident import Incident, IncidentStatus, IncidentUpdate, Responder
from tocsin.domain.severity import Severity


def incident_item(incident: Incident, write_id: WriteId) -> Item:
    item = keys.incident_key(incident.incident_id) | {
        "entity": text("incident"),
        "version": number(incident.version),
        "write_id": text(write_id),
        "state_key": text(keys.incident_state_key(is_open=incident.is_open)),
        "id": text(incident.incident_id),
        "title": text(incident.title),
        "status": text(incident.status),
        "severity": text(incident.severity),
        "alert_ids": {"L": [text(alert_id) for alert_id in incident.alert_ids]},
        "created_by": text(incident.created_by),
        "created_at": time(incident.created_at),
    }
    if incident.responders:
        item["responders"] = text(_written_responders(incident.responders))
    if incident.resolved_at is not None:
        item["resolved_at"] = time(incident.resolved_at)
    if incident.resolved_by is not None:
        item["resolved_by"] = text(incident.resolved_by)
    return item


def incident_from(image: Image) -> Incident:
    resolved_at, resolved_by = image.get("resolved_at"), image.get("resolved_by")
    return Incident(
        incident_id=IncidentId(image["id"]["S"]),
        title=image["title"]["S"],
        status=IncidentStatus(image["status"]["S"]),
        severity=Severity(image["severity"]["S"]),
        alert_ids=tuple(AlertId(alert_id["S"]) for alert_id in image["alert_ids"]["L"]),
        responders=(_read_responders(image["responders"]["S"]) if "responders" in image else ()),
        created_by=Actor(image["created_by"]["S"]),
        created_at=instant(int(image["created_at"]["N"])),
        resolved_at=instant(int(resolved_at["N"])) if resolved_at else None,
        resolved_by=Actor(resolved_by["S"]) if resolved_by else None,
        version=int(image["version"]["N"]),
    )


def _written_responders(responders: Sequence[Responder]) -> str:
    rows = [[it.user, milliseconds(it.at), it.by, it.note] for it in responders]
    return json.dumps(rows, separators=(",", ":"), ensure_ascii=False)


def _read_responders(written: str) -> tuple[Responder, ...]:
    return tuple(
        Responder(user=user, at=instant(at), by=Actor(by), note=note)
        for user, at, by, note in json.loads(written)
    )


def update_item(incident: Incident, said: IncidentUpdate) -> Item:
    """Write an update, under the version of the incident that it made."""
    item = keys.incident_update_key(incident.incident_id, incident.version) | {
        "entity": text("incident_update"),
        "version": number(1),
        "at": time(said.at),
        "by": text(said.by),
    }
    if said.message is not None:
        item["message"] = text(said.message)
    if said.status is not None:
        item["status"] = text(said.status)
    return item


def update_from(image: Image) -> IncidentUpdate:
    message, status = image.get("message"), image.get("status")
    return IncidentUpdate(
        at=instant(int(image["at"]["N"])),
        by=Actor(image["by"]["S"]),
        message=message["S"] if message else None,
        status=IncidentStatus(status["S"]) if status else None,
    )
