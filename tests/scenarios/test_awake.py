"""Stories of people who are awake: who is told how, and when the escalation goes on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.examples import HOUR, MINUTE, NINE
from tests.fakes.world import World
from tocsin.domain.awake import Awake, AwakeScope
from tocsin.domain.ids import AlertId
from tocsin.domain.next_action import ActionKind
from tocsin.domain.notification import DeliveryState, NotificationEvent
from tocsin.domain.people import ContactMethod, NotificationRule
from tocsin.domain.phrase import plain
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts
from tocsin.usecases.refusals import DeliveryFailedError

EMAIL = NotificationRule(by=ContactMethod.EMAIL)
SMS = NotificationRule(by=ContactMethod.SMS)


@pytest.fixture
def team(world: World) -> World:
    world.user("alice", EMAIL, SMS)
    world.user("bob")
    world.escalation_policy(("user:alice", 10 * MINUTE), ("user:bob", 10 * MINUTE))
    return world


def opened(
    team: World, key: str, *, service: str = "api", severity: Severity = Severity.CRITICAL
) -> AlertId:
    facts = Facts(name=key, summary=key, labels={"service": service})
    receipt = team.signal(key, severity=severity, facts=facts)
    assert receipt.alert_id is not None
    return receipt.alert_id


def alone(team: World, user: str = "alice") -> list[tuple[str, timedelta]]:
    """The pages that came alone: by which method, and how long after nine."""
    return [
        (it.channel, it.at - NINE)
        for it in team.providers.received
        if it.target == f"user:{user}" and it.event is NotificationEvent.PAGED
    ]


def digests(team: World, user: str = "alice") -> list[tuple[str, int, timedelta]]:
    """The digests, but for closing messages."""
    return [
        (it.channel, len(it.alert_ids), it.at - NINE)
        for it in team.providers.digests
        if it.target == f"user:{user}" and "I'm awake" not in plain(it.message.why_you)
    ]


def closing(team: World, user: str = "alice") -> list[tuple[str, str, timedelta]]:
    return [
        (it.channel, it.message.subject, it.at - NINE)
        for it in team.providers.digests
        if it.target == f"user:{user}" and "I'm awake" in plain(it.message.why_you)
    ]


def im_awake(
    team: World, user: str = "alice", *, minutes: float = 60, scope: AwakeScope = AwakeScope.MINE
) -> Awake:
    """Said, and the timer has come."""
    said = team.im_awake(user, minutes=minutes, scope=scope)
    team.pass_time()
    return said


def stay(team: World, *, minutes: int, user: str = "alice") -> None:
    """Time passes, and the person opens something every ten minutes."""
    for _ in range(minutes // 10):
        team.pass_time(minutes=10)
        team.look(user)
    team.pass_time(minutes=minutes % 10)


def test_what_was_told_before_holds_its_next_step_until_the_end(team: World) -> None:
    alert_id = opened(team, "disk")
    team.pass_time(minutes=2)

    im_awake(team, minutes=60)

    due = team.next_action(alert_id)
    assert (due.kind, due.at, due.step) == (ActionKind.RELEASE, NINE + 17 * MINUTE, 2)
    assert due.why == "alice is awake until 10:02 UTC; then step 2"
    assert due.targets == ("user:bob",)
    assert team.happened(alert_id)[-1] == "held"

    stay(team, minutes=55)
    assert alone(team, "bob") == []
    assert team.next_action(alert_id).why == "alice is awake until 10:02 UTC; then step 2"

    stay(team, minutes=10)
    assert alone(team, "bob") == [("email", 62 * MINUTE)]
    assert team.happened(alert_id).count("held") == 1


def test_a_step_whose_own_time_is_later_than_the_end_keeps_it(team: World) -> None:
    opened(team, "disk")
    team.pass_time(minutes=2)
    im_awake(team)
    team.pass_time(minutes=2)

    team.go_to_sleep()
    team.pass_time(minutes=30)

    assert alone(team, "bob") == [("email", 10 * MINUTE)]


def test_pages_wait_for_a_digest_every_five_minutes_and_no_sms_comes(team: World) -> None:
    opened(team, "disk-0")
    team.pass_time(minutes=10)
    before = alone(team)
    im_awake(team)

    related = [opened(team, f"disk-{number}") for number in range(1, 4)]
    team.pass_time(minutes=2)
    related += [opened(team, f"disk-{number}") for number in range(4, 7)]
    team.pass_time(minutes=4)
    related += [opened(team, f"disk-{number}") for number in range(7, 9)]
    team.pass_time(minutes=8)

    assert alone(team) == before
    assert digests(team) == [("email", 6, 15 * MINUTE), ("email", 2, 20 * MINUTE)]
    states = {
        (each.delivery.channel, each.state, each.reason)
        for alert_id in related
        for each in team.pages(alert_id)
    }
    assert states == {
        ("email", DeliveryState.SENT, None),
        ("sms", DeliveryState.SKIPPED, "alice is awake: told quietly, by another method"),
    }
    assert alone(team, "bob") == [("email", 10 * MINUTE)]


def test_what_waits_for_a_digest_holds_its_next_step_too(team: World) -> None:
    im_awake(team, minutes=120)
    opened(team, "first", severity=Severity.WARNING)
    alert_id = opened(team, "disk", severity=Severity.WARNING)

    assert team.next_action(alert_id).why == "alice is awake until 11:00 UTC; then step 2"

    stay(team, minutes=100)

    assert digests(team) == [("email", 2, 5 * MINUTE)]
    assert alone(team, "bob") == []
    assert team.next_action(alert_id).why == "alice is awake until 11:00 UTC; then step 2"


def test_an_unrelated_critical_goes_alone_by_every_method_and_keeps_its_clock(team: World) -> None:
    opened(team, "disk")
    team.pass_time(minutes=2)
    im_awake(team)
    before = alone(team)

    alert_id = opened(team, "db", service="db")
    related = opened(team, "db-2", service="db")
    team.pass_time(minutes=3)

    assert alone(team)[len(before) :] == [
        ("email", 2 * MINUTE),
        ("sms", 2 * MINUTE),
        ("email", 5 * MINUTE),  # the only one of its digest
    ]
    due = team.next_action(alert_id)
    assert (due.kind, due.at) == (ActionKind.ESCALATE, NINE + 12 * MINUTE)
    assert team.next_action(related).why.startswith("alice is awake until")

    stay(team, minutes=20)

    assert alone(team, "bob") == [("email", 12 * MINUTE)]
    assert [it.alert_id for it in team.providers.received if it.target == "user:bob"] == [alert_id]


def test_an_unrelated_warning_waits(team: World) -> None:
    opened(team, "disk")
    team.pass_time(minutes=2)
    im_awake(team)

    opened(team, "db", service="db", severity=Severity.WARNING)
    opened(team, "db-2", service="db", severity=Severity.WARNING)
    team.pass_time(minutes=6)

    assert len(alone(team)) == 2
    assert digests(team) == [("email", 2, 5 * MINUTE)]


def test_a_person_without_silent_methods_gets_digests_by_sms(team: World) -> None:
    team.user("alice", SMS)
    opened(team, "disk")
    team.pass_time(minutes=10)
    im_awake(team)

    for number in range(3):
        opened(team, f"disk-{number}")
    team.pass_time(minutes=6)

    assert alone(team) == [("sms", timedelta())]
    assert digests(team) == [("sms", 3, 15 * MINUTE)]


def test_what_the_silent_method_fails_to_tell_goes_on_to_the_next_step_at_once(
    team: World,
) -> None:
    opened(team, "disk-0")
    team.pass_time(minutes=10)
    im_awake(team)
    first, second = opened(team, "disk-1"), opened(team, "disk-2")
    team.providers.fail("email", DeliveryFailedError("no such mailbox", is_retryable=False))

    team.pass_time(minutes=6)

    named = [it.alert_id for it in team.providers.received if it.target == "user:bob"]
    named += [
        alert_id
        for it in team.providers.digests
        if it.target == "user:bob"
        for alert_id in it.alert_ids
    ]
    assert {first, second} <= set(named)


def test_the_escalation_goes_on_15_minutes_after_the_last_act(team: World) -> None:
    alert_id = opened(team, "disk")
    im_awake(team, minutes=240)
    team.pass_time(minutes=9)
    team.look()

    team.pass_time(minutes=14)
    assert alone(team, "bob") == []

    team.pass_time(minutes=2)
    assert alone(team, "bob") == [("email", 24 * MINUTE)]
    assert closing(team) == [
        (method, "Still there? 1 alert, 0 resolved, 24 min", 24 * MINUTE)
        for method in ("email", "sms")
    ]
    assert team.happened(alert_id).count("released") == 1


def test_the_escalation_goes_on_without_the_timer_of_the_person(team: World) -> None:
    """Each alert is looked at anew by its own timer."""
    opened(team, "disk")
    im_awake(team, minutes=240)
    stored = team.awake.get("alice")
    team.awake.put(stored, replace(stored, timer_at=None), write_id=team.new_write_id())
    team.table.records.clear()

    team.pass_time(minutes=30)

    assert alone(team, "bob") == [("email", 15 * MINUTE)]


@pytest.mark.parametrize("act", ["acknowledge", "resolve", "snooze"])
def test_who_acts_on_an_alert_is_not_asleep(team: World, act: str) -> None:
    opened(team, "disk")
    other = opened(team, "other")
    im_awake(team, minutes=240)
    team.pass_time(minutes=14)
    match act:
        case "acknowledge":
            team.acknowledge(other)
        case "resolve":
            team.resolve(other)
        case _:
            team.snooze(other, HOUR)
    assert team.awake.get("alice").seen_at == NINE + 14 * MINUTE

    team.pass_time(minutes=14)

    assert alone(team, "bob") == []


def test_one_message_at_the_end_says_what_came(team: World) -> None:
    first = opened(team, "disk-0")
    team.pass_time(minutes=1)
    im_awake(team)
    came = [first, *(opened(team, f"disk-{number}") for number in range(1, 5))]
    team.pass_time(minutes=6)
    for alert_id in came[:3]:
        team.resolve(alert_id)
    team.pass_time(minutes=6)

    team.go_to_sleep()
    team.pass_time(minutes=1)

    assert closing(team) == [("email", "You were awake: 5 alerts, 3 resolved, 12 min", 13 * MINUTE)]
    [message] = [it for it in team.providers.digests if it.at == NINE + 13 * MINUTE]
    assert set(message.alert_ids) == set(came)


def test_an_end_that_the_stream_brings_twice_is_told_once(team: World) -> None:
    opened(team, "disk")
    im_awake(team)
    team.go_to_sleep()
    records = list(team.awake.list())
    stored = records[0]

    team.awake.put(stored, stored, write_id=team.new_write_id())
    team.pass_time(minutes=1)

    assert len(closing(team)) == 1


def test_nothing_is_said_at_the_end_if_nothing_came(team: World) -> None:
    im_awake(team, minutes=60)
    stay(team, minutes=70)

    assert closing(team) == []
    [told] = team.notifications.of_alert(AlertId(team.awake.get("alice").session))
    assert (told.state, told.reason) == (DeliveryState.SKIPPED, "no alert came meanwhile")


def test_awake_for_the_team_holds_what_others_were_asked(team: World) -> None:
    team.user("carol")
    alert_id = opened(team, "disk")
    other = opened(team, "other", severity=Severity.WARNING)
    im_awake(team, "carol", minutes=60, scope=AwakeScope.TEAM)

    team.pass_time(minutes=1)
    later = opened(team, "db", service="db")
    stay(team, minutes=45, user="carol")

    assert team.next_action(alert_id).why == "carol is awake until 10:00 UTC; then step 2"
    assert team.next_action(other).why == "carol is awake until 10:00 UTC; then step 2"
    told = [it.alert_id for it in team.providers.received if it.target == "user:bob"]
    assert told == [later], "a critical that went alone to another keeps its clock"


def test_awake_for_oneself_leaves_what_others_were_asked(team: World) -> None:
    opened(team, "disk")
    team.user("carol")

    im_awake(team, "carol")
    team.pass_time(minutes=11)

    assert alone(team, "bob") == [("email", 10 * MINUTE)]


def test_said_again_it_lasts_longer(team: World) -> None:
    alert_id = opened(team, "disk")
    first = im_awake(team, minutes=30)
    stay(team, minutes=20)

    second = im_awake(team, minutes=60)

    assert second.session == first.session
    assert team.next_action(alert_id).why == "alice is awake until 10:20 UTC; then step 2"
    stay(team, minutes=55)
    assert alone(team, "bob") == []
    assert closing(team) == []


def test_a_silence_comes_before_and_an_awake_person_after_it(team: World) -> None:
    alert_id = opened(team, "disk")
    team.pass_time(minutes=1)
    im_awake(team, minutes=60)
    team.silence('severity=~".+"', minutes=10)
    team.pass_time()

    assert team.next_action(alert_id).why.startswith("silenced by deploy-42")

    team.pass_time(minutes=11)

    assert team.next_action(alert_id).why.startswith("alice is awake until")


def test_an_alert_that_is_held_after_the_end_goes_on_by_its_own_timer(team: World) -> None:
    """So the sweep need not report it, as it does with what a silence held."""
    alert_id = opened(team, "disk")
    im_awake(team, minutes=240)
    stored = team.awake.get("alice")
    ended = replace(stored.ended(team.now), timer_at=None)
    team.awake.put(stored, ended, write_id=team.new_write_id())
    team.table.records.clear()
    team.pass_time(minutes=3)

    assert team.sweep() == ()
    team.pass_time(minutes=12)

    assert team.alert(alert_id).hold is None
    assert alone(team, "bob") == [("email", 15 * MINUTE)]


def test_a_digest_says_who_is_called_after_the_end_and_why_it_came(team: World) -> None:
    opened(team, "disk")
    team.pass_time(minutes=10)
    im_awake(team)
    opened(team, "disk-1")
    opened(team, "disk-2")
    team.pass_time(minutes=6)

    [digest] = team.providers.digests

    assert plain(digest.message.next) == "You are awake until 10:10; then Bob is called."
    assert plain(digest.message.why_you) == (
        "You get one message for these 2 because you are awake."
    )
