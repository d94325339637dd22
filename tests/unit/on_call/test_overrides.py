"""Overrides: who stands in for a time, and what they cannot do."""

import pytest

from tests.schedules import OFFICE, override, rotation, schedule, utc, weekly
from tocsin.domain.on_call.schedule import Schedule
from tocsin.domain.on_call.shifts import gaps, shifts
from tocsin.domain.on_call.who import next_after, who

WEEK = schedule(rotation(weekly(), "alice bob"))
TOGETHER = schedule(rotation(weekly(), "alice+bob carol"))
TUESDAY, WEDNESDAY, THURSDAY = "2026-01-06T09:00", "2026-01-07T09:00", "2026-01-08T09:00"


@pytest.mark.parametrize(
    ("made", "written", "expected"),
    [
        pytest.param(WEEK, "replace carol", ("carol",), id="instead of whoever is on call"),
        pytest.param(TOGETHER, "replace dave", ("dave",), id="instead of all"),
        pytest.param(TOGETHER, "replace dave for alice", ("dave", "bob"), id="instead of one"),
        pytest.param(TOGETHER, "replace bob for alice", ("bob",), id="instead of one, once"),
        pytest.param(WEEK, "add carol", ("alice", "carol"), id="beside"),
        pytest.param(WEEK, "add alice", ("alice",), id="beside themselves"),
        pytest.param(TOGETHER, "remove alice", ("bob",), id="without one"),
        pytest.param(WEEK, "remove bob", ("alice",), id="without somebody who is not on call"),
        pytest.param(schedule(), "replace carol", ("carol",), id="instead of nobody"),
        pytest.param(TOGETHER, "remove Alice", ("bob",), id="by a name in capitals"),
        pytest.param(TOGETHER, "replace dave for BOB", ("alice", "dave"), id="for one in capitals"),
    ],
)
def test_an_override_changes_who_is_on_call(
    made: Schedule, written: str, expected: tuple[str, ...]
) -> None:
    stands_in = override(written, TUESDAY, WEDNESDAY)

    during = who(made, utc(TUESDAY), overrides=[stands_in])

    assert during.people == expected
    assert bool(during.override_ids) == (expected != who(made, utc(TUESDAY)).people)
    assert (
        who(made, utc(WEDNESDAY), overrides=[stands_in]).people == who(made, utc(WEDNESDAY)).people
    )


def test_to_replace_somebody_who_is_not_on_call_adds_nobody() -> None:
    for_bob = override("replace carol for bob", TUESDAY, THURSDAY)

    assert who(WEEK, utc(WEDNESDAY), overrides=[for_bob]).people == ("alice",)
    assert who(schedule(), utc(WEDNESDAY), overrides=[for_bob]).people == ()


def test_of_two_overrides_the_one_made_later_wins() -> None:
    early = override("replace carol", TUESDAY, THURSDAY, made_at="2026-01-02")
    late = override("replace dave", WEDNESDAY, THURSDAY, made_at="2026-01-03")

    for both in ([early, late], [late, early]):
        assert who(WEEK, utc(TUESDAY), overrides=both).people == ("carol",)
        assert who(WEEK, utc(WEDNESDAY), overrides=both).people == ("dave",)
        assert who(WEEK, utc(WEDNESDAY), overrides=both).override_ids == (late.override_id,)


def test_what_people_made_is_applied_after_the_text() -> None:
    written = override("replace carol", TUESDAY, THURSDAY, made_at="2026-01-05")
    by_hand = override("replace dave", WEDNESDAY, THURSDAY, made_at="2026-01-02")
    made = schedule(rotation(weekly(), "alice bob"), overrides=[written])

    assert who(made, utc(WEDNESDAY), overrides=[by_hand]).people == ("dave",)


def test_an_override_is_seen_by_all_who_ask() -> None:
    stands_in = [override("replace carol", WEDNESDAY, THURSDAY)]

    following = next_after(WEEK, utc(TUESDAY), overrides=stands_in)
    found = shifts(WEEK, utc(TUESDAY), utc("2026-01-09"), overrides=stands_in)

    assert who(WEEK, utc(TUESDAY), overrides=stands_in).until == utc(WEDNESDAY)
    assert following is not None
    assert (following.people, following.at) == (("carol",), utc(WEDNESDAY))
    assert [it.people for it in found] == [("alice",), ("carol",), ("alice",)]
    assert found[1].override_ids == (stands_in[0].override_id,)


def test_an_override_may_cover_a_gap_or_make_one() -> None:
    office = schedule(rotation(weekly(), "alice", only=(OFFICE,)))
    night = override("replace bob", "2026-01-06T17:00", "2026-01-07T08:00")
    away = override("remove alice", "2026-01-07T08:00", "2026-01-07T17:00")
    begins, ends = utc("2026-01-06T08:00"), utc("2026-01-08T08:00")

    found = gaps(office, begins, ends, overrides=[night, away])

    assert [(it.begins, it.ends) for it in found] == [
        (utc("2026-01-07T08:00"), utc("2026-01-07T17:00")),
        (utc("2026-01-07T17:00"), utc("2026-01-08T08:00")),
    ]


def test_an_override_may_last_until_its_last_moment_only() -> None:
    stands_in = [override("replace carol", TUESDAY, WEDNESDAY)]

    assert who(WEEK, utc("2026-01-07T08:59:59"), overrides=stands_in).people == ("carol",)
    assert who(WEEK, utc(WEDNESDAY), overrides=stands_in).people == ("alice",)
