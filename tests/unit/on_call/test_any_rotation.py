"""What holds for every rotation, whichever it is: no gap, no overlap, and fair turns."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.schedules import (
    NIGHTS,
    OFFICE,
    WEEKDAYS,
    daily,
    hourly,
    override,
    recurring,
    rotation,
    schedule,
    utc,
    weekly,
)
from tocsin.domain.hours import Hours, is_within, meets
from tocsin.domain.on_call.pattern import of_rule
from tocsin.domain.on_call.schedule import Count, Rotation, Schedule, Turns
from tocsin.domain.on_call.shifts import shifts
from tocsin.domain.on_call.who import who

DAY = timedelta(days=1)
FOUND = 300
UTC_ZONE = ZoneInfo("UTC")
BEGINNING = utc("2026-01-01")
ZONES = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"]
TIMES = st.builds(
    lambda hour, minute: f"{hour:02}:{minute:02}", st.integers(0, 23), st.integers(0, 59)
)
DAYS = st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
TURNS = st.one_of(
    st.builds(daily, TIMES, st.integers(1, 9)),
    st.builds(lambda day, at, every: weekly(f"{day} {at}", every), DAYS, TIMES, st.integers(1, 5)),
    st.builds(hourly, st.integers(1, 50), st.integers(0, 59)),
)
STARTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)).map(  # noqa: DTZ001 - on the wall
    lambda it: it.replace(microsecond=0).isoformat()
)
PEOPLE = st.sampled_from(["alice bob", "alice bob carol", "alice bob carol dave erin"])
INSTANTS = st.integers(0, 400 * 24 * 60).map(lambda it: BEGINNING + timedelta(minutes=it))
AROUND_THE_CLOCK = st.builds(
    rotation, TURNS, PEOPLE, STARTS, shifts_per_turn=st.integers(1, 4), first=st.integers(0, 1)
)
RULES = st.builds(
    lambda frequency, interval, days, week: f"FREQ={frequency};INTERVAL={interval}{days}{week}",
    st.sampled_from(["DAILY", "WEEKLY"]),
    st.sampled_from(
        [1, 2, 3, 4, 5, 6, 8, 9, 13, 15]
    ),  # dateutil looks long for days that never meet
    st.sampled_from(["", ";BYDAY=MO", ";BYDAY=SA,SU", ";BYDAY=TU,WE,TH,SU"]),
    st.sampled_from(["", ";WKST=SU", ";WKST=WE", ";COUNT=7", ";UNTIL=20270101T000000"]),
)
ONLY = st.sampled_from(
    [
        (OFFICE,),
        (NIGHTS,),
        (Hours(days=frozenset({*WEEKDAYS}), begins=OFFICE.begins, ends=OFFICE.begins),),
        (Hours(begins=OFFICE.begins, ends=NIGHTS.begins),),
    ]
)


@given(turning=AROUND_THE_CLOCK, zone=st.sampled_from(ZONES), begins=INSTANTS)
def test_turns_have_no_gap_and_no_overlap(turning: Rotation, zone: str, begins: datetime) -> None:
    found = shifts(schedule(turning, zone=zone), begins, begins + 20 * DAY)

    assert (found[0].begins, found[-1].ends) == (begins, begins + 20 * DAY)
    assert all(shift.begins < shift.ends and shift.people for shift in found)
    assert all(one.ends == other.begins for one, other in pairwise(found))


@given(
    turning=st.builds(rotation, TURNS, PEOPLE, STARTS, only=ONLY, count=st.sampled_from(Count)),
    zone=st.sampled_from(ZONES),
    begins=INSTANTS,
    offsets=st.lists(st.integers(0, 10 * 24 * 60), min_size=1, max_size=20),
)
def test_who_agrees_with_the_shifts_at_any_instant(
    turning: Rotation, zone: str, begins: datetime, offsets: list[int]
) -> None:
    stand_ins = [
        override(written, f"{begins + first * DAY:%FT%T}", f"{begins + last * DAY:%FT%T}")
        for written, first, last in (
            ("replace frank", 1, 2),
            ("add grace", 3, 9),
            ("remove alice", 4, 5),
        )
    ]
    made = schedule(turning, rotation(weekly(), "heidi ivan"), zone=zone)
    found = shifts(made, begins, begins + 11 * DAY, overrides=stand_ins)

    for at in (begins + timedelta(minutes=it) for it in offsets):
        shift = next(it for it in found if it.begins <= at < it.ends)
        on_call = who(made, at, overrides=stand_ins)

        assert (on_call.people, on_call.layer, on_call.override_ids) == (
            shift.people,
            shift.layer,
            shift.override_ids,
        )
        assert on_call.until == shift.ends or shift is found[-1]


def turns_by_person(made: Schedule, begins: datetime, ends: datetime) -> Counter[str]:
    """How many whole turns each has."""
    found = [it for it in shifts(made, begins, ends) if it.people]
    runs = [one for one, other in pairwise(found) if one.people != other.people]
    return Counter(it.people[0] for it in runs[1:])


@settings(max_examples=30)
@given(
    pattern=st.one_of(
        st.builds(daily, st.just("09:00"), st.integers(1, 4)),
        st.builds(hourly, st.sampled_from([3, 4, 6, 8, 12])),
    ),
    people=PEOPLE,
    only=ONLY,
    begins=INSTANTS,
)
def test_turns_that_work_are_as_many_for_each(
    pattern: Turns, people: str, only: tuple[Hours, ...], begins: datetime
) -> None:
    made = schedule(rotation(pattern, people, only=only), zone="UTC")

    counted = turns_by_person(made, begins, begins + 120 * DAY)

    assert set(counted) == set(people.split())
    assert max(counted.values()) - min(counted.values()) <= 1


@given(rule=RULES, start=STARTS, clock=st.integers(0, 1000).map(lambda it: it * DAY))
def test_shifts_by_a_simple_rule_are_those_that_dateutil_finds(
    rule: str, start: str, clock: timedelta
) -> None:
    begins = datetime.fromisoformat(start)
    found = list(rrulestr(rule, dtstart=begins).xafter(begins, FOUND, inc=True))
    made = schedule(
        rotation(recurring(rule, begins.time().isoformat(), 1), "alice bob", start), zone="UTC"
    )
    at = (begins + clock).replace(tzinfo=BEGINNING.tzinfo)

    number = next((n for n, it in enumerate(found) if it.date() == at.date()), None)

    assert of_rule(rule, begins, "UTC") is not None
    if number is not None:
        assert who(made, at).people == (["alice", "bob"][number % 2],)
    elif len(found) < FOUND or at.replace(tzinfo=None) < found[-1]:
        assert who(made, at).people == ()


@settings(max_examples=40)
@given(
    only=ONLY,
    begins=st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1)).map(  # noqa: DTZ001 - on the wall
        lambda it: it.replace(second=0, microsecond=0)
    ),
    hours=st.integers(1, 200),
)
def test_hours_meet_a_time_if_one_of_its_minutes_is_within(
    only: tuple[Hours, ...], begins: datetime, hours: int
) -> None:
    minutes = (begins + timedelta(minutes=it) for it in range(hours * 60))
    expected = any(is_within(only, it.replace(tzinfo=UTC_ZONE), UTC_ZONE) for it in minutes)

    assert meets(only, begins, timedelta(hours=hours)) == expected
