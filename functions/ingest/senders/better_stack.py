"""Better Stack's outgoing webhook: incidents of its uptime monitoring."""

from collections.abc import Mapping
from typing import Any, Final

from functions.ingest.senders import Ignored, Sender
from functions.ingest.senders.reading.entries import objects
from functions.ingest.senders.reading.fields import Fields
from functions.ingest.senders.reading.report import ALWAYS_CRITICAL, Report, merged
from functions.ingest.senders.reading.shapes import pairs_of
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.signal import SignalAction

EXPECTED: Final = (
    'Expected an incident webhook: an object like {"event": "started", "data": {"id": "1", '
    '"type": "incident", "attributes": {…}}}.'
)
_ACTIONS: Final[Mapping[str, SignalAction]] = {
    "started": SignalAction.TRIGGER,
    "acknowledged": SignalAction.ACKNOWLEDGE,
    "resolved": SignalAction.RESOLVE,
}


def read_incident(entry: Mapping[str, Any]) -> Report | Ignored:
    """Monitors and people on call come the same way and mean nothing."""
    fields = Fields(entry)
    data = fields.part("data")
    attributes = data.part("attributes")
    kind = data.any_text("type") or "incident"
    if kind != "incident":
        return Ignored(f"no incident: {kind[:64]}")
    incident_id = data.needed("id")
    fields.raise_problems(EXPECTED)
    monitor = data.part("relationships").part("monitor").part("data")
    name = attributes.any_text("name") or f"Incident {incident_id}"
    cause = attributes.any_text("cause")
    return Report(
        action=_action(fields, attributes),
        dedup_key=incident_id,
        name=name,
        summary=f"{name}: {cause}" if cause else name,
        reason=attributes.any_text("response_content"),
        words=ALWAYS_CRITICAL,
        source="better-stack",
        source_name=attributes.any_text("team_name"),
        object=attributes.any_text("url"),
        monitor_id=monitor.any_text("id"),
        monitor_name=name,
        labels=merged(
            pairs_of(attributes.raw("metadata")), {"method": attributes.raw("http_method")}
        ),
        urls={
            "Checked": attributes.raw("url"),
            "Incident": attributes.raw("origin_url"),
            "Response": attributes.raw("response_url"),
            "Screenshot": attributes.raw("screenshot_url"),
        },
        started_at=read_time(attributes.raw("started_at")),
    )


def _action(fields: Fields, attributes: Fields) -> SignalAction:
    """The event's word, else the incident's status, else its times."""
    for said in (fields.any_text("event"), attributes.any_text("status")):
        action = _ACTIONS.get((said or "").lower())
        if action is not None:
            return action
    is_over = attributes.any_text("resolved_at") is not None
    return SignalAction.RESOLVE if is_over else SignalAction.TRIGGER


SENDER: Final = Sender(
    product="Better Stack incidents",
    expected=EXPECTED,
    read=objects(read_incident, EXPECTED),
    fires="`event` `started`",
    resolves="`event` `resolved`",
    dedup_key="`data.id`",
    severity="critical",
    episode_start="`data.attributes.started_at`",
)
