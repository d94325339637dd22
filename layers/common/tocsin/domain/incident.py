"""What people coordinate on: one or more alerts that somebody promoted."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from tocsin.domain.errors import AlreadyResolvedError, InvalidInputError, Problem
from tocsin.domain.ids import Actor, AlertId, IncidentId
from tocsin.domain.severity import Severity

ALERTS_LIMIT: Final = 100
"""Alerts of one incident: resolving them all with it must fit into one request."""
ATTACH_LIMIT: Final = 49
"""Alerts that one request links: a DynamoDB transaction takes 100 items, the incident and what
was said among them, and an alert may be two."""


class IncidentStatus(StrEnum):
    """How far the people are."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentUpdate:
    """What somebody said about an incident, and what that changed."""

    at: datetime
    by: Actor
    message: str | None = None
    status: IncidentStatus | None = None
    """The new one; None if it stayed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident and the alerts that belong to it."""

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
        """Whether people still work on it."""
        return self.status is not IncidentStatus.RESOLVED

    def told(self, update: IncidentUpdate) -> Self:
        """Take what somebody said; only its status changes the incident.

        Raises:
            AlreadyResolvedError: It is over, and the update is more than an afterword.
        """
        if update.status is None:
            return self
        self._expect_open()
        if update.status is IncidentStatus.RESOLVED:
            return replace(self, status=update.status, resolved_at=update.at, resolved_by=update.by)
        return replace(self, status=update.status)

    def attached(self, alert_ids: Iterable[AlertId]) -> Self:
        """Take more alerts.

        Raises:
            AlreadyResolvedError: It is over.
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
