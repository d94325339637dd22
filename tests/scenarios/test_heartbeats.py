"""Heartbeats stop and go on; although processes die on the way, the alert opens and ends."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import HOUR, MINUTE, NINE
from tests.fakes.world import World
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.heartbeat import LEASE, Heartbeat
from tocsin.domain.ids import WriteId, fingerprint
from tocsin.domain.integration import HEARTBEATS, Token
from tocsin.domain.reception import Outcome
from tocsin.domain.severity import Severity
from tocsin.domain.timers import HeartbeatTimer
from tocsin.usecases.run_heartbeat import hear_heartbeat, run_due_heartbeat

SLOT = fingerprint(HEARTBEATS, "heartbeat:backup")
BACKUP = Heartbeat(
    name="backup",
    period=10 * MINUTE,
    grace=MINUTE,
    severity=Severity.WARNING,
    created_at=NINE,
    token=Token.of("0123456789abcdef0123456789abcdef"),
).watched(NINE)


@pytest.fixture
def world() -> World:
    return with_backup(World())


def with_backup(world: World) -> World:
    world.heartbeats.put(None, BACKUP, write_id=WriteId("setup"))
    return world


def alert(world: World) -> Alert | None:
    return world.slots.in_slot(SLOT)


def state(world: World) -> str | None:
    found = alert(world)
    return found.status.value if found else None


def make_anew(world: World) -> Heartbeat:
    world.heartbeats.delete(world.heartbeats.get("backup"), write_id=WriteId("removed"))
    anew = replace(BACKUP, created_at=world.now).watched(world.now)
    return world.heartbeats.put(None, anew, write_id=WriteId("anew"))


def test_one_that_was_made_anew_ends_the_alert_of_the_one_before_when_it_reports(
    world: World,
) -> None:
    world.pass_time(hours=2)
    assert state(world) == "firing"
    make_anew(world)
    world.pass_time(minutes=5)
    assert state(world) == "firing", "nothing was heard yet"

    world.hear("backup")

    assert state(world) == "resolved"


def test_one_that_was_made_anew_ends_that_alert_although_the_process_that_heard_it_died(
    world: World,
) -> None:
    world.pass_time(hours=2)
    anew = make_anew(world)
    world.heartbeats.update(anew, anew.heard(world.now), write_id=WriteId("heard"))

    world.pass_time(minutes=2)

    assert state(world) == "resolved"


def test_a_miss_that_is_told_after_the_heartbeat_was_removed_leaves_no_alert_open(
    world: World,
) -> None:
    world.now = BACKUP.deadline
    timer = HeartbeatTimer(heartbeat="backup", due_at=BACKUP.deadline)
    world.meanwhile(
        lambda: world.heartbeats.delete(world.heartbeats.get("backup"), write_id=WriteId("removed"))
    )

    run_due_heartbeat(timer, at=world.now, stores=world.stores, timers=world.timers)

    assert state(world) == "resolved"


def beat(world: World, *, minutes: int, every: int = 10) -> None:
    """It reports for a while."""
    for _ in range(minutes // every):
        world.pass_time(minutes=every)
        world.hear("backup")


def test_what_reports_in_time_raises_nothing(world: World) -> None:
    beat(world, minutes=600)

    assert alert(world) is None
    assert world.heartbeats.get("backup").timer_at is not None


def test_what_does_not_report_is_an_alert_after_its_grace(world: World) -> None:
    beat(world, minutes=30)

    world.pass_time(minutes=10, seconds=59)
    assert alert(world) is None

    world.pass_time(seconds=1)
    opened = alert(world)
    assert opened is not None
    assert (opened.status, opened.severity) == (AlertStatus.FIRING, Severity.WARNING)
    assert (opened.integration, opened.dedup_key) == (HEARTBEATS, "heartbeat:backup")
    assert opened.fired_at == NINE + 41 * MINUTE
    assert opened.facts.object == "backup"


def test_being_heard_from_again_ends_the_alert_at_once(world: World) -> None:
    world.pass_time(hours=3)

    receipt = world.hear("backup")

    assert receipt is not None
    assert receipt.outcome is Outcome.RESOLVED
    assert state(world) == "resolved"
    world.pass_time(minutes=5)
    assert world.heartbeats.get("backup").missed_at is None


def test_while_it_is_missed_nothing_more_happens(world: World) -> None:
    world.pass_time(hours=1)
    fired = alert(world)

    world.pass_time(days=3)

    assert alert(world) == fired


def test_each_miss_is_an_episode_of_its_own(world: World) -> None:
    for episode in (1, 2, 3):
        world.pass_time(hours=1)
        missed = alert(world)
        assert missed is not None
        assert (missed.episode, missed.status) == (episode, AlertStatus.FIRING)
        world.hear("backup")
        assert state(world) == "resolved"


def test_a_person_who_closes_the_alert_is_not_contradicted(world: World) -> None:
    world.pass_time(hours=1)
    opened = alert(world)
    assert opened is not None

    world.resolve(opened.alert_id)
    world.pass_time(hours=5)

    assert state(world) == "resolved"
    world.hear("backup")
    world.pass_time(hours=1)
    assert state(world) == "firing", "but the next miss is another one"


def test_what_was_removed_raises_nothing(world: World) -> None:
    world.heartbeats.delete(world.heartbeats.get("backup"), write_id=WriteId("gone"))

    world.pass_time(hours=1)

    assert alert(world) is None


def test_a_short_period_is_told_to_the_second(world: World) -> None:
    quick = Heartbeat(
        name="quick",
        period=timedelta(seconds=30),
        grace=timedelta(),
        created_at=NINE,
        token=Token.of("f" * 32),
    )
    world.heartbeats.put(None, quick.watched(NINE), write_id=WriteId("quick"))
    for _ in range(4):
        world.pass_time(seconds=25)
        world.hear("quick")

    world.pass_time(seconds=30)

    missed = world.slots.in_slot(fingerprint(HEARTBEATS, "heartbeat:quick"))
    assert missed is not None
    assert missed.fired_at == NINE + timedelta(seconds=130)


QUICK = Heartbeat(
    name="quick",
    period=timedelta(seconds=30),
    grace=timedelta(seconds=5),
    created_at=NINE,
    token=Token.of("f" * 32),
)


def quick_alert(world: World) -> Alert:
    found = world.slots.in_slot(fingerprint(HEARTBEATS, "heartbeat:quick"))
    assert found is not None
    return found


def quick_made(world: World, second: int) -> None:
    """It is made so long after a tick."""
    world.pass_time(seconds=second)
    made = replace(QUICK, created_at=world.now).watched(world.now)
    world.heartbeats.put(None, made, write_id=WriteId("quick"))
    world.follow()


@pytest.mark.parametrize("second", range(1, 60, 7))
def test_one_that_is_never_heard_is_told_to_the_second(world: World, second: int) -> None:
    quick_made(world, second)

    world.pass_time(minutes=2)

    assert quick_alert(world).fired_at == NINE + timedelta(seconds=second + 35)


@pytest.mark.parametrize("second", range(1, 60, 7))
@pytest.mark.parametrize("heard_after", [1, 20, 34])
def test_a_miss_after_the_first_ping_is_told_to_the_second(
    world: World, second: int, heard_after: int
) -> None:
    quick_made(world, second)
    world.pass_time(seconds=heard_after)
    world.hear("quick")

    world.pass_time(minutes=2)

    assert quick_alert(world).fired_at == NINE + timedelta(seconds=second + heard_after + 35)


@pytest.mark.parametrize("second", range(1, 60, 7))
def test_a_miss_after_a_recovery_is_told_to_the_second(world: World, second: int) -> None:
    world.now += timedelta(seconds=second)
    world.heartbeats.put(None, QUICK.watched(NINE), write_id=WriteId("quick"))
    world.follow()
    world.pass_time(minutes=5)
    heard_at = world.now
    world.hear("quick")

    world.pass_time(minutes=2)

    assert quick_alert(world).fired_at == heard_at + timedelta(seconds=35)


def test_a_ping_after_a_person_closed_the_alert_has_none_to_end(world: World) -> None:
    world.pass_time(hours=1)
    opened = alert(world)
    assert opened is not None
    world.resolve(opened.alert_id)

    assert world.hear("backup") is None


# Processes that die


class DiedError(Exception):
    """The process ends here."""


@dataclass
class Dying:
    """Passes calls on, until one before or after which the process dies."""

    behind: Any
    calls_left: list[int]
    """Shared by all parts; each call takes two: before and after."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any part behind
        found = getattr(self.behind, name)
        if not callable(found) or name in {"find", "in_slot", "routing", "get"}:
            return found

        def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
            self._step()
            result = found(*arguments, **named)
            self._step()
            return result

        return call

    def _step(self) -> None:
        self.calls_left[0] -= 1
        if self.calls_left[0] == 0:
            raise DiedError


def run_until_death(world: World, act: Callable[[Any], object], *, dies_at: int) -> bool:
    """Do it by a process that dies at this point; whether it did."""
    stores = world.stores
    lives = [dies_at]
    mortal = replace(
        stores, heartbeats=Dying(stores.heartbeats, lives), slots=Dying(stores.slots, lives)
    )
    try:
        act(mortal)
    except DiedError:
        return True
    finally:
        world._follow()
    return False


POINTS = range(1, 11)


def due(world: World) -> HeartbeatTimer:
    [timer] = world.due.due(world.now + HOUR)
    assert isinstance(timer, HeartbeatTimer)
    return timer


def run_due_until_death(world: World, timer: HeartbeatTimer, dies_at: int) -> None:
    run = partial(run_due_heartbeat, timer, at=world.now, timers=world.timers)
    run_until_death(world, lambda stores: run(stores=stores), dies_at=dies_at)


@pytest.mark.parametrize("dies_at", POINTS)
def test_a_miss_is_told_whoever_dies_on_the_way(world: World, dies_at: int) -> None:
    timer = due(world)
    world.now = timer.due_at

    run_due_until_death(world, timer, dies_at)
    world.pass_time(minutes=5)

    assert state(world) == "firing"
    opened = alert(world)
    assert opened is not None
    assert world.happened(opened.alert_id).count("fired") == 1
    assert world.heartbeats.get("backup").timer_at is None


@pytest.mark.parametrize("dies_at", POINTS)
def test_a_recovery_is_told_whoever_dies_while_it_is_heard(world: World, dies_at: int) -> None:
    world.pass_time(hours=1)

    died = run_until_death(
        world, lambda stores: hear_heartbeat("backup", at=world.now, stores=stores), dies_at=dies_at
    )
    if died and world.heartbeats.get("backup").heard_at is None:
        assert dies_at <= 3, "nothing was written: the sender was not answered"
        world.hear("backup")
    world.pass_time(minutes=5)

    assert state(world) == "resolved"
    assert world.heartbeats.get("backup").missed_at is None


@pytest.mark.parametrize("dies_at", POINTS)
def test_a_recovery_is_remembered_whoever_dies_on_its_timer(world: World, dies_at: int) -> None:
    world.pass_time(hours=1)
    world.hear("backup")
    timer = due(world)

    run_due_until_death(world, timer, dies_at)
    world.pass_time(minutes=5)

    assert state(world) == "resolved"
    heartbeat = world.heartbeats.get("backup")
    assert (heartbeat.missed_at, heartbeat.timer_at) == (None, heartbeat.deadline)


@pytest.mark.parametrize("dies_at", POINTS)
@pytest.mark.parametrize("heard_after", [timedelta(), timedelta(seconds=20), LEASE, 3 * MINUTE])
def test_what_is_heard_after_a_miss_was_half_told_ends_it(
    world: World, dies_at: int, heard_after: timedelta
) -> None:
    timer = due(world)
    world.now = timer.due_at
    run_due_until_death(world, timer, dies_at)
    world.pass_time(seconds=heard_after.total_seconds())

    world.hear("backup")
    world.pass_time(minutes=5)

    assert state(world) in (None, "resolved")
    heartbeat = world.heartbeats.get("backup")
    assert (heartbeat.missed_at, heartbeat.timer_at) == (None, heartbeat.deadline)


def test_what_is_heard_between_the_mark_and_the_alert_ends_the_alert(world: World) -> None:
    """The recovery finds no alert yet; the run that then opens it sees that it came too late."""
    timer = due(world)
    world.now = timer.due_at

    class Interrupted(Dying):
        def _step(self) -> None:
            if self.calls_left[0] == 0:
                return
            self.calls_left[0] -= 1
            if self.calls_left[0] == 0:
                world.hear("backup")

    stores = world.stores
    meddled = replace(stores, slots=Interrupted(stores.slots, [1]))
    run_due_heartbeat(
        timer, at=world.now + timedelta(seconds=1), stores=meddled, timers=world.timers
    )

    assert state(world) == "resolved"


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["hear", "wait", "wait long", "twice"]), st.integers(1, 14)),
        max_size=25,
    )
)
def test_in_the_end_the_alert_says_what_is_so(steps: list[tuple[str, int]]) -> None:
    world = with_backup(World())
    for step, number in steps:
        match step:
            case "hear":
                run_until_death(
                    world,
                    lambda stores: hear_heartbeat("backup", at=world.now, stores=stores),
                    dies_at=number,
                )
            case "twice":
                for timer in world.due.due(world.now + MINUTE):
                    assert isinstance(timer, HeartbeatTimer)
                    for _ in range(2):
                        run_due_until_death(world, timer, number)
            case _:
                world.pass_time(minutes=number if step == "wait" else 0, seconds=7 * number)
        world.pass_time(seconds=1)
    world.pass_time(minutes=3)

    heartbeat = world.heartbeats.get("backup")
    is_overdue = heartbeat.deadline <= world.now
    assert (state(world) == "firing") is is_overdue
    assert (heartbeat.missed_at is not None) is is_overdue


def test_a_lease_outlives_whoever_holds_it(template: dict[str, Any]) -> None:
    function = template["Resources"]["TimerFunction"]["Properties"]

    assert timedelta(seconds=function["Timeout"]) * 2 <= LEASE


def test_nothing_else_is_due_while_all_is_well(world: World) -> None:
    seen = []
    for _ in range(12):
        world.pass_time(minutes=5)
        world.hear("backup")
        seen.append(world.heartbeats.get("backup").timer_at)

    assert all(later >= earlier for earlier, later in pairwise(seen) if earlier and later)
    assert len(set(seen)) <= 7, "the timer moves about once a period, not with each beat"
