"""A severity that changes while an alert is open: who is asked, and who hears of it."""

from datetime import timedelta

import pytest

from tests.examples import HOUR, MINUTE, NINE
from tests.fakes.notifier import HeldWorld
from tests.fakes.world import World
from tocsin.domain.alert import AlertStatus
from tocsin.domain.ids import Actor
from tocsin.domain.matcher import Matcher
from tocsin.domain.people import ContactMethod, NotificationRule
from tocsin.domain.routing import Route
from tocsin.domain.severity import Severity

FIVE_MINUTES = timedelta(minutes=5)
CRITICAL = frozenset((Severity.CRITICAL,))


def heard(world: World, name: str = "alice") -> list[tuple[str, str]]:
    return [
        (it.event.value, it.channel)
        for it in world.providers.received
        if it.target == f"user:{name}"
    ]


def test_a_severity_that_goes_up_and_down_does_not_keep_the_next_step_away(team: World) -> None:
    for _ in range(15):
        team.opened(severity=Severity.CRITICAL)
        team.pass_time(minutes=3)
        team.opened(severity=Severity.WARNING)
        team.pass_time(minutes=1)

    assert team.paged() == ["alice", "bob"]


def test_only_what_is_worse_than_ever_in_this_spell_is_paged_anew(team: World) -> None:
    team.opened(severity=Severity.WARNING)
    team.opened(severity=Severity.INFO)
    assert team.paged() == ["alice"]

    team.opened(severity=Severity.WARNING)
    assert team.paged() == []

    team.opened(severity=Severity.CRITICAL)
    assert team.paged() == ["alice"]


def test_a_severity_that_comes_back_to_what_is_paged_goes_on_where_it_stood(team: World) -> None:
    steps = (("user:alice", FIVE_MINUTES), ("user:bob", FIVE_MINUTES))
    team.escalation_policy(*steps, severities=CRITICAL)
    team.opened(severity=Severity.CRITICAL)
    team.opened(severity=Severity.INFO)
    team.pass_time(minutes=6)
    assert team.paged() == ["alice"]

    team.opened(severity=Severity.CRITICAL)
    team.pass_time(seconds=1)

    assert team.paged() == ["bob"]


def test_the_responder_hears_that_it_became_worse_by_the_rules_for_that_severity(
    world: World,
) -> None:
    rules = (
        NotificationRule(by=ContactMethod.EMAIL),
        NotificationRule(by=ContactMethod.SMS, severities=CRITICAL),
    )
    world.user("alice", *rules)
    world.escalation_policy(("user:alice", FIVE_MINUTES))
    alert_id = world.opened(severity=Severity.WARNING)
    world.acknowledge(alert_id)

    world.opened(severity=Severity.CRITICAL)
    world.pass_time(hours=1)

    assert heard(world) == [
        ("alert.paged", "email"),
        ("alert.worsened", "email"),
        ("alert.worsened", "sms"),
    ]
    assert world.alert(alert_id).status is AlertStatus.ACKNOWLEDGED
    assert world.providers.received[-1].news == "It is critical now, and you have it."


@pytest.mark.parametrize("by", ["key:01ARZ3", "integration:prod-prometheus", "ghost"])
def test_where_no_person_has_it_the_targets_of_the_last_step_hear(team: World, by: str) -> None:
    alert_id = team.opened(severity=Severity.WARNING)
    team.acknowledge(alert_id, by=Actor(by))

    team.opened(severity=Severity.CRITICAL)

    assert heard(team) == [
        ("alert.paged", "email"),
        ("alert.acknowledged", "email"),
        ("alert.worsened", "email"),
    ]


def test_it_is_told_once_and_not_with_every_swing(team: World) -> None:
    alert_id = team.opened(severity=Severity.WARNING)
    team.acknowledge(alert_id)
    for _ in range(3):
        team.opened(severity=Severity.CRITICAL)
        team.opened(severity=Severity.WARNING)

    assert heard(team) == [("alert.paged", "email"), ("alert.worsened", "email")]


def test_the_time_to_resolve_it_begins_anew(world: World) -> None:
    world.user("alice")
    world.escalation_policy(("user:alice", FIVE_MINUTES), ack_timeout=30 * MINUTE)
    alert_id = world.opened(severity=Severity.WARNING)
    world.acknowledge(alert_id)
    world.pass_time(minutes=20)

    world.opened(severity=Severity.CRITICAL)
    world.pass_time(seconds=1)

    assert world.next_action(alert_id).at == NINE + 50 * MINUTE
    assert world.alert(alert_id).acknowledged_at == NINE


@pytest.mark.parametrize("is_given_back", [True, False], ids=["given back", "timed out"])
def test_what_became_worse_while_somebody_had_it_is_for_the_policy_of_now(
    world: World, *, is_given_back: bool
) -> None:
    for name in ("alice", "bob"):
        world.user(name)
    office, night = frozenset((Severity.WARNING,)), CRITICAL
    world.escalation_policy(
        ("user:alice", HOUR), name="office", severities=office, ack_timeout=30 * MINUTE
    )
    world.escalation_policy(
        ("user:bob", HOUR), name="night", severities=night, ack_timeout=30 * MINUTE
    )
    for severity, policy in (("warning", "office"), ("critical", "night")):
        match = (Matcher.parse(f'severity="{severity}"'),)
        route = Route(name=policy, match=match, escalation_policy=policy)
        world.keep(world.routes, route)
    alert_id = world.opened(severity=Severity.WARNING)
    world.acknowledge(alert_id)
    world.opened(severity=Severity.CRITICAL)
    world.pass_time(seconds=1)
    assert world.paged() == ["alice"]

    if is_given_back:
        world.unacknowledge(alert_id)
    world.pass_time(minutes=31)

    assert world.paged() == ["bob"]


def test_what_became_worse_and_was_given_back_is_not_told_as_worse_any_more(world: World) -> None:
    late = NotificationRule(by=ContactMethod.SMS, after=FIVE_MINUTES, severities=CRITICAL)
    world.user("alice", NotificationRule(by=ContactMethod.EMAIL), late)
    world.user("bob")
    world.escalation_policy(("user:alice", HOUR), ("user:bob", HOUR))
    alert_id = world.opened(severity=Severity.WARNING)
    world.acknowledge(alert_id)
    world.opened(severity=Severity.CRITICAL)

    world.unacknowledge(alert_id)
    world.pass_time(minutes=10)

    assert ("alert.worsened", "sms+5m") not in heard(world)


def test_an_acknowledgement_of_what_opened_asleep_times_out_too(world: World) -> None:
    world.user("alice")
    world.escalation_policy(("user:alice", HOUR), ack_timeout=30 * MINUTE)
    first = world.opened()
    world.snooze(first, 2 * HOUR)
    world.resolve(first)
    world.pass_time(minutes=5)
    second = world.opened()
    world.acknowledge(second)
    assert world.next_action(second).kind == "wake"

    world.pass_time(hours=3)

    assert "unacknowledged" in world.happened(second)


@pytest.mark.parametrize("sticky", [False, True], ids=["at the rise", "at the end of the snooze"])
def test_what_became_worse_while_it_was_snoozed_is_paged_by_the_policy_that_it_is_for_now(
    team: World, *, sticky: bool
) -> None:
    team.escalation_policy(
        ("user:alice", FIVE_MINUTES), name="office", severities=frozenset((Severity.WARNING,))
    )
    match = (Matcher.parse('severity="warning"'),)
    team.keep(team.routes, Route(name="office", match=match, escalation_policy="office"))
    team.escalation_policy(("user:bob", FIVE_MINUTES))
    alert_id = team.opened(severity=Severity.WARNING)
    assert team.paged() == ["alice"]
    team.snooze(alert_id, HOUR, sticky_severity=sticky)

    team.opened(severity=Severity.CRITICAL)
    team.pass_time(hours=1)

    assert team.paged() == ["bob"]


@pytest.mark.parametrize("by_hand", [True, False], ids=["by hand", "in time"])
def test_what_became_worse_asleep_for_its_responder_is_told_once_when_it_wakes(
    team: World, *, by_hand: bool
) -> None:
    team.escalation_policy(("user:bob", HOUR), name="night", ack_timeout=30 * MINUTE)
    match = (Matcher.parse('severity="critical"'),)
    team.keep(team.routes, Route(name="night", match=match, escalation_policy="night"))
    alert_id = team.opened(severity=Severity.WARNING)
    team.acknowledge(alert_id)
    team.snooze(alert_id, HOUR, sticky_severity=True)
    team.opened(severity=Severity.CRITICAL)
    assert heard(team) == [("alert.paged", "email")]

    if by_hand:
        team.unsnooze(alert_id)
    team.pass_time(hours=0 if by_hand else 1, seconds=1)

    told = [("alert.paged", "email"), ("alert.worsened", "email")]
    assert heard(team) == told
    assert team.alert(alert_id).escalation.policy == "night"
    team.pass_time(hours=1)
    # Bob is paged when its time to resolve is over, and Alice hears that she has it no more.
    assert heard(team) == [*told, ("alert.unacknowledged", "email")]
    assert heard(team, "bob") == [("alert.paged", "email")]


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.CRITICAL])
def test_what_is_no_worse_than_its_responder_knows_is_not_told_when_it_wakes(
    team: World, severity: Severity
) -> None:
    """It rose before it was acknowledged, or has come down again."""
    alert_id = team.opened(severity=Severity.WARNING)
    team.snooze(alert_id, HOUR, sticky_severity=True)
    if severity is Severity.WARNING:
        team.acknowledge(alert_id)
    team.opened(severity=Severity.CRITICAL)
    if severity is Severity.CRITICAL:
        team.acknowledge(alert_id)
    team.opened(severity=severity)

    team.pass_time(hours=2)

    assert heard(team) == [("alert.paged", "email")]


def test_that_it_became_critical_does_not_wait_in_the_line_of_milder_pages() -> None:
    world = HeldWorld()
    world.channel("ops", rate_per_minute=1)
    world.escalation_policy(("channel:ops", HOUR))
    alert_id = world.opened(severity=Severity.WARNING)
    for number in range(20):
        world.signal(f"disk-{number}", severity=Severity.WARNING)
    world.deliver()
    world.acknowledge(alert_id, by=Actor("key:01ARZ3"))

    world.opened(severity=Severity.CRITICAL)
    world.run(until=NINE + MINUTE)

    news = [(it.news, it.message.wording.title) for it in world.provider.received]
    assert ("It is critical now, and the key 01ARZ3 has it.", "disk-full") in news
