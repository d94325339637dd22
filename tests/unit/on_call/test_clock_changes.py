"""Handoffs by the clock on the wall, looked at minute by minute around changes of clocks."""

from datetime import datetime, time, timedelta
from itertools import pairwise

import pytest

from tests.schedules import (
    NIGHTS,
    OFFICE,
    daily,
    hourly,
    recurring,
    rotation,
    schedule,
    weekly,
)
from tests.slow_clock import CHANGES, DAY, SlowClock, clock_around
from tests.slow_schedule import people_by_minute
from tocsin.domain.hours import Hours
from tocsin.domain.on_call.schedule import Count, Recurring, Rotation, Schedule, Turns
from tocsin.domain.on_call.shifts import Shift, shifts
from tocsin.domain.on_call.who import who

THREE = "alice bob carol"
ROTATIONS: dict[str, list[tuple[Turns | Recurring, dict[str, object]]]] = {
    "daily at a time that a change leaves out or repeats": [(daily("02:15"), {})],
    "daily in the night of midnight's changes": [(daily("00:30"), {})],
    "daily at midnight": [(daily("00:00"), {})],
    "every other day, twice each": [(daily("23:30", every=2), {"shifts_per_turn": 2})],
    "weekly, by the second of the list": [(weekly("sun 02:30"), {"first": 1})],
    "hourly": [(hourly(), {})],
    "every six hours": [(hourly(6), {})],
    "every eight hours, within nights": [(hourly(8), {"only": (NIGHTS,)})],
    "every five hours": [(hourly(5), {})],
    "every seven hours, within office hours": [(hourly(7), {"only": (OFFICE,)})],
    "daily within office hours, turns that work": [(daily("09:00"), {"only": (OFFICE,)})],
    "daily within office hours, all turns": [
        (daily("09:00"), {"only": (OFFICE,), "count": Count.ALWAYS})
    ],
    "within an hour that changes": [
        (daily("00:00"), {"only": (Hours(begins=time(1, 30), ends=time(2, 30)),)})
    ],
    "office days above nights by a rule": [
        (weekly("mon 09:00"), {"only": (OFFICE,)}),
        (recurring("FREQ=DAILY", "18:00", 15), {"shifts_per_turn": 2}),
    ],
    "whole days by a rule": [(recurring("FREQ=DAILY", "00:00", 24), {})],
    "whole days from a time that changes": [(recurring("FREQ=DAILY", "02:30", 24), {})],
    "shifts that the next one cuts short": [(recurring("FREQ=DAILY", "02:00", 30), {})],
    "weekends by a rule": [(recurring("FREQ=WEEKLY;BYDAY=SA,SU", "00:00", 24), {})],
    "days of a month by a rule": [
        (recurring("FREQ=MONTHLY;BYMONTHDAY=1,2,3,7,8,16,17,18,25,26,28,29,30", "01:30", 26), {})
    ],
}


def schedule_around(clock: SlowClock, name: str) -> Schedule:
    """Its rotations begin two days after the clock."""
    day = clock.walls[0].date() + 2 * DAY
    return schedule(
        *(starting_on(day.isoformat(), pattern, others) for pattern, others in ROTATIONS[name]),
        zone=clock.zone,
    )


def starting_on(day: str, pattern: Turns | Recurring, others: dict[str, object]) -> Rotation:
    if isinstance(pattern, Recurring):
        return rotation(pattern, THREE, f"{day}T{pattern.at}", **others)
    start = datetime.fromisoformat(f"{day}T{pattern.handoff}")
    later = 0 if pattern.day is None else (pattern.day - start.weekday()) % 7
    return rotation(pattern, THREE, (start + later * DAY).isoformat(), **others)


def by_minute(found: list[Shift], minutes: list[datetime]) -> dict[datetime, tuple[str, ...]]:
    return {
        at: shift.people for shift in found for at in minutes if shift.begins <= at < shift.ends
    }


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", ROTATIONS)
def test_every_minute_around_a_change_has_the_people_that_the_wall_clock_says(
    change: str, name: str
) -> None:
    clock = clock_around(change)
    made = schedule_around(clock, name)
    expected = people_by_minute(made, clock)
    minutes = clock.instants[len(clock.instants) // 2 - 2 * 1440 :][: 4 * 1440]

    found = list(shifts(made, minutes[0], minutes[-1] + timedelta(minutes=1)))

    assert by_minute(found, minutes) == {at: expected[at] for at in minutes}
    assert all(one.ends == other.begins for one, other in pairwise(found))
    near = [*minutes[::97], *minutes[2 * 1440 - 60 : 2 * 1440 + 1200 : 7]]
    assert {at: who(made, at).people for at in near} == {at: expected[at] for at in near}
