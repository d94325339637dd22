"""People ask others about an alert now, beside its policy."""

import pytest

from tests.examples import ALICE, BOB, HOUR, MINUTE
from tests.fakes.world import World
from tocsin.domain.alert import AlertStatus
from tocsin.domain.errors import (
    AlreadyAcknowledgedError,
    AlreadyResolvedError,
    NoStepLeftError,
)
from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.ids import Actor
from tocsin.domain.notification import DeliveryState, NotificationReason
from tocsin.domain.people import ContactMethod, NotificationRule
from tocsin.domain.phrase import plain
from tocsin.domain.severity import Severity
from tocsin.usecases.refusals import DeliveryFailedError


@pytest.fixture
def world() -> World:
    """Alice is asked first, then Bob; Carol is in no policy."""
    world = World()
    for name in ("alice", "bob", "carol"):
        world.user(name, NotificationRule(by=ContactMethod.EMAIL))
    world.channel("ops")
    world.escalation_policy(("user:alice", 10 * MINUTE), ("user:bob", 10 * MINUTE))
    return world


# Page


def test_people_are_asked_at_once_and_the_policy_goes_on(world: World) -> None:
    alert_id = world.opened()
    world.pass_time(minutes=4)
    assert world.paged() == ["alice"]

    world.page(alert_id, "user:carol", "channel:ops")

    assert world.paged() == ["carol", "ops"]
    world.pass_time(minutes=5, seconds=59)
    assert world.paged() == []
    world.pass_time(seconds=1)
    assert world.paged() == ["bob"]
    assert world.alert(alert_id).notification_count == 4


def test_a_person_is_asked_by_their_own_rules(world: World) -> None:
    world.user(
        "carol",
        NotificationRule(by=ContactMethod.EMAIL),
        NotificationRule(by=ContactMethod.SMS, after=5 * MINUTE),
        NotificationRule(by=ContactMethod.SLACK, severities=frozenset((Severity.INFO,))),
    )
    alert_id = world.opened()
    world.page(alert_id, "user:carol")
    world.pass_time(minutes=6)

    asked = [it.channel for it in world.providers.received if it.target == "user:carol"]
    assert asked == ["email", "sms+5m"]


def test_each_time_is_a_message_of_its_own(world: World) -> None:
    alert_id = world.opened()
    world.page(alert_id, "user:carol")
    world.page(alert_id, "user:carol")
    world.page(alert_id, "user:alice")

    assert world.paged() == ["alice", "carol", "carol", "alice"]
    keys = {it.delivery.key for it in world.notifications.of_alert(alert_id)}
    assert len(keys) == 4


def test_what_is_still_to_be_sent_is_not_once_a_person_has_it(world: World) -> None:
    world.user("carol", NotificationRule(by=ContactMethod.SMS, after=5 * MINUTE))
    alert_id = world.opened()
    world.page(alert_id, "user:carol")
    world.acknowledge(alert_id, by=Actor("link:carol"))
    world.pass_time(minutes=6)

    assert world.paged() == ["alice"]
    [asked] = [it for it in world.notifications.of_alert(alert_id) if it.delivery.is_by_hand]
    assert (asked.state, asked.reason) == (
        DeliveryState.SKIPPED,
        "already acknowledged by carol",
    )


def test_who_gave_it_back_is_not_asked_by_the_rest_of_an_older_request(world: World) -> None:
    world.user("carol", NotificationRule(by=ContactMethod.SMS, after=5 * MINUTE))
    alert_id = world.opened()
    world.page(alert_id, "user:carol")
    world.acknowledge(alert_id, by=Actor("carol"))
    world.unacknowledge(alert_id, by=Actor("carol"))
    world.pass_time(minutes=6)

    assert "carol" not in world.paged()


def test_help_can_be_asked_for_about_what_one_has(world: World) -> None:
    alert_id = world.opened()
    world.acknowledge(alert_id)

    world.page(alert_id, "user:carol")

    assert world.paged() == ["alice", "carol"]
    assert world.alert(alert_id).status is AlertStatus.ACKNOWLEDGED


def test_people_are_asked_about_what_is_snoozed(world: World) -> None:
    alert_id = world.opened()
    world.snooze(alert_id, HOUR)

    world.page(alert_id, "user:carol")

    assert world.paged() == ["alice", "carol"]


def test_people_are_asked_although_no_policy_pages(world: World) -> None:
    world.escalation_policy(("user:alice", 10 * MINUTE), severities=frozenset((Severity.CRITICAL,)))
    alert_id = world.opened(severity=Severity.WARNING)

    world.page(alert_id, "user:carol")

    assert world.paged() == ["carol"]


def test_a_target_that_cannot_be_reached_is_skipped_with_the_reason(world: World) -> None:
    world.user("carol", NotificationRule(by=ContactMethod.EMAIL, severities=frozenset()))
    alert_id = world.opened()

    world.page(alert_id, "user:carol", "user:bob")

    assert world.paged() == ["alice", "bob"]
    [skipped] = [
        it for it in world.notifications.of_alert(alert_id) if it.state is DeliveryState.SKIPPED
    ]
    assert skipped.reason == "no notification rule of carol is for critical"


def test_nobody_is_asked_about_what_is_over(world: World) -> None:
    alert_id = world.opened()
    world.resolve(alert_id)

    with pytest.raises(AlreadyResolvedError):
        world.page(alert_id, "user:carol")
    with pytest.raises(AlreadyResolvedError):
        world.assign(alert_id, "carol")
    with pytest.raises(AlreadyResolvedError):
        world.escalate(alert_id)


def test_the_timeline_names_who_asked_whom(world: World) -> None:
    alert_id = world.opened()
    world.page(alert_id, "user:carol", by=BOB)

    [paged] = [it for it in world.timeline(alert_id) if it.type == "paged"]
    assert (paged.by, paged.details) == (BOB, {"targets": ["user:carol"]})


def test_slack_messages_and_webhooks_follow_the_alert(world: World) -> None:
    """Those that a person asked for, as those of a step."""
    world.escalation_policy(("user:alice", HOUR))
    alert_id = world.opened()
    world.page(alert_id, "channel:ops")
    world.acknowledge(alert_id)

    told = [it.event.value for it in world.providers.received if it.target == "channel:ops"]
    assert told == ["alert.paged", "alert.acknowledged"]


def test_the_sweep_finds_those_who_were_never_asked(world: World) -> None:
    alert_id = world.opened()
    world.paged()
    world.alerts.update(
        world.alert(alert_id),
        world.alert(alert_id).paged((Target(TargetKind.USER, "carol"),), by=ALICE, at=world.now),
        write_id=world.new_write_id(),
    )
    world.table.records.clear()
    world.pass_time(minutes=6)

    found = world.sweep()

    assert [finding.ailment.value for finding in found] == ["unasked"]
    assert world.paged().count("carol") == 1
    assert world.sweep() == ()


def test_the_sweep_asks_nobody_twice(world: World) -> None:
    alert_id = world.opened()
    world.page(alert_id, "user:carol")
    world.pass_time(minutes=9)
    world.paged()

    assert world.sweep() == ()
    assert world.paged() == []


# Assign


def test_the_person_is_asked_and_shown(world: World) -> None:
    alert_id = world.opened()

    world.assign(alert_id, "carol")

    assert world.paged() == ["alice", "carol"]
    assert world.alert(alert_id).assigned_to == "carol"
    reasons = [it.delivery.reason for it in world.notifications.of_alert(alert_id)]
    assert NotificationReason.ASSIGNED in reasons


def test_the_delay_of_the_step_begins_anew(world: World) -> None:
    alert_id = world.opened()
    world.pass_time(minutes=8)
    world.assign(alert_id, "carol")
    world.paged()

    world.pass_time(minutes=9, seconds=59)
    assert world.paged() == []
    world.pass_time(seconds=1)
    assert world.paged() == ["bob"]


def test_a_late_message_of_the_step_does_not_shorten_the_time_given(world: World) -> None:
    world.user(
        "alice",
        NotificationRule(by=ContactMethod.EMAIL),
        NotificationRule(by=ContactMethod.SMS, after=9 * MINUTE),
    )
    world.providers.fail("sms+9m", DeliveryFailedError("no such number", is_retryable=False))
    alert_id = world.opened()
    world.pass_time(minutes=8)
    world.assign(alert_id, "carol")
    world.pass_time(minutes=9, seconds=59)
    assert "notification_failed" in world.happened(alert_id)
    assert world.alert(alert_id).escalation.step == 1
    world.pass_time(seconds=1)
    assert world.alert(alert_id).escalation.step == 2


def test_an_acknowledgement_stays_and_the_person_is_told(world: World) -> None:
    alert_id = world.opened()
    world.acknowledge(alert_id)
    world.paged()

    world.assign(alert_id, "carol")

    alert = world.alert(alert_id)
    assert (alert.status, alert.acknowledged_by) == (AlertStatus.ACKNOWLEDGED, ALICE)
    assert (alert.assigned_to, world.paged()) == ("carol", ["carol"])


def test_it_is_theirs_until_another_takes_it(world: World) -> None:
    alert_id = world.opened()
    world.assign(alert_id, "carol")
    assert world.acknowledge(alert_id, by=Actor("slack:carol")).assigned_to == "carol"
    assert world.unacknowledge(alert_id, by=Actor("auto")).assigned_to == "carol"
    assert world.acknowledge(alert_id, by=BOB).assigned_to is None
    world.assign(alert_id, "carol")
    assert world.unacknowledge(alert_id, by=Actor("link:carol")).assigned_to is None


# Escalate


def test_the_next_step_begins_at_once(world: World) -> None:
    alert_id = world.opened()
    world.pass_time(minutes=1)
    world.paged()

    world.escalate(alert_id, by=BOB, note="I am on a train")

    assert world.paged() == ["bob"]
    [escalated] = [it for it in world.timeline(alert_id) if it.type == "escalated"]
    assert (escalated.by, escalated.details) == (
        BOB,
        {"from_step": "step-1", "to_step": "step-2", "loop": 1, "note": "I am on a train"},
    )
    world.pass_time(minutes=9, seconds=59)
    assert "escalation_exhausted" not in world.happened(alert_id)
    world.pass_time(seconds=1)
    assert "escalation_exhausted" in world.happened(alert_id)


def test_after_the_last_step_the_next_run_begins_if_there_is_one(world: World) -> None:
    world.escalation_policy(("user:alice", 10 * MINUTE), repeat=1)
    alert_id = world.opened()
    world.pass_time(minutes=1)

    world.escalate(alert_id)

    assert world.paged() == ["alice", "alice"]
    assert world.alert(alert_id).escalation.loop == 2
    with pytest.raises(NoStepLeftError, match="every step of default was paged"):
        world.escalate(alert_id)


def test_a_step_added_to_the_policy_can_be_begun_after_its_end(world: World) -> None:
    alert_id = world.opened()
    world.pass_time(hours=1)
    world.paged()
    world.escalation_policy(
        ("user:alice", 10 * MINUTE), ("user:bob", 10 * MINUTE), ("user:carol", 10 * MINUTE)
    )

    world.escalate(alert_id)

    assert world.paged() == ["carol"]


def test_where_nobody_is_paged_no_step_can_begin(world: World) -> None:
    world.escalation_policy(("user:alice", 10 * MINUTE), severities=frozenset((Severity.CRITICAL,)))
    alert_id = world.opened(severity=Severity.WARNING)

    with pytest.raises(NoStepLeftError, match="pages nobody for this severity"):
        world.escalate(alert_id)


def test_what_somebody_has_is_given_back_before(world: World) -> None:
    alert_id = world.opened()
    world.acknowledge(alert_id, by=Actor("link:bob"))

    with pytest.raises(AlreadyAcknowledgedError, match=r"^bob already acknowledged this alert\."):
        world.escalate(alert_id)


def test_what_is_snoozed_is_woken_before(world: World) -> None:
    alert_id = world.opened()
    world.snooze(alert_id, HOUR)

    with pytest.raises(NoStepLeftError, match="snoozed"):
        world.escalate(alert_id)


# Words


def test_the_message_names_who_asks_and_why(world: World) -> None:
    alert_id = world.opened()
    world.page(alert_id, "user:carol", by=Actor("link:bob"), note="It is your cluster")
    world.assign(alert_id, "bob")

    said = {it.target: plain(it.message.why_you).lower() for it in world.providers.received}
    assert said["user:carol"].startswith("bob asks you")
    assert "it is your cluster" in said["user:carol"]
    assert said["user:bob"].startswith("alice gives you this alert")


@pytest.mark.parametrize("alice", ["alice", "link:alice", "slack:alice"])
def test_who_gave_it_back_is_not_asked_again_however_they_did(world: World, alice: str) -> None:
    world.escalation_policy(("user:alice", HOUR), (("user:alice", "user:bob"), HOUR))
    alert_id = world.opened()
    world.acknowledge(alert_id, by=Actor(alice))
    world.paged()

    world.unacknowledge(alert_id, by=Actor(alice))
    world.pass_time(seconds=1)

    assert world.paged() == ["bob"]
