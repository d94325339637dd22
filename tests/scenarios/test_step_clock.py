"""The time to answer a step begins when its messages have gone out."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from tests.examples import HOUR, MINUTE, NINE
from tests.fakes.notifier import HeldWorld
from tests.fakes.world import World
from tocsin.adapters.dynamodb.notifications.notification_repository import DynamoDBNotifications
from tocsin.domain.escalation import STILL_WAITING
from tocsin.domain.ids import AlertId
from tocsin.domain.notification import Delivery, DeliveryState, Notification
from tocsin.domain.timers import Timer
from tocsin.usecases.refusals import DeliveryFailedError
from tocsin.usecases.run_due_action import run_due_action

FIVE_MINUTES = timedelta(minutes=5)
BUSY = DeliveryFailedError("busy", is_retryable=True)
REFUSED = DeliveryFailedError("refused", is_retryable=False)


def asked(world: World) -> list[tuple[str, timedelta]]:
    return [(it.target.partition(":")[2], it.at - NINE) for it in world.providers.received]


def test_a_stream_that_is_held_up_puts_the_next_step_off(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as held_up:
        held_up.setattr(team, "_follow", lambda: None)
        team.opened()
        team.pass_time(minutes=6)

    team._follow()
    assert team.paged() == ["alice"]
    team.pass_time(minutes=4, seconds=59)
    assert team.paged() == []

    team.pass_time(seconds=2)

    assert team.paged() == ["bob"]


def test_after_ten_minutes_the_next_step_is_asked_and_the_reason_is_told(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as held_up:
        held_up.setattr(team.deliveries, "send", lambda *_, **__: None)
        alert_id = team.opened()
        team.pass_time(minutes=9, seconds=59)
        assert team.alert(alert_id).escalation.step == 1
        assert "had not gone out" in team.next_action(alert_id).why

        team.pass_time(seconds=2)

    assert team.alert(alert_id).escalation.step == 2
    escalated = next(it for it in team.timeline(alert_id) if it.type == "escalated")
    assert escalated.details["reason"] == (
        "messages of the step before had not gone out after 10 minutes"
    )


def test_the_reason_is_told_too_where_the_delay_is_longer_than_ten_minutes(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.escalation_policy(("user:alice", 20 * MINUTE), ("user:bob", FIVE_MINUTES))
    monkeypatch.setattr(team.deliveries, "send", lambda *_, **__: None)
    alert_id = team.opened()

    team.pass_time(minutes=20)

    escalated = next(it for it in team.timeline(alert_id) if it.type == "escalated")
    assert escalated.details["reason"] == STILL_WAITING


def test_a_step_that_is_put_off_when_it_is_due_takes_its_timer_along(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team.deliveries, "send", lambda *_, **__: None)
    alert_id = team.opened()
    due_at = team.alert(alert_id).timer_at
    assert due_at == NINE + FIVE_MINUTES

    run_due_action(
        Timer(slot=team.alert(alert_id).fingerprint, due_at=due_at),
        at=due_at,
        slots=team.slots,
        paging=team.paging,
        notifications=team.notifications,
        new_write_id=team.new_write_id,
    )

    assert team.next_action(alert_id).at == NINE + 10 * MINUTE
    assert team.alert(alert_id).timer_at == NINE + 10 * MINUTE


def test_a_provider_that_retries_holds_the_next_step_for_a_minute(team: World) -> None:
    team.providers.fail("email", *[BUSY] * 5)
    team.opened()

    team.pass_time(hours=1)

    assert asked(team)[0] == ("bob", 6 * MINUTE)


def test_a_page_that_is_tried_again_moves_nothing_so_that_nobody_reads_the_ledger(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[AlertId] = []
    of_alert = DynamoDBNotifications.of_alert

    def noted(ledger: DynamoDBNotifications, alert_id: AlertId) -> Sequence[Notification]:
        read.append(alert_id)
        return of_alert(ledger, alert_id)

    monkeypatch.setattr(DynamoDBNotifications, "of_alert", noted)
    team.providers.fail("email", BUSY)

    alert_id = team.opened()
    assert (team.happened(alert_id), read) == (["fired", "notification_failed"], [])
    team.pass_time(seconds=6)

    assert (team.happened(alert_id)[-1], read) == ("notification_sent", [alert_id])


def test_a_page_that_arrives_late_within_the_minute_counts_from_its_arrival(team: World) -> None:
    team.providers.fail("email", BUSY, BUSY)
    team.opened()

    team.pass_time(hours=1)

    assert asked(team) == [
        ("alice", timedelta(seconds=20)),
        ("bob", FIVE_MINUTES + timedelta(seconds=20)),
    ]


def test_a_step_whose_messages_went_out_at_once_is_left_on_time(team: World) -> None:
    team.opened()

    team.pass_time(hours=1)

    assert asked(team) == [("alice", timedelta()), ("bob", FIVE_MINUTES)]


def test_where_nobody_was_reached_the_next_step_of_the_run_does_not_wait(team: World) -> None:
    team.providers.fail("email", REFUSED)

    team.opened()

    assert asked(team) == [("bob", timedelta())]


def test_a_step_that_did_not_wait_has_its_own_delay(world: World) -> None:
    for name in ("alice", "bob", "carol"):
        world.user(name)
    world.escalation_policy(
        ("user:alice", HOUR), ("user:bob", FIVE_MINUTES), ("user:carol", FIVE_MINUTES)
    )
    world.providers.fail("email", REFUSED)
    world.opened()

    world.pass_time(minutes=5)

    assert asked(world) == [("bob", timedelta()), ("carol", FIVE_MINUTES)]


def test_a_moment_of_refusals_does_not_use_up_all_runs(world: World) -> None:
    world.user("alice")
    world.escalation_policy(("user:alice", FIVE_MINUTES), repeat=9)
    world.providers.fail("email", *[REFUSED] * 2)
    alert_id = world.opened()
    assert len(world.pages(alert_id)) == 1, "a further run waits for its delay"

    world.pass_time(minutes=11)

    assert asked(world) == [("alice", 2 * FIVE_MINUTES)]


def test_a_message_is_in_the_ledger_from_the_moment_it_is_planned(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team.deliveries, "send", lambda *_, **__: None)

    alert_id = team.opened()

    (line,) = team.notifications.of_alert(alert_id)
    assert (line.state, line.reason) == (DeliveryState.WAITING, "it is in the queue")


def test_a_step_whose_message_waits_for_its_turn_is_not_passed_over() -> None:
    """What a full channel holds back is our own delay: the next step waits for it."""
    world = HeldWorld()
    world.channel("ops", rate_per_minute=12)
    world.channel("boss")
    world.escalation_policy(("channel:ops", FIVE_MINUTES), ("channel:boss", HOUR))
    arrived, chance = world.deliveries.arrived, random.Random(1)  # noqa: S311 - the same in every run

    def in_any_order(now: datetime) -> list[Delivery]:
        """A standard queue of SQS promises no order."""
        return sorted(arrived(now), key=lambda _: chance.random())

    world.deliveries.arrived = in_any_order  # type: ignore[method-assign]
    for number in range(80):
        world.opened(f"disk-{number}")

    world.run(until=NINE + timedelta(minutes=5, seconds=30))

    told = {it.key.partition(".")[0] for it in world.provider.received if it.channel == "ops"}
    boss = {it.key.partition(".")[0] for it in world.provider.received if it.channel == "boss"}
    assert boss
    assert not boss - told
    waiting = [
        line.reason
        for alert in world.every_alert()
        for line in world.notifications.of_alert(alert.alert_id)
        if line.state is DeliveryState.WAITING
    ]
    assert set(waiting) == {"its channel is busy, or rests after failures"}
