"""Alerts as Alerta shows them."""

from datetime import datetime
from typing import Any, Final

from functions.ingest.compat.alerta.config import ALERT_TIMEOUT_SECONDS, SEVERITIES
from functions.ingest.compat.integration_alerts import words, written
from functions.ingest.senders.alerta import CORRELATE, LIST_LABELS, NAMING_LABELS, SERVICE, TAGS
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.ids import by_whom
from tocsin.domain.severity import Severity
from tocsin.domain.timeline import Change

_SEVERITY_OF: Final = {
    Severity.CRITICAL: "critical",
    Severity.WARNING: "warning",
    Severity.INFO: "informational",
}
_STATUS_OF: Final = {
    AlertStatus.FIRING: "open",
    AlertStatus.ACKNOWLEDGED: "ack",
    AlertStatus.RESOLVED: "closed",
}
_FIELDS: Final = frozenset((*LIST_LABELS, *NAMING_LABELS))


def view_alert(alert: Alert, at: datetime, address: str) -> dict[str, Any]:
    """Show an alert; `address` is where the client reads it."""
    facts, labels = alert.facts, alert.facts.labels
    # Its clients refuse an alert without a resource or an event.
    event, resource = facts.name or "-", facts.object or facts.source or "-"
    received = written(alert.fired_at)
    return {
        "id": alert.alert_id,
        "href": f"{address}/alert/{alert.alert_id}",
        "resource": resource,
        "event": event,
        "environment": labels.get("environment", ""),
        "severity": severity_of(alert),
        "previousSeverity": "indeterminate",
        "trendIndication": "noChange",
        "status": status_of_alert(alert, at),
        "correlate": words(alert, CORRELATE),
        "service": words(alert, SERVICE),
        "group": labels.get("group", "Misc"),
        "value": alert.current_value,
        "text": facts.summary,
        "tags": words(alert, TAGS),
        "attributes": attributes_of(alert),
        "origin": facts.source,
        "type": labels.get("type", "exceptionAlert"),
        "customer": labels.get("customer"),
        "rawData": facts.reason or None,
        "timeout": ALERT_TIMEOUT_SECONDS,
        "duplicateCount": alert.occurrences - 1,
        "repeat": alert.occurrences > 1,
        "createTime": received,
        "receiveTime": received,
        "lastReceiveId": alert.alert_id,
        "lastReceiveTime": written(alert.last_seen_at),
        "updateTime": written(alert.changed_at),
        "history": [],
    }


def view_note(note: Change, note_id: str, alert: Alert, address: str) -> dict[str, Any]:
    return {
        "id": note_id,
        "text": note.details.get("note") or "",
        "user": by_whom(note.by),
        "type": "alert",
        "attributes": {"event": alert.facts.name, "resource": alert.facts.object},
        "related": {"alert": alert.alert_id},
        "customer": alert.facts.labels.get("customer"),
        "createTime": written(note.at),
        "updateTime": None,
        "href": f"{address}/alert/{alert.alert_id}/notes",
    }


def severity_of(alert: Alert) -> str:
    """The severity as it was sent, else what is nearest to ours."""
    said = (alert.facts.source_severity or "").lower()
    return said if said in SEVERITIES else _SEVERITY_OF[alert.severity]


def status_of_alert(alert: Alert, at: datetime) -> str:
    """An open alert that is muted is shelved, also if it is acknowledged."""
    if alert.is_open and alert.is_snoozed(at):
        return "shelved"
    return _STATUS_OF[alert.status]


def attributes_of(alert: Alert) -> dict[str, str]:
    """Labels that Alerta has no field for; its clients refuse names with dots and dollars."""
    tagged = {name: text for name, _, text in (it.partition("=") for it in words(alert, TAGS))}
    return {
        name.replace(".", "_").replace("$", "_"): text
        for name, text in alert.facts.labels.items()
        if name not in _FIELDS and tagged.get(name) != text
    }
