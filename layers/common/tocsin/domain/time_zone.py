"""Time zones by the names that people gave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import tzinfo
    from zoneinfo import ZoneInfo

UTC_ZONE: Final = "UTC"
EARLIEST: Final = datetime(2, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(9998, 1, 1, tzinfo=UTC)
"""Instants before and after are taken for these: every zone can show them and the days around."""


def zone_of(name: str) -> ZoneInfo:
    """Find a zone, or UTC if there is none of this name any more: better than no page at all."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return ZoneInfo(UTC_ZONE)


def first_instant(wall: datetime, zone: tzinfo) -> datetime:
    """The first instant at which a clock shows this; in a gap, the gap's end."""
    instant, other = (wall.replace(tzinfo=zone, fold=it).astimezone(UTC) for it in (0, 1))
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    # In a gap the folds have the offsets of before and after (PEP 495), so it lies between them.
    return _change_between(other, instant, zone)


def last_instant(wall: datetime, zone: tzinfo) -> datetime:
    """The last instant at which a clock shows this; in a gap, the gap's end."""
    instant = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    return first_instant(wall, zone)


def wall_at(at: datetime, zone: tzinfo) -> datetime:
    """What a clock shows."""
    return at.astimezone(zone).replace(tzinfo=None)


def _change_between(low: datetime, high: datetime, zone: tzinfo) -> datetime:
    """The instant, to the second, at which the zone's offset changes."""
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high
