"""An alert's timeline: what happened, when, by whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from tocsin.domain.ids import Actor

type Detail = str | int | bool | list[str] | None


class ChangeType(StrEnum):
    """The words of the timeline; a client sees no other."""

    FIRED = "fired"
    UPDATED = "updated"
    SEVERITY_CHANGED = "severity_changed"
    NOTIFICATION_SENT = "notification_sent"
    NOTIFICATION_FAILED = "notification_failed"
    NOTIFICATION_SKIPPED = "notification_skipped"
    BUNDLED = "bundled"
    """A page waits for a digest."""
    DIGEST_SENT = "digest_sent"
    """The digest that it waited for was sent."""
    ESCALATED = "escalated"
    PAGED = "paged"
    ASSIGNED = "assigned"
    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    RESOLVING = "resolving"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    NOTE = "note"
    INCIDENT_CREATED = "incident_created"
    ESCALATION_EXHAUSTED = "escalation_exhausted"
    REACHED_NOBODY = "reached_nobody"
    HELD = "held"
    RELEASED = "released"


CHANGES_MESSAGES: Final = frozenset(
    (
        ChangeType.ACKNOWLEDGED,
        ChangeType.UNACKNOWLEDGED,
        ChangeType.SNOOZED,
        ChangeType.WOKEN,
        ChangeType.RESOLVED,
    )
)
"""Changes after which a sent message is no longer true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry of a timeline."""

    type: ChangeType
    at: datetime
    by: Actor
    details: Mapping[str, Detail] = field(default_factory=dict)
    """By type: `note`, `reason`, `from`, `to`, `until`, `episode`, …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePage:
    """Part of a timeline, in the order that was asked for."""

    changes: tuple[Change, ...]
    next_cursor: str | None
