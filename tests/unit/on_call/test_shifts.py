"""Shifts and their quality, and whose shifts move."""

from datetime import timedelta

from tests.schedules import OFFICE, daily, override, rotation, schedule, utc, weekly
from tocsin.domain.on_call.moved import moved
from tocsin.domain.on_call.shifts import quality, shifts
from tocsin.domain.silence import Span

WEEK = schedule(rotation(weekly(), "alice bob"))


def test_shifts_cover_the_whole_time_and_are_cut_to_it() -> None:
    begins, ends = utc("2026-01-07"), utc("2026-01-14")

    found = shifts(WEEK, begins, ends)

    assert [(it.begins, it.ends, it.people) for it in found] == [
        (begins, utc("2026-01-12T08:00"), ("alice",)),
        (utc("2026-01-12T08:00"), ends, ("bob",)),
    ]
    assert shifts(WEEK, ends, begins) == ()


def test_shifts_of_one_person_that_touch_are_one() -> None:
    made = schedule(rotation(daily(), "alice alice bob"))

    found = shifts(made, utc("2026-01-05T08:00"), utc("2026-01-08T08:00"))

    assert [it.people for it in found] == [("alice",), ("bob",)]


def test_the_quality_is_the_share_covered_times_the_balance() -> None:
    made = schedule(rotation(daily(), "alice bob alice", only=(OFFICE,)))

    found = quality(made, utc("2026-01-05T08:00"), utc("2026-01-08T08:00"))

    assert found.hours == {"alice": 18, "bob": 9}
    assert found.covered == 27 / 72
    assert found.balance == 1 / 2
    assert found.score == found.covered * found.balance


def test_the_balance_is_the_mean_over_all_pairs() -> None:
    made = schedule(rotation(daily(), "alice bob carol bob"))

    found = quality(made, utc("2026-01-05T08:00"), utc("2026-01-09T08:00"))

    assert found.hours == {"alice": 24, "bob": 48, "carol": 24}
    assert found.balance == (1 / 2 + 1 + 1 / 2) / 3


def test_the_quality_counts_the_hours_that_clocks_change() -> None:
    made = schedule(rotation(weekly("sun 00:00"), "alice bob", start="2026-03-22T00:00"))

    found = quality(made, utc("2026-03-21T23:00"), utc("2026-04-04T22:00"))

    assert found.hours == {"alice": 168, "bob": 167}
    assert found.covered == 1


def test_nobody_on_purpose_is_covered_and_has_no_hours() -> None:
    made = schedule(rotation(daily(), "alice nobody"))

    found = quality(made, utc("2026-01-05T08:00"), utc("2026-01-09T08:00"))

    assert (found.covered, found.balance, found.hours) == (1, 1, {"alice": 48})


def test_it_is_said_who_gains_and_who_loses() -> None:
    begins, ends = utc("2026-01-05T08:00"), utc("2026-02-02T08:00")
    more = schedule(rotation(weekly(), "alice bob carol"))

    found = moved(shifts(WEEK, begins, ends), shifts(more, begins, ends))

    third, fourth = utc("2026-01-19T08:00"), utc("2026-01-26T08:00")
    assert {person: (it.lost, it.gained) for person, it in found.items()} == {
        "alice": ((Span(third, fourth),), (Span(fourth, ends),)),
        "bob": ((Span(fourth, ends),), ()),
        "carol": ((), (Span(third, fourth),)),
    }


def test_a_part_of_a_shift_moves() -> None:
    begins, ends = utc("2026-01-05T08:00"), utc("2026-01-19T08:00")
    stands_in = override("replace bob", "2026-01-06T08:00", "2026-01-06T20:00")

    found = moved(shifts(WEEK, begins, ends), shifts(WEEK, begins, ends, overrides=[stands_in]))

    span = Span(stands_in.begins, stands_in.begins + timedelta(hours=12))
    assert (found["alice"].lost, found["alice"].gained) == ((span,), ())
    assert (found["bob"].lost, found["bob"].gained) == ((), (span,))


def test_nothing_moves_where_nothing_changes() -> None:
    found = shifts(WEEK, utc("2026-01-05"), utc("2026-03-05"))

    assert moved(found, found) == {}
    assert moved((), ()) == {}
