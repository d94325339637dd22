"""Incidents: one or more promoted alerts that people work on together."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from tocsin.domain.errors import AlreadyResolvedError, InvalidInputError, Problem
from tocsin.domain.ids import Actor, AlertId, IncidentId
from tocsin.domain.severity import Severity

ALERTS_LIMIT: Final = 100
"""Alerts of one incident: one request must be able to resolve them all."""
ATTACH_LIMIT: Final = 49
"""Alerts that one request links: a DynamoDB transaction takes 100 items, one for the incident, one
for its update, and up to two for each alert."""


class IncidentStatus(StrEnum):
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentUpdate:
    """A person's update of an incident, and what it changed."""

    at: datetime
    by: Actor
    message: str | None = None
    status: IncidentStatus | None = None
    """The new status; None: unchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    incident_id: IncidentId
    title: str
    status: IncidentStatus = IncidentStatus.INVESTIGATING
    severity: Severity
    alert_ids: tuple[AlertId, ...] = ()
    created_by: Actor
    created_at: datetime
    resolved_at: datetime | None = None
    resolved_by: Actor | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        return self.status is not IncidentStatus.RESOLVED

    def told(self, update: IncidentUpdate) -> Self:
        """Apply an update; only its status changes the incident.

        Raises:
            AlreadyResolvedError: It is resolved, and the update would change its status.
        """
        if update.status is None:
            return self
        self._expect_open()
        if update.status is IncidentStatus.RESOLVED:
            return replace(self, status=update.status, resolved_at=update.at, resolved_by=update.by)
        return replace(self, status=update.status)

    def attached(self, alert_ids: Iterable[AlertId]) -> Self:
        """Add alerts.

        Raises:
            AlreadyResolvedError: It is resolved.
            InvalidInputError: They are too many.
        """
        self._expect_open()
        together = (*self.alert_ids, *alert_ids)
        if len(together) > ALERTS_LIMIT:
            problem = Problem("alert_ids", f"an incident has {ALERTS_LIMIT} alerts at most")
            message = "The incident cannot take so many alerts."
            raise InvalidInputError(message, [problem])
        return replace(self, alert_ids=together)

    def _expect_open(self) -> None:
        if not self.is_open:
            message = f"{self.resolved_by} already resolved this incident."
            raise AlreadyResolvedError(message)
