"""What a sender sent, kept beside the alert that came of it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SentBody:
    """A body as sent, but for its secrets and what is too long to keep."""

    text: str
    content_type: str
    received_at: datetime
    size_bytes: int
    """As sent."""
    is_cut: bool = False
    """Whether `text` is only its beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentBodies:
    """The two that are kept of an alert."""

    first: SentBody | None
    """None for an alert that came before bodies were kept."""
    last: SentBody | None
    """That of the newest event that changed the state; a mere repeat leaves it."""
