"""The rate of one channel, and when it rests: a storm on one delays no other."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

BURST: Final = 5
"""Messages that go out at once after a quiet time, before the rate counts."""
URGENT_BURST: Final = 10
"""Pages of critical alerts have room of their own behind that."""
OTHER_RATE: Final = 60
"""Messages a minute of a channel whose provider's rate is not known."""
FAILURES_LIMIT: Final = 3
"""Failed attempts in a row after which a channel rests."""
KEPT_FOR: Final = timedelta(days=1)
"""How long the gate of an unused channel is stored."""

_FIRST_REST: Final = timedelta(seconds=5)
_LONGEST_REST: Final = timedelta(minutes=1)
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Whether a message may go out now."""

    opens_at: datetime | None = None
    """When its place in line comes; None: now."""
    failures: int = 0
    """Failed attempts in a row, up to now."""


def interval_of(rate_per_minute: int | None) -> timedelta:
    """How far apart messages go out when many wait; None: the channel's rate was not filled in."""
    return _MINUTE / max(1, rate_per_minute or OTHER_RATE)


def ahead(rate_per_minute: int | None, *, is_urgent: bool) -> timedelta:
    """How far a burst may run ahead of the rate."""
    return (URGENT_BURST if is_urgent else BURST) * interval_of(rate_per_minute)


def rest_after(failures: int) -> timedelta | None:
    if failures < FAILURES_LIMIT:
        return None
    doublings = min(failures - FAILURES_LIMIT, 8)
    rest: timedelta = _FIRST_REST * 2**doublings
    return min(rest, _LONGEST_REST)
