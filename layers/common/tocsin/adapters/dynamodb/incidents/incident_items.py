"""Items of incidents and their updates."""

from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Image, Item, number, text, time
from tocsin.domain.ids import Actor, AlertId, IncidentId, WriteId, instant
from tocsin.domain.incident import Incident, IncidentStatus, IncidentUpdate
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
        created_by=Actor(image["created_by"]["S"]),
        created_at=instant(int(image["created_at"]["N"])),
        resolved_at=instant(int(resolved_at["N"])) if resolved_at else None,
        resolved_by=Actor(resolved_by["S"]) if resolved_by else None,
        version=int(image["version"]["N"]),
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
