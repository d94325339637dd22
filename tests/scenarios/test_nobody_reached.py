"""An alert that reaches nobody says so, and the last resort is told."""

import pytest

from tests.examples import MINUTE
from tests.fakes.world import World
from tocsin.domain.escalation import NO_POLICY_PAGES
from tocsin.domain.ids import AlertId
from tocsin.domain.last_resort import EVERY, NO_TOPIC
from tocsin.domain.notification import DeliveryState, NotificationEvent
from tocsin.domain.people import ContactMethod, NotificationRule, User
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts
from tocsin.domain.timeline import ChangeType
from tocsin.usecases.refusals import DeliveryFailedError

UNREACHABLE = "frank has no contact method"
REFUSED = DeliveryFailedError("AWS refused: MessageRejected", is_retryable=False)


@pytest.fixture
def frank_only(world: World) -> World:
    """The policy asks a user who cannot be reached."""
    world.keep(world.users, User(name="frank"))
    world.escalation_policy(("user:frank", 5 * MINUTE))
    return world


def _why(world: World, alert_id: AlertId) -> str:
    return world.next_action(alert_id).why


def _told(world: World) -> list[str]:
    assert world.topic is not None
    return world.topic.texts


def _lines(world: World, alert_id: AlertId) -> list[tuple[DeliveryState, str | None]]:
    return [
        (each.state, each.reason)
        for each in world.notifications.of_alert(alert_id)
        if each.delivery.event is NotificationEvent.UNREACHED
    ]


def test_a_user_without_a_contact_method_is_named_in_why(frank_only: World) -> None:
    alert_id = frank_only.opened()

    assert _why(frank_only, alert_id) == f"reached nobody: {UNREACHABLE}"


def test_the_timeline_says_that_nobody_was_reached_and_why(frank_only: World) -> None:
    alert_id = frank_only.opened()

    (entry,) = (it for it in frank_only.timeline(alert_id) if it.type is ChangeType.REACHED_NOBODY)
    assert (entry.by, entry.details) == ("auto", {"reason": UNREACHABLE})


def test_an_alert_that_no_policy_pages_has_reached_nobody(world: World) -> None:
    alert_id = world.opened()

    assert _why(world, alert_id) == f"reached nobody: {NO_POLICY_PAGES}"
    assert world.happened(alert_id)[:2] == ["fired", "reached_nobody"]


def test_a_policy_that_leaves_a_severity_out_reaches_nobody_by_choice(world: World) -> None:
    world.user("alice")
    world.escalation_policy(("user:alice", 5 * MINUTE), severities=frozenset((Severity.CRITICAL,)))

    alert_id = world.opened(severity=Severity.WARNING)

    assert _why(world, alert_id) == "default pages nobody for this severity"
    assert _told(world) == []


@pytest.mark.parametrize("severity", [Severity.CRITICAL, Severity.WARNING])
def test_the_last_resort_is_told_at_once(world: World, severity: Severity) -> None:
    world.opened("checkout down", severity=severity)

    assert _told(world) == [f"{severity.upper()} checkout down reached nobody: {NO_POLICY_PAGES}."]


def test_an_info_that_reaches_nobody_is_only_listed(world: World) -> None:
    alert_id = world.opened(severity=Severity.INFO)

    assert world.happened(alert_id) == ["fired"]
    assert _told(world) == []


def test_refused_messages_of_a_whole_run_have_reached_nobody(team: World) -> None:
    team.providers.fail("email", REFUSED, REFUSED)

    alert_id = team.opened()

    assert _why(team, alert_id) == (
        "reached nobody: alice by e-mail: AWS refused: MessageRejected; "
        "bob by e-mail: AWS refused: MessageRejected"
    )
    assert len(_told(team)) == 1


def test_a_run_that_reached_somebody_in_a_later_step_says_nothing(team: World) -> None:
    team.providers.fail("email", REFUSED)

    alert_id = team.opened()
    team.pass_time(minutes=10)

    assert team.paged() == ["bob"]
    assert "reached_nobody" not in team.happened(alert_id)
    assert "every step of default was paged" in _why(team, alert_id)


def test_a_step_that_may_still_reach_somebody_is_waited_for(world: World) -> None:
    world.user(
        "alice",
        NotificationRule(by=ContactMethod.EMAIL),
        NotificationRule(by=ContactMethod.SMS, after=20 * MINUTE),
    )
    world.escalation_policy(("user:alice", 5 * MINUTE))
    world.providers.fail("email", REFUSED)
    world.providers.fail("sms+20m", REFUSED)

    alert_id = world.opened()
    world.pass_time(minutes=19)
    assert "reached_nobody" not in world.happened(alert_id)

    world.pass_time(minutes=2)
    assert "reached_nobody" in world.happened(alert_id)
    assert len(_told(world)) == 1


def test_many_reasons_are_counted_and_kept_short(world: World) -> None:
    for number in range(9):
        world.keep(world.users, User(name=f"frank-{number}-{'x' * 200}"[:60]))
    names = tuple(sorted(f"user:{each.name}" for each in world.users.list()))
    world.escalation_policy((names, 5 * MINUTE))

    why = _why(world, world.opened())

    assert why.endswith("; and 6 more")
    assert len(why) < 400


def test_a_repeated_run_tells_the_last_resort_once(frank_only: World) -> None:
    frank_only.escalation_policy(("user:frank", 5 * MINUTE), repeat=3)

    alert_id = frank_only.opened()
    assert _why(frank_only, alert_id).startswith(f"reached nobody: {UNREACHABLE}; step 1 of")
    frank_only.pass_time(hours=1)

    assert frank_only.alert(alert_id).escalation.loop == 4
    assert frank_only.happened(alert_id).count("reached_nobody") == 1
    assert len(_told(frank_only)) == 1


def test_a_person_who_is_reached_in_a_later_run_ends_it(frank_only: World) -> None:
    frank_only.escalation_policy(("user:frank", 5 * MINUTE), repeat=1)
    alert_id = frank_only.opened()

    frank_only.user("frank")
    frank_only.pass_time(minutes=6)

    assert frank_only.paged() == ["frank"]
    assert frank_only.alert(alert_id).escalation.unreached is None
    assert "reached nobody" not in _why(frank_only, alert_id)


def test_a_rise_in_severity_asks_anew(frank_only: World) -> None:
    alert_id = frank_only.opened(severity=Severity.WARNING)
    frank_only.user("frank")

    frank_only.signal(severity=Severity.CRITICAL)

    assert frank_only.paged() == ["frank"]
    assert "reached nobody" not in _why(frank_only, alert_id)


def test_a_rise_that_reaches_nobody_either_is_told_too(frank_only: World) -> None:
    alert_id = frank_only.opened(severity=Severity.WARNING)

    frank_only.signal(severity=Severity.CRITICAL)
    frank_only.pass_time(minutes=6)

    assert frank_only.happened(alert_id).count("reached_nobody") == 2
    assert [it.partition(" ")[0] for it in _told(frank_only)] == ["WARNING", "CRITICAL"]


def test_a_policy_removed_before_anybody_was_reached(frank_only: World) -> None:
    frank_only.escalation_policy(("user:frank", 5 * MINUTE), repeat=1)
    alert_id = frank_only.opened()
    policy = frank_only.policies.get("default")
    frank_only.policies.delete(policy, write_id=frank_only.new_write_id())

    frank_only.pass_time(minutes=6)

    assert _why(frank_only, alert_id).startswith("reached nobody: ")


def test_who_gave_it_back_was_reached(world: World) -> None:
    world.user("alice")
    world.escalation_policy(("user:alice", 5 * MINUTE))
    alert_id = world.opened()
    world.acknowledge(alert_id)

    world.unacknowledge(alert_id)
    world.pass_time(minutes=10)

    assert "gave it back" in _why(world, alert_id)
    assert _told(world) == []


def test_who_gave_it_back_and_was_never_paged_was_not_reached(world: World) -> None:
    world.keep(world.users, User(name="frank"))
    world.user("alice")
    world.escalation_policy(("user:alice", 5 * MINUTE), ("user:frank", 5 * MINUTE))
    world.providers.fail("email", DeliveryFailedError("SES is down", is_retryable=True))
    alert_id = world.opened()
    world.acknowledge(alert_id)
    world.pass_time(minutes=1)

    world.unacknowledge(alert_id)
    world.pass_time(minutes=10)

    assert _why(world, alert_id).startswith("reached nobody: ")
    assert len(_told(world)) == 1


# The last resort


def test_more_alerts_are_counted_after_five_minutes(world: World) -> None:
    first = world.now
    world.opened("alert-0")
    for number in range(1, 8):
        world.pass_time(seconds=10)
        world.opened(f"alert-{number}")
    assert len(_told(world)) == 1

    world.pass_time(minutes=6)

    assert world.topic is not None
    (_, (at, message)) = world.topic.told
    assert at == first + EVERY
    assert message.text.startswith("7 more alerts reached nobody since 09:00 UTC. One of them: ")
    assert message.subject == "7 more alerts reached nobody since 09:00 UTC"


def test_every_alert_that_was_counted_is_marked_as_sent(world: World) -> None:
    opened = [world.opened(f"alert-{number}") for number in range(4)]
    waiting = [line for alert_id in opened for line in _lines(world, alert_id)]
    assert sum(state is DeliveryState.WAITING for state, _ in waiting) == 3

    world.pass_time(minutes=6)

    for alert_id in opened:
        assert _lines(world, alert_id) == [(DeliveryState.SENT, None)]
    assert not world.last_resort.read().waiting


def test_after_a_quiet_time_an_alert_is_told_at_once_again(world: World) -> None:
    world.opened("one")
    world.pass_time(minutes=6)

    world.opened("two")

    assert len(_told(world)) == 2


def test_a_single_alert_that_waited_is_told_in_full(world: World) -> None:
    world.opened("one")
    world.opened("two")

    world.pass_time(minutes=6)

    assert _told(world)[1].startswith("CRITICAL two reached nobody: ")


def test_what_is_acknowledged_meanwhile_is_not_counted(world: World) -> None:
    world.opened("one")
    two, three = world.opened("two"), world.opened("three")
    world.acknowledge(two)

    world.pass_time(minutes=11)

    assert [it.split()[1] for it in _told(world)] == ["one", "three"]
    assert _lines(world, two)[0][0] is DeliveryState.SKIPPED
    assert _lines(world, three)[0][0] is DeliveryState.SENT
    assert not world.last_resort.read().waiting


def test_a_topic_that_fails_is_tried_again(world: World) -> None:
    assert world.topic is not None
    world.topic.failures = [DeliveryFailedError("AWS refused: InternalError", is_retryable=True)]

    alert_id = world.opened()
    assert _lines(world, alert_id) == [(DeliveryState.RETRYING, "AWS refused: InternalError")]
    world.pass_time(seconds=6)

    assert len(_told(world)) == 1
    assert _lines(world, alert_id) == [(DeliveryState.SENT, None)]


def test_a_topic_that_refuses_for_good_holds_up_no_other_alert(world: World) -> None:
    assert world.topic is not None
    world.topic.failures = [REFUSED]
    refused = world.opened("one")

    other = world.opened("two")

    assert _lines(world, refused)[0][0] is DeliveryState.FAILED
    assert _lines(world, other) == [(DeliveryState.SENT, None)]


def test_a_stack_without_a_backstop_says_so_in_the_ledger(world: World) -> None:
    world.topic = None

    alert_id = world.opened()

    assert _lines(world, alert_id) == [(DeliveryState.SKIPPED, NO_TOPIC)]


def test_the_message_fits_sns_and_mentions_what_counts(world: World) -> None:
    assert world.topic is not None
    facts = Facts(name="checkout", summary="checkout: 8.4\u00a0% of requests fail " + "ü" * 300)
    world.signal(facts=facts)

    ((_, message),) = world.topic.told
    assert len(message.subject) < 100
    assert message.subject.isascii()
    assert message.subject.startswith("CRITICAL reached nobody: checkout: 8.4")
    assert len(message.text) < 320
    assert NO_POLICY_PAGES in message.text


def test_nothing_happens_while_no_alert_reaches_nobody(team: World) -> None:
    team.opened()
    before = team.last_resort.read()

    team.pass_time(hours=1)

    assert team.last_resort.read() == before
    assert before.version == 0
