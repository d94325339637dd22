"""What waits for hours: since when, until when, and how hours are spelled."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.examples import MINUTE
from tocsin.adapters.dynamodb.hours_items import hours_from, write_hours
from tocsin.domain.hours import EVERY_DAY, Day, Hours, is_within
from tocsin.domain.outside_hours import covers_the_week, hold_of_route, spelled_hours

WEEK = timedelta(days=7)
A_MONDAY = datetime.fromisoformat("2026-03-02T00:00+00:00")
QUARTERS = some.builds(time, some.integers(0, 23), some.sampled_from([0, 15, 30, 45]))
HOURS = some.builds(
    Hours,
    days=some.frozensets(some.sampled_from(Day), min_size=1),
    begins=QUARTERS,
    ends=QUARTERS,
)
ONLY = some.lists(HOURS, min_size=1, max_size=3).map(tuple)
OFFICE = Hours(days=EVERY_DAY - {Day.SAT, Day.SUN}, begins=time(8), ends=time(18))


@given(
    only=ONLY,
    at=some.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 30)),  # noqa: DTZ001 - UTC below
    zone=some.sampled_from(["UTC", "Europe/Paris", "Australia/Lord_Howe", "America/New_York"]),
)
def test_a_hold_is_from_the_last_instant_within_to_the_next(
    only: tuple[Hours, ...], at: datetime, zone: str
) -> None:
    now, clock = at.replace(tzinfo=ZoneInfo("UTC")), ZoneInfo(zone)

    hold = hold_of_route("quiet", only, zone, now)

    assert (hold is None) is is_within(only, now, clock)
    if hold is not None:
        assert hold.since <= now < hold.until
        assert is_within(only, hold.until, clock)
        assert is_within(only, hold.since - timedelta(seconds=1), clock)
        minutes = (hold.until - hold.since) // (15 * MINUTE)
        for number in range(minutes):
            assert not is_within(only, hold.since + number * 15 * MINUTE, clock)


@given(only=some.lists(ONLY, max_size=3))
def test_the_week_is_covered_if_no_minute_of_it_is_outside(
    only: list[tuple[Hours, ...]],
) -> None:
    quarters = [A_MONDAY + number * 15 * MINUTE for number in range(WEEK // (15 * MINUTE))]
    utc = ZoneInfo("UTC")

    is_covered = all(any(is_within(it, at, utc) for it in only) for at in quarters)

    assert covers_the_week(only) is is_covered


def test_without_hours_the_week_is_covered() -> None:
    assert covers_the_week([(OFFICE,), ()])
    assert not covers_the_week([])


@pytest.mark.parametrize(
    ("only", "spelled"),
    [
        ((OFFICE,), "mon-fri 08:00-18:00"),
        ((OFFICE, Hours(days=frozenset((Day.SAT,)))), "mon-fri 08:00-18:00, sat"),
        ((Hours(days=frozenset((Day.SAT, Day.SUN)), ends=time(9)),), "sat,sun 00:00-09:00"),
        ((Hours(days=frozenset((Day.MON, Day.WED, Day.FRI)), begins=time(22)),), ""),
        ((Hours(begins=time(22), ends=time(6)),), "mon-sun 22:00-06:00"),
    ],
)
def test_hours_are_spelled_as_people_say_them(only: tuple[Hours, ...], spelled: str) -> None:
    assert spelled_hours(only) == (spelled or "mon,wed,fri 22:00-00:00")


@given(only=ONLY, zone=some.sampled_from([None, "Europe/Paris", "UTC", "Etc/GMT+5"]))
def test_stored_hours_are_read_as_they_were_written(
    only: tuple[Hours, ...], zone: str | None
) -> None:
    assert hours_from(write_hours(only, zone)) == (only, zone)


def test_hours_are_stored_in_few_bytes() -> None:
    assert write_hours((OFFICE,), "Europe/Paris") == {"S": "31 480 1080; Europe/Paris"}
