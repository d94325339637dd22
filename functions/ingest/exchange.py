"""What a sender is told, in whatever shape its product expects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from functions.ingest.intake import Intake


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer; JSON unless its headers say otherwise."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A reply, and what the log and the metrics say about it."""

    reply: Reply
    integration: str
    intake: "Intake | None" = None
    """None if no event was taken in."""
    what: str = "Request answered"
    """What the log says of a request that brought no event."""
