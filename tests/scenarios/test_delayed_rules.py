"""A delayed rule counts from when its user was first asked; a new run does not change that."""

from datetime import timedelta

import pytest

from tests.examples import HOUR, MINUTE, NINE
from tests.fakes.world import World
from tocsin.domain.people import ContactMethod, NotificationRule
from tocsin.domain.severity import Severity
from tocsin.domain.sweep import Ailment
from tocsin.usecases.refusals import DeliveryFailedError

THREE_MINUTES = timedelta(minutes=3)
FIVE_MINUTES = timedelta(minutes=5)
CRITICAL = frozenset((Severity.CRITICAL,))


@pytest.fixture
def team(world: World) -> World:
    """Alice gets e-mail at once and a text after five minutes; she is asked every three."""
    world.user(
        "alice",
        NotificationRule(by=ContactMethod.EMAIL),
        NotificationRule(by=ContactMethod.SMS, after=FIVE_MINUTES),
    )
    world.escalation_policy(("user:alice", THREE_MINUTES), repeat=9)
    return world


def with_a_late_text(world: World) -> None:
    """Alice is asked first, with a text after twenty minutes; then Bob, then the boss."""
    late = NotificationRule(by=ContactMethod.SMS, after=20 * MINUTE)
    world.user("alice", NotificationRule(by=ContactMethod.EMAIL), late)
    for name in ("bob", "boss"):
        world.user(name)
    world.escalation_policy(
        ("user:alice", FIVE_MINUTES), ("user:bob", FIVE_MINUTES), ("user:boss", HOUR)
    )


def lose_steps(world: World, monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    """The stream's records of this time never come."""
    with monkeypatch.context() as losing:
        losing.setattr(world, "_follow", world.table.records.clear)
        world.pass_time(minutes=minutes)


def texts(world: World) -> list[timedelta]:
    """When texts came, since nine."""
    return [it.at - NINE for it in world.providers.received if it.channel == "sms+5m"]


def test_a_text_after_five_minutes_comes_once_although_the_policy_repeats_each_three(
    team: World,
) -> None:
    team.opened()

    team.pass_time(hours=1)

    assert texts(team) == [FIVE_MINUTES]


def test_a_severity_that_rises_does_not_put_the_text_off(world: World) -> None:
    rules = NotificationRule(by=ContactMethod.SMS, after=FIVE_MINUTES)
    world.user("alice", NotificationRule(by=ContactMethod.EMAIL), rules)
    world.escalation_policy(("user:alice", HOUR))
    world.signal(severity=Severity.WARNING)
    world.pass_time(minutes=4)

    world.signal(severity=Severity.CRITICAL)
    world.pass_time(minutes=10)

    assert texts(world) == [FIVE_MINUTES]


def test_a_rule_that_a_rise_brings_counts_from_when_the_user_was_first_asked(world: World) -> None:
    rule = NotificationRule(by=ContactMethod.SMS, after=FIVE_MINUTES, severities=CRITICAL)
    world.user("alice", NotificationRule(by=ContactMethod.EMAIL), rule)
    world.escalation_policy(("user:alice", HOUR))
    world.signal(severity=Severity.WARNING)
    world.pass_time(minutes=8)

    world.signal(severity=Severity.CRITICAL)
    world.pass_time(seconds=1)

    assert texts(world) == [8 * MINUTE]


def test_an_acknowledgement_ends_it_and_a_new_firing_spell_begins_it_anew(team: World) -> None:
    alert_id = team.opened()
    team.pass_time(minutes=1)
    team.acknowledge(alert_id)
    team.pass_time(minutes=9)
    assert texts(team) == []

    team.unacknowledge(alert_id, by="bob")  # type: ignore[arg-type] # an actor is a text
    team.pass_time(minutes=20)

    assert len(texts(team)) == 1
    asked_again = next(it.at for it in team.providers.received if it.at > NINE + 10 * MINUTE)
    assert texts(team) == [asked_again - NINE + FIVE_MINUTES]


def test_a_step_with_a_late_rule_alone_waits_for_it(world: World) -> None:
    """Nobody is told before ten minutes, and that is no reason to ask the next one."""
    world.user("alice", NotificationRule(by=ContactMethod.SMS, after=10 * MINUTE))
    world.user("bob")
    world.escalation_policy(("user:alice", 30 * MINUTE), ("user:bob", HOUR))
    world.opened()

    world.pass_time(minutes=29)

    assert world.paged() == ["alice"]
    world.pass_time(minutes=2)
    assert world.paged() == ["bob"]


def test_a_late_text_of_the_step_before_does_not_pass_for_a_message_of_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stream is held up before Bob is told: the boss waits for that."""
    with_a_late_text(world)
    alert_id = world.opened()
    world.pass_time(minutes=4)
    with monkeypatch.context() as held_up:
        held_up.setattr(world, "_follow", lambda: None)

        world.pass_time(minutes=7)

    assert world.alert(alert_id).escalation.step == 2
    assert "had not gone out" in world.next_action(alert_id).why


def test_a_step_that_was_lost_is_found_although_a_late_text_waits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_a_late_text(world)
    world.opened()
    lose_steps(world, monkeypatch, minutes=5)
    world.pass_time(minutes=6)

    assert [finding.ailment for finding in world.sweep()] == [Ailment.UNPLANNED]


def test_a_run_that_was_lost_is_found_although_a_text_of_the_first_run_waits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_a_late_text(world)
    world.escalation_policy(("user:alice", 12 * MINUTE), repeat=1)
    alert_id = world.opened()
    world.pass_time(minutes=11)
    lose_steps(world, monkeypatch, minutes=2)
    world.now += 5 * MINUTE

    found = [finding.ailment for finding in world.sweep()]
    world.pass_time(seconds=1)

    assert found == [Ailment.UNPLANNED]
    told = [it.channel for it in world.providers.received if it.alert_id == alert_id]
    assert told == ["email", "email"]


def test_a_run_waits_for_its_messages_although_a_text_of_the_first_run_is_there(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert_id = team.opened()
    team.pass_time(minutes=2)
    lose_steps(team, monkeypatch, minutes=5)

    assert "had not gone out" in team.next_action(alert_id).why


def test_a_run_that_sends_nothing_at_once_is_neither_lost_nor_waited_for(world: World) -> None:
    """It has become milder, and a rule for what is critical alone sends at once."""
    late = NotificationRule(by=ContactMethod.SMS, after=THREE_MINUTES)
    world.user("alice", NotificationRule(by=ContactMethod.EMAIL, severities=CRITICAL), late)
    world.user("bob")
    world.escalation_policy(
        ("user:alice", MINUTE), ("user:alice", 7 * MINUTE), ("user:bob", 7 * MINUTE)
    )
    world.signal(severity=Severity.CRITICAL)
    world.signal(severity=Severity.WARNING)
    world.pass_time(minutes=7, seconds=30)

    assert world.sweep() == ()
    world.pass_time(minutes=1)
    assert [it.at - NINE for it in world.providers.received if it.target == "user:bob"] == [
        8 * MINUTE
    ]


def test_a_user_who_is_asked_again_and_will_get_a_text_is_not_passed_over(world: World) -> None:
    with_a_late_text(world)
    world.escalation_policy(
        ("user:alice", THREE_MINUTES), ("user:alice", 20 * MINUTE), ("user:boss", HOUR)
    )
    world.opened()
    world.pass_time(minutes=2)
    world.providers.fail("email", DeliveryFailedError("refused", is_retryable=False))

    world.pass_time(minutes=20)

    assert world.paged() == ["alice", "alice"]


def test_a_text_that_was_sent_before_reaches_nobody_in_a_step_that_fails_later(
    world: World,
) -> None:
    with_a_late_text(world)
    world.escalation_policy(("user:alice", 25 * MINUTE), ("user:alice", HOUR), ("user:boss", HOUR))
    world.opened()
    world.pass_time(minutes=24)
    world.providers.fail("email", DeliveryFailedError("refused", is_retryable=False))

    world.pass_time(minutes=2)

    assert world.paged() == ["alice", "alice", "boss"]
