"""Times of a schedule, by its own clock."""

from datetime import datetime
from typing import Final

from tocsin.domain.time_zone import zone_of

_WORDS_OF_DAY: Final = 3
"""Before the time: Mon 30 Nov."""


def wall(at: datetime, time_zone: str) -> str:
    """Spell an instant; with the zone's name in an hour that the clock shows twice."""
    zone = zone_of(time_zone)
    there = at.astimezone(zone)
    text = f"{there:%a} {there.day} {there:%b %H:%M}"
    other = there.replace(fold=1 - there.fold)
    return f"{text} {there.tzname()}" if other.utcoffset() != there.utcoffset() else text


def wall_span(begins: datetime, ends: datetime, time_zone: str, looked_until: datetime) -> str:
    """Spell a span; one that ends where the plan does may go on."""
    begun = wall(begins, time_zone)
    if ends >= looked_until:
        return f"from {begun} on"
    zone = zone_of(time_zone)
    ended = wall(ends, time_zone)
    if begins.astimezone(zone).date() == ends.astimezone(zone).date():
        ended = ended.split(" ", _WORDS_OF_DAY)[-1]
    return f"{begun} to {ended}"
