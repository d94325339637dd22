"""Whatever goes wrong elsewhere, nothing that fires is forgotten: the sweep finds it."""

from dataclasses import replace

import pytest

from tests.examples import HOUR, MINUTE
from tests.fakes.world import World
from tocsin.domain.ids import AlertId
from tocsin.domain.next_action import lacks_timer
from tocsin.domain.sweep import Ailment

FIVE_MINUTES = 5 * MINUTE


@pytest.fixture
def team(world: World) -> World:
    world.user("alice")
    world.user("bob")
    world.escalation_policy(("user:alice", FIVE_MINUTES), ("user:bob", FIVE_MINUTES))
    return world


def ailments(world: World) -> list[Ailment]:
    return [finding.ailment for finding in world.sweep()]


def lose_timer(world: World, alert_id: AlertId) -> None:
    alert = world.alert(alert_id)
    world.alerts.set_timer(alert, None)
    world.alerts.stream.clear()
    world.timers.arrived(world.now + HOUR)


def test_a_sweep_of_healthy_alerts_finds_nothing_and_opens_nothing(team: World) -> None:
    team.opened("disk-full")
    acknowledged = team.opened("cpu")
    team.acknowledge(acknowledged)
    team.snooze(team.opened("memory"), HOUR)
    team.pass_time(minutes=3)

    assert ailments(team) == []
    assert len(team.list().alerts) == 3


def test_an_alert_whose_timer_was_lost_gets_it_back_and_is_escalated(team: World) -> None:
    alert_id = team.opened()
    assert team.paged() == ["alice"]
    lose_timer(team, alert_id)
    team.pass_time(minutes=6)
    assert team.paged() == [], "nobody would ever look at it again"

    assert ailments(team) == [Ailment.NO_TIMER]

    assert not lacks_timer(team.alert(alert_id))
    team.pass_time(seconds=1)
    assert "bob" in team.paged()


def test_a_step_whose_messages_were_lost_is_sent_once(team: World) -> None:
    team.alerts.meanwhile = None
    alert_id = team.opened_unfollowed()
    team.pass_time(minutes=3)
    assert team.paged() == []

    assert ailments(team) == [Ailment.UNPAGED]
    team.pass_time(seconds=1)

    told = [it for it in team.providers.received if it.alert_id == alert_id]
    assert [(it.target, it.attempt) for it in told] == [("user:alice", 1)]
    assert Ailment.UNPAGED not in ailments(team)


def test_the_team_hears_that_something_was_forgotten(team: World) -> None:
    alert_id = team.opened()
    lose_timer(team, alert_id)
    team.pass_time(minutes=3)

    team.sweep()

    [about_itself] = [it for it in team.list().alerts if it.integration == "tocsin"]
    assert about_itself.facts.name == "Forgotten alerts were found"
    assert about_itself.escalation.step == 1


def test_a_timer_that_does_not_help_is_reported(team: World) -> None:
    alert_id = team.opened()
    alert = team.alert(alert_id)
    stuck = replace(alert, timer_at=team.now)
    team.alerts.set_timer(alert, stuck.timer_at)
    team.alerts.stream.clear()
    team.now += 6 * MINUTE

    assert ailments(team) == [Ailment.OVERDUE]
