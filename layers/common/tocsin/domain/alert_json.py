"""An alert as JSON, for clients of the API and receivers of webhooks."""

from datetime import datetime
from typing import Any

from tocsin.domain.alert import Alert
from tocsin.domain.hold import Hold
from tocsin.domain.ids import Actor, by_whom, via_of
from tocsin.domain.next_action import next_action


def alert_json(alert: Alert, at: datetime) -> dict[str, Any]:
    """All fields but the history; a snooze counts until its time."""
    facts, escalation = alert.facts, alert.escalation
    labels = dict(facts.labels)
    snooze = alert.snooze if alert.is_snoozed(at) else None
    view: dict[str, Any] = {
        "id": alert.alert_id,
        "dedup_key": alert.dedup_key,
        "status": alert.status,
        "severity": alert.severity,
        "source_severity": facts.source_severity or alert.replaced_severity,
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
        "flapping": alert.is_flapping,
        "acknowledged_at": written(alert.acknowledged_at),
        **by_and_via("acknowledged", alert.acknowledged_by),
        "assigned_to": alert.assigned_to if alert.is_open else None,
        "resolved_at": written(alert.resolved_at),
        **by_and_via("resolved", alert.resolved_by),
        "snoozed_until": written(snooze.until) if snooze else None,
        "silenced_by": alert.silence.name if alert.silence else None,
        "held_by": _hold_json(alert.hold) if alert.hold else None,
        "snooze_reason": snooze.reason if snooze else None,
        **by_and_via("snoozed", snooze.by if snooze else None),
        "escalation_policy": escalation.policy,
        "current_escalation_step": escalation.step_name,
        "notification_count": alert.notification_count,
        "next_action": _next_action_json(alert),
        "incident_id": alert.incident_id,
    }
    if facts.truncated:
        view["truncated"] = list(facts.truncated)
    return view


def _hold_json(hold: Hold) -> dict[str, Any]:
    return {"kind": hold.kind, "name": hold.name, "until": written(hold.until)}


def by_and_via(what: str, actor: Actor | None) -> dict[str, str | None]:
    """Write who acted and by what, such as `acknowledged_by` and `acknowledged_via`."""
    return {
        f"{what}_by": by_whom(actor) if actor else None,
        f"{what}_via": via_of(actor) if actor else None,
    }


def written(instant: datetime | None) -> str | None:
    """RFC 3339 in UTC with milliseconds."""
    if instant is None:
        return None
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _next_action_json(alert: Alert) -> dict[str, Any] | None:
    if not alert.is_open:
        return None
    due = next_action(alert)
    return {
        "kind": due.kind,
        "at": written(due.at),
        "why": due.why,
        "step": due.step,
        "targets": list(due.targets),
        "again": due.again,
    }
