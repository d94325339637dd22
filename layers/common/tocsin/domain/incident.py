"""Incidents: one or more promoted alerts that people work on together."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from tocsin.domain.errors import AlreadyResolvedError, InvalidInputError, Problem
from tocsin.domain.ids import Actor, AlertId, IncidentId, by_whom
from tocsin.domain.severity import Severity

ALERTS_LIMIT: Final = 2_000
"""Alerts of one incident. Their ids, 27 bytes each, are in its item, which each attachment writes
anew: 54 KB of the 400 KB that DynamoDB takes."""
ATTACH_LIMIT: Final = 49
"""Alerts that one request links: a DynamoDB transaction takes 100 items, one for the incident, one
for who changed it, and up to two for each alert."""


RESPONDERS_LIMIT: Final = 50
"""People of one incident."""


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
class Responder:
    """A user who was asked to work on an incident."""

    user: str
    at: datetime
    by: Actor
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    incident_id: IncidentId
    title: str
    status: IncidentStatus = IncidentStatus.INVESTIGATING
    severity: Severity
    alert_ids: tuple[AlertId, ...] = ()
    responders: tuple[Responder, ...] = ()
    """In the order in which they were added."""
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
            problem = Problem("alert_ids", f"an incident has {ALERTS_LIMIT:,} alerts at most")
            message = "The incident cannot take so many alerts."
            raise InvalidInputError(message, [problem])
        return replace(self, alert_ids=together)

    def joined(self, responders: Iterable[Responder]) -> Self:
        """Add people; those that it has stay as they are.

        Raises:
            AlreadyResolvedError: It is resolved.
            InvalidInputError: They are too many.
        """
        self._expect_open()
        by_user = {each.user: each for each in self.responders}
        for each in responders:
            by_user.setdefault(each.user, each)
        together = tuple(by_user.values())
        if len(together) > RESPONDERS_LIMIT:
            problem = Problem("responders", f"an incident has {RESPONDERS_LIMIT} people at most")
            message = "The incident cannot take so many people."
            raise InvalidInputError(message, [problem])
        return self if together == self.responders else replace(self, responders=together)

    def _expect_open(self) -> None:
        if not self.is_open:
            message = f"{by_whom(self.resolved_by)} already resolved this incident."
            raise AlreadyResolvedError(message)
