"""Who is on call: layers, rotations and those who follow them, at instants that were once wrong."""

import sys
from datetime import UTC, datetime, time, timedelta
from time import process_time
from types import FrameType

import pytest

from tests.schedules import (
    NIGHTS,
    OFFICE,
    WEEKDAYS,
    daily,
    hourly,
    named,
    override,
    recurring,
    rotation,
    schedule,
    utc,
    wall,
    weekly,
)
from tocsin.domain.hours import Hours
from tocsin.domain.on_call.schedule import Count, Follows, Rotation, Schedule, Turns, Unit
from tocsin.domain.on_call.shifts import gaps, shifts
from tocsin.domain.on_call.turns import check_rule
from tocsin.domain.on_call.who import next_after, who
from tocsin.domain.recurrence import RuleRefusedError

DAY = timedelta(days=1)
WEEK = schedule(rotation(weekly(), "alice bob carol"))
SUMMER = utc("2026-06-01T12:00")


def people(made: Schedule, *instants: str) -> list[tuple[str, ...]]:
    return [who(made, utc(at)).people for at in instants]


def test_each_has_a_week_in_turn() -> None:
    on_call = who(WEEK, utc("2026-01-13T12:00"))

    assert on_call.people == ("bob",)
    assert on_call.layer == "layer 1"
    assert on_call.until == utc("2026-01-19T08:00")


def test_a_rotation_is_known_before_its_start_too() -> None:
    assert people(WEEK, "2026-01-05T07:59", "2026-01-05T08:00") == [("carol",), ("alice",)]


def test_handoffs_stay_at_the_same_time_on_the_wall_all_year() -> None:
    year = shifts(WEEK, utc("2026-01-05T08:00"), utc("2027-01-04T08:00"))

    assert {(it.begins.hour, it.begins.weekday()) for it in year} == {(8, 0), (7, 0)}
    assert people(WEEK, "2026-03-30T06:59", "2026-03-30T07:00") == [("carol",), ("alice",)]


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe"])
def test_a_rotation_around_the_clock_has_no_gap_of_an_hour_each_week(zone: str) -> None:
    handoffs = ("mon 00:00", "sun 02:00", "sun 02:30", "fri 17:00")
    for handoff in handoffs:
        made = schedule(rotation(weekly(handoff), "alice bob"), zone=zone)

        assert not gaps(made, utc("2026-01-01"), utc("2027-01-01"))


def test_the_person_of_friday_is_not_on_again_on_monday() -> None:
    made = schedule(rotation(daily(), "alice bob carol", only=(OFFICE,)))

    friday, monday = people(made, "2026-01-09T10:00", "2026-01-12T10:00")

    assert friday == ("bob",)
    assert monday == ("carol",)


def test_by_the_calendar_turns_outside_the_hours_count_too() -> None:
    made = schedule(rotation(daily(), "alice bob carol", only=(OFFICE,), count=Count.ALWAYS))

    assert people(made, "2026-01-09T10:00", "2026-01-12T10:00") == [("bob",), ("bob",)]


def test_outside_its_hours_a_layer_leaves_it_to_the_next() -> None:
    made = named(days=rotation(weekly(), "alice", only=(OFFICE,)), rest=rotation(weekly(), "bob"))

    assert people(made, "2026-01-09T16:59", "2026-01-09T17:00") == [("alice",), ("bob",)]
    assert who(made, utc("2026-01-09T17:00")).layer == "rest"


def test_nobody_on_purpose_is_not_replaced_by_a_lower_layer() -> None:
    made = schedule(rotation(daily(), "nobody alice"), rotation(weekly(), "bob"))
    begins, ends = utc("2026-01-05T08:00"), utc("2026-01-07T08:00")

    first = who(made, begins)

    assert (first.people, first.layer, first.until) == ((), "layer 1", begins + DAY)
    assert not gaps(made, begins, ends)


def test_nobody_by_mistake_is_a_gap() -> None:
    made = schedule(rotation(weekly(), "alice", only=(OFFICE,)))

    found = gaps(made, utc("2026-01-09T08:00"), utc("2026-01-12T08:00"))

    assert [(it.begins, it.ends) for it in found] == [
        (utc("2026-01-09T17:00"), utc("2026-01-12T08:00"))
    ]


def test_several_are_on_call_together() -> None:
    made = schedule(rotation(weekly(), "alice+bob carol"))

    assert people(made, "2026-01-06", "2026-01-13") == [("alice", "bob"), ("carol",)]


def test_a_layer_begins_and_ends_by_the_wall_clock() -> None:
    made = schedule(
        rotation(
            weekly(), "alice", begins=wall("2026-02-01T00:00"), until=wall("2026-03-01T00:00")
        ),
        rotation(weekly(), "bob"),
    )
    edges = ("2026-01-31T22:59", "2026-01-31T23:00", "2026-02-28T22:59", "2026-02-28T23:00")

    assert people(made, *edges) == [("bob",), ("alice",), ("alice",), ("bob",)]


def test_of_a_time_that_is_there_twice_a_layer_begins_at_the_first_and_ends_at_the_second() -> None:
    twice = wall("2026-10-25T02:30")
    beginning = schedule(rotation(weekly(), "alice", begins=twice))
    ending = schedule(rotation(weekly(), "alice", until=twice))

    assert people(beginning, "2026-10-25T00:29", "2026-10-25T00:30") == [(), ("alice",)]
    assert people(ending, "2026-10-25T01:29", "2026-10-25T01:30") == [("alice",), ()]


def test_a_person_has_several_shifts_one_after_the_other() -> None:
    made = schedule(rotation(daily(), "alice bob", shifts_per_turn=3, first=1))

    assert people(made, "2026-01-07T12:00", "2026-01-08T12:00") == [("bob",), ("alice",)]
    assert who(made, utc("2026-01-05T12:00")).until == utc("2026-01-08T08:00")


def test_hours_that_divide_a_day_keep_to_the_wall_clock() -> None:
    made = schedule(rotation(hourly(8), "alice bob carol", "2026-10-24T06:00"))

    handoffs = [it.begins for it in shifts(made, utc("2026-10-24T04:00"), utc("2026-10-25T22:00"))]

    assert [f"{it:%d %H:%M}" for it in handoffs] == [
        *("24 04:00", "24 12:00", "24 20:00"),
        *("25 05:00", "25 13:00", "25 21:00"),
    ]


def test_hours_that_do_not_divide_a_day_keep_to_a_stopwatch() -> None:
    made = schedule(rotation(hourly(7), "alice bob carol", "2026-10-24T06:00"))

    found = shifts(made, utc("2026-10-24T04:00"), utc("2026-10-31T04:00"))

    assert {it.lasts for it in found} == {timedelta(hours=7)}


def test_a_day_of_all_hours_is_no_gap() -> None:
    made = schedule(rotation(recurring("FREQ=DAILY", "00:00", 24), "alice bob"))

    assert not gaps(made, utc("2026-01-06"), utc("2027-01-01"))


def test_shifts_by_a_rule_leave_the_rest_to_the_next_layer() -> None:
    made = schedule(
        rotation(recurring("FREQ=WEEKLY;BYDAY=SA,SU", "00:00", 24), "alice bob"),
        rotation(weekly(), "carol"),
    )
    instants = ("2026-01-09T22:59", "2026-01-09T23:00", "2026-01-11T12:00", "2026-01-11T23:00")

    assert people(made, *instants) == [("carol",), ("alice",), ("bob",), ("carol",)]


def test_a_rule_with_an_empty_part_is_the_rule_without_it() -> None:
    made = schedule(rotation(recurring("FREQ=DAILY;BYDAY=;", "09:00", 24), "alice bob"))

    assert people(made, "2026-01-06T12:00", "2026-01-07T12:00") == [("bob",), ("alice",)]


def test_a_shift_that_is_left_out_passes_nobodys_turn() -> None:
    rule = recurring("FREQ=DAILY", "09:00", 24, "2026-01-06T09:00")
    counted, all_turns = (
        schedule(rotation(rule, "alice bob carol", count=count)) for count in Count
    )
    instants = ("2026-01-05T12:00", "2026-01-06T12:00", "2026-01-07T12:00")

    assert people(counted, *instants) == [("alice",), (), ("bob",)]
    assert people(all_turns, *instants) == [("alice",), (), ("carol",)]


def test_a_rule_ends_with_its_count_or_at_its_end() -> None:
    for rule in ("FREQ=DAILY;COUNT=2", "FREQ=DAILY;UNTIL=20260106T080000Z"):
        made = schedule(rotation(recurring(rule), "alice bob"))

        assert people(made, "2026-01-07T07:59", "2026-01-07T08:00") == [("bob",), ()]
        assert who(made, utc("2026-01-07T08:00")).until is None


def test_next_are_the_first_other_people() -> None:
    made = schedule(rotation(daily(), "alice alice+bob", only=(OFFICE,)))

    following = next_after(made, utc("2026-01-05T10:00"))

    assert following is not None
    assert following.people == ("alice", "bob")
    assert (following.at, following.until) == (utc("2026-01-06T08:00"), utc("2026-01-06T17:00"))


def test_there_is_no_next_where_one_person_is_always_on_call() -> None:
    made = schedule(rotation(weekly(), "alice"))

    assert next_after(made, SUMMER) is None
    assert who(made, SUMMER).until is None


def test_primary_and_secondary_come_from_one_list() -> None:
    secondary = Schedule(name="secondary", follows=Follows(schedule="primary", offset=1))
    schedules = {"primary": WEEK, "secondary": secondary}
    instants = [utc("2026-01-05T12:00") + number * 7 * DAY for number in range(8)]

    both = [[who(it, at, schedules).people[0] for it in schedules.values()] for at in instants]

    assert both[:3] == [["alice", "bob"], ["bob", "carol"], ["carol", "alice"]]
    assert all(one != other for one, other in both)


def test_who_follows_has_overrides_of_their_own() -> None:
    made = schedule(
        rotation(weekly(), "alice bob"),
        overrides=[override("replace dave", "2026-01-05T08:00", "2026-01-12T08:00")],
    )
    secondary = Schedule(name="secondary", follows=Follows(schedule="primary"))

    assert who(secondary, utc("2026-01-06"), {"primary": made}).people == ("bob",)


@pytest.mark.parametrize("followed", ["secondary", "third", "missing"])
def test_a_circle_of_schedules_that_follow_each_other_has_nobody(followed: str) -> None:
    secondary = Schedule(name="secondary", follows=Follows(schedule=followed))
    third = Schedule(name="third", follows=Follows(schedule="secondary"))

    assert who(secondary, SUMMER, {"secondary": secondary, "third": third}).people == ()


def test_a_zone_that_is_gone_is_taken_for_utc() -> None:
    made = schedule(rotation(weekly(), "alice bob"), zone="Europe/Atlantis")

    assert who(made, SUMMER).people


def test_nobody_is_on_call_without_layers_or_people() -> None:
    for made in (schedule(), schedule(rotation(weekly(), ""))):
        assert who(made, SUMMER).people == ()
        assert who(made, SUMMER).layer is None


FOUR = {
    "weekly": rotation(weekly(), "alice bob"),
    "daily within hours": rotation(daily(every=3), "alice bob", only=(OFFICE, NIGHTS)),
    "hourly within hours": rotation(hourly(7), "alice bob", only=(OFFICE,)),
    "by a rule": rotation(recurring("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,SA"), "alice bob"),
}


@pytest.mark.parametrize("turning", FOUR.values(), ids=FOUR)
@pytest.mark.parametrize("year", [1, 1970, 2026, 2400, 9999])
def test_an_instant_in_centuries_costs_as_little_as_now(turning: Rotation, year: int) -> None:
    made = schedule(turning)
    at = datetime(year, 1, 1, tzinfo=UTC)
    who(made, at)

    assert max(calls_of(made, at + number * timedelta(hours=7)) for number in range(24)) < 1000


def calls_of(made: Schedule, at: datetime) -> int:
    """Of functions, to find who is on call; a time would say more of the machine."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"
        del frame, argument

    sys.setprofile(count)
    try:
        who(made, at)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", id="a day that never comes"),
        pytest.param("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU", id="a day that seldom comes"),
        pytest.param("FREQ=MONTHLY;BYMONTHDAY=" + ",".join(map(str, range(1, 32))), id="all days"),
        pytest.param("FREQ=DAILY;INTERVAL=999999999999", id="an interval of ages"),
        pytest.param("FREQ=DAILY;INTERVAL=0", id="no interval"),
        pytest.param("FREQ=DAILY;INTERVAL=7;BYDAY=TU", id="days that never meet"),
        pytest.param("FREQ=HOURLY;BYMINUTE=61", id="no such minute"),
        pytest.param("nonsense", id="no rule"),
    ],
)
def test_no_rule_takes_long(rule: str) -> None:
    made = schedule(rotation(recurring(rule, "09:00", 1), "alice bob"))

    begins = process_time()
    for year in (2025, 2026, 2090, 2400, 9999):
        who(made, datetime(year, 1, 1, tzinfo=UTC))

    assert process_time() - begins < 10


def test_a_rule_that_cannot_be_read_is_refused_where_it_is_made() -> None:
    for rule in ("nonsense", "FREQ=HOURLY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=x"):
        with pytest.raises(RuleRefusedError):
            check_rule(recurring(rule), wall("2026-01-05T00:00"), "Europe/Paris")
    check_rule(recurring("FREQ=WEEKLY;BYDAY=MO"), wall("1999-01-05T00:00"), "Europe/Paris")


@pytest.mark.parametrize(
    ("pattern", "start"),
    [
        (weekly("wed 09:00"), "2026-01-09T08:00"),
        (daily("17:00"), "2026-01-09T08:00"),
        (hourly(6, 30), "2026-01-09T08:00"),
    ],
)
def test_the_turn_at_the_start_is_that_of_the_first(pattern: Turns, start: str) -> None:
    made = schedule(rotation(pattern, "alice bob carol", start))

    assert who(made, utc(start) - timedelta(hours=1)).people == ("alice",)


def test_hours_of_a_weekly_turn_can_be_any() -> None:
    lunch = Hours(days=WEEKDAYS, begins=time(12), ends=time(13))
    made = schedule(rotation(Turns(unit=Unit.WEEKLY), "alice bob", only=(lunch,)))

    assert people(made, "2026-01-12T11:30", "2026-01-12T12:30") == [("bob",), ()]
