"""A policy is edited, replaced or deleted while alerts wait in it: nobody is skipped."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.examples import HOUR, MINUTE
from tests.fakes.world import World
from tests.scenarios.test_new_configuration import Remembering
from tocsin.domain.escalation import EscalationPolicy, Step, Target, TargetKind
from tocsin.domain.integration import Integration, IntegrationType
from tocsin.domain.people import ContactMethod, NotificationRule
from tocsin.domain.reception import Source
from tocsin.usecases.follow_changes import Outlets

FIVE_MINUTES = timedelta(minutes=5)
SECOND = timedelta(seconds=1)
SPECIAL = Source(integration="prod-prometheus", escalation_policy="special")


@pytest.fixture
def world() -> World:
    world = World()
    for name in ("alice", "bob", "carol"):
        world.user(name)
    return world


def test_the_next_responder_is_asked_although_the_step_before_was_removed(world: World) -> None:
    world.escalation_policy(("user:alice", FIVE_MINUTES), ("user:bob", FIVE_MINUTES))
    world.opened()
    assert world.paged() == ["alice"]
    world.escalation_policy(("user:bob", FIVE_MINUTES))

    world.pass_time(minutes=6)

    assert world.paged() == ["bob"]


def test_a_step_that_was_appended_is_asked(world: World) -> None:
    world.escalation_policy(("user:alice", FIVE_MINUTES))
    world.opened()
    world.pass_time(minutes=1)
    world.escalation_policy(("user:alice", FIVE_MINUTES), ("user:bob", FIVE_MINUTES))

    world.pass_time(minutes=6)

    assert world.paged() == ["alice", "bob"]


def test_a_step_that_was_put_in_front_is_asked_and_then_the_others(world: World) -> None:
    world.escalation_policy(("user:alice", FIVE_MINUTES), ("user:bob", FIVE_MINUTES))
    alert_id = world.opened()
    world.escalation_policy(
        ("user:carol", FIVE_MINUTES), ("user:alice", FIVE_MINUTES), ("user:bob", FIVE_MINUTES)
    )

    world.pass_time(hours=1)

    assert world.paged() == ["alice", "carol", "bob"]
    assert "escalation_exhausted" in world.happened(alert_id)


def test_a_target_that_was_exchanged_in_a_step_is_asked(world: World) -> None:
    world.escalation_policy(("user:alice", FIVE_MINUTES), ("user:bob", FIVE_MINUTES))
    world.opened()
    world.escalation_policy(("user:carol", FIVE_MINUTES), ("user:bob", FIVE_MINUTES))

    world.pass_time(hours=1)

    assert world.paged() == ["alice", "carol", "bob"]


def test_somebody_who_stands_in_two_steps_is_asked_in_both(world: World) -> None:
    world.escalation_policy(
        ("user:alice", FIVE_MINUTES), ("user:bob", FIVE_MINUTES), ("user:alice", FIVE_MINUTES)
    )
    world.opened()

    world.pass_time(hours=1)

    assert world.paged() == ["alice", "bob", "alice"]


def test_a_repeat_that_was_taken_away_is_not_run(world: World) -> None:
    world.escalation_policy(("user:alice", FIVE_MINUTES), repeat=3)
    world.opened()
    world.escalation_policy(("user:alice", FIVE_MINUTES))

    world.pass_time(hours=1)

    assert world.paged() == ["alice"]


def test_the_policy_that_takes_over_from_a_removed_one_begins_with_its_first_step(
    world: World,
) -> None:
    world.escalation_policy(("user:alice", FIVE_MINUTES), ("user:bob", HOUR), name="special")
    world.escalation_policy(("user:carol", FIVE_MINUTES), ("user:bob", FIVE_MINUTES))
    alert_id = world.opened(source=SPECIAL)
    assert world.paged() == ["alice"]
    special = world.policies.get("special")
    world.policies.delete(special, write_id=world.new_write_id())

    world.pass_time(minutes=6)

    assert world.paged() == ["carol"]
    assert world.alert(alert_id).escalation.loop == 2
    world.pass_time(minutes=5)
    assert world.paged() == ["bob"]


def test_an_alert_of_a_removed_policy_follows_what_its_integration_asks_for_now(
    world: World,
) -> None:
    world.escalation_policy(("user:alice", FIVE_MINUTES), name="special")
    world.escalation_policy(("user:carol", FIVE_MINUTES))
    world.escalation_policy(("user:bob", FIVE_MINUTES), name="new")
    world.opened(source=SPECIAL)
    asking = Integration(
        name="prod-prometheus",
        type=IntegrationType.ALERTMANAGER,
        created_at=world.now,
        escalation_policy="new",
    )
    world.integrations.put(None, asking, write_id=world.new_write_id())
    special = world.policies.get("special")
    world.policies.delete(special, write_id=world.new_write_id())

    world.pass_time(minutes=6)

    assert world.paged() == ["alice", "bob"]


def test_an_acknowledgement_that_times_out_asks_somebody_although_the_policy_became_shorter(
    world: World,
) -> None:
    steps = (("user:alice", FIVE_MINUTES), ("user:bob", FIVE_MINUTES))
    world.escalation_policy(*steps, ack_timeout=30 * MINUTE)
    alert_id = world.opened()
    world.pass_time(minutes=6)
    world.acknowledge(alert_id)
    world.escalation_policy(("user:carol", FIVE_MINUTES), ack_timeout=30 * MINUTE)
    world.paged()

    world.pass_time(hours=1)

    assert world.paged() == ["carol"]


def test_a_step_that_was_appended_a_moment_ago_is_asked_before_a_policy_is_exhausted() -> None:
    world = Remembering()
    for name in ("alice", "bob"):
        world.user(name)
    world.escalation_policy(("user:alice", 10 * SECOND))
    world.opened()
    world.pass_time(seconds=5)
    world.escalation_policy(("user:alice", 10 * SECOND), ("user:bob", 10 * SECOND))

    world.pass_time(seconds=6)

    assert world.paged() == ["alice", "bob"]


class TwoProcesses(World):
    """Intake and timers have just read the configuration; the stream's reader did 5 s ago."""

    def __init__(self) -> None:
        super().__init__()
        self.remembered = self.paging

    @property
    def outlets(self) -> Outlets:
        return replace(super().outlets, paging=self.remembered)


def policy(*steps: tuple[str, str]) -> EscalationPolicy:
    return EscalationPolicy(
        name="default",
        steps=tuple(
            Step(name=name, targets=(Target(TargetKind.USER, user),), delay=FIVE_MINUTES)
            for name, user in steps
        ),
    )


def test_a_step_pages_its_own_targets_though_the_streams_reader_remembers_others() -> None:
    world = TwoProcesses()
    for name in ("alice", "carol"):
        world.user(name)
    world.keep(world.policies, policy(("primary", "alice")))
    world.opened("known before")
    world.pass_time(seconds=2)
    world.keep(world.policies, policy(("night-desk", "carol"), ("primary", "alice")))
    world.pass_time(seconds=3)
    alert_id = world.opened()
    assert world.alert(alert_id).escalation.step_name == "night-desk"

    world.pass_time(hours=1)

    asked = [it.target for it in world.providers.received if it.alert_id == alert_id]
    assert asked == ["user:carol", "user:alice"]


def test_a_user_who_was_removed_is_not_told_any_more(world: World) -> None:
    rules = (
        NotificationRule(by=ContactMethod.EMAIL),
        NotificationRule(by=ContactMethod.SMS, after=10 * MINUTE),
    )
    world.user("alice", *rules)
    world.escalation_policy(("user:alice", HOUR))
    alert_id = world.opened()
    world.escalation_policy(("user:bob", HOUR))
    alice = world.users.get("alice")
    world.users.delete(alice, write_id=world.new_write_id())

    world.pass_time(minutes=11)

    told = [it.channel for it in world.providers.received if it.target == "user:alice"]
    assert told == ["email"]
    reasons = [it.details.get("reason") for it in world.timeline(alert_id)]
    assert "alice has no address for SMS any more" in reasons
