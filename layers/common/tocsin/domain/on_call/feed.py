"""A calendar's URL: of a schedule, or of a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tocsin.domain.integration import Token

FEED_PATH: Final = "/cal/"
BACK: Final = timedelta(days=90)
AHEAD: Final = timedelta(days=400)
"""What a calendar shows."""


class FeedKind(StrEnum):
    SCHEDULE = "schedule"
    USER = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One at most of each schedule and person: another URL takes the place of the first."""

    kind: FeedKind
    subject: str
    """The name of the schedule or user."""
    token: Token
    created_at: datetime
    version: int = 1
    managed_by: str | None = None

    @property
    def name(self) -> str:
        return feed_name(self.kind, self.subject)


def feed_name(kind: FeedKind, subject: str) -> str:
    """In storage: users are found by any case."""
    return f"{kind}:{subject.lower()}"
