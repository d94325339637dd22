"""An alert as clients see it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from functions.alerts_api.answers import written
from tocsin.domain.alert import Alert
from tocsin.domain.alert_query import Counts
from tocsin.domain.history import Sample
from tocsin.domain.next_action import next_action
from tocsin.domain.sent_body import SentBody
from tocsin.domain.timeline import Change, ChangeType, Detail

_ALWAYS_SHOWN: Final[Mapping[ChangeType, Mapping[str, Detail]]] = {
    ChangeType.ACKNOWLEDGED: {"note": ""}
}
"""What one of the published documents shows even where nobody said it."""
_SHOWN_IN_PART: Final = "this is the beginning of long texts and labels: get the alert for all"


def view_body(body: SentBody | None) -> dict[str, Any] | None:
    """Show what a sender sent; None if nothing is kept."""
    if body is None:
        return None
    return {
        "body": body.text,
        "content_type": body.content_type,
        "received_at": written(body.received_at),
        "size": body.size_bytes,
        "truncated": body.is_cut,
    }


def view_alert(alert: Alert, at: datetime) -> dict[str, Any]:
    """Show an alert, all fields but its history."""
    facts = alert.facts
    labels = dict(facts.labels)
    snooze = alert.snooze if alert.is_snoozed(at) else None
    view: dict[str, Any] = {
        "id": alert.alert_id,
        "dedup_key": alert.dedup_key,
        "status": alert.status,
        "severity": alert.severity,
        "source_severity": facts.source_severity,
        "name": facts.name,
        "summary": facts.summary,
        "reason": facts.reason,
        "source": facts.source,
        "source_name": facts.source_name,
        "object": facts.object,
        "integration": alert.integration,
        "rule_id": facts.rule_id,
        "rule_name": facts.rule_name,
        "monitor_id": facts.monitor_id,
        "monitor_name": facts.monitor_name,
        "group_id": facts.group_id,
        "current_value": alert.current_value,
        "threshold": facts.threshold,
        "operator": facts.operator,
        "window": facts.window,
        "labels": labels,
        "tags": labels,
        "urls": dict(facts.urls),
        "fired_at": written(alert.fired_at),
        "last_seen_at": written(alert.last_seen_at),
        "occurrences": alert.occurrences,
        "episode": alert.episode,
        "flapping": False,
        "acknowledged_at": written(alert.acknowledged_at),
        "acknowledged_by": alert.acknowledged_by,
        "resolved_at": written(alert.resolved_at),
        "resolved_by": alert.resolved_by,
        "snoozed_until": written(snooze.until) if snooze else None,
        "snooze_reason": snooze.reason if snooze else None,
        "escalation_policy": None,
        "current_escalation_step": None,
        "notification_count": 0,
        "next_action": _view_next_action(alert),
        "incident_id": alert.incident_id,
    }
    if facts.truncated:
        view["truncated"] = list(facts.truncated)
    return view


def view_row(alert: Alert, at: datetime) -> dict[str, Any]:
    """Show an alert in a list or after an action, with only the beginning of big facts."""
    view = view_alert(alert, at)
    if alert.overflow:
        view["truncated"] = [_SHOWN_IN_PART]
    return view


def view_history(samples: Sequence[Sample]) -> list[dict[str, Any]]:
    """Show the newest values, oldest first."""
    return [{"timestamp": written(sample.at), "value": sample.value} for sample in samples]


def view_change(change: Change) -> dict[str, Any]:
    """Show one entry of a timeline; what its type needs stands beside the rest."""
    always = _ALWAYS_SHOWN.get(change.type, {})
    return {
        "type": change.type,
        "at": written(change.at),
        "by": change.by,
        **always,
        **change.details,
    }


def view_counts(counts: Counts) -> dict[str, int]:
    """Show how many alerts are open, whatever the list is filtered by."""
    return {
        "total": counts.total,
        "firing": counts.firing,
        "acknowledged": counts.acknowledged,
        "snoozed": counts.snoozed,
    }


def _view_next_action(alert: Alert) -> dict[str, Any] | None:
    if not alert.is_open:
        return None
    due = next_action(alert)
    return {"kind": due.kind, "at": written(due.at), "why": due.why}
