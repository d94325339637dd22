"""What people coordinate on: one or more alerts that somebody promoted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from tocsin.domain.ids import Actor, AlertId, IncidentId
from tocsin.domain.severity import Severity

ALERTS_LIMIT: Final = 98
"""Alerts of one incident: an attachment is one DynamoDB transaction, of 100 items at most."""


class IncidentStatus(StrEnum):
    """How far the people are."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentUpdate:
    """What somebody said about an incident, and what that changed."""

    at: datetime
    by: Actor
    message: str
    status: IncidentStatus | None = None
