"""A snooze mutes until its time, to the second, and no longer."""

from datetime import timedelta

import pytest

from tests.examples import HOUR, MINUTE, PROMETHEUS, WAKEFUL
from tests.fakes.world import World
from tocsin.domain.alert import AlertStatus
from tocsin.domain.ids import AlertId
from tocsin.domain.next_action import ActionKind
from tocsin.domain.reception import Source
from tocsin.domain.severity import Severity
from tocsin.domain.signal import SignalAction


def woken_at(world: World, alert_id: AlertId) -> list[timedelta]:
    """How long after it fired an alert was woken, each time."""
    fired_at = world.alert(alert_id).fired_at
    return [change.at - fired_at for change in world.timeline(alert_id) if change.type == "woken"]


@pytest.mark.parametrize(
    "duration",
    [
        pytest.param(timedelta(seconds=1), id="a second"),
        pytest.param(timedelta(seconds=74), id="about as long as a tick looks ahead"),
        pytest.param(timedelta(seconds=75), id="just as long as a tick looks ahead"),
        pytest.param(timedelta(minutes=17, seconds=3), id="longer than a queue delays"),
        pytest.param(timedelta(days=30), id="as long as it may"),
    ],
)
def test_a_snooze_ends_on_time_after(world: World, duration: timedelta) -> None:
    alert_id = world.opened()
    world.snooze(alert_id, duration)
    due = world.next_action(alert_id)
    assert (due.kind, due.at) == (ActionKind.WAKE, world.now + duration)

    world.pass_time(days=31)

    assert woken_at(world, alert_id) == [duration]
    assert world.alert(alert_id).snooze is None
    assert world.alert(alert_id).status is AlertStatus.FIRING


def test_a_running_snooze_holds_through_resolve_and_refire_and_ends_on_time(
    world: World,
) -> None:
    first = world.opened()
    world.snooze(first, HOUR)
    world.resolve(first)
    world.pass_time(minutes=20)

    second = world.opened()

    assert world.alert(second).is_snoozed(world.now)
    world.pass_time(hours=2)
    assert woken_at(world, second) == [40 * MINUTE]
    assert woken_at(world, first) == []


@pytest.mark.parametrize(("first", "second"), [(MINUTE, HOUR), (HOUR, MINUTE)])
def test_a_snooze_made_longer_or_shorter_ends_once_at_its_new_time(
    world: World, first: timedelta, second: timedelta
) -> None:
    alert_id = world.opened()
    world.snooze(alert_id, first)
    world.snooze(alert_id, second)

    world.pass_time(hours=2)

    assert woken_at(world, alert_id) == [second]


def test_an_acknowledgement_in_the_moment_of_waking_does_not_keep_it_asleep(
    world: World,
) -> None:
    alert_id = world.opened()
    world.snooze(alert_id, MINUTE)
    world.meanwhile(lambda: world.acknowledge(alert_id))

    world.pass_time(minutes=1)

    assert woken_at(world, alert_id) == [MINUTE]
    assert world.alert(alert_id).status is AlertStatus.ACKNOWLEDGED


def test_what_woke_early_is_not_woken_again_at_its_time(world: World) -> None:
    alert_id = world.opened(severity=Severity.WARNING)
    world.snooze(alert_id, MINUTE)

    world.pass_time(seconds=10)
    world.signal(severity=Severity.CRITICAL)
    world.pass_time(hours=1)

    assert woken_at(world, alert_id) == [timedelta(seconds=10)]


@pytest.fixture
def team(world: World) -> World:
    """A world in which a channel is paged."""
    world.channel("ops")
    world.escalation_policy(("channel:ops", HOUR))
    return world


@pytest.mark.parametrize("recovers", [False, True], ids=["while it is open", "after an ok"])
def test_a_higher_severity_than_was_snoozed_wakes_and_pages(team: World, *, recovers: bool) -> None:
    first = team.opened(severity=Severity.WARNING)
    team.paged()
    team.snooze(first, timedelta(days=7))
    team.pass_time(minutes=10)
    if recovers:
        team.signal(action=SignalAction.RESOLVE)
        team.pass_time(minutes=10)

    alert_id = team.opened(severity=Severity.CRITICAL)

    assert team.paged() == ["ops"]
    assert "woken" in team.happened(alert_id)


@pytest.mark.parametrize(
    ("source", "output", "is_sticky", "pages"),
    [
        pytest.param(WAKEFUL, "changed", False, ["ops"], id="another output"),
        pytest.param(WAKEFUL, "as before", False, [], id="the same output"),
        pytest.param(WAKEFUL, "changed", True, [], id="the snooze is sticky"),
        pytest.param(PROMETHEUS, "changed", False, [], id="the integration does not say so"),
    ],
)
def test_a_changed_output_wakes_after_an_ok_where_the_integration_says_so(
    team: World, source: Source, output: str, pages: list[str], *, is_sticky: bool
) -> None:
    first = team.opened(output="as before", source=source)
    team.paged()
    team.snooze(first, HOUR, sticky_output=is_sticky)
    team.signal(action=SignalAction.RESOLVE, output="fine again", source=source)
    team.pass_time(minutes=1)

    team.signal(output=output, source=source)

    assert team.paged() == pages
