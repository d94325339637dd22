"""Google Cloud Monitoring's webhook, formats 1.1 and 1.2."""

from collections.abc import Mapping
from typing import Any, Final

from functions.ingest.senders import Sender
from functions.ingest.senders.reading.entries import objects
from functions.ingest.senders.reading.fields import Fields
from functions.ingest.senders.reading.report import ALWAYS_CRITICAL, Report, merged
from functions.ingest.senders.reading.shapes import pairs_of
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import SignalAction

EXPECTED: Final = (
    'Expected an object like {"version": "1.2", "incident": {"incident_id": "0.abc", '
    '"state": "open"}}.'
)
_ACTIONS: Final[Mapping[str, SignalAction]] = {
    "closed": SignalAction.RESOLVE,
    "acknowledged": SignalAction.ACKNOWLEDGE,
}
_WORDS: Final[Mapping[str, str]] = {"no severity": "critical", **ALWAYS_CRITICAL}


def read_incident(entry: Mapping[str, Any]) -> Report:
    fields = Fields(entry)
    incident = fields.part("incident")
    incident_id = incident.needed("incident_id")
    fields.raise_problems(EXPECTED)
    is_test = (fields.any_text("version") or "").lower() == "test"
    state = (incident.any_text("state") or "").lower()
    policy = incident.any_text("policy_name")
    condition = incident.any_text("condition_name")
    title = incident.any_text("summary") if is_test else None
    name = title or condition or policy or f"Incident {incident_id}"
    documentation = incident.part("documentation")
    return Report(
        action=_ACTIONS.get(state, SignalAction.TRIGGER),
        dedup_key=dedup_key_of("test", incident_id) if is_test else incident_id,
        name=name,
        summary=incident.any_text("summary"),
        reason=documentation.any_text("content"),
        severity=incident.any_text("severity"),
        words=_WORDS,
        source="gcp-monitoring",
        source_name=incident.any_text("scoping_project_id"),
        object=incident.any_text("resource_display_name", "resource_name", "resource_id"),
        rule_id=incident.part("condition").any_text("name"),
        rule_name=policy,
        labels=_labels(incident),
        urls={"Incident": incident.raw("url")}
        | {
            link.any_text("displayName") or "Documentation": link.raw("url")
            for link in documentation.parts("links")
        },
        current_value=incident.raw("observed_value"),
        threshold=incident.raw("threshold_value"),
        started_at=read_time(incident.raw("started_at")),
        is_test=is_test,
    )


def _labels(incident: Fields) -> dict[str, object]:
    metadata = incident.part("metadata")
    return merged(
        pairs_of(incident.part("resource").raw("labels")),
        pairs_of(incident.part("metric").raw("labels")),
        pairs_of(metadata.raw("system_labels")),
        pairs_of(metadata.raw("user_labels")),
        pairs_of(incident.raw("policy_user_labels")),
        {"project": incident.raw("scoping_project_id")},
    )


SENDER: Final = Sender(
    product="Google Cloud Monitoring",
    expected=EXPECTED,
    read=objects(read_incident, EXPECTED),
    fires="`incident.state` `open`",
    resolves="`incident.state` `closed`",
    dedup_key="`incident.incident_id`",
    severity="`incident.severity`; else critical",
    episode_start="`incident.started_at`",
)
