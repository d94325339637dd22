"""What each layer says by itself."""

from dataclasses import replace
from datetime import datetime, timedelta

from tests.schedules import OFFICE, PARIS, daily, layer, rotation, schedule, utc, wall, weekly
from tocsin.domain.on_call.answer import layers_at
from tocsin.domain.on_call.layer_shifts import LayerShifts, layer_shifts
from tocsin.domain.on_call.schedule import Follows, Layer, LayerVersion, Schedule

MONDAY = utc("2026-01-05T08:00")
WEEK = timedelta(days=7)


def spans(found: LayerShifts) -> list[tuple[datetime, datetime, tuple[str, ...]]]:
    return [(it.begins, it.ends, it.people) for it in found.turns]


def test_layers_come_as_they_win_each_with_its_own_breaks() -> None:
    made = schedule(rotation(daily(), "carol", only=(OFFICE,)), rotation(weekly(), "alice bob"))

    days, weeks = layer_shifts(made, MONDAY, MONDAY + WEEK + timedelta(hours=1))

    assert (days.layer, weeks.layer) == ("layer 1", "layer 2")
    nine = timedelta(hours=9)
    assert spans(days)[:2] == [
        (MONDAY, MONDAY + nine, ("carol",)),
        (MONDAY + timedelta(days=1), MONDAY + timedelta(days=1) + nine, ("carol",)),
    ]
    assert len(days.turns) == 6
    assert spans(weeks) == [
        (MONDAY, MONDAY + WEEK, ("alice",)),
        (MONDAY + WEEK, MONDAY + WEEK + timedelta(hours=1), ("bob",)),
    ]


def test_nobody_on_purpose_is_a_turn_and_no_break() -> None:
    made = schedule(rotation(daily(), "alice nobody"))

    [found] = layer_shifts(made, MONDAY, MONDAY + timedelta(days=2))

    assert [it.people for it in found.turns] == [("alice",), ()]


def test_a_follower_has_the_layers_of_the_followed_one_some_places_later() -> None:
    primary = schedule(rotation(weekly(), "alice bob"))
    second = Schedule(name="second", follows=Follows(schedule=primary.name))
    known = {primary.name: primary, second.name: second}

    [found] = layer_shifts(second, MONDAY, MONDAY + WEEK, known)

    assert (found.schedule, found.layer) == (primary.name, "layer 1")
    assert [it.people for it in found.turns] == [("bob",)]


def test_schedules_in_a_circle_have_no_layers() -> None:
    one = Schedule(name="one", follows=Follows(schedule="two"))
    two = Schedule(name="two", follows=Follows(schedule="one"))

    assert layer_shifts(one, MONDAY, MONDAY + WEEK, {"one": one, "two": two}) == ()


def test_a_layer_changes_with_its_versions_and_one_that_is_gone_is_left_out() -> None:
    turning = rotation(weekly(), "alice")
    [first] = layer(0, turning).versions
    noon = utc("2026-01-07T12:00")
    later = LayerVersion(
        begins=noon, position=0, time_zone=PARIS, rotation=rotation(weekly(), "bob")
    )
    gone = Layer(name="gone", versions=(replace(first, position=1, rotation=None),))
    made = replace(schedule(turning), layers=(Layer(name="all", versions=(first, later)), gone))

    [found] = layer_shifts(made, MONDAY, MONDAY + WEEK)

    assert spans(found) == [(MONDAY, noon, ("alice",)), (noon, MONDAY + WEEK, ("bob",))]


def test_the_first_layer_that_names_somebody_is_what_all_layers_together_say() -> None:
    """Over the end of summer time, at each quarter of an hour."""
    made = schedule(
        rotation(daily("02:30"), "carol nobody", only=(OFFICE,)),
        rotation(daily("02:30"), "alice bob", begins=wall("2026-10-24T12:00")),
    )
    begins = utc("2026-10-23T22:00")
    found = layer_shifts(made, begins, begins + WEEK)

    for quarter in range(7 * 24 * 4):
        at = begins + quarter * timedelta(minutes=15)
        said = [turn.people for it in found for turn in it.turns if turn.begins <= at < turn.ends]
        assert (said[0] if said else None) == layers_at(made, {}, at).people
