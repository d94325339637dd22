"""A configured source with its integration URL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tocsin.domain.credential import SecretHash
from tocsin.domain.reception import Source

EVENTS_API: Final = "events-api"
"""The integration of what comes by `POST /api/v1/events` with a key instead of a token; no
other may take this name, or two senders could share a dedup key by accident."""

MONITOR_RESOLVE_AFTER: Final = timedelta(seconds=60)


class IntegrationType(StrEnum):
    """Whose language the sender speaks."""

    REST = "rest"
    EVENTS = "events"
    MONITOR = "monitor"

    @property
    def resolve_after(self) -> timedelta:
        """How long recovery must last where the integration says nothing."""
        return MONITOR_RESOLVE_AFTER if self is IntegrationType.MONITOR else timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One URL of an integration; after a rotation the old one works for a while."""

    secret_hash: SecretHash
    prefix: str
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """What an integration URL leads to."""

    name: str
    type: IntegrationType
    resolve_after: timedelta = timedelta()
    severity_map: Mapping[str, str] = field(default_factory=dict)
    wakes_on_output: bool = False
    paused: bool = False
    escalation_policy: str | None = None
    managed_by: str | None = None
    created_at: datetime
    version: int = 1
    tokens: tuple[Token, ...] = ()
    """Newest first."""

    @property
    def source(self) -> Source:
        """What the reception of its signals needs to know."""
        return Source(
            integration=self.name,
            resolve_after=self.resolve_after,
            wakes_on_output=self.wakes_on_output,
        )
