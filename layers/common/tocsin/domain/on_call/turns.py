"""Which shift of a rotation an instant is in, and whose turn that shift belongs to.

Shifts have numbers: 0 is the one at the rotation's start. Those at equal distances on a clock are
computed; the days of other rules are walked through from their start, for at most a century.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from tocsin.domain.hours import Hours
from tocsin.domain.on_call.beginnings import Regular, Walked
from tocsin.domain.on_call.pattern import of_rule, of_turns
from tocsin.domain.on_call.schedule import (
    Count,
    Recurring,
    Rotation,
    Turns,
)
from tocsin.domain.recurrence import Recurrence
from tocsin.domain.time_zone import EARLIEST, LATEST, first_instant, last_instant, wall_at, zone_of

_SHIFTS_OF_A_TURN: Final = 20_000
"""More belong to a rotation that is never on call, because none has a minute within `only`."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where among a rotation's shifts an instant is."""

    turn: int | None
    """None: between shifts, before the first or after the last."""
    ends: datetime
    """When the shift ends, or the next one begins; LATEST: never."""


def place(rotation: Rotation, time_zone: str, at: datetime) -> Place:
    """Where an instant is, whatever the rotation's `begins`, `until` and `only` say."""
    return _shifts_of(rotation, time_zone).place(at, rotation.shifts_per_turn)


def next_handoff(rotation: Rotation, time_zone: str, at: datetime) -> datetime | None:
    """When the running turn ends, or the next one begins; None: no turn runs any more or yet."""
    return _shifts_of(rotation, time_zone).next_handoff(at, rotation.shifts_per_turn)


def check_rule(pattern: Recurring, start: datetime, time_zone: str) -> None:
    """Raises RuleRefusedError."""
    _recurrence(pattern, start, time_zone).check_rule()


def _shifts_of(rotation: Rotation, time_zone: str) -> _Shifts:
    within = rotation.only if rotation.count is Count.WORKED else None
    return _shifts(rotation.pattern, rotation.start, within, time_zone)


@lru_cache(maxsize=512)
def _shifts(
    pattern: Turns | Recurring, start: datetime, only: tuple[Hours, ...] | None, time_zone: str
) -> _Shifts:
    """With hours, those shifts count that have a minute within; without, all do."""
    zone, within = zone_of(time_zone), only or ()
    if isinstance(pattern, Turns):
        turns, clock = of_turns(pattern, start, zone)
        return _Shifts(Regular(turns, None, within), clock)
    recurrence = _recurrence(pattern, start, time_zone)
    days = of_rule(pattern.rule, recurrence.start, time_zone)
    beginnings = (
        Regular(days, pattern.duration, within)
        if days is not None
        else Walked(recurrence.walls(recurrence.start), recurrence.start, pattern.duration, within)
    )
    shifts = _Shifts(beginnings, zone, pattern.duration)
    shifts.leave_out(pattern.excluded, they_count=only is None)
    return shifts


def _recurrence(pattern: Recurring, start: datetime, time_zone: str) -> Recurrence:
    first = datetime.combine(start.date(), pattern.at)
    return Recurrence(
        rule=pattern.rule, start=first, time_zone=time_zone, duration=pattern.duration
    )


class _Shifts:
    """All shifts of a rotation, by a clock."""

    def __init__(
        self,
        beginnings: Regular | Walked,
        clock: tzinfo,
        duration: timedelta | None = None,
    ) -> None:
        self._beginnings, self._clock, self._duration = beginnings, clock, duration
        self._excluded: frozenset[int] = frozenset()
        self._uncounted: list[int] = []

    def leave_out(self, excluded: Iterable[datetime], *, they_count: bool) -> None:
        beginnings = self._beginnings
        numbers = ((beginnings.last_by(it), it) for it in sorted(set(excluded)))
        found = [number for number, it in numbers if beginnings.clock(number) == it]
        self._excluded = frozenset(found)
        self._uncounted = [] if they_count else [it for it in found if self._counts(it)]

    def place(self, at: datetime, shifts_per_turn: int) -> Place:
        at = min(max(at, EARLIEST), LATEST)
        number = self._begun_by(at)
        if self._beginnings.clock(number) is not None and at < (ends := self._end(number)):
            return Place(self._turn(number, shifts_per_turn), ends)
        return Place(None, self._begin(self._included(number + 1)))

    def next_handoff(self, at: datetime, shifts_per_turn: int) -> datetime | None:
        at = min(max(at, EARLIEST), LATEST)
        begun = last = self._begun_by(at)
        if self._beginnings.clock(begun) is None:
            return None
        turn = self._turn(begun, shifts_per_turn)
        for _ in range(_SHIFTS_OF_A_TURN):
            following = self._included(last + 1)
            if self._beginnings.clock(following) is None:
                ends = self._end(last)
                return ends if at < ends < LATEST else None
            if self._turn(following, shifts_per_turn) != turn:
                return self._begin(following)
            last = following
        return self._begin(self._included(begun + 1))

    def _counts(self, number: int) -> bool:
        self._beginnings.clock(number + 1)
        return self._beginnings.counted(number) < self._beginnings.counted(number + 1)

    def _turn(self, number: int, shifts_per_turn: int) -> int:
        excluded = bisect_left(self._uncounted, number)
        return (self._beginnings.counted(number) - excluded) // shifts_per_turn

    def _begun_by(self, at: datetime) -> int:
        """The newest shift that has begun, and is not left out; there may be none of its number."""
        number = self._beginnings.last_by(wall_at(at, self._clock))
        while self._begin(number + 1) <= at:
            number += 1
        return self._included(number, -1)

    def _included(self, number: int, step: int = 1) -> int:
        while number in self._excluded:
            number += step
        return number

    def _begin(self, number: int) -> datetime:
        """LATEST: there is no such shift."""
        clock = self._beginnings.clock(number)
        return LATEST if clock is None else first_instant(clock, self._clock)

    def _end(self, number: int) -> datetime:
        next_begins = self._begin(self._included(number + 1))
        clock = self._beginnings.clock(number)
        if self._duration is None or clock is None:
            return next_begins
        return min(last_instant(clock + self._duration, self._clock), next_begins)
