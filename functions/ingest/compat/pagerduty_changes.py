"""Change events: a deployment or a new setting, kept on the timelines of what it may explain.

A change belongs to the open alerts of the same integration that name the same source, component
or service. One that matches nothing is accepted and kept nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from functions.ingest.compat.integration_alerts import IntegrationAlerts, written
from functions.ingest.senders.reading.fields import Fields
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.alert_query import AlertQuery
from tocsin.domain.signal import SUMMARY_LIMIT, FactsBuilder, printable

EXPECTED: Final = (
    'Expected a change like {"payload": {"summary": "Deployed 1.4.2", "source": "ci"}}.'
)
ALERTS_LIMIT: Final = 20
"""Timelines that one change is written on, of the newest alerts that match."""
LINKS_LIMIT: Final = 3
_OPEN: Final = AlertQuery(statuses=frozenset((AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEvent:
    """What changed, when, and what names the thing that changed."""

    note: str
    source: str | None
    component: str | None
    service: str | None

    def concerns(self, alert: Alert) -> bool:
        """Whether an alert is about the same source, component or service."""
        labels = alert.facts.labels
        said_of_alert = (
            (self.source, (alert.facts.source,)),
            (self.component, (alert.facts.object, labels.get("component"))),
            (self.service, (labels.get("service"),)),
        )
        return any(name is not None and name in of_alert for name, of_alert in said_of_alert)


def read_change(event: Mapping[str, Any], *, at: datetime) -> ChangeEvent:
    """Understand a change event; component and service may be in the payload or its details.

    Raises:
        InvalidInputError: `details` name the fields that are wrong.
    """
    fields = Fields(event)
    payload = fields.inner("payload")
    summary = payload.text("summary")
    payload.require("summary", is_there=bool(summary and summary.strip()))
    said = payload.raw("custom_details")
    details = Fields(said if isinstance(said, dict) else {})
    change = ChangeEvent(
        note=_note(summary or "", read_time(payload.raw("timestamp")) or at, _links(event)),
        source=payload.text("source"),
        component=payload.text("component") or _name(details, "component"),
        service=payload.text("service") or _name(details, "service"),
    )
    fields.raise_problems(EXPECTED)
    return change


def keep_change(change: ChangeEvent, alerts: IntegrationAlerts) -> None:
    for alert in alerts.newest(_OPEN, wanted=change.concerns, limit=ALERTS_LIMIT):
        alerts.add_note(alert, change.note)


def _note(summary: str, changed_at: datetime, links: list[str]) -> str:
    said = printable(summary)[:SUMMARY_LIMIT]
    return "\n".join([f"Changed at {written(changed_at)}: {said}", *links])


def _links(event: Mapping[str, Any]) -> list[str]:
    links = event.get("links")
    members = links if isinstance(links, list) else []
    urls = [
        it["href"] for it in members if isinstance(it, dict) and isinstance(it.get("href"), str)
    ]
    safe = FactsBuilder().urls({str(position): url for position, url in enumerate(urls)})
    return list(safe.values())[:LINKS_LIMIT]


def _name(details: Fields, name: str) -> str | None:
    value = details.raw(name)
    return value if isinstance(value, str) and value else None
