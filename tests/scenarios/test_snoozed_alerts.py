"""A snooze mutes until its time, to the second, and no longer."""

from datetime import timedelta

import pytest

from tests.examples import HOUR, MINUTE, WAKEFUL
from tests.fakes.world import World
from tocsin.domain.alert import AlertStatus
from tocsin.domain.ids import AlertId
from tocsin.domain.next_action import ActionKind
from tocsin.domain.reception import Outcome
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


def test_a_snooze_holds_until_its_time(world: World) -> None:
    alert_id = world.opened()
    world.snooze(alert_id, HOUR)

    world.pass_time(minutes=59, seconds=59)

    assert world.alert(alert_id).is_snoozed(world.now)
    assert woken_at(world, alert_id) == []


def test_a_running_snooze_holds_through_resolve_and_refire_and_ends_on_time(
    world: World,
) -> None:
    first = world.opened()
    world.snooze(first, HOUR)
    world.resolve(first)
    world.pass_time(minutes=20)

    receipt = world.signal()

    assert receipt.outcome is Outcome.REOPENED
    assert receipt.alert_id is not None
    assert world.alert(receipt.alert_id).is_snoozed(world.now)
    world.pass_time(hours=2)
    assert woken_at(world, receipt.alert_id) == [40 * MINUTE]
    assert woken_at(world, first) == []


def test_a_snooze_made_longer_ends_once_at_its_new_time(world: World) -> None:
    alert_id = world.opened()
    world.snooze(alert_id, MINUTE)
    world.snooze(alert_id, HOUR)

    world.pass_time(hours=2)

    assert woken_at(world, alert_id) == [HOUR]


def test_a_snooze_made_shorter_ends_once_at_its_new_time(world: World) -> None:
    alert_id = world.opened()
    world.snooze(alert_id, HOUR)
    world.snooze(alert_id, MINUTE)

    world.pass_time(hours=2)

    assert woken_at(world, alert_id) == [MINUTE]


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
    alert_id = world.signal(severity=Severity.WARNING).alert_id
    assert alert_id is not None
    world.snooze(alert_id, MINUTE)

    world.pass_time(seconds=10)
    world.signal(severity=Severity.CRITICAL)
    world.pass_time(hours=1)

    assert woken_at(world, alert_id) == [timedelta(seconds=10)]


def test_a_sticky_snooze_holds_against_severity_and_output(world: World) -> None:
    alert_id = world.signal(severity=Severity.WARNING, source=WAKEFUL).alert_id
    assert alert_id is not None
    world.snooze(alert_id, HOUR, sticky_severity=True, sticky_output=True)

    world.signal(severity=Severity.CRITICAL, output="97 %", source=WAKEFUL)

    assert world.alert(alert_id).is_snoozed(world.now)
    assert world.alert(alert_id).severity is Severity.CRITICAL


@pytest.fixture
def team(world: World) -> World:
    """A world in which a channel is paged."""
    world.channel("ops")
    world.escalation_policy(("channel:ops", HOUR))
    return world


@pytest.mark.parametrize("recovers", [False, True], ids=["while it is open", "after an ok"])
def test_a_higher_severity_than_was_snoozed_wakes_and_pages(team: World, *, recovers: bool) -> None:
    first = team.signal(severity=Severity.WARNING).alert_id
    assert first is not None
    team.paged()
    team.snooze(first, timedelta(days=7))
    team.pass_time(minutes=10)
    if recovers:
        team.signal(action=SignalAction.RESOLVE)
        team.pass_time(minutes=10)

    alert_id = team.signal(severity=Severity.CRITICAL).alert_id

    assert alert_id is not None
    assert team.paged() == ["ops"]
    assert "woken" in team.happened(alert_id)


def test_a_severity_no_higher_than_was_snoozed_sleeps_on(team: World) -> None:
    alert_id = team.signal(severity=Severity.CRITICAL).alert_id
    assert alert_id is not None
    team.paged()
    team.snooze(alert_id, HOUR)
    team.pass_time(minutes=1)
    team.signal(severity=Severity.WARNING)
    team.pass_time(minutes=1)

    team.signal(severity=Severity.CRITICAL)

    assert team.paged() == []
    assert team.alert(alert_id).is_snoozed(team.now)


def test_a_sticky_snooze_holds_against_a_higher_severity_after_an_ok(team: World) -> None:
    first = team.signal(severity=Severity.WARNING).alert_id
    assert first is not None
    team.paged()
    team.snooze(first, HOUR, sticky_severity=True)
    team.signal(action=SignalAction.RESOLVE)
    team.pass_time(minutes=1)

    team.signal(severity=Severity.CRITICAL)

    assert team.paged() == []


@pytest.mark.parametrize("is_sticky", [False, True], ids=["not sticky", "sticky"])
@pytest.mark.parametrize(
    "output", ["as before", "changed"], ids=["the same output", "another output"]
)
def test_a_changed_output_wakes_after_an_ok_where_the_integration_says_so(
    team: World, output: str, *, is_sticky: bool
) -> None:
    first = team.signal(output="as before", source=WAKEFUL).alert_id
    assert first is not None
    team.paged()
    team.snooze(first, HOUR, sticky_output=is_sticky)
    team.signal(action=SignalAction.RESOLVE, output="fine again", source=WAKEFUL)
    team.pass_time(minutes=1)

    team.signal(output=output, source=WAKEFUL)

    wakes = output == "changed" and not is_sticky
    assert team.paged() == (["ops"] if wakes else [])


def test_a_changed_output_after_an_ok_wakes_nobody_where_the_integration_does_not_say_so(
    team: World,
) -> None:
    first = team.signal(output="as before").alert_id
    assert first is not None
    team.paged()
    team.snooze(first, HOUR)
    team.signal(action=SignalAction.RESOLVE)
    team.pass_time(minutes=1)

    team.signal(output="changed")

    assert team.paged() == []


def test_what_is_over_is_not_woken(world: World) -> None:
    alert_id = world.opened()
    world.snooze(alert_id, MINUTE)
    world.resolve(alert_id)

    world.pass_time(hours=1)

    assert woken_at(world, alert_id) == []
