"""Times of a schedule, by its own clock."""

from datetime import datetime, timedelta

from tocsin.domain.time_zone import zone_of

_HOUR = timedelta(hours=1)


def wall(at: datetime, time_zone: str) -> str:
    """Spell an instant; with the zone's name in an hour that the clock shows twice."""
    zone = zone_of(time_zone)
    there = at.astimezone(zone)
    text = f"{there:%a} {there.day} {there:%b %H:%M}"
    other = there.replace(fold=1 - there.fold)
    return f"{text} {there.tzname()}" if other.utcoffset() != there.utcoffset() else text


def wall_span(begins: datetime, ends: datetime, time_zone: str) -> str:
    return f"{wall(begins, time_zone)} to {wall(ends, time_zone)}"
