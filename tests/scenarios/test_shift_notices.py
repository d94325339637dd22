"""People are told when their shift begins and ends, and on Mondays what is coming."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.examples import HOUR, MINUTE, NINE
from tests.fakes.world import World
from tests.on_call import daily, made, weekly
from tocsin.domain.configuration import Configured
from tocsin.domain.on_call.notice import NoticeKind
from tocsin.domain.people import User
from tocsin.domain.team_settings import TeamSettings
from tocsin.usecases.tell_shifts import EVERY, tell_shifts

DAY = 24 * HOUR


@pytest.fixture
def world() -> World:
    """Alice's turn begins at 09:00 today, Bob's at 09:00 tomorrow."""
    world = World(NINE - HOUR)
    for name in ("alice", "bob"):
        world.user(name)
    world.schedule(daily("alice", "bob"))
    return world


def tick(world: World, until: datetime) -> None:
    """Let time pass; notices are looked for as the tick does it."""
    while world.now < until:
        world.pass_time(seconds=min(EVERY, until - world.now).total_seconds())
        tell_shifts(world.now, world.on_call_work)
    world.pass_time(seconds=1)


def told(world: World) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(it.target, it.notice.title, it.notice.lines) for it in world.providers.notices]


def test_a_handoff_tells_both_once(world: World) -> None:
    tick(world, NINE + HOUR)

    assert told(world) == [
        (
            "user:alice",
            "You are on call now: primary",
            ("You are on call until tomorrow, 09:00 (UTC), then Bob.",),
        ),
        (
            "user:bob",
            "Your shift in primary has ended",
            ("Alice is on call now.", "Your next shift begins tomorrow, 09:00 (UTC)."),
        ),
    ]
    assert world.paged() == []


def test_a_tick_that_is_missed_loses_nothing(world: World) -> None:
    world.pass_time(seconds=(HOUR + 9 * MINUTE).total_seconds())

    tick(world, NINE + 10 * MINUTE)

    assert [target for target, _, _ in told(world)] == ["user:alice", "user:bob"]


def test_where_nothing_changes_nobody_is_told(world: World) -> None:
    tick(world, NINE - MINUTE)

    assert told(world) == []


def test_without_a_schedule_nothing_but_schedules_is_read(world: World) -> None:
    world.schedules.delete(world.schedules.get("primary"), write_id=world.new_write_id())
    asked: list[str] = []
    work = world.on_call_work

    def directory(at: datetime) -> object:
        asked.append(f"{at}")
        raise AssertionError

    object.__setattr__(work, "directory", directory)

    assert tell_shifts(NINE, work) == 0
    assert asked == []


def test_an_override_is_a_shift_too(world: World) -> None:
    tick(world, NINE + HOUR)
    world.providers.notices.clear()
    world.override(made("bob", NINE + 2 * HOUR, NINE + 3 * HOUR))

    tick(world, NINE + 4 * HOUR)

    assert [(target, title) for target, title, _ in told(world)] == [
        ("user:bob", "You are on call now: primary"),
        ("user:alice", "Your shift in primary has ended"),
        ("user:alice", "You are on call now: primary"),
        ("user:bob", "Your shift in primary has ended"),
    ]


def test_who_is_relieved_by_nobody_is_told_so(world: World) -> None:
    world.schedule(daily("bob", ()))

    tick(world, NINE + DAY + HOUR)

    assert told(world)[-1] == (
        "user:bob",
        "Your shift in primary has ended",
        ("Nobody is on call now.", "Your next shift begins tomorrow, 09:00 (UTC)."),
    )


@pytest.mark.parametrize("kinds", [frozenset[str](), frozenset((NoticeKind.WEEK.value,))])
def test_notices_that_are_turned_off_are_not_sent(world: World, kinds: frozenset[str]) -> None:
    world.keep(world.settings, TeamSettings(notices=kinds))

    tick(world, NINE + HOUR)

    assert told(world) == []


def test_a_person_may_want_what_the_team_does_not(world: World) -> None:
    world.keep(world.settings, TeamSettings(notices=frozenset()))
    bob = world.users.get("bob")
    wants = User(
        name="bob",
        email="bob@example.com",
        notices=frozenset((NoticeKind.SHIFT_ENDED.value,)),
    )
    world.users.put(
        bob,
        Configured(value=wants, created_at=bob.created_at, version=bob.version),
        write_id=world.new_write_id(),
    )

    tick(world, NINE + HOUR)

    assert [target for target, _, _ in told(world)] == ["user:bob"]


def test_slack_is_taken_where_there_is_an_app_and_an_sms_never(world: World) -> None:
    world.channel("ops-slack", "slack")
    world.keep(world.users, User(name="bob", phone="+15550100"))

    tick(world, NINE + HOUR)

    assert [(it.target, it.by) for it in world.providers.notices] == [("user:alice", "slack")]


@pytest.mark.parametrize(
    ("zone", "at_utc"), [("UTC", 8), ("Europe/Paris", 7), ("America/New_York", 13)]
)
def test_on_mondays_people_are_told_their_week_at_eight_by_their_own_clock(
    zone: str, at_utc: int
) -> None:
    monday = datetime(2026, 3, 2, at_utc, tzinfo=UTC)
    world = World(monday - 30 * MINUTE)
    alice = User(name="alice", email="alice@example.com", time_zone=zone)
    for user in (alice, User(name="bob", email="bob@example.com", time_zone="Asia/Tokyo")):
        world.keep(world.users, user)
    world.keep(world.settings, TeamSettings(notices=frozenset((NoticeKind.WEEK.value,))))
    world.schedule(weekly("bob", "alice"))
    world.schedule(weekly("alice", name="other"))

    tick(world, monday - timedelta(seconds=1))
    assert told(world) == []
    tick(world, monday + 20 * MINUTE)

    [(target, title, lines)] = told(world)
    assert (target, title) == ("user:alice", "Your shifts of the coming week")
    assert lines[0].startswith("other: now to ")
    if at_utc < 9:
        assert lines[1].startswith("primary: now to ")


def test_who_has_no_shift_in_the_week_is_not_told(world: World) -> None:
    world.keep(world.settings, TeamSettings(notices=frozenset((NoticeKind.WEEK.value,))))
    world.user("carol")

    tick(world, NINE + DAY)

    assert [target for target, _, _ in told(world)] == ["user:alice", "user:bob"]
