"""An alert that opens again and again: said once, then quiet until it is stable."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

REOPENINGS_LIMIT: Final = 5
"""More than these within `WINDOW` is flapping."""
WINDOW: Final = timedelta(hours=1)
STABLE_AFTER: Final = timedelta(minutes=15)
"""Firing or resolved for this long without a change is stable again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flapping:
    """When a dedup key's alerts were reopened lately; kept by each episode for the next."""

    reopened_at: tuple[datetime, ...]
    """Oldest first, no more than it takes to tell."""
    since: datetime | None = None
    """When it began to flap; None: it does not."""

    @classmethod
    def reopened(cls, previous: Self | None, *, resolved_at: datetime | None, at: datetime) -> Self:
        """Count one more reopening.

        Args:
            previous: What the episode before knew.
            resolved_at: When the episode before ended.
            at: When this one begins.
        """
        recent = tuple(it for it in (previous.reopened_at if previous else ()) if at - it <= WINDOW)
        reopened_at = (*recent, at)[-(REOPENINGS_LIMIT + 1) :]
        was_stable = resolved_at is None or at - resolved_at >= STABLE_AFTER
        if previous is not None and previous.since is not None and not was_stable:
            return cls(reopened_at=reopened_at, since=previous.since)
        is_flapping = len(reopened_at) > REOPENINGS_LIMIT and not was_stable
        return cls(reopened_at=reopened_at, since=at if is_flapping else None)
