"""What opens again and again: paged once with that word, then quiet until it is stable."""

from datetime import timedelta

import pytest

from tests.examples import HOUR, MINUTE
from tests.fakes.world import World
from tocsin.domain.alert import AlertStatus
from tocsin.domain.flapping import FlappingRule, Inherited
from tocsin.domain.ids import AlertId
from tocsin.domain.next_action import ActionKind
from tocsin.domain.severity import Severity
from tocsin.domain.signal import SignalAction
from tocsin.domain.team_settings import TeamSettings
from tocsin.usecases.refusals import DeliveryFailedError

WARNING, CRITICAL = Severity.WARNING, Severity.CRITICAL


@pytest.fixture
def team(world: World) -> World:
    """A world in which a channel is paged."""
    world.channel("ops")
    world.escalation_policy(("channel:ops", HOUR))
    return world


def test_the_teams_rule_counts_where_the_policy_has_none(world: World) -> None:
    world.channel("ops")
    world.escalation_policy(("channel:ops", HOUR), flapping=Inherited.TEAM)
    world.keep(world.settings, TeamSettings(flapping=FlappingRule(after=1)))
    flap(world, 3)

    assert world.alert(opened(world)).is_flapping

    world.keep(world.settings, TeamSettings(flapping=None))
    recover(world)
    assert not world.alert(opened(world)).is_flapping


def opened(team: World, severity: Severity = WARNING) -> AlertId:
    return team.opened(severity=severity)


def recover(team: World) -> None:
    team.signal(action=SignalAction.RESOLVE)


def flap(
    team: World,
    times: int = 7,
    *,
    severity: Severity = WARNING,
    fires: timedelta = MINUTE,
    pauses: timedelta = MINUTE,
) -> list[int]:
    """Fire and recover again and again; how many pages each time brought."""
    paged = []
    for _ in range(times):
        team.signal(severity=severity)
        team.pass_time(seconds=fires.total_seconds())
        recover(team)
        team.pass_time(seconds=pauses.total_seconds())
        paged.append(len(team.paged()))
    return paged


def test_it_is_paged_with_that_word_at_the_sixth_reopening_and_then_kept_quiet(
    team: World,
) -> None:
    assert flap(team, 20) == [1] * 7 + [0] * 13

    news = [it.news for it in team.providers.received if it.event == "alert.paged"]
    assert ["It opens again and again" in said for said in news] == [False] * 6 + [True]


def test_what_is_kept_quiet_is_paged_when_it_fires_without_a_break(team: World) -> None:
    flap(team)
    alert_id = opened(team)
    assert team.alert(alert_id).is_flapping

    team.pass_time(minutes=14, seconds=59)
    assert team.paged() == []
    team.pass_time(seconds=1)

    assert team.paged() == ["ops"]
    assert not team.alert(alert_id).is_flapping


def test_why_it_is_quiet_is_said_with_what_counts(team: World) -> None:
    flap(team)
    alert_id = opened(team)

    due = team.next_action(alert_id)
    why = "flapping: reopened 7 times within 1h; paged again if it fires for 15m without a break"
    assert (due.kind, due.why) == (ActionKind.ESCALATE, why)
    assert due.at == team.alert(alert_id).fired_at + 15 * MINUTE
    told = team.timeline(alert_id)[-1]
    assert (told.type, told.details["reason"]) == ("notification_skipped", why)
    team.pass_time(minutes=15)
    paged = next(it for it in team.timeline(alert_id) if it.type == "escalated")
    assert paged.details["reason"] == "it has fired for 15m without a break"


@pytest.mark.parametrize(("minutes", "is_stable"), [(15, True), (14, False)])
def test_an_episode_counts_as_stable_if_it_lasted_the_stable_time(
    team: World, minutes: int, *, is_stable: bool
) -> None:
    flap(team, 6)
    assert team.alert(opened(team)).is_flapping
    team.pass_time(minutes=minutes)
    recover(team)
    team.pass_time(minutes=1)
    team.paged()

    again = opened(team)

    assert team.paged() == (["ops"] if is_stable else [])
    assert team.alert(again).is_flapping is not is_stable


@pytest.mark.parametrize("is_acknowledged", [False, True])
def test_what_fired_for_hours_without_a_break_is_stable(
    team: World, *, is_acknowledged: bool
) -> None:
    flap(team)
    quiet = opened(team)
    assert team.alert(quiet).is_flapping
    if is_acknowledged:
        team.acknowledge(quiet)
    team.pass_time(hours=30)
    recover(team)
    team.pass_time(minutes=5)
    team.paged()

    again = opened(team)
    team.pass_time(minutes=1)

    assert team.paged() == ["ops"]
    assert not team.alert(again).is_flapping


def test_what_was_over_for_the_stable_time_is_stable(team: World) -> None:
    flap(team)
    team.pass_time(minutes=14)

    alert_id = opened(team)

    assert team.paged() == ["ops"]
    assert not team.alert(alert_id).is_flapping


def test_one_that_flaps_anew_after_it_was_stable_is_said_anew(team: World) -> None:
    flap(team)
    team.pass_time(minutes=20)

    assert flap(team, 10) == [1] * 6 + [0] * 4


def test_it_is_not_quiet_before_somebody_was_told_that_it_flaps(team: World) -> None:
    flap(team, 6)
    team.paged()
    team.providers.fail("ops", DeliveryFailedError("busy", is_retryable=True))
    opened(team)
    team.pass_time(seconds=2)
    recover(team)
    team.pass_time(minutes=1)

    assert flap(team, 3) == [1, 0, 0]

    told = [it for it in team.providers.received if "It opens again and again" in it.news]
    assert told


def test_a_critical_alert_is_held_back_for_three_minutes_at_most(team: World) -> None:
    flap(team, severity=CRITICAL)
    alert_id = opened(team, CRITICAL)
    assert team.next_action(alert_id).why.endswith("if it fires for 3m without a break")

    team.pass_time(minutes=2, seconds=59)
    assert team.paged() == []
    team.pass_time(seconds=1)

    assert team.paged() == ["ops"]
    assert team.alert(alert_id).is_flapping


def test_a_critical_alert_that_becomes_mild_while_it_is_held_back_waits_until_it_is_stable(
    team: World,
) -> None:
    flap(team, severity=CRITICAL)
    opened(team, CRITICAL)
    team.pass_time(minutes=1)
    team.signal(severity=WARNING)

    team.pass_time(minutes=13)
    assert team.paged() == []
    team.pass_time(minutes=1)

    assert team.paged() == ["ops"]


def test_a_severity_that_rises_in_a_quiet_episode_above_what_was_told_is_paged_at_once(
    team: World,
) -> None:
    flap(team)
    opened(team)
    assert team.paged() == []

    team.signal(severity=CRITICAL)

    assert team.paged() == ["ops"]


def test_a_severity_that_rises_to_what_was_told_stays_quiet(team: World) -> None:
    flap(team, severity=CRITICAL)
    opened(team)

    team.signal(severity=CRITICAL)

    assert team.paged() == []


def test_an_acknowledgement_of_what_is_kept_quiet_times_out_as_its_policy_says(
    world: World,
) -> None:
    world.channel("ops")
    world.escalation_policy(("channel:ops", HOUR), ack_timeout=30 * MINUTE)
    flap(world)
    alert_id = opened(world)
    world.acknowledge(alert_id)
    world.paged()

    world.pass_time(minutes=31)

    assert "unacknowledged" in world.happened(alert_id)
    assert world.alert(alert_id).status is AlertStatus.FIRING
    assert world.paged() == ["ops"]


def test_a_policy_may_page_every_time(world: World) -> None:
    world.channel("ops")
    world.escalation_policy(("channel:ops", HOUR), flapping=None)

    assert flap(world, 12) == [1] * 12


def test_a_policy_may_have_numbers_of_its_own(world: World) -> None:
    world.channel("ops")
    rule = FlappingRule(
        after=2, within=10 * MINUTE, stable=5 * MINUTE, hold_critical=timedelta(seconds=30)
    )
    world.escalation_policy(("channel:ops", HOUR), flapping=rule)

    assert flap(world, 6) == [1, 1, 1, 1, 0, 0]
    opened(world)
    world.pass_time(minutes=4, seconds=59)
    assert world.paged() == []
    world.pass_time(seconds=1)
    assert world.paged() == ["ops"]


def test_a_policy_that_does_not_page_this_severity_waits_for_nothing(world: World) -> None:
    world.channel("ops")
    world.escalation_policy(("channel:ops", HOUR), severities=frozenset((CRITICAL,)))
    flap(world, severity=CRITICAL)

    alert_id = opened(world)

    assert world.next_action(alert_id).kind is ActionKind.NONE


def test_an_episode_that_opens_asleep_counts_but_is_not_judged_before_it_wakes(
    team: World,
) -> None:
    flap(team)
    first = opened(team)
    team.snooze(first, 10 * MINUTE)
    recover(team)
    team.pass_time(minutes=1)
    asleep = opened(team)
    assert not team.alert(asleep).is_flapping

    team.pass_time(minutes=9)

    assert team.alert(asleep).is_flapping
    assert team.next_action(asleep).at == team.alert(asleep).fired_at + 15 * MINUTE
