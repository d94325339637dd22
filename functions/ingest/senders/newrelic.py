"""New Relic: workflows, and the notification channels before them."""

from collections.abc import Mapping
from typing import Any, Final

from functions.ingest.senders import Sender
from functions.ingest.senders.reading.entries import objects
from functions.ingest.senders.reading.fields import Fields
from functions.ingest.senders.reading.report import Report, merged
from functions.ingest.senders.reading.shapes import pairs_of
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import SignalAction

EXPECTED: Final = (
    "Expected New Relic's default webhook payload: an object with "
    '"id", "state", "priority" and "title".'
)
_PRIORITIES: Final[Mapping[str, str]] = {"high": "warning", "medium": "info"}
"""New Relic's own templates call HIGH a warning."""
_OVER: Final = frozenset(("CLOSED", "DEACTIVATED", "RESOLVED"))
_LEGACY_ACTIONS: Final[Mapping[str, SignalAction]] = {
    "acknowledged": SignalAction.ACKNOWLEDGE,
    "closed": SignalAction.RESOLVE,
}


def read_issue(entry: Mapping[str, Any]) -> Report:
    fields = Fields(entry)
    if "id" not in entry and "incident_id" in entry:
        return _legacy(fields)
    issue_id = fields.needed("id", "issueId")
    fields.raise_problems(EXPECTED)
    is_over = (fields.any_text("state") or "").upper() in _OVER
    return Report(
        action=SignalAction.RESOLVE if is_over else SignalAction.TRIGGER,
        dedup_key=dedup_key_of("issue", issue_id),
        name=fields.any_text("title") or f"New Relic issue {issue_id}",
        severity=fields.any_text("priority"),
        words=_PRIORITIES,
        source="newrelic",
        source_name=fields.any_text("workflowName"),
        object=_listed(fields.raw("impactedEntities")),
        rule_name=_listed(fields.raw("alertConditionNames")),
        labels=merged(
            *(pairs_of(fields.raw(it)) for it in ("labels", "tags")),
            {
                "policy": _listed(fields.raw("alertPolicyNames")),
                "condition": _listed(fields.raw("alertConditionNames")),
                "entity": _listed(fields.raw("impactedEntities")),
            },
        ),
        urls={"Issue": fields.raw("issueUrl")},
        started_at=read_time(fields.raw("createdAt")),
    )


def _legacy(fields: Fields) -> Report:
    incident_id = fields.needed("incident_id")
    fields.raise_problems(EXPECTED)
    state = (fields.any_text("current_state") or "").lower()
    condition = fields.any_text("condition_name")
    targets = fields.parts("targets")
    return Report(
        action=_LEGACY_ACTIONS.get(state, SignalAction.TRIGGER),
        dedup_key=dedup_key_of("incident", incident_id),
        name=condition or f"New Relic incident {incident_id}",
        summary=fields.any_text("details"),
        severity=fields.any_text("severity"),
        words=_PRIORITIES,
        source="newrelic",
        source_name=fields.any_text("account_name"),
        object=", ".join(it.any_text("name") or "?" for it in targets) or None,
        rule_id=fields.any_text("condition_id"),
        rule_name=condition,
        labels=merged(
            {"policy": fields.raw("policy_name")},
            *(pairs_of(it.raw("labels")) for it in reversed(targets)),
        ),
        urls={
            "Incident": fields.raw("incident_url"),
            "Policy": fields.raw("policy_url"),
            "Runbook": fields.raw("runbook_url"),
            "Chart": fields.raw("violation_chart_url"),
        },
    )


def _listed(values: object) -> str | None:
    match values:
        case list():
            return ", ".join(map(str, values)) or None
        case str():
            return values or None
        case _:
            return None


SENDER: Final = Sender(
    product="New Relic workflows and legacy channels",
    expected=EXPECTED,
    read=objects(read_issue, EXPECTED),
    fires="`state` `CREATED`, `ACTIVATED`; legacy `current_state` `open`",
    resolves="`state` `CLOSED`; legacy `current_state` `closed`",
    dedup_key="`id`; legacy `incident_id`",
    severity="`priority`; legacy `severity`",
    episode_start="`createdAt`",
)
