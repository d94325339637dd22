"""A changed text takes effect at the next handoff: the running shift and the past never move."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.schedules import (
    NIGHTS,
    OFFICE,
    PARIS,
    daily,
    hourly,
    named,
    override,
    recurring,
    rotation,
    schedule,
    utc,
    weekly,
)
from tocsin.domain.on_call.moved import moved
from tocsin.domain.on_call.next_version import KEPT_FOR, KEPT_VERSIONS, applied
from tocsin.domain.on_call.schedule import (
    Follows,
    Layer,
    LayerVersion,
    Rotation,
    Schedule,
)
from tocsin.domain.on_call.shifts import Shift, shifts
from tocsin.domain.on_call.who import who
from tocsin.domain.silence import Span

DAY = timedelta(days=1)
WEDNESDAY = utc("2026-01-07T12:00")
MONDAY = utc("2026-01-12T08:00")
TWO = rotation(weekly(), "alice bob")
THREE = rotation(weekly(), "carol dave alice")


def versions(*changes: tuple[str | None, Rotation]) -> Schedule:
    """A text with explicit versions of one layer."""
    made = tuple(
        LayerVersion(
            begins=None if begins is None else utc(begins),
            position=0,
            time_zone=PARIS,
            rotation=turning,
        )
        for begins, turning in changes
    )
    return Schedule(name="primary", time_zone=PARIS, layers=(Layer(name="layer 1", versions=made),))


def test_a_start_at_the_next_handoff_and_first_choose_who_comes_next() -> None:
    before = schedule(rotation(weekly(), "alice bob carol"))
    text = schedule(rotation(weekly(), "alice bob carol dave", "2026-01-12T09:00", first=3))

    made = applied(before, text, at=WEDNESDAY)

    assert on_call(made, WEDNESDAY, MONDAY, MONDAY + 7 * DAY) == [("alice",), ("dave",), ("alice",)]


def on_call(made: Schedule, *instants: datetime) -> list[tuple[str, ...]]:
    return [who(made, at).people for at in instants]


def begins_of(made: Schedule) -> list[datetime | None]:
    return [it.begins for layer in made.layers for it in layer.versions]


def test_a_changed_rotation_begins_at_its_next_handoff() -> None:
    after = applied(schedule(TWO), schedule(THREE), WEDNESDAY)

    assert begins_of(after) == [None, MONDAY]
    assert on_call(after, MONDAY - DAY, MONDAY) == [("alice",), ("dave",)]


def test_a_person_who_leaves_a_rotation_has_the_running_shift_and_the_rest_is_named() -> None:
    before = schedule(rotation(weekly(), "alice bob carol"))
    after = applied(before, schedule(rotation(weekly(), "bob carol")), WEDNESDAY)
    begins, ends = utc("2026-01-01"), utc("2026-02-02T08:00")

    found = moved(shifts(before, begins, ends), shifts(after, begins, ends))

    assert on_call(after, MONDAY - timedelta(minutes=1)) == [("alice",)]
    assert found["alice"].lost == (Span(MONDAY + 14 * DAY, ends),)
    assert found["bob"].gained == (Span(MONDAY + 7 * DAY, MONDAY + 14 * DAY),)


def test_a_new_schedule_is_its_text() -> None:
    assert applied(None, schedule(TWO), WEDNESDAY) == schedule(TWO)


def test_the_same_text_again_changes_nothing() -> None:
    after = applied(schedule(TWO), schedule(THREE), WEDNESDAY)

    for at in (WEDNESDAY, WEDNESDAY + DAY, MONDAY, MONDAY + 30 * DAY):
        assert applied(after, schedule(THREE), at) == after


def test_the_text_of_before_takes_back_what_has_not_begun() -> None:
    waiting = applied(schedule(TWO), schedule(THREE), WEDNESDAY)

    assert applied(waiting, schedule(TWO), WEDNESDAY + DAY) == schedule(TWO)


def test_a_change_that_waits_is_replaced_by_the_next() -> None:
    four = schedule(rotation(weekly(), "erin frank"))
    waiting = applied(schedule(TWO), schedule(THREE), WEDNESDAY)

    after = applied(waiting, four, WEDNESDAY + DAY)

    assert begins_of(after) == [None, MONDAY]
    assert on_call(after, MONDAY) == [("frank",)]


def test_who_was_on_call_stays_known_after_the_text_has_changed() -> None:
    after = applied(schedule(TWO), schedule(rotation(daily(), "erin frank")), WEDNESDAY)

    assert on_call(after, utc("2025-12-30"), utc("2026-01-06")) == [("bob",), ("alice",)]


def test_a_time_zone_that_changes_waits_for_the_handoff_too() -> None:
    after = applied(schedule(TWO), schedule(TWO, zone="America/New_York"), WEDNESDAY)

    assert after.time_zone == "America/New_York"
    assert begins_of(after) == [None, MONDAY]
    assert on_call(after, MONDAY, utc("2026-01-12T13:59"), utc("2026-01-12T14:00")) == [
        ("alice",),
        ("alice",),
        ("bob",),
    ]


def test_an_explicit_version_begins_when_the_text_says() -> None:
    text = versions((None, TWO), ("2026-01-08T10:00", THREE))

    after = applied(schedule(TWO), text, WEDNESDAY)

    assert begins_of(after) == [None, utc("2026-01-08T10:00")]
    assert applied(after, text, utc("2026-01-09")) == after


def test_an_explicit_version_of_the_past_waits_for_the_handoff() -> None:
    text = versions((None, TWO), ("2026-01-06T10:00", THREE))

    assert begins_of(applied(schedule(TWO), text, WEDNESDAY)) == [None, MONDAY]


def test_a_version_from_the_next_handoff_may_be_written_below_the_one_of_now() -> None:
    text = versions((None, TWO), (None, THREE))

    after = applied(schedule(TWO), text, WEDNESDAY)

    assert after == applied(schedule(TWO), schedule(THREE), WEDNESDAY)
    assert applied(after, text, MONDAY + DAY) == after


def test_a_change_that_an_explicit_version_would_replace_before_it_begins_is_none() -> None:
    text = versions((None, rotation(weekly(), "erin")), ("2026-01-08T10:00", THREE))

    assert begins_of(applied(schedule(TWO), text, WEDNESDAY)) == [None, utc("2026-01-08T10:00")]


def test_a_new_layer_begins_when_the_running_shift_has_ended() -> None:
    before = named(all=TWO)
    after = applied(
        before, named(days=rotation(weekly(), "erin", only=(OFFICE,)), all=TWO), WEDNESDAY
    )

    assert on_call(after, WEDNESDAY + DAY, MONDAY, utc("2026-01-12T17:00")) == [
        ("alice",),
        ("erin",),
        ("bob",),
    ]


def test_a_new_layer_begins_at_once_where_nobody_is_on_call() -> None:
    days = rotation(weekly(), "alice", only=(OFFICE,))
    night = utc("2026-01-07T20:00")

    after = applied(named(days=days), named(days=days, nights=TWO), night)

    assert on_call(after, night - timedelta(minutes=1), night) == [(), ("alice",)]
    assert who(after, night).layer == "nights"


def test_a_layer_that_goes_ends_with_its_turn_and_its_successors_begin_then() -> None:
    before = named(all=TWO)
    text = named(days=rotation(weekly(), "erin", only=(OFFICE,)), rest=rotation(daily(), "frank"))

    after = applied(before, text, WEDNESDAY)

    assert on_call(after, MONDAY - timedelta(minutes=1), MONDAY, MONDAY + timedelta(hours=12)) == [
        ("alice",),
        ("erin",),
        ("frank",),
    ]
    assert applied(after, text, WEDNESDAY + DAY) == after
    assert applied(after, before, WEDNESDAY + DAY) == before


def test_layers_that_change_places_do_so_when_the_running_shift_has_ended() -> None:
    one, other = rotation(weekly(), "alice"), rotation(daily(), "bob")

    after = applied(named(one=one, other=other), named(other=other, one=one), WEDNESDAY)

    assert on_call(after, MONDAY - DAY, MONDAY) == [("alice",), ("bob",)]


def test_a_layer_above_does_not_cut_the_running_shift_of_the_one_below() -> None:
    above = rotation(daily(), "erin", only=(NIGHTS,))
    wider = rotation(daily(), "erin")
    at = utc("2026-01-07T09:00")

    after = applied(named(above=above, below=TWO), named(above=wider, below=TWO), at)

    shift_ends = utc("2026-01-07T17:00")
    assert on_call(after, shift_ends - timedelta(minutes=1), shift_ends) == [("alice",), ("erin",)]
    assert on_call(after, utc("2026-01-08T12:00")) == [("erin",)]


def test_a_handoff_of_a_layer_above_does_not_cut_the_running_shift_either() -> None:
    nights = rotation(daily("12:00"), "erin", only=(NIGHTS,))
    always = rotation(daily("12:00"), "erin")

    after = applied(
        named(above=nights, below=TWO), named(above=always, below=TWO), utc("2026-01-07T10:00")
    )

    assert on_call(after, utc("2026-01-07T11:30"), utc("2026-01-07T16:59")) == [("alice",)] * 2
    assert on_call(after, utc("2026-01-08T12:00")) == [("erin",)]


def test_a_layer_below_changes_at_its_own_handoff() -> None:
    before = named(above=TWO, below=rotation(daily(), "erin"))

    after = applied(before, named(above=TWO, below=rotation(daily(), "frank")), WEDNESDAY)

    assert begins_of(after) == [None, None, utc("2026-01-08T08:00")]


def test_a_layer_that_goes_is_on_call_until_its_turn_ends_not_only_its_hours_of_today() -> None:
    days = rotation(weekly(), "alice bob", only=(OFFICE,))
    rest = rotation(weekly(), "carol")

    after = applied(named(days=days, rest=rest), named(rest=rest), WEDNESDAY)

    instants = (WEDNESDAY + timedelta(hours=8), WEDNESDAY + DAY, MONDAY + timedelta(hours=1))
    assert on_call(after, *instants) == [("carol",), ("alice",), ("carol",)]


def test_a_layer_that_ends_before_its_next_handoff_changes_at_its_end() -> None:
    ends = utc("2026-01-09").replace(tzinfo=None)
    before = schedule(rotation(weekly(), "alice bob", until=ends))

    after = applied(before, schedule(THREE), WEDNESDAY)

    assert begins_of(after) == [None, utc("2026-01-08T23:00")]


def test_a_version_that_never_was_in_force_is_not_kept() -> None:
    over = utc("2026-01-06").replace(tzinfo=None)
    texts = [schedule(rotation(weekly(), it, until=over)) for it in ("alice", "bob", "carol")]

    made = texts[0]
    for text in texts[1:]:
        made = applied(made, text, WEDNESDAY)

    assert begins_of(made) == [None, WEDNESDAY]


def test_another_schedule_is_followed_when_the_running_shift_has_ended() -> None:
    schedules = {
        "primary": schedule(TWO),
        "platform": replace(schedule(THREE), name="platform"),
    }
    before = Schedule(name="secondary", follows=Follows(schedule="primary"))
    text = Schedule(name="secondary", follows=Follows(schedule="platform"))

    after = applied(before, text, WEDNESDAY, schedules)

    people = [who(after, at, schedules).people for at in (WEDNESDAY, MONDAY - DAY, MONDAY)]
    assert people == [("bob",), ("bob",), ("alice",)]
    assert applied(after, text, WEDNESDAY + DAY, schedules) == after
    assert applied(after, text, MONDAY + DAY, schedules) == after
    assert applied(after, before, WEDNESDAY + DAY, schedules) == before


def test_layers_may_take_over_from_a_schedule_that_was_followed_and_give_back() -> None:
    schedules = {"primary": schedule(TWO)}
    following = Schedule(name="secondary", time_zone=PARIS, follows=Follows(schedule="primary"))
    own = replace(schedule(rotation(weekly(), "erin")), name="secondary")

    taken = applied(following, own, WEDNESDAY, schedules)
    given = applied(taken, following, MONDAY + DAY, schedules)

    instants = (WEDNESDAY, MONDAY - DAY, MONDAY, MONDAY + 7 * DAY)
    assert [who(taken, at, schedules).people for at in instants] == [
        *[("bob",)] * 2,
        *[("erin",)] * 2,
    ]
    assert [who(given, at, schedules).people for at in instants] == [
        *[("bob",)] * 2,
        ("erin",),
        ("bob",),
    ]


def test_a_change_that_waits_is_not_put_off_when_the_schedule_that_was_followed_changes() -> None:
    following = Schedule(name="secondary", time_zone=PARIS, follows=Follows(schedule="primary"))
    own = replace(schedule(rotation(weekly(), "erin")), name="secondary")
    later = {"primary": schedule(rotation(weekly("tue 09:00"), "alice bob"))}

    taken = applied(following, own, WEDNESDAY, {"primary": schedule(TWO)})

    assert applied(taken, own, WEDNESDAY + DAY, later) == taken


def test_an_override_that_leaves_the_text_has_been_until_now() -> None:
    stands_in = override("replace carol", "2026-01-06T09:00", "2026-01-09T09:00")
    before, text = schedule(TWO, overrides=[stands_in]), schedule(TWO)

    after = applied(before, text, WEDNESDAY)

    assert on_call(after, WEDNESDAY - DAY, WEDNESDAY) == [("carol",), ("alice",)]
    assert on_call(applied(after, before, WEDNESDAY + DAY), WEDNESDAY, WEDNESDAY + DAY) == [
        ("alice",),
        ("carol",),
    ]


def test_overrides_that_are_to_come_are_those_of_the_text() -> None:
    early, late = (
        override("replace carol", "2026-02-01", "2026-02-03", made_at=made_at)
        for made_at in ("2026-01-01", "2026-01-02")
    )

    after = applied(schedule(TWO, overrides=[early]), schedule(TWO, overrides=[late]), WEDNESDAY)

    assert after.overrides == (late,)
    assert applied(after, schedule(TWO), WEDNESDAY).overrides == ()


def test_an_override_for_the_past_changes_only_what_is_left_of_its_time() -> None:
    over = override("replace carol", "2026-01-01T09:00", "2026-01-02T09:00")
    running = override("replace dave", "2026-01-06T09:00", "2026-01-09T09:00")
    text = schedule(TWO, overrides=[over, running])

    after = applied(schedule(TWO), text, WEDNESDAY)

    instants = (utc("2026-01-01T12:00"), WEDNESDAY - DAY, WEDNESDAY)
    assert on_call(after, *instants) == [("bob",), ("alice",), ("dave",)]
    assert applied(after, text, WEDNESDAY + DAY) == after


def test_versions_are_kept_for_as_long_as_the_past_is_told() -> None:
    made = schedule(TWO)
    for week in range(120):
        people = "alice bob" if week % 2 else "carol dave"
        made = applied(made, schedule(rotation(weekly(), people)), WEDNESDAY + week * 7 * DAY)

    oldest, *_ = made.layers[0].versions
    assert len(made.layers[0].versions) < 62
    assert oldest.begins is not None
    assert oldest.begins <= WEDNESDAY + 119 * 7 * DAY - KEPT_FOR + 7 * DAY


def test_a_layer_has_so_many_versions_at_most() -> None:
    made = schedule(rotation(hourly(), "alice bob"))
    for hour in range(2 * KEPT_VERSIONS):
        people = "alice bob" if hour % 2 else "carol dave"
        text = schedule(rotation(hourly(), people))
        made = applied(made, text, WEDNESDAY + hour * timedelta(hours=1))

    assert len(made.layers[0].versions) == KEPT_VERSIONS


def test_a_layer_that_went_long_ago_is_forgotten() -> None:
    gone = applied(named(one=TWO, other=THREE), named(other=THREE), WEDNESDAY)

    later = applied(gone, named(other=THREE), MONDAY + KEPT_FOR + DAY)

    assert [it.name for it in gone.layers] == ["other", "one"]
    assert [it.name for it in later.layers] == ["other"]


def test_a_layer_that_goes_leaves_nobody_unreachable() -> None:
    """Layers without names: the weekend's is deleted, and the other one gets its name."""
    weekends = rotation(recurring("FREQ=WEEKLY;BYDAY=SA", "00:00", 48), "carol dave")
    before, text = schedule(weekends, TWO), schedule(TWO)
    saturday, monday = utc("2026-01-10T12:00"), utc("2026-01-12T08:00")

    after = applied(before, text, saturday)

    assert on_call(after, saturday, utc("2026-01-11T22:59")) == [who(before, saturday).people] * 2
    assert on_call(after, utc("2026-01-12T00:00"), monday, monday + 5 * DAY) == [
        ("alice",),
        ("bob",),
        ("bob",),
    ]
    assert applied(after, text, saturday + DAY) == after


def test_a_layer_that_goes_at_once_leaves_nobody_unreachable_either() -> None:
    """Nobody is on call in the evening, so that the weekend's layer goes now."""
    weekends = rotation(recurring("FREQ=WEEKLY;BYDAY=SA,SU", "00:00", 24), "carol")
    before = schedule(rotation(weekly(), "alice", only=(OFFICE,)), weekends)
    evening = utc("2026-01-05T17:00")

    after = applied(before, schedule(rotation(daily(), "bob")), evening)

    assert on_call(after, evening, utc("2026-01-10T12:00")) == [("bob",), ("bob",)]


def test_layers_that_trade_their_hours_do_so_together() -> None:
    before = named(
        days=rotation(weekly(), "alice bob", only=(OFFICE,)),
        nights=rotation(daily("18:00"), "carol dave", only=(NIGHTS,)),
        weekend=rotation(weekly(), "erin"),
    )
    text = named(
        days=rotation(weekly(), "alice bob", only=(NIGHTS,)),
        nights=rotation(daily("18:00"), "carol dave", only=(OFFICE,)),
        weekend=rotation(weekly(), "nobody"),
    )

    after = applied(before, text, WEDNESDAY)

    assert gaps(after, WEDNESDAY, MONDAY) <= gaps(before, WEDNESDAY, MONDAY) | gaps(
        text, WEDNESDAY, MONDAY
    )


PATTERNS = st.sampled_from(
    [
        *(daily("09:00"), daily("02:30", every=2), weekly("mon 09:00"), weekly("thu 02:30", 2)),
        *(hourly(8), hourly(5), recurring("FREQ=DAILY", "18:00", 15)),
        recurring("FREQ=WEEKLY;BYDAY=SA,SU", "00:00", 24),
    ]
)
ROTATIONS = st.builds(
    rotation,
    PATTERNS,
    st.sampled_from(["alice bob", "bob carol dave", "alice", "erin+bob nobody carol"]),
    only=st.sampled_from([(), (), (OFFICE,), (NIGHTS,)]),
    shifts_per_turn=st.sampled_from([1, 1, 2, 3]),
)
TEXTS = st.dictionaries(
    st.sampled_from(["days", "nights", "rest"]), ROTATIONS, min_size=1, max_size=3
).map(lambda layers: named(PARIS, **layers))
UNNAMED = st.lists(ROTATIONS, min_size=1, max_size=3).map(lambda layers: schedule(*layers))
CHANGES = st.tuples(TEXTS, TEXTS) | st.tuples(UNNAMED, UNNAMED)
INSTANTS = st.integers(0, 400 * 24).map(
    lambda hours: utc("2026-01-05T08:00") + timedelta(hours=hours / 4)
)
HORIZON = 30 * DAY


def without_reasons(found: Sequence[Shift]) -> list[tuple[datetime, datetime, tuple[str, ...]]]:
    """Shifts of equal people, whatever layer they are of."""
    merged: list[tuple[datetime, datetime, tuple[str, ...]]] = []
    for shift in found:
        if merged and merged[-1][2] == shift.people:
            merged[-1] = (merged[-1][0], shift.ends, shift.people)
        else:
            merged.append((shift.begins, shift.ends, shift.people))
    return merged


def between(made: Schedule, begins: datetime, ends: datetime) -> object:
    return without_reasons(shifts(made, begins, ends))


def gaps(made: Schedule, begins: datetime, ends: datetime) -> set[datetime]:
    """The quarters of hours in which nobody is on call."""
    quarter = timedelta(minutes=15)
    times = [begins + number * quarter for number in range((ends - begins) // quarter)]
    return {at for at in times if not who(made, at).people}


def settled(made: Schedule) -> datetime:
    """When the last change has begun."""
    return max(it for it in [*begins_of(made), utc("2026-01-01")] if it is not None)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    texts=st.lists(TEXTS, min_size=2, max_size=4),
    instants=st.lists(INSTANTS, min_size=3, max_size=3),
)
def test_whatever_texts_come_the_past_and_the_running_shift_stay(
    texts: list[Schedule], instants: list[datetime]
) -> None:
    before, *coming = texts
    made = applied(None, before, instants[0])
    for text, at in zip(coming, sorted(instants), strict=False):
        running = who(made, at)
        changed = applied(made, text, at)

        assert between(changed, at - HORIZON, at) == between(made, at - HORIZON, at)
        if running.people:
            assert who(changed, at).people == running.people
        made = changed


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(before=TEXTS, text=TEXTS, at=INSTANTS)
def test_after_the_switch_who_is_what_the_new_text_alone_says(
    before: Schedule, text: Schedule, at: datetime
) -> None:
    after = applied(before, text, at)
    begins = max(settled(after), at)

    assert between(after, begins, begins + HORIZON) == between(text, begins, begins + HORIZON)
    assert begins - at <= timedelta(days=6 * 7 + 1)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(change=CHANGES, at=INSTANTS)
def test_nobody_is_on_call_only_where_a_text_says_so(
    change: tuple[Schedule, Schedule], at: datetime
) -> None:
    before, text = change
    after = applied(before, text, at)
    ends = min(max(settled(after), at), at + HORIZON)

    assert gaps(after, at, ends) <= gaps(before, at, ends) | gaps(text, at, ends)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(change=CHANGES, at=INSTANTS, later=st.integers(0, 40 * 24))
def test_a_text_applied_twice_is_a_text_applied_once(
    change: tuple[Schedule, Schedule], at: datetime, later: int
) -> None:
    before, text = change
    once = applied(before, text, at)

    assert applied(once, text, at + later * timedelta(hours=1)) == once


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(before=TEXTS, text=TEXTS, at=INSTANTS, later=st.floats(0, 1))
def test_the_running_shift_goes_on_until_its_end(
    before: Schedule, text: Schedule, at: datetime, later: float
) -> None:
    running = who(before, at)
    after = applied(before, text, at)
    switch = min(
        (it for it in begins_of(after) if it is not None and it > at), default=at + HORIZON
    )

    ends = min(running.until or switch, switch)

    if running.layer is not None:
        assert on_call(after, at + later * (ends - at) * 0.999) == [running.people]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(before=TEXTS, text=TEXTS, at=INSTANTS)
def test_a_rollback_before_anything_began_leaves_no_trace(
    before: Schedule, text: Schedule, at: datetime
) -> None:
    waiting = applied(before, text, at)
    if all(it is None or it > at for it in begins_of(waiting)):
        assert applied(waiting, before, at) == before


def test_the_ends_of_the_calendar_are_no_error() -> None:
    for year in (1, 9999):
        at = datetime(year, 1, 1, tzinfo=UTC)

        assert on_call(applied(schedule(TWO), schedule(THREE), at), WEDNESDAY)
