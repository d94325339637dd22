"""Updating an incident, attaching alerts, resolving it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import batched
from typing import Final

from tocsin.domain.alert import Alert
from tocsin.domain.errors import AlertNotFoundError, AlreadyResolvedError
from tocsin.domain.ids import Actor, AlertId, IncidentId, time_of
from tocsin.domain.incident import Incident, IncidentStatus, IncidentUpdate
from tocsin.domain.next_action import with_timer
from tocsin.usecases.change_alert import change_alert
from tocsin.usecases.incident_work import (
    IncidentStores,
    Joined,
    Joining,
    alert_to_ask_about,
    link,
    until_written,
)

READ_AT_ONCE: Final = 20
"""Alerts: mostly the first is open, and those behind it are read in vain."""
RESOLVED_AT_ONCE: Final = 100
"""Alerts of one request, which has 15 seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    incident: Incident
    """Still open, if alerts are left."""
    resolved: tuple[AlertId, ...]
    """The alerts that this resolved."""
    left: int
    """Open alerts that it did not get to."""


def change_incident(
    incident_id: IncidentId,
    change: Callable[[Incident], Incident],
    *,
    said: IncidentUpdate | None = None,
    stores: IncidentStores,
) -> Incident:
    """Change an incident and store its update, if there is one, in one write.

    Raises:
        IncidentNotFoundError: There is no such incident.
        AlreadyResolvedError: It is resolved, and the update would change its status.
        ConcurrentUpdateError: Concurrent writes came first, each time.
    """

    def attempt() -> Incident:
        before = stores.incidents.get(incident_id)
        after = change(before if said is None else before.told(said))
        if after is before and said is None:
            return before
        return stores.incidents.update(before, after, said=said, write_id=stores.new_write_id())

    return until_written(attempt)


def attach_alerts(
    incident_id: IncidentId,
    alert_ids: Sequence[AlertId],
    *,
    by: Actor,
    at: datetime,
    stores: IncidentStores,
) -> Incident:
    """Link more alerts to an incident; alerts that it has are left out.

    Raises:
        IncidentNotFoundError: There is no such incident.
        AlertNotFoundError: There is no alert with one of the ids.
        AlreadyPromotedError: An alert belongs to another incident.
        AlreadyResolvedError: The incident is resolved.
        ConcurrentUpdateError: Concurrent writes came first, each time.
    """

    def attempt() -> Incident:
        before = stores.incidents.get(incident_id)
        links = link(alert_ids, incident_id, by=by, at=at, alerts=stores.alerts)
        if not links:
            return before
        after = before.attached(alert.alert_id for alert, _ in links)
        return stores.incidents.update(before, after, alerts=links, write_id=stores.new_write_id())

    return until_written(attempt)


def add_responders(incident_id: IncidentId, joining: Joining, *, stores: IncidentStores) -> Joined:
    """Add people to an incident and ask them about one of its alerts, in one write.

    Raises:
        IncidentNotFoundError: There is no such incident.
        AlreadyResolvedError: It is resolved.
        ConcurrentUpdateError: Concurrent writes came first, each time.
    """

    def attempt() -> Joined:
        before = stores.incidents.get(incident_id)
        after = before.joined(joining.responders)
        if after is before:
            return Joined(incident=before, asked_about=None)
        users = tuple(it.user for it in after.responders if it not in before.responders)
        newest_first = sorted(before.alert_ids, key=time_of, reverse=True)
        about = alert_to_ask_about(_read(newest_first, stores), stores.slots)
        asked = [(about, with_timer(joining.asking(about, users)))] if about else []
        stored = stores.incidents.update(
            before, after, alerts=asked, write_id=stores.new_write_id()
        )
        return Joined(incident=stored, asked_about=about, users=users)

    return until_written(attempt)


def _read(alert_ids: Iterable[AlertId], stores: IncidentStores) -> Iterator[Alert]:
    for some in batched(alert_ids, READ_AT_ONCE, strict=False):
        yield from stores.alerts.get_many(some).values()


def resolve_incident(
    incident_id: IncidentId, said: IncidentUpdate, *, with_alerts: bool, stores: IncidentStores
) -> Resolution:
    """Resolve an incident, and its open alerts if asked to.

    The alerts come first: after a failure, and if alerts are left, the same request does the rest.

    Raises:
        IncidentNotFoundError: There is no such incident.
        AlreadyResolvedError: It is resolved.
        ConcurrentUpdateError: Concurrent writes came first, each time.
    """
    said = replace(said, status=IncidentStatus.RESOLVED)
    incident = stores.incidents.get(incident_id)
    incident.told(said)
    known = stores.alerts.get_many(incident.alert_ids if with_alerts else ())
    alert_ids = [alert_id for alert_id, alert in known.items() if alert.is_open]
    wanted, left = alert_ids[:RESOLVED_AT_ONCE], len(alert_ids[RESOLVED_AT_ONCE:])
    resolved = tuple(alert_id for alert_id in wanted if _resolve(alert_id, said, stores))
    if not left:
        incident = change_incident(incident_id, lambda it: it, said=said, stores=stores)
    return Resolution(incident=incident, resolved=resolved, left=left)


def _resolve(alert_id: AlertId, said: IncidentUpdate, stores: IncidentStores) -> bool:
    """Resolve one alert, if it is still there and open."""
    try:
        change_alert(
            alert_id,
            lambda alert: alert.resolve(
                by=said.by, at=said.at, note=said.message, reason="its incident was resolved"
            ),
            alerts=stores.alerts,
            new_write_id=stores.new_write_id,
        )
    except (AlreadyResolvedError, AlertNotFoundError):
        return False
    return True
