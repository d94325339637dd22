"""The stored answer to a request, for when the request is repeated."""

from dataclasses import dataclass
from datetime import datetime

from tocsin.domain.ids import Actor, WriteId


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: str
    body_again: str | None = None
    """Body for a repeated request if the first one shows a secret, which is not stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One attempt to work on a request that may have come before."""

    caller: Actor
    """Two callers may use the same key for different things."""
    key: str
    """The caller's Idempotency-Key."""
    request_hash: str
    """Equal for the same request."""
    at: datetime
    write_id: WriteId
