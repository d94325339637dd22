"""Where parts meet: asking by hand, the last resort, the sweep, policies that page nobody."""

import pytest

from tests.examples import ALICE, MINUTE, NINE
from tests.fakes.world import World
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.cron import Cron
from tocsin.domain.escalation import NO_POLICY_PAGES, Target, TargetKind
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.ids import Actor, AlertId, fingerprint
from tocsin.domain.integration import HEARTBEATS, Token
from tocsin.domain.next_action import ONLY_ASKED
from tocsin.domain.notification import DeliveryState, NotificationEvent
from tocsin.domain.people import User
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts, Signal, SignalAction
from tocsin.usecases.ask_people import Opening, open_by_hand
from tocsin.usecases.refusals import DeliveryFailedError

REFUSED = DeliveryFailedError("AWS refused: MessageRejected", is_retryable=False)
BUSY = DeliveryFailedError("busy", is_retryable=True)
UNREACHABLE = "frank has no contact method"


@pytest.fixture
def world() -> World:
    """Carol can be reached and Frank cannot; no policy is there."""
    world = World()
    world.user("carol")
    world.keep(world.users, User(name="frank"))
    return world


def by_hand(world: World, *users: str, policy: str | None = None) -> AlertId:
    """Alice opens an alert of her own."""
    signal = Signal(
        action=SignalAction.TRIGGER,
        dedup_key="no payments",
        severity=Severity.CRITICAL,
        facts=Facts(name="no payments", summary="no payments"),
    )
    targets = tuple(Target(TargetKind.USER, name) for name in users)
    opening = Opening(signal=signal, by=ALICE, at=world.now, policy=policy, targets=targets)
    alert = open_by_hand(
        opening, slots=world.slots, paging=world.paging, new_write_id=world.new_write_id
    )
    world.follow()
    world.pass_time(seconds=0)
    return alert.alert_id


def why(world: World, alert_id: AlertId) -> str:
    return world.next_action(alert_id).why


def told(world: World) -> list[str]:
    assert world.topic is not None
    return world.topic.texts


# An alert of one's own, with targets and no policy


def test_targets_that_were_reached_are_enough(world: World) -> None:
    alert_id = by_hand(world, "carol", "frank")
    world.pass_time(hours=1)

    assert world.paged() == ["carol"]
    assert why(world, alert_id) == ONLY_ASKED
    assert (told(world), "reached_nobody" in world.happened(alert_id)) == ([], False)


def test_targets_of_which_none_can_be_reached_go_to_the_last_resort(world: World) -> None:
    alert_id = by_hand(world, "frank")

    assert why(world, alert_id) == f"reached nobody: {UNREACHABLE}"
    assert told(world) == [f"CRITICAL no payments reached nobody: {UNREACHABLE}."]


def test_targets_whose_messages_are_refused_go_to_the_last_resort(world: World) -> None:
    world.providers.fail("email", REFUSED)

    alert_id = by_hand(world, "carol", "frank")

    assert sorted(why(world, alert_id).removeprefix("reached nobody: ").split("; ")) == [
        "carol by e-mail: AWS refused: MessageRejected",
        UNREACHABLE,
    ]
    assert len(told(world)) == 1


def test_a_target_that_may_still_be_reached_is_waited_for(world: World) -> None:
    world.providers.fail("email", BUSY)

    alert_id = by_hand(world, "frank", "carol")
    assert told(world) == []
    world.pass_time(minutes=1)

    assert world.paged() == ["carol"]
    assert "reached_nobody" not in world.happened(alert_id)


def test_who_gives_back_what_no_policy_pages_leaves_it_to_the_last_resort(world: World) -> None:
    alert_id = by_hand(world, "carol")
    world.acknowledge(alert_id, by=Actor("link:carol"))
    world.unacknowledge(alert_id, by=Actor("link:carol"))
    world.pass_time(seconds=1)

    assert why(world, alert_id) == f"reached nobody: {NO_POLICY_PAGES}"
    assert len(told(world)) == 1


# Asked by hand, after nobody was reached


def test_who_is_asked_by_hand_ends_it(world: World) -> None:
    alert_id = world.opened()
    assert why(world, alert_id) == f"reached nobody: {NO_POLICY_PAGES}"

    world.page(alert_id, "user:carol")

    assert world.paged() == ["carol"]
    assert world.alert(alert_id).escalation.unreached is None
    assert why(world, alert_id) == ONLY_ASKED


def test_who_is_asked_by_hand_and_not_reached_leaves_it_as_it_was(world: World) -> None:
    alert_id = world.opened()

    world.page(alert_id, "user:frank")
    world.pass_time(hours=1)

    assert why(world, alert_id) == f"reached nobody: {NO_POLICY_PAGES}"
    assert len(told(world)) == 1


def test_what_waits_for_the_last_resort_is_not_told_once_a_person_was_asked(world: World) -> None:
    world.opened("one")
    two = world.opened("two")
    world.page(two, "user:carol")
    world.pass_time(minutes=6)

    assert [text.split()[1] for text in told(world)] == ["one"]
    [line] = [
        it
        for it in world.notifications.of_alert(two)
        if it.delivery.event is NotificationEvent.UNREACHED
    ]
    assert (line.state, line.reason) == (
        DeliveryState.SKIPPED,
        "a person was reached meanwhile",
    )


def test_a_run_is_not_over_while_whom_a_person_asked_may_be_reached(world: World) -> None:
    world.user("dave")
    world.escalation_policy(("user:frank", 5 * MINUTE), ("user:dave", 5 * MINUTE))
    world.providers.fail("email", BUSY, REFUSED)
    alert_id = by_hand(world, "carol", policy="default")
    assert told(world) == [], "dave is refused, and carol's message is tried again"

    world.pass_time(minutes=1)

    assert world.paged() == ["carol"]
    assert "reached_nobody" not in world.happened(alert_id)


def test_a_policy_that_pages_nobody_by_choice_and_targets_who_are_not_reached(
    world: World,
) -> None:
    world.escalation_policy(("user:carol", MINUTE), severities=frozenset())

    alert_id = by_hand(world, "frank", policy="default")

    assert why(world, alert_id) == f"reached nobody: {UNREACHABLE}"
    assert len(told(world)) == 1


def test_a_step_that_reached_a_person_counts_after_its_policy_is_gone(world: World) -> None:
    world.escalation_policy(("user:carol", 5 * MINUTE), ("user:carol", 5 * MINUTE))
    alert_id = world.opened()
    policy = world.policies.get("default")
    world.policies.delete(policy, write_id=world.new_write_id())
    world.pass_time(minutes=6)

    world.page(alert_id, "user:frank")

    assert "reached_nobody" not in world.happened(alert_id)
    assert told(world) == []


# The sweep


def test_the_sweep_finds_a_lost_message_to_the_last_resort(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as losing:
        losing.setattr(world.deliveries, "send", lambda *_, **__: None)
        alert_id = world.opened()
    world.pass_time(minutes=16)
    assert told(world) == []

    found = world.sweep()
    world.pass_time(seconds=1)

    assert [(it.alert.alert_id, it.ailment.value) for it in found] == [(alert_id, "stuck")]
    assert [text.split()[1] for text in told(world)] == ["disk-full"]


# Heartbeats by cron


@pytest.fixture
def nightly(world: World) -> World:
    """Expected each day at 09:30, and pinged once before."""
    heartbeat = Heartbeat(
        name="nightly",
        cron=Cron(expression="30 9 * * *", time_zone="UTC"),
        grace=MINUTE,
        severity=Severity.WARNING,
        created_at=NINE,
        token=Token.of("0123456789abcdef0123456789abcdef"),
    ).watched(NINE)
    world.heartbeats.put(None, heartbeat, write_id=world.new_write_id())
    world.hear("nightly")
    return world


def missed(world: World) -> Alert:
    found = world.slots.in_slot(fingerprint(HEARTBEATS, "heartbeat:nightly"))
    assert found is not None
    return found


def test_a_miss_that_no_policy_pages_is_told_to_the_last_resort_each_time(nightly: World) -> None:
    nightly.pass_time(minutes=32)
    assert why(nightly, missed(nightly).alert_id) == f"reached nobody: {NO_POLICY_PAGES}"
    nightly.hear("nightly")
    assert missed(nightly).status is AlertStatus.RESOLVED

    nightly.pass_time(days=1)

    assert [text.split()[0] for text in told(nightly)] == ["WARNING", "WARNING"]


def test_a_miss_of_a_severity_that_the_policy_leaves_out_is_only_listed(nightly: World) -> None:
    nightly.escalation_policy(
        ("user:frank", MINUTE), severities=frozenset((Severity.CRITICAL, Severity.INFO))
    )

    nightly.pass_time(minutes=32)

    assert why(nightly, missed(nightly).alert_id) == "default pages nobody for this severity"
    assert told(nightly) == []


def test_a_ping_before_its_turn_takes_a_miss_out_of_the_last_resorts_count(nightly: World) -> None:
    nightly.pass_time(minutes=30)
    nightly.opened("disk-full")
    nightly.pass_time(minutes=1, seconds=30)
    nightly.hear("nightly")

    nightly.pass_time(minutes=10)

    assert [text.split()[1] for text in told(nightly)] == ["disk-full"]
