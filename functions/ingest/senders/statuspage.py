"""Statuspage's webhook subscription: other people's incidents and components."""

from collections.abc import Mapping
from typing import Any, Final

from functions.ingest.senders import Ignored, Sender
from functions.ingest.senders.reading.entries import objects
from functions.ingest.senders.reading.fields import Fields
from functions.ingest.senders.reading.report import Report
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import SignalAction

EXPECTED: Final = (
    'Expected an object with "page" and either "incident" or "component" and "component_update".'
)
_OVER: Final = frozenset(("resolved", "postmortem"))
_PLANNED: Final = frozenset(("scheduled", "in_progress", "verifying", "completed"))
_WORDS: Final[Mapping[str, str]] = {
    "none": "info",
    "minor": "warning",
    "major": "critical",
    "degraded_performance": "warning",
    "partial_outage": "critical",
    "major_outage": "critical",
}


def read_update(entry: Mapping[str, Any]) -> Report | Ignored:
    fields = Fields(entry)
    page = fields.part("page")
    if fields.flat("component"):
        return _component(fields, page)
    return _incident(fields, page)


def _incident(fields: Fields, page: Fields) -> Report | Ignored:
    incident = fields.part("incident")
    incident_id = incident.needed("id")
    fields.raise_problems(EXPECTED)
    status = (incident.any_text("status") or "").lower()
    if status in _PLANNED:
        return Ignored("planned maintenance")
    updates = incident.parts("incident_updates")
    name = incident.any_text("name") or f"Incident {incident_id}"
    affected = [component.any_text("name") or "?" for component in incident.parts("components")]
    return Report(
        action=SignalAction.RESOLVE if status in _OVER else SignalAction.TRIGGER,
        dedup_key=dedup_key_of("incident", incident_id),
        name=name,
        summary=f"{name}: {status}" if status else name,
        reason=updates[0].any_text("body") if updates else None,
        severity=incident.any_text("impact"),
        words=_WORDS,
        source="statuspage",
        source_name=page.any_text("name", "id"),
        object=", ".join(affected) or None,
        labels={
            "page": page.any_text("name", "id"),
            "status": status,
            "components": ", ".join(affected),
        },
        urls={"Incident": incident.raw("shortlink"), "Page": page.raw("url")},
        started_at=read_time(incident.raw("created_at")),
    )


def _component(fields: Fields, page: Fields) -> Report | Ignored:
    component, update = fields.part("component"), fields.part("component_update")
    component_id = component.needed("id")
    fields.raise_problems(EXPECTED)
    status = (update.any_text("new_status") or component.any_text("status") or "").lower()
    if status == "under_maintenance":
        return Ignored("planned maintenance")
    name = component.any_text("name") or f"Component {component_id}"
    return Report(
        action=SignalAction.RESOLVE if status == "operational" else SignalAction.TRIGGER,
        dedup_key=dedup_key_of("component", component_id),
        name=name,
        summary=f"{name}: {status.replace('_', ' ')}" if status else name,
        reason=component.any_text("description"),
        severity=status,
        words=_WORDS,
        source="statuspage",
        source_name=page.any_text("name", "id"),
        object=name,
        labels={"page": page.any_text("name", "id"), "status": status},
        urls={"Page": page.raw("url")},
    )


SENDER: Final = Sender(
    product="Statuspage subscriptions",
    expected=EXPECTED,
    read=objects(read_update, EXPECTED),
    fires="`incident.status` `investigating`, `identified`, `monitoring`; an outage",
    resolves="`incident.status` `resolved`, `postmortem`; a component that is `operational`",
    dedup_key="`incident.id`; `component.id`",
    severity="`incident.impact`; `component_update.new_status`",
    episode_start="`incident.created_at`",
)
