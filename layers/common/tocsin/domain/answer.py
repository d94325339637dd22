"""What was answered to a request, kept for the time that it comes again."""

from dataclasses import dataclass
from datetime import datetime

from tocsin.domain.ids import Actor, WriteId


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered to a request."""

    status: int
    body: str
    body_again: str | None = None
    """What a repetition gets, where the body shows a secret: that is shown once and not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One attempt to work on a request that may have come before."""

    caller: Actor
    """Two callers may use the same key for different things."""
    key: str
    """The caller's Idempotency-Key."""
    request_hash: str
    """Tells whether it is the same request."""
    at: datetime
    write_id: WriteId
