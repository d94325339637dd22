"""Shifts that begin at equal distances on a clock, so that any of them is computed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from math import gcd
from typing import Final

from tocsin.domain.hours import Day
from tocsin.domain.on_call.schedule import Turns, Unit
from tocsin.domain.recurrence import parts_of, until_of
from tocsin.domain.time_zone import first_instant, wall_at

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(weeks=1)
_HOURS_OF_A_DAY: Final = 24
_DAYS: Final = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
"""As rules of RFC 5545 spell them."""
_PARTS: Final = {"FREQ", "INTERVAL", "BYDAY", "WKST", "UNTIL", "COUNT"}
_INTERVAL_LIMIT: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Times by a clock, which come again and again."""

    anchor: datetime
    """Number 0 begins then, or later."""
    length: timedelta
    """Until all comes again, on the same days of the week."""
    offsets: tuple[timedelta, ...]
    """Of the beginnings from the anchor on, each less than the length, in order."""
    first: int | None = None
    """Number of the first beginning; None: there is none."""
    until: datetime | None = None
    """No later beginning counts."""
    limit: int | None = None
    """How many beginnings there are."""


def of_turns(turns: Turns, start: datetime, zone: tzinfo) -> tuple[Pattern, tzinfo]:
    """Turns as a clock shows them, and that clock; the start is in number 0.

    Hours that divide a day are those of the clock on the wall. Others pass on a clock that is never
    changed: it shows what the one on the wall shows at the start.
    """
    if turns.unit is Unit.HOURLY:
        anchor = start.replace(minute=turns.handoff.minute, second=0, microsecond=0)
        anchor -= _HOUR if anchor > start else timedelta()
        if _HOURS_OF_A_DAY % turns.every:
            instant = first_instant(anchor, zone)
            zone = timezone(instant.astimezone(zone).utcoffset() or timedelta())
            anchor = wall_at(instant, zone)
        return _evenly(anchor, turns.every, _HOUR), zone
    anchor = datetime.combine(start.date(), turns.handoff)
    if turns.unit is Unit.DAILY:
        anchor -= _DAY if anchor > start else timedelta()
        return _evenly(anchor, turns.every, _DAY), zone
    anchor -= (start.weekday() - (turns.day or Day.MON)) % len(Day) * _DAY
    anchor -= _WEEK if anchor > start else timedelta()
    return _evenly(anchor, turns.every, _WEEK), zone


def of_rule(rule: str, start: datetime, time_zone: str) -> Pattern | None:
    """Days by a rule of RFC 5545; None: it is no rule, or its days have to be looked for."""
    parts = parts_of(rule)
    every = parts.get("INTERVAL", "1")
    days = [_DAYS.get(it) for it in parts["BYDAY"].split(",")] if "BYDAY" in parts else []
    week_begins = _DAYS.get(parts.get("WKST", "MO"))
    is_simple = parts.keys() <= _PARTS and None not in days and week_begins is not None
    if not is_simple or not every.isdecimal() or not 0 < int(every) <= _INTERVAL_LIMIT:
        return None
    on = {it for it in days if it is not None}
    match parts.get("FREQ"):
        case "DAILY":
            found = _every_so_many_days(int(every), on or set(Day), start)
        case "WEEKLY":
            on = on or {start.weekday()}
            found = _every_so_many_weeks(int(every), on, start, week_begins or Day.MON)
        case _:
            return None
    try:
        until = until_of(parts["UNTIL"], time_zone) if "UNTIL" in parts else None
        limit = int(parts["COUNT"]) if "COUNT" in parts else None
    except ValueError:
        return None
    length, offsets = found
    return Pattern(anchor=start, length=length, offsets=offsets, first=0, until=until, limit=limit)


def _evenly(anchor: datetime, every: int, unit: timedelta) -> Pattern:
    units_of_a_week = _WEEK // unit
    count = units_of_a_week // gcd(units_of_a_week, every)
    offsets = tuple(number * every * unit for number in range(count))
    return Pattern(anchor=anchor, length=count * every * unit, offsets=offsets)


def _every_so_many_days(
    every: int, on: set[int] | set[Day], start: datetime
) -> tuple[timedelta, tuple[timedelta, ...]]:
    count = len(Day) // gcd(len(Day), every)
    numbers = (number * every for number in range(count))
    offsets = (it * _DAY for it in numbers if (start.weekday() + it) % len(Day) in on)
    return count * every * _DAY, tuple(offsets)


def _every_so_many_weeks(
    every: int, on: set[int], start: datetime, week_begins: int
) -> tuple[timedelta, tuple[timedelta, ...]]:
    length = every * len(Day)
    gone = (start.weekday() - week_begins) % len(Day)
    offsets = sorted(((day - week_begins) % len(Day) - gone) % length for day in on)
    return length * _DAY, tuple(offset * _DAY for offset in offsets)
