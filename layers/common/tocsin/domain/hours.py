"""Hours of the week, by the clock on the wall: `only:` of layers, routes, steps and rules.

A span begins at the first instant at which the clock shows its beginning, and ends at the last one
at which the clock shows its end. A time that does not exist is the instant after the gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tocsin.domain.time_zone import EARLIEST, LATEST, first_instant, last_instant, wall_at

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


class Day(IntEnum):
    """A day of the week, as `datetime.weekday` counts it."""

    MON = 0
    TUE = 1
    WED = 2
    THU = 3
    FRI = 4
    SAT = 5
    SUN = 6


EVERY_DAY = frozenset(Day)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A span of each of some days; one that ends no later than it begins ends on the next day."""

    days: frozenset[Day] = EVERY_DAY
    """The days on which it begins; empty: every day."""
    begins: time = time()
    ends: time = time()
    """Midnight at both ends: the whole day."""

    def on(self, day: date) -> tuple[datetime, datetime] | None:
        """From when to when on the wall, if it begins on this day."""
        if self.days and Day(day.weekday()) not in self.days:
            return None
        last_day = day if self.begins < self.ends else day + _DAY
        return datetime.combine(day, self.begins), datetime.combine(last_day, self.ends)


_LOOKED_THROUGH: Final = (2, 15)
"""Days: a week later all hours come again, but for one that a clock change leaves out."""


def is_within(only: Sequence[Hours], at: datetime, zone: ZoneInfo) -> bool:
    """Without hours all times are within."""
    return not only or any(begins <= at < ends for begins, ends in _near(only, at, zone, 1))


def meets(only: Sequence[Hours], begins: datetime, lasts: timedelta) -> bool:
    """Whether a time by a clock that is never changed has a minute within."""
    days = range(-1, min(lasts.days, len(Day)) + 2)
    for hours in only:
        for day in (begins.date() + number * _DAY for number in days):
            span = hours.on(day)
            if span and span[0] < begins + lasts and begins < span[1]:
                return True
    return not only


def next_begin(only: Sequence[Hours], at: datetime, zone: ZoneInfo) -> datetime:
    """When the hours begin that come next; the instant itself if it is within. LATEST: never."""
    if is_within(only, at, zone):
        return at
    for days in _LOOKED_THROUGH:
        coming = [begins for begins, _ in _near(only, at, zone, days) if begins > at]
        if coming:
            return min(coming)
    return max(at, LATEST)


def next_end(only: Sequence[Hours], at: datetime, zone: ZoneInfo) -> datetime | None:
    """When the hours end in which an instant is; None: never.

    Hours that touch or overlap are one span.
    """
    for days in _LOOKED_THROUGH if only else ():
        end = at
        for begins, ends in sorted(_near(only, at, zone, days)):
            if begins > end:
                break
            end = max(end, ends)
        if end - at < (days - 1) * _DAY:
            return end
    return None


def spans(
    only: Sequence[Hours], begins: datetime, ends: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """What of a time is within, in order, as beginnings and ends."""
    ends = min(ends, LATEST)
    while (opens := next_begin(only, begins, zone)) < ends:
        closes = next_end(only, opens, zone) or ends
        yield opens, min(closes, ends)
        begins = closes


def _near(
    only: Sequence[Hours], at: datetime, zone: ZoneInfo, days: int
) -> Iterator[tuple[datetime, datetime]]:
    """Spans that begin from the day before on, up to so many days after."""
    today = wall_at(min(max(at, EARLIEST), LATEST), zone).date()
    for hours in only:
        for day in range(-1, days + 1):
            span = _span(hours, today + day * _DAY, zone)
            if span is not None:
                yield span


@lru_cache(maxsize=2048)
def _span(hours: Hours, day: date, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """The one that begins on a day; None: none does."""
    walls = hours.on(day)
    if walls is None:
        return None
    begins, ends = first_instant(walls[0], zone), last_instant(walls[1], zone)
    return (begins, ends) if begins < ends else None
