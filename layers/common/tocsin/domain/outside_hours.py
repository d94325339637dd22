"""What waits for hours of the week to begin, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Final

from tocsin.domain.hold import Hold, HoldKind
from tocsin.domain.hours import EVERY_DAY, Day, Hours, is_within, next_begin, spans
from tocsin.domain.time_zone import zone_of

_DAY: Final = 24 * 60
_WEEK: Final = 7 * _DAY
_LONGEST_GAP: Final = timedelta(days=9)
"""Hours come again after a week; a change of the clock may leave out one hour."""
_PAIR: Final = 2
"""Of days: `sat,sun` is shorter than `sat-sun` is clear."""


def hold_of_route(route: str, only: Sequence[Hours], time_zone: str, at: datetime) -> Hold | None:
    """What a route puts on its alerts outside its hours; None: it is within them."""
    zone = zone_of(time_zone)
    if is_within(only, at, zone):
        return None
    ended = (ends for _, ends in spans(only, at - _LONGEST_GAP, at, zone))
    since = max(ended, default=at)
    until = next_begin(only, at, zone)
    return Hold(kind=HoldKind.HOURS, name=route, until=until, since=since)


def waits_until(only: Sequence[Hours], time_zone: str, at: datetime) -> datetime:
    """When a step or a rule that is due may begin: now, or when its hours begin."""
    return next_begin(only, at, zone_of(time_zone))


def first_to_begin(
    all_hours: Iterable[Sequence[Hours]], time_zone: str, at: datetime
) -> tuple[int, datetime]:
    """Whose hours begin first, by position, and when; of several the first."""
    begins = (waits_until(only, time_zone, at) for only in all_hours)
    position, until = min(enumerate(begins), key=lambda it: it[1])
    return position, until


def covers_the_week(only: Iterable[Sequence[Hours]]) -> bool:
    """Whether there is no time of the week outside all of these, by the clock on the wall."""
    covered = bytearray(_WEEK)
    for each in only:
        if not each:
            return True
        for hours in each:
            begin, lasts = _minutes(hours.begins), _minutes(hours.ends) - _minutes(hours.begins)
            for day in hours.days or EVERY_DAY:
                first = day * _DAY + begin
                for minute in range(first, first + (lasts if lasts > 0 else lasts + _DAY)):
                    covered[minute % _WEEK] = True
    return all(covered)


def spelled_hours(only: Sequence[Hours]) -> str:
    """Spell hours as people read them: `mon-fri 08:00-18:00, sat 09:00-12:00`."""
    return ", ".join(map(_spelled, only))


def _spelled(hours: Hours) -> str:
    whole = time()
    lasts = (
        "" if hours.begins == hours.ends == whole else f" {hours.begins:%H:%M}-{hours.ends:%H:%M}"
    )
    return f"{_spelled_days(sorted(hours.days or EVERY_DAY))}{lasts}"


def _spelled_days(days: Sequence[Day]) -> str:
    names = [day.name.lower() for day in days]
    is_run = len(days) > _PAIR and days[-1] - days[0] == len(days) - 1
    return f"{names[0]}-{names[-1]}" if is_run else ",".join(names)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
