"""Alerts as Opsgenie shows them."""

from datetime import datetime
from typing import Any, Final

from functions.ingest.compat.integration_alerts import words, written
from functions.ingest.senders.opsgenie import ACTIONS, RESPONDERS, TAGS
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.ids import by_whom, ulid_bytes
from tocsin.domain.severity import Severity

FINGERPRINT_BYTES: Final = 10
PRIORITIES: Final = ("P1", "P2", "P3", "P4", "P5")
_PRIORITY_OF: Final = {Severity.CRITICAL: "P1", Severity.WARNING: "P3", Severity.INFO: "P5"}
_OURS: Final = frozenset((TAGS, RESPONDERS, ACTIONS))


def view_row(alert: Alert, at: datetime) -> dict[str, Any]:
    snoozed_until = alert.snooze.until if alert.snooze and alert.is_snoozed(at) else None
    row: dict[str, Any] = {
        "id": alert.alert_id,
        "tinyId": tiny_id(alert),
        "alias": alert.dedup_key,
        "message": alert.facts.summary,
        "status": "open" if alert.is_open else "closed",
        "acknowledged": alert.status is AlertStatus.ACKNOWLEDGED,
        "isSeen": alert.status is not AlertStatus.FIRING,
        "tags": words(alert, TAGS),
        "snoozed": snoozed_until is not None,
        "count": alert.occurrences,
        "lastOccurredAt": written(alert.last_seen_at),
        "createdAt": written(alert.fired_at),
        "updatedAt": written(alert.changed_at),
        "source": alert.facts.source or "",
        "owner": owner_of(alert),
        "priority": priority_of(alert),
        "responders": _responders(alert),
        "integration": {"id": alert.integration, "name": alert.integration, "type": "API"},
    }
    if snoozed_until is not None:
        row["snoozedUntil"] = written(snoozed_until)
    if report := _report(alert):
        row["report"] = report
    return row


def view_alert(alert: Alert, at: datetime) -> dict[str, Any]:
    return {
        **view_row(alert, at),
        "actions": words(alert, ACTIONS),
        "entity": alert.facts.object or "",
        "description": alert.facts.reason,
        "details": {name: text for name, text in alert.facts.labels.items() if name not in _OURS},
    }


def owner_of(alert: Alert) -> str:
    """The person who acknowledged; empty if nobody did."""
    return by_whom(alert.acknowledged_by) if alert.acknowledged_by else ""


def tiny_id(alert: Alert) -> str:
    """A number that leads to the alert's slot without an index; tiny it is not."""
    return str(int.from_bytes(ulid_bytes(alert.alert_id)[-FINGERPRINT_BYTES:]))


def priority_of(alert: Alert) -> str:
    """The priority as it was sent, else what is nearest to the severity."""
    said = (alert.facts.source_severity or "").upper()
    return said if said in PRIORITIES else _PRIORITY_OF[alert.severity]


def _responders(alert: Alert) -> list[dict[str, str]]:
    pairs = (word.partition(":") for word in words(alert, RESPONDERS))
    return [{"type": type_, "id": name} for type_, _, name in pairs]


def _report(alert: Alert) -> dict[str, Any]:
    report: dict[str, Any] = {}
    if alert.acknowledged_at is not None:
        report["ackTime"] = _milliseconds(alert.acknowledged_at, alert)
        report["acknowledgedBy"] = owner_of(alert)
    if alert.resolved_at is not None:
        report["closeTime"] = _milliseconds(alert.resolved_at, alert)
        report["closedBy"] = by_whom(alert.resolved_by)
    return report


def _milliseconds(instant: datetime, alert: Alert) -> int:
    return round((instant - alert.fired_at).total_seconds() * 1000)
