"""Opening an incident, with or without alerts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tocsin.domain.alert import Alert
from tocsin.domain.ids import AlertId
from tocsin.domain.incident import Incident
from tocsin.domain.next_action import with_timer
from tocsin.domain.severity import Severity
from tocsin.usecases.incident_work import (
    IncidentStores,
    Joined,
    Joining,
    Links,
    Opening,
    alert_to_ask_about,
    link,
    until_written,
)

UNTITLED: Final = "Incident"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """The incident of an alert, and whether it had one before."""

    incident: Incident
    was_promoted: bool


def open_incident(
    opening: Opening,
    alert_ids: Sequence[AlertId],
    joining: Joining | None = None,
    *,
    stores: IncidentStores,
) -> Joined:
    """Store an incident, link its alerts and ask its people about one of them, all or nothing.

    Raises:
        AlertNotFoundError: There is none with one of the ids.
        AlreadyPromotedError: One belongs to another incident.
        ConcurrentUpdateError: Concurrent writes came first, each time.
    """

    def attempt() -> Joined:
        links = link(
            alert_ids, opening.incident_id, by=opening.by, at=opening.at, alerts=stores.alerts
        )
        users = joining.users if joining else ()
        newest_first = sorted(
            (before for before, _ in links), key=lambda it: it.fired_at, reverse=True
        )
        about = alert_to_ask_about(newest_first, stores.slots) if users else None
        if about and joining:
            links = [
                (before, joining.asking(after, users) if before is about else after)
                for before, after in links
            ]
        incident = _store(opening, links, stores, joining)
        return Joined(incident=incident, asked_about=about, users=users)

    return until_written(attempt)


def promote_alert(opening: Opening, alert_id: AlertId, *, stores: IncidentStores) -> Promotion:
    """Open an incident for one alert, or return the one that it has.

    Raises:
        AlertNotFoundError: There is no such alert.
        ConcurrentUpdateError: Concurrent writes came first, each time.
    """

    def attempt() -> Promotion:
        alert = stores.alerts.get(alert_id)
        if alert.incident_id is not None:
            incident = stores.incidents.get(alert.incident_id)
            return Promotion(incident=incident, was_promoted=True)
        promoted = alert.promoted(opening.incident_id, by=opening.by, at=opening.at)
        incident = _store(opening, [(alert, with_timer(promoted))], stores)
        return Promotion(incident=incident, was_promoted=False)

    return until_written(attempt)


def _store(
    opening: Opening, links: Links, stores: IncidentStores, joining: Joining | None = None
) -> Incident:
    alerts = [before for before, _ in links]
    incident = Incident(
        incident_id=opening.incident_id,
        title=opening.title or _title_of(alerts),
        severity=opening.severity or _worst_of(alerts),
        alert_ids=tuple(alert.alert_id for alert in alerts),
        responders=joining.responders if joining else (),
        created_by=opening.by,
        created_at=opening.at,
    )
    return stores.incidents.add(incident, links, write_id=stores.new_write_id())


def _title_of(alerts: Sequence[Alert]) -> str:
    if not alerts:
        return UNTITLED
    return alerts[0].facts.summary or alerts[0].facts.name


def _worst_of(alerts: Sequence[Alert]) -> Severity:
    severities = [alert.severity for alert in alerts]
    return min(severities, key=lambda severity: severity.rank, default=Severity.WARNING)
