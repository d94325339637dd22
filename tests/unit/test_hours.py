"""`only:`: hours of the week by the clock on the wall, and what daylight saving does to them."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.slow_clock import CHANGES, clock_around
from tocsin.domain.hours import Day, Hours, is_within, next_begin, next_end, spans

DAY = timedelta(days=1)
PARIS = ZoneInfo("Europe/Paris")
WORK = Hours(
    days=frozenset({Day.MON, Day.TUE, Day.WED, Day.THU, Day.FRI}), begins=time(9), ends=time(18)
)
EXAMPLES = {
    "office": (WORK,),
    "nights": (Hours(begins=time(18), ends=time(9)),),
    "across the change": (Hours(begins=time(1), ends=time(2, 15)),),
    "within the change": (Hours(begins=time(2, 10), ends=time(2, 40)),),
    "until midnight": (Hours(begins=time(22), ends=time()),),
    "from midnight": (Hours(begins=time(), ends=time(0, 30)),),
    "at weekends and at noon": (
        Hours(days=frozenset({Day.SAT, Day.SUN})),
        Hours(begins=time(12), ends=time(12, 30)),
    ),
    "on Fridays": (Hours(days=frozenset({Day.FRI})),),
}


def utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("only", EXAMPLES.values(), ids=EXAMPLES)
def test_hours_are_those_that_a_clock_shows_minute_by_minute(
    change: str, only: tuple[Hours, ...]
) -> None:
    clock = clock_around(change)
    zone, within = ZoneInfo(clock.zone), clock.minutes_within(only)
    asked = clock.instants[7 * 24 * 60 : -7 * 24 * 60]

    found = list(spans(only, asked[0], asked[-1] + timedelta(minutes=1), zone))

    expected = [it for it in asked if it in within]
    assert [it for it in asked if is_within(only, it, zone)] == expected
    assert [it for it in asked if any(one <= it < other for one, other in found)] == expected
    assert all(one[1] < other[0] for one, other in pairwise(found))


def test_no_hours_are_all_hours() -> None:
    at = utc("2026-03-29T01:30")

    assert is_within((), at, PARIS)
    assert next_begin((), at, PARIS) == at
    assert next_end((), at, PARIS) is None
    assert list(spans((), at, at + DAY, PARIS)) == [(at, at + DAY)]


def test_hours_begin_again_after_the_weekend() -> None:
    friday_evening = utc("2026-03-27T17:00")

    assert next_begin((WORK,), friday_evening, PARIS) == utc("2026-03-30T07:00")


def test_hours_that_have_begun_begin_now() -> None:
    assert next_begin((WORK,), utc("2026-03-27T16:59"), PARIS) == utc("2026-03-27T16:59")
    assert next_end((WORK,), utc("2026-03-27T08:00"), PARIS) == utc("2026-03-27T17:00")


def test_hours_that_touch_are_one_span() -> None:
    day_and_night = (Hours(begins=time(9), ends=time(18)), Hours(begins=time(18), ends=time(21)))

    assert next_end(day_and_night, utc("2026-06-01T10:00"), PARIS) == utc("2026-06-01T19:00")


@pytest.mark.parametrize("begins", [time(), time(9)])
def test_hours_of_all_days_never_end(begins: time) -> None:
    assert next_end((Hours(begins=begins, ends=begins),), utc("2026-03-28T10:00"), PARIS) is None


def test_hours_that_a_clock_change_leaves_out_come_a_week_later() -> None:
    sunday_night = (Hours(days=frozenset({Day.SUN}), begins=time(2), ends=time(3)),)

    assert next_begin(sunday_night, utc("2026-03-28T12:00"), PARIS) == utc("2026-04-05T00:00")


def test_hours_of_no_day_are_those_of_every_day() -> None:
    assert is_within((Hours(days=frozenset()),), utc("2026-03-28T12:00"), PARIS)


@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_hours_at_the_ends_of_the_calendar_are_answered(at: datetime) -> None:
    assert next_begin((WORK,), at, ZoneInfo("Pacific/Apia")) >= at
    assert list(spans((WORK,), at, at, PARIS)) == []


hours = st.builds(
    Hours,
    days=st.sets(st.sampled_from(Day), min_size=1).map(frozenset),
    begins=st.times().map(lambda it: it.replace(second=0, microsecond=0)),
    ends=st.times().map(lambda it: it.replace(second=0, microsecond=0)),
)


@given(
    only=st.lists(hours, min_size=1, max_size=3),
    at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - `timezones` gives them one
    zone=st.sampled_from([PARIS, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/New_York")]),
)
def test_hours_begin_within_themselves_and_end_outside(
    only: list[Hours], at: datetime, zone: ZoneInfo
) -> None:
    begins = next_begin(only, at, zone)
    ends = next_end(only, begins, zone)

    assert is_within(only, begins, zone)
    assert begins == at or not is_within(only, begins - timedelta(microseconds=1), zone)
    assert ends is None or (begins < ends and not is_within(only, ends, zone))
