"""What happens when nobody acknowledges, and what stops it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.examples import BOB, HOUR, MINUTE, NINE
from tests.fakes.world import World
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.consequences import StoredChange
from tocsin.domain.escalation import Escalation
from tocsin.domain.ids import Actor
from tocsin.domain.matcher import Matcher
from tocsin.domain.next_action import ActionKind
from tocsin.domain.people import ContactMethod, NotificationRule, User
from tocsin.domain.reception import Outcome, Source
from tocsin.domain.routing import Route
from tocsin.domain.severity import Severity
from tocsin.domain.signal import SignalAction
from tocsin.usecases.follow_changes import follow_changes
from tocsin.usecases.refusals import DeliveryFailedError

FIVE_MINUTES = 5 * MINUTE


def test_an_unanswered_page_goes_to_the_next_responder(team: World) -> None:
    alert_id = team.opened()
    assert team.paged() == ["alice"]
    assert team.next_action(alert_id).why == "step 2 of default if nobody acknowledges"

    team.pass_time(minutes=4, seconds=59)
    assert team.paged() == []

    team.pass_time(seconds=1)
    assert team.paged() == ["bob"]
    assert team.alert(alert_id).escalation.step_name == "step-2"
    assert team.alert(alert_id).notification_count == 2


def test_an_acknowledgement_stops_the_escalation(team: World) -> None:
    alert_id = team.opened()
    team.pass_time(minutes=1)
    team.acknowledge(alert_id)

    team.pass_time(days=2)

    assert team.paged() == ["alice"]
    due = team.next_action(alert_id)
    assert (due.kind, due.why) == (ActionKind.NONE, "acknowledged by alice")
    assert not team.due.due(team.now), "nothing of it is left in the index"


def test_a_resolved_alert_pages_nobody_any_more(team: World) -> None:
    team.opened()
    team.signal(action=SignalAction.RESOLVE)

    team.pass_time(days=1)

    assert team.paged() == ["alice"]


def test_a_policy_is_repeated_up_to_its_maximum_and_then_exhausted(world: World) -> None:
    world.user("alice")
    world.channel("ops")
    world.escalation_policy(("user:alice", FIVE_MINUTES), ("channel:ops", FIVE_MINUTES), repeat=2)
    alert_id = world.opened()

    world.pass_time(days=1)

    assert world.paged() == ["alice", "ops"] * 3
    assert world.happened(alert_id)[-1] == "escalation_exhausted"
    assert world.happened(alert_id).count("escalation_exhausted") == 1
    ended = world.timeline(alert_id)[-1]
    assert ended.at == NINE + 30 * MINUTE
    assert world.next_action(alert_id).why == (
        "every step of default was paged, and nobody acknowledged"
    )


def test_a_repeat_inside_five_minutes_is_delivered(world: World) -> None:
    world.channel("ops")
    world.escalation_policy(("channel:ops", MINUTE), repeat=3)
    world.opened()

    world.pass_time(minutes=3)

    assert [it.at - NINE for it in world.providers.received] == [n * MINUTE for n in range(4)]
    assert len({it.key for it in world.providers.received}) == 4


def test_somebody_who_is_asked_twice_is_told_once(world: World) -> None:
    world.user("alice")
    world.escalation_policy((("user:alice", "user:alice"), FIVE_MINUTES))

    world.opened()

    assert world.paged() == ["alice"]


def test_a_step_with_nobody_reachable_leads_to_the_next_at_once_with_a_warning(
    world: World,
) -> None:
    world.user("bob")
    world.escalation_policy(("user:ghost", FIVE_MINUTES), ("user:bob", FIVE_MINUTES))

    alert_id = world.opened()

    assert world.paged() == ["bob"]
    assert world.providers.received[0].at == NINE
    warning = next(it for it in world.timeline(alert_id) if it.type == "notification_skipped")
    assert warning.details["reason"] == "there is no user ghost"
    escalated = next(it for it in world.timeline(alert_id) if it.type == "escalated")
    assert escalated.details["reason"] == "nobody in the step was reached"


def test_a_policy_of_which_nobody_is_reachable_is_exhausted_not_endless(world: World) -> None:
    world.escalation_policy(("user:ghost", FIVE_MINUTES), ("channel:gone", FIVE_MINUTES), repeat=1)

    alert_id = world.opened()

    assert "escalation_exhausted" not in world.happened(alert_id), "the next run waits"
    world.pass_time(minutes=6)
    assert world.paged() == []
    assert "escalation_exhausted" in world.happened(alert_id)


def test_personal_rules_follow_each_other_until_somebody_acts(world: World) -> None:
    world.user(
        "alice",
        NotificationRule(by=ContactMethod.EMAIL),
        NotificationRule(by=ContactMethod.SMS, after=FIVE_MINUTES),
        NotificationRule(by=ContactMethod.SLACK, after=20 * MINUTE),
    )
    world.channel("chat", "slack")
    world.escalation_policy(("user:alice", HOUR))
    alert_id = world.opened()
    world.pass_time(minutes=6)

    world.acknowledge(alert_id)
    world.pass_time(hours=1)

    assert [(it.channel, it.at - NINE) for it in world.providers.received] == [
        ("email", timedelta()),
        ("sms+5m", FIVE_MINUTES),
    ]
    skipped = world.timeline(alert_id)[-1]
    assert skipped.details["reason"] == "already acknowledged by alice"


def test_rules_for_other_severities_are_left_out(world: World) -> None:
    critical = frozenset((Severity.CRITICAL,))
    world.user(
        "alice",
        NotificationRule(by=ContactMethod.EMAIL),
        NotificationRule(by=ContactMethod.SMS, severities=critical),
    )
    world.escalation_policy(("user:alice", HOUR))

    world.signal("cpu", severity=Severity.WARNING)
    world.signal("disk", severity=Severity.CRITICAL)

    assert [it.channel for it in world.providers.received] == ["email", "email", "sms"]


@pytest.mark.parametrize(
    ("severity", "contacts", "told"),
    [
        (
            "critical",
            {"email": "a@example.com", "phone": "+1", "slack_id": "U1"},
            "email sms slack",
        ),
        ("critical", {"phone": "+1"}, "sms"),
        ("warning", {"email": "a@example.com", "phone": "+1", "slack_id": "U1"}, "email slack"),
        ("warning", {"email": "a@example.com", "phone": "+1"}, "email"),
        ("warning", {"phone": "+1"}, "sms"),
        ("info", {"email": "a@example.com", "phone": "+1", "slack_id": "U1"}, ""),
    ],
)
def test_a_user_without_rules_is_told_by_every_method_of_a_critical_and_quietly_of_a_warning(
    world: World, severity: str, contacts: dict[str, str], told: str
) -> None:
    world.channel("chat", "slack")
    world.keep(world.users, User(name="alice", **contacts))  # type: ignore[arg-type]
    world.escalation_policy(("user:alice", HOUR))

    world.opened(severity=Severity(severity))

    assert [it.channel for it in world.providers.received] == told.split()


def test_a_severity_that_the_policy_leaves_out_pages_nobody_and_says_so(world: World) -> None:
    world.channel("ops")
    paging = frozenset((Severity.CRITICAL, Severity.WARNING))
    world.escalation_policy(("channel:ops", FIVE_MINUTES), severities=paging)

    alert_id = world.opened(severity=Severity.INFO)

    assert world.paged() == []
    assert world.next_action(alert_id).why == "default pages nobody for this severity"


def test_a_severity_that_falls_below_what_is_paged_stops_the_escalation_and_says_so(
    world: World,
) -> None:
    world.channel("ops")
    paging = frozenset((Severity.CRITICAL,))
    steps = (("channel:ops", FIVE_MINUTES), ("channel:ops", FIVE_MINUTES))
    world.escalation_policy(*steps, severities=paging)
    alert_id = world.opened(severity=Severity.CRITICAL)
    world.signal(severity=Severity.INFO)

    world.pass_time(minutes=6)

    assert world.paged() == ["ops"]
    last = world.timeline(alert_id)[-1]
    assert (last.type.value, last.details["reason"]) == (
        "notification_skipped",
        "default pages nobody for this severity",
    )


def test_a_severity_that_rises_is_paged_anew(team: World) -> None:
    alert_id = team.opened(severity=Severity.INFO)
    assert team.paged() == ["alice"]
    team.pass_time(minutes=6)
    assert team.paged() == ["bob"]

    team.signal(severity=Severity.CRITICAL)

    assert team.paged() == ["alice"]
    assert team.alert(alert_id).escalation.loop == 2
    team.pass_time(minutes=5)
    assert team.paged() == ["bob"]


def test_a_snooze_holds_the_escalation_and_its_end_starts_it_from_the_first_step(
    team: World,
) -> None:
    alert_id = team.opened()
    team.pass_time(minutes=6)
    assert team.paged() == ["alice", "bob"]
    team.snooze(alert_id, HOUR)

    team.pass_time(minutes=59)
    assert team.paged() == []

    team.pass_time(minutes=1)
    assert team.paged() == ["alice"]
    team.pass_time(minutes=5)
    assert team.paged() == ["bob"]


def test_an_alert_that_is_woken_by_hand_is_paged_again(team: World) -> None:
    alert_id = team.opened()
    team.snooze(alert_id, HOUR)
    assert team.paged() == ["alice"]
    team.pass_time(minutes=1)

    team.unsnooze(alert_id)
    team.pass_time(seconds=1)

    assert team.paged() == ["alice"]


def test_an_alert_that_is_given_back_asks_the_next_step_at_once(team: World) -> None:
    alert_id = team.opened()
    team.pass_time(minutes=1)
    team.acknowledge(alert_id)
    team.pass_time(hours=2)
    assert team.paged() == ["alice"]

    team.unacknowledge(alert_id)
    team.pass_time(seconds=1)

    assert team.paged() == ["bob"]


def test_who_gives_an_alert_back_is_not_asked_again_in_this_run(world: World) -> None:
    for name in ("alice", "bob", "carol"):
        world.user(name)
    steps = ("user:alice", FIVE_MINUTES), (("user:alice", "user:carol"), FIVE_MINUTES)
    world.escalation_policy(*steps, ("user:bob", FIVE_MINUTES), repeat=1)
    alert_id = world.opened()
    world.acknowledge(alert_id)
    assert world.paged() == ["alice"]

    world.unacknowledge(alert_id)
    world.pass_time(minutes=6)

    assert world.paged() == ["carol", "bob"]
    world.pass_time(minutes=5)
    assert world.paged() == ["alice"], "the next run asks everybody"


def test_an_acknowledgement_that_times_out_later_asks_who_gave_it_back_too(team: World) -> None:
    both = ("user:alice", "user:bob")
    team.escalation_policy((both, FIVE_MINUTES), (both, FIVE_MINUTES), ack_timeout=HOUR)
    alert_id = team.opened()
    team.pass_time(minutes=1)
    team.acknowledge(alert_id)
    team.unacknowledge(alert_id)
    team.pass_time(seconds=1)
    assert team.paged() == ["alice", "bob", "bob"]
    team.acknowledge(alert_id, by=BOB)

    team.pass_time(hours=1)

    assert team.paged() == ["alice", "bob"]


def test_a_step_that_asks_only_who_gave_it_back_leads_to_the_next_at_once(team: World) -> None:
    steps = (("user:alice", FIVE_MINUTES), ("user:alice", FIVE_MINUTES), ("user:bob", FIVE_MINUTES))
    team.escalation_policy(*steps)
    alert_id = team.opened()
    team.acknowledge(alert_id)

    team.unacknowledge(alert_id)
    team.pass_time(seconds=1)

    assert team.paged() == ["alice", "bob"]


def test_where_nobody_is_left_after_giving_back_the_next_run_waits_for_the_delay(
    world: World,
) -> None:
    world.user("alice")
    world.escalation_policy(("user:alice", FIVE_MINUTES), repeat=1)
    alert_id = world.opened()
    world.acknowledge(alert_id)
    world.pass_time(hours=1)
    world.unacknowledge(alert_id)
    world.pass_time(minutes=4)
    assert world.paged() == ["alice"]

    world.pass_time(minutes=2)

    assert world.paged() == ["alice"]


def test_an_alert_that_is_given_back_and_asks_nobody_else_says_so(world: World) -> None:
    world.user("alice")
    world.escalation_policy(("user:alice", FIVE_MINUTES))
    alert_id = world.opened()
    world.acknowledge(alert_id)

    world.unacknowledge(alert_id)
    world.pass_time(seconds=1)

    why = world.next_action(alert_id).why
    assert why == "alice gave it back, and default has nobody left to ask"
    assert "escalation_exhausted" in world.happened(alert_id)


def test_an_alert_that_was_given_back_and_then_asked_others_in_vain_does_not_deny_that(
    team: World,
) -> None:
    alert_id = team.opened()
    team.acknowledge(alert_id)
    team.unacknowledge(alert_id)

    team.pass_time(minutes=30)

    assert team.paged() == ["alice", "bob"]
    why = team.next_action(alert_id).why
    assert why == "alice gave it back, and default has nobody left to ask"


def test_an_acknowledgement_that_times_out_fires_again_and_escalates_on(team: World) -> None:
    steps = (("user:alice", FIVE_MINUTES), ("user:bob", FIVE_MINUTES))
    team.escalation_policy(*steps, ack_timeout=30 * MINUTE)
    alert_id = team.opened()
    team.acknowledge(alert_id)
    assert team.next_action(alert_id).at == NINE + 30 * MINUTE
    assert team.paged() == ["alice"]

    team.pass_time(minutes=30)

    assert team.alert(alert_id).status is AlertStatus.FIRING
    assert team.paged() == ["alice"]
    team.pass_time(minutes=5)
    assert team.paged() == ["bob"]


def test_an_acknowledgement_of_an_exhausted_alert_times_out_too(world: World) -> None:
    world.user("alice")
    world.escalation_policy(("user:alice", MINUTE), ack_timeout=30 * MINUTE)
    alert_id = world.opened()
    world.pass_time(minutes=2)
    assert "escalation_exhausted" in world.happened(alert_id)
    world.acknowledge(alert_id)

    world.pass_time(minutes=31)

    assert world.paged() == ["alice", "alice"]


def test_a_refire_begins_a_new_escalation_without_the_acknowledgement(team: World) -> None:
    first = team.opened()
    team.acknowledge(first)
    team.signal(action=SignalAction.RESOLVE)
    team.pass_time(minutes=1)

    receipt = team.signal()
    team.pass_time(seconds=1)

    assert receipt.outcome is Outcome.REOPENED
    assert team.paged() == ["alice", "alice"]


def test_an_alert_that_opens_while_its_key_is_snoozed_is_paged_when_it_wakes(team: World) -> None:
    first = team.opened()
    team.snooze(first, HOUR)
    team.resolve(first)
    team.pass_time(minutes=10)
    second = team.opened()
    assert team.paged() == ["alice"]

    team.pass_time(minutes=50)

    assert team.paged() == ["alice"]
    assert team.providers.received[-1].alert_id == second


def test_the_integration_goes_before_the_routes_and_those_before_the_default(world: World) -> None:
    for name in ("default", "payments", "named"):
        world.channel(name)
        world.escalation_policy((f"channel:{name}", FIVE_MINUTES), name=name)
    match = (Matcher.parse('name=~"pay.*"'),)
    world.keep(
        world.routes,
        Route(name="payments", match=match, escalation_policy="payments"),
    )

    world.signal("disk-full")
    world.signal("payments-down")
    world.signal("payments-slow", source=Source(integration="x", escalation_policy="named"))

    assert world.paged() == ["default", "payments", "named"]


def test_those_who_were_told_hear_that_somebody_has_it(world: World) -> None:
    world.channel("ops")
    world.escalation_policy(("channel:ops", FIVE_MINUTES))
    alert_id = world.opened()

    world.acknowledge(alert_id)
    world.resolve(alert_id)

    assert [it.event.value for it in world.providers.received] == [
        "alert.paged",
        "alert.acknowledged",
        "alert.resolved",
    ]


@pytest.mark.parametrize("type_", ["webhook", "console", "slack"])
def test_a_change_that_the_stream_tells_again_is_no_news_to_those_whom_it_paged(
    world: World, type_: str
) -> None:
    world.channel("ops", type_)
    world.escalation_policy(("channel:ops", FIVE_MINUTES))
    alert_id = world.opened()
    asleep = world.snooze(alert_id, HOUR)
    world.pass_time(hours=1)
    told = heard(world)

    tell_again(world, asleep)

    assert told == ["alert.paged", "alert.snoozed", "alert.woken", "alert.paged"]
    assert heard(world) == told


def test_a_webhook_hears_of_a_change_once_although_a_page_reached_it_meanwhile(
    world: World,
) -> None:
    world.channel("ops")
    world.escalation_policy(("channel:ops", FIVE_MINUTES), ("channel:ops", FIVE_MINUTES))
    alert_id = world.opened()
    world.providers.fail("ops", DeliveryFailedError("busy", is_retryable=True))
    world.pass_time(minutes=5)
    before = world.alert(alert_id)
    world.acknowledge(alert_id)
    told = heard(world)
    second = next(it for it in world.notifications.of_alert(alert_id) if it.delivery.step == 2)
    reached = replace(second.claim(at=world.now).sent(None, at=world.now), version=second.version)
    world.notifications.update(second, reached, write_id=world.new_write_id())

    tell_again(world, before)

    assert told == ["alert.paged", "alert.acknowledged"]
    assert heard(world) == told


def heard(world: World) -> list[str]:
    """What has reached anybody."""
    return [it.event.value for it in world.providers.received]


def tell_again(world: World, before: Alert) -> None:
    """Let the stream bring the newest change once more."""
    after = world.alert(before.alert_id)
    changes = world.changes(after.fingerprint)
    stored = StoredChange(before=before, after=after, listed_occurrences=1, changes=changes)
    follow_changes([stored], now=world.now, outlets=world.outlets)
    world.pass_time(seconds=1)


@pytest.mark.parametrize(("by", "asked"), [("carol", "alice"), ("alice", "bob")])
def test_a_new_run_that_was_not_begun_yet_is_begun_when_the_alert_is_given_back(
    team: World, by: str, asked: str
) -> None:
    """It wakes, and before its timer comes a person acknowledges it and gives it back."""
    alert_id = team.opened()
    team.snooze(alert_id, HOUR)
    team.unsnooze(alert_id)
    team.acknowledge(alert_id, by=Actor(by))
    team.unacknowledge(alert_id, by=Actor(by))
    team.paged()

    team.pass_time(minutes=1)

    assert team.paged() == [asked]


def test_an_acknowledgement_that_times_out_before_a_new_run_was_begun_skips_nobody() -> None:
    asked = Escalation(loop=1, step=2, asked=("first", "second"))
    once = asked.wanted_again(NINE)

    assert once.wanted_again(NINE).asked == once.asked == ("first",)
