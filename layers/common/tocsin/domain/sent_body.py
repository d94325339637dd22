"""The body of a sender's request, stored with its alert."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SentBody:
    """A body as sent, without secrets, cut if too long."""

    text: str
    content_type: str
    received_at: datetime
    size_bytes: int
    """Before it was cut."""
    is_cut: bool = False
    """Whether `text` is only the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentBodies:
    first: SentBody | None
    """None: opened before bodies were stored."""
    last: SentBody | None
    """The body of the last event that changed the state; repeats do not count."""
