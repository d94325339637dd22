"""Who is on call, found minute by minute with the readings of a slow clock.

It walks through all shifts from the start on, one after the other, with a library of its own for
time zones and dateutil for all rules, and shares no step with `tocsin.domain.on_call`.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, takewhile

from dateutil.rrule import rrulestr
from whenever import Instant

from tests.slow_clock import DAY, MINUTE, SlowClock
from tocsin.domain.hours import Hours
from tocsin.domain.on_call.schedule import Count, Member, Recurring, Rotation, Schedule, Turns, Unit


@dataclass(frozen=True)
class SlowShift:
    begins: datetime
    ends: datetime
    member: Member


def people_by_minute(schedule: Schedule, clock: SlowClock) -> dict[datetime, Member]:
    """Of a schedule of one version a layer, with nobody's overrides, from its start on."""
    found: dict[datetime, Member] = {}
    for layer in reversed(schedule.layers):
        turning = layer.versions[0].rotation
        assert turning is not None
        within = clock.minutes_within(turning.only)
        shifts = list(slow_shifts(turning, clock))
        begins = [shift.begins for shift in shifts]
        for at in clock.instants:
            number = bisect_right(begins, at) - 1
            if number >= 0 and at < shifts[number].ends and at in within:
                found[at] = shifts[number].member
    return {at: found.get(at, ()) for at in clock.instants}


def slow_shifts(turning: Rotation, clock: SlowClock) -> Iterator[SlowShift]:
    """Those that begin while the clock is read."""
    begun, passed = list(_beginnings(turning, clock)), 0
    next_begin = [*(begins for _, begins, _ in begun[1:]), clock.ends]
    for (wall, begins, lasts), next_begins in zip(begun, next_begin, strict=True):
        ends = next_begins
        if isinstance(turning.pattern, Recurring):
            ends = min(clock.last(wall + turning.pattern.duration), next_begins)
        number = turning.first + passed // turning.shifts_per_turn
        if begins < ends:
            yield SlowShift(begins, ends, turning.members[number % len(turning.members)])
        passed += turning.count is Count.ALWAYS or _has_minute(turning.only, wall, lasts)


def _beginnings(
    turning: Rotation, clock: SlowClock
) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """On the wall, as instants, and how long until the next on a clock without changes."""
    last = clock.walls[-1] - 2 * DAY
    if isinstance(turning.pattern, Recurring):
        start = datetime.combine(turning.start.date(), turning.pattern.at)
        rule = rrulestr(turning.pattern.rule, dtstart=start)
        walls = list(takewhile(lambda it: it < last, rule))
        for wall, following in zip(walls, [*walls[1:], last + 9 * DAY], strict=True):
            yield wall, clock.first(wall), min(turning.pattern.duration, following - wall)
        return
    step, pattern = _step(turning.pattern), turning.pattern
    if pattern.unit is Unit.HOURLY and pattern.every not in {1, 2, 3, 4, 6, 8, 12, 24}:
        begins, wall = clock.first(turning.start), turning.start
        while begins < clock.ends:
            yield wall, begins, step
            begins, wall = begins + step, wall + step
        return
    for wall in takewhile(lambda it: it < last, (turning.start + it * step for it in count())):
        yield wall, clock.first(wall), step


def _step(pattern: Turns) -> timedelta:
    unit = {Unit.HOURLY: 1, Unit.DAILY: 24, Unit.WEEKLY: 168}[pattern.unit]
    return pattern.every * timedelta(hours=unit)


def _has_minute(only: tuple[Hours, ...], wall: datetime, lasts: timedelta) -> bool:
    minutes = (wall + number * MINUTE for number in range(lasts // MINUTE))
    return not only or any(_is_on(hours, minute) for minute in minutes for hours in only)


def _is_on(hours: Hours, wall: datetime) -> bool:
    at, yesterday = wall.time(), (wall - DAY).weekday()
    if hours.begins < hours.ends:
        return wall.weekday() in hours.days and hours.begins <= at < hours.ends
    is_begun = wall.weekday() in hours.days and at >= hours.begins
    return is_begun or (yesterday in hours.days and at < hours.ends)


def wall_of(at: datetime, zone: str) -> datetime:
    return Instant(at).to_tz(zone).to_plain().to_stdlib()
