"""Functions for opening and for changing incidents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tocsin.domain.alert import Alert
from tocsin.domain.errors import AlreadyPromotedError, ConcurrentUpdateError
from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.ids import Actor, AlertId, IncidentId
from tocsin.domain.incident import Incident, Responder
from tocsin.domain.next_action import with_timer
from tocsin.domain.severity import Severity
from tocsin.usecases.refusals import SlotRefusedError

if TYPE_CHECKING:
    from tocsin.usecases.ports import (
        AlertRepository,
        IncidentRepository,
        NewWriteId,
        SlotRepository,
    )

ATTEMPTS: Final = 5

type Links = list[tuple[Alert, Alert]]
"""Alerts before and after they became part of an incident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentStores:
    """The repositories of incidents and alerts."""

    alerts: AlertRepository
    incidents: IncidentRepository
    slots: SlotRepository
    new_write_id: NewWriteId


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """An incident to open."""

    incident_id: IncidentId
    by: Actor
    at: datetime
    title: str | None = None
    """None: of its first alert."""
    severity: Severity | None = None
    """None: the worst of its alerts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """People to add to an incident, who are asked about one of its alerts."""

    users: tuple[str, ...]
    by: Actor
    at: datetime
    note: str | None = None

    @property
    def responders(self) -> tuple[Responder, ...]:
        return tuple(
            Responder(user=user, at=self.at, by=self.by, note=self.note) for user in self.users
        )

    def asking(self, alert: Alert, users: Iterable[str]) -> Alert:
        targets = [Target(TargetKind.USER, user) for user in users]
        return alert.asking(targets, by=self.by, at=self.at, note=self.note)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """An incident with its new people."""

    incident: Incident
    asked_about: Alert | None
    """The alert about which they are asked; None: there is none, or nobody is new."""
    users: tuple[str, ...] = ()
    """Those who are new."""


def alert_to_ask_about(alerts: Iterable[Alert], slots: SlotRepository) -> Alert | None:
    """The newest open one, else the newest.

    None: there is none, or a newer episode has begun, whose messages are the only ones that are
    still sent.

    Args:
        alerts: Newest first; read no further than the first open one.
        slots: To know whether a resolved one is the newest episode.
    """
    newest: Alert | None = None
    for alert in alerts:
        if alert.is_open:
            return alert
        newest = newest or alert
    if newest is None:
        return None
    current = slots.in_slot(newest.fingerprint)
    return newest if current and current.alert_id == newest.alert_id else None


def until_written[T](attempt: Callable[[], T]) -> T:
    """Read, decide and write again as long as concurrent writes come first.

    Raises:
        ConcurrentUpdateError: Concurrent writes came first, each time.
    """
    for _ in range(ATTEMPTS):
        try:
            return attempt()
        except SlotRefusedError:
            continue
    message = "Others keep changing this incident or its alerts. Send the same request again."
    raise ConcurrentUpdateError(message)


def link(
    alert_ids: Iterable[AlertId],
    incident_id: IncidentId,
    *,
    by: Actor,
    at: datetime,
    alerts: AlertRepository,
) -> Links:
    """Read alerts and promote them; alerts of the incident are left out.

    Raises:
        AlertNotFoundError: There is none with one of the ids.
        AlreadyPromotedError: One belongs to another incident.
    """
    links: Links = []
    for alert_id in dict.fromkeys(alert_ids):
        alert = alerts.get(alert_id)
        if alert.incident_id == incident_id:
            continue
        if alert.incident_id is not None:
            message = f"Alert {alert_id} belongs to incident {alert.incident_id}."
            raise AlreadyPromotedError(message)
        links.append((alert, with_timer(alert.promoted(incident_id, by=by, at=at))))
    return links
