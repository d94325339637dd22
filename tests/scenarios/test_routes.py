"""What routes set beside the policy: a severity, a hold of the first page, an end."""

from datetime import timedelta

import pytest

from tests.examples import HOUR, MINUTE, NINE, PROMETHEUS
from tests.fakes.world import World
from tocsin.domain.alert import AlertStatus
from tocsin.domain.ids import AUTO
from tocsin.domain.next_action import ActionKind
from tocsin.domain.reception import Source
from tocsin.domain.severity import Severity
from tocsin.domain.signal import SignalAction
from tocsin.domain.timeline import ChangeType

INFO, WARNING, CRITICAL = Severity.INFO, Severity.WARNING, Severity.CRITICAL


@pytest.fixture
def team(world: World) -> World:
    """A world in which a channel is paged, of critical and warning alerts."""
    world.channel("ops")
    world.escalation_policy(("channel:ops", HOUR), severities=frozenset((CRITICAL, WARNING)))
    return world


def test_an_alert_that_a_route_makes_info_pages_nobody(team: World) -> None:
    team.route("quiet", 'severity="critical"', severity=INFO)

    alert_id = team.opened(severity=CRITICAL)
    team.signal(severity=CRITICAL)

    assert team.paged() == []
    assert team.alert(alert_id).severity is INFO
    assert [row.alert_id for row in team.list().alerts] == [alert_id]


def test_a_route_also_sets_what_an_integration_with_its_own_policy_sends(team: World) -> None:
    team.channel("dba")
    team.escalation_policy(("channel:dba", HOUR), name="dba")
    team.route("loud", severity=CRITICAL)

    alert_id = team.opened(severity=INFO, source=Source(integration="db", escalation_policy="dba"))

    assert team.alert(alert_id).severity is CRITICAL
    assert team.alert(alert_id).escalation.policy == "dba"


def test_the_first_route_that_matches_sets_all(team: World) -> None:
    team.route("a", 'severity="warning"', hold=MINUTE)
    team.route("b", severity=INFO)

    alert_id = team.opened(severity=WARNING)

    assert team.alert(alert_id).severity is WARNING
    assert team.paged() == []


def test_a_held_page_comes_after_the_hold(team: World) -> None:
    team.route("db-flaps", hold=2 * MINUTE)

    alert_id = team.opened()

    action = team.next_action(alert_id)
    assert (action.kind, action.at, action.step) == (ActionKind.ESCALATE, NINE + 2 * MINUTE, 1)
    assert action.why == (
        "its first page waits until 09:02 UTC: route db-flaps holds it; step 1 then"
    )
    assert action.targets == ("channel:ops",)
    team.pass_time(minutes=1, seconds=59)
    assert team.paged() == []
    team.pass_time(seconds=1)
    assert len(team.paged()) == 1
    assert "holds" not in team.next_action(alert_id).why


def test_a_held_page_never_comes_if_the_alert_is_over_by_then(team: World) -> None:
    team.route("db-flaps", hold=2 * MINUTE)
    alert_id = team.opened()

    team.pass_time(minutes=1)
    team.signal(action=SignalAction.RESOLVE)
    team.pass_time(hours=2)

    assert team.paged() == []
    assert team.alert(alert_id).status is AlertStatus.RESOLVED


def test_each_episode_is_held_anew(team: World) -> None:
    team.route("db-flaps", hold=2 * MINUTE)
    team.opened()
    team.pass_time(minutes=1)
    team.signal(action=SignalAction.RESOLVE)

    alert_id = team.opened()

    team.pass_time(minutes=1, seconds=59)
    assert team.paged() == []
    team.pass_time(seconds=1)
    assert len(team.paged()) == 1
    assert team.alert(alert_id).episode == 2


def test_an_acknowledged_alert_is_not_paged_after_the_hold(team: World) -> None:
    team.route("db-flaps", hold=2 * MINUTE)
    alert_id = team.opened()

    team.acknowledge(alert_id)
    team.pass_time(hours=1)

    assert team.paged() == []


def test_a_rise_within_the_hold_pages_by_its_own_route(team: World) -> None:
    team.route("db-flaps", 'severity="warning"', hold=2 * MINUTE)
    team.opened(severity=WARNING)
    team.pass_time(seconds=30)

    team.signal(severity=CRITICAL)

    assert len(team.paged()) == 1


def test_a_rise_within_the_hold_of_the_same_route_still_waits(team: World) -> None:
    team.route("db-flaps", hold=2 * MINUTE)
    team.opened(severity=WARNING)
    team.pass_time(seconds=30)

    alert_id = team.opened(severity=CRITICAL)

    assert team.paged() == []
    assert team.next_action(alert_id).at == NINE + 2 * MINUTE
    team.pass_time(minutes=2)
    assert len(team.paged()) == 1
    team.signal(severity=WARNING)
    team.signal(severity=CRITICAL)
    assert team.paged() == [], "a hold is of the first page only"


def test_a_person_may_ask_for_the_step_that_is_held(team: World) -> None:
    team.route("db-flaps", hold=10 * MINUTE)
    alert_id = team.opened()

    team.escalate(alert_id)

    assert len(team.paged()) == 1
    team.pass_time(minutes=10)
    assert team.paged() == []


def test_an_acknowledged_alert_that_is_not_repeated_is_closed(team: World) -> None:
    team.route("one-shots", close_after=12 * HOUR)
    alert_id = team.opened()
    team.acknowledge(alert_id)

    team.pass_time(hours=11, minutes=59)
    action = team.next_action(alert_id)
    assert (action.kind, action.at) == (ActionKind.LAPSE, NINE + 12 * HOUR)
    assert action.why == "route one-shots resolves it unless it comes again by then"
    team.pass_time(minutes=1)

    alert = team.alert(alert_id)
    assert (alert.status, alert.resolved_by) == (AlertStatus.RESOLVED, AUTO)
    [ended] = [it for it in team.timeline(alert_id) if it.type is ChangeType.RESOLVED]
    assert ended.details["reason"] == "route one-shots closes it after 12h without a repeat"


def test_repeats_keep_it_open(team: World) -> None:
    team.route("one-shots", close_after=HOUR)
    alert_id = team.opened()
    for _ in range(5):
        team.pass_time(minutes=45)
        team.signal()

    assert team.alert(alert_id).status is not AlertStatus.RESOLVED
    team.pass_time(minutes=59)
    assert team.alert(alert_id).status is not AlertStatus.RESOLVED
    team.pass_time(minutes=2)
    assert team.alert(alert_id).status is AlertStatus.RESOLVED


def test_what_its_sender_vouches_for_ends_at_the_earlier_of_both(team: World) -> None:
    team.route("one-shots", close_after=timedelta(minutes=10))
    alert_id = team.opened(source=PROMETHEUS)

    team.pass_time(minutes=10)

    assert team.alert(alert_id).status is AlertStatus.RESOLVED
