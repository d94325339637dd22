"""Ticks and timers: what is due happens on time and once, however often anybody says so."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.examples import ALICE, HOUR, MINUTE, NINE, PROMETHEUS, trigger
from tests.functions.escalator.conftest import (
    Escalator,
    Logged,
    ReplacePort,
    away,
    example,
    message,
)
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.adapters.queues import SqsTimers
from tocsin.domain.alert import Snooze
from tocsin.domain.ids import AlertId, milliseconds
from tocsin.domain.next_action import Timer

SLOT = PROMETHEUS.slot_of(trigger())
HALF_A_MINUTE = timedelta(seconds=30)
SOON_SECONDS = 10


def a_snoozed_alert(escalator: Escalator, *, until: datetime = NINE + HALF_A_MINUTE) -> AlertId:
    alert_id = escalator.signal(trigger(), PROMETHEUS)
    snooze = Snooze(until=until)
    escalator.change(alert_id, lambda alert: alert.snoozed(snooze, by=ALICE, at=NINE))
    return alert_id


def tick(escalator: Escalator) -> int:
    answer: dict[str, int] = escalator.app.on_tick(example("tick"), None)
    return answer["timers"]


def deliver(escalator: Escalator, *messages: Mapping[str, Any]) -> list[str]:
    answer = escalator.app.on_timer({"Records": list(messages)}, None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def deliver_arrived(escalator: Escalator) -> None:
    arrived = escalator.timers.arrived(escalator.now)
    assert deliver(escalator, *map(message, arrived)) == []


def happened(escalator: Escalator, alert_id: AlertId) -> list[str]:
    escalator.follow(escalator.written())
    return escalator.happened(alert_id)


# On time


def test_the_example_is_a_timer_of_the_queue() -> None:
    due_at = NINE + HALF_A_MINUTE

    [record] = example("timer")["Records"]

    assert record["body"] == message(Timer(slot=SLOT, due_at=due_at))["body"]


def test_a_snooze_ends_at_its_time_by_itself(escalator: Escalator) -> None:
    alert_id = a_snoozed_alert(escalator)
    escalator.now = NINE + HALF_A_MINUTE

    assert deliver(escalator, *example("timer")["Records"]) == []

    assert escalator.alerts.get(alert_id).snooze is None
    assert happened(escalator, alert_id) == [
        "fired",
        "reached_nobody",
        "snoozed",
        "woken",
        "reached_nobody",
    ]
    assert escalator.timeline(alert_id)[-1].by == "auto"


def test_how_late_an_action_was_is_logged_and_measured(
    escalator: Escalator, logged: Logged
) -> None:
    alert_id = a_snoozed_alert(escalator)
    escalator.now = NINE + HALF_A_MINUTE + timedelta(milliseconds=250)

    deliver(escalator, *example("timer")["Records"])

    line, metrics = logged()
    assert line["alert_id"] == alert_id
    assert line["status"] == "firing"
    assert metrics["TimerLateness"] == [250.0]
    assert metrics["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [
        {"Name": "TimerLateness", "Unit": "Milliseconds"}
    ]


@pytest.mark.parametrize("minutes", [1, 5, 20])
def test_ticks_and_timers_together_end_every_snooze_within_a_second(
    escalator: Escalator, minutes: int
) -> None:
    until = NINE + minutes * MINUTE + timedelta(milliseconds=400)
    alert_id = a_snoozed_alert(escalator, until=until)
    escalator.follow(escalator.written())

    while not (arrived := escalator.timers.arrived(escalator.now)):
        if escalator.now.second == 59:  # the schedule has a second of its own
            tick(escalator)
        escalator.now += timedelta(seconds=1)
    deliver(escalator, *map(message, arrived))

    assert escalator.alerts.get(alert_id).snooze is None
    assert escalator.now - until < timedelta(seconds=1)


# Too early, too late, too often


def test_a_timer_that_comes_too_early_waits_for_the_rest(escalator: Escalator) -> None:
    alert_id = a_snoozed_alert(escalator)
    escalator.now = NINE + timedelta(seconds=28)

    assert deliver(escalator, *example("timer")["Records"]) == []
    assert escalator.alerts.get(alert_id).snooze is not None

    escalator.now = NINE + HALF_A_MINUTE
    deliver_arrived(escalator)
    assert escalator.alerts.get(alert_id).snooze is None


def test_a_timer_that_comes_a_moment_early_acts_to_the_millisecond(escalator: Escalator) -> None:
    alert_id = a_snoozed_alert(escalator)
    escalator.now = NINE + HALF_A_MINUTE - timedelta(milliseconds=999)

    assert deliver(escalator, *example("timer")["Records"]) == []

    assert escalator.alerts.get(alert_id).snooze is None
    assert escalator.now == NINE + HALF_A_MINUTE


def test_the_second_delivery_of_a_timer_does_nothing(escalator: Escalator) -> None:
    alert_id = a_snoozed_alert(escalator)
    escalator.now = NINE + HALF_A_MINUTE
    records = example("timer")["Records"]

    deliver(escalator, *records, *records)
    deliver(escalator, *records)

    assert happened(escalator, alert_id) == [
        "fired",
        "reached_nobody",
        "snoozed",
        "woken",
        "reached_nobody",
    ]


def test_a_timer_of_a_snooze_that_was_lengthened_waits_for_its_new_end(
    escalator: Escalator,
) -> None:
    alert_id = a_snoozed_alert(escalator)
    longer = Snooze(until=NINE + HOUR)
    escalator.change(alert_id, lambda alert: alert.snoozed(longer, by=ALICE, at=NINE))
    as_lengthened = escalator.alerts.get(alert_id)
    escalator.now = NINE + HALF_A_MINUTE

    deliver(escalator, *example("timer")["Records"])

    assert escalator.alerts.get(alert_id) == replace(as_lengthened, timer_at=longer.until)


def test_a_timer_of_a_slot_that_never_was_does_nothing(escalator: Escalator) -> None:
    escalator.now = NINE + HALF_A_MINUTE

    assert deliver(escalator, *example("timer")["Records"]) == []


def test_ticks_that_come_twice_or_overlap_do_no_harm(escalator: Escalator) -> None:
    alert_id = a_snoozed_alert(escalator)

    assert [tick(escalator), tick(escalator), tick(escalator)] == [1, 1, 1]
    escalator.now = NINE + HALF_A_MINUTE
    deliver_arrived(escalator)

    assert happened(escalator, alert_id) == [
        "fired",
        "reached_nobody",
        "snoozed",
        "woken",
        "reached_nobody",
    ]


def test_a_tick_finds_what_earlier_ones_missed(escalator: Escalator) -> None:
    alert_id = a_snoozed_alert(escalator)
    escalator.now = NINE + HOUR

    assert tick(escalator) == 1
    deliver_arrived(escalator)

    assert escalator.alerts.get(alert_id).snooze is None
    assert tick(escalator) == 0


def test_an_idle_tick_says_nothing(escalator: Escalator, logged: Logged) -> None:
    escalator.signal(trigger(), PROMETHEUS)

    assert tick(escalator) == 0

    assert logged() == []


# Others at work


def test_a_message_that_cannot_be_read_holds_up_no_other(
    escalator: Escalator, logged: Logged
) -> None:
    alert_id = a_snoozed_alert(escalator)
    escalator.now = NINE + HALF_A_MINUTE
    [good] = example("timer")["Records"]
    poisoned = good | {"messageId": "poisoned", "body": "no timer"}

    assert deliver(escalator, poisoned, good) == ["poisoned"]

    assert escalator.alerts.get(alert_id).snooze is None
    [failure] = [line for line in logged() if line.get("level") == "ERROR"]
    assert failure["message_id"] == "poisoned"


def received(message: Mapping[str, Any], times: int, **attributes: str) -> dict[str, Any]:
    """A message that SQS delivers for the n-th time."""
    told = {"ApproximateReceiveCount": str(times), **attributes}
    return {**message, "attributes": {**message["attributes"], **told}}


@pytest.mark.parametrize(("times", "is_set_aside"), [(1, False), (2, False), (3, True), (9, True)])
def test_a_message_that_fails_for_the_third_time_is_set_aside(
    escalator: Escalator, logged: Logged, times: int, *, is_set_aside: bool
) -> None:
    [good] = example("timer")["Records"]
    poisoned = received(good | {"messageId": "poisoned", "body": "no timer"}, times)

    failed = deliver(escalator, poisoned)

    assert failed == ([] if is_set_aside else ["poisoned"])
    assert escalator.failures.bodies == (["no timer"] if is_set_aside else [])
    assert any("SetAside" in line for line in logged()) is is_set_aside


def test_a_timer_that_storage_refuses_comes_back_however_often(
    escalator: Escalator, replace_port: ReplacePort
) -> None:
    alert_id = a_snoozed_alert(escalator)
    escalator.now = NINE + HALF_A_MINUTE
    [timer] = example("timer")["Records"]

    replace_port(slots=DynamoDBSlots(away, "tocsin", timedelta(days=90)))
    for times in range(1, 500):
        assert deliver(escalator, received(timer, times)) == [timer["messageId"]]
    replace_port(slots=escalator.slots)

    assert deliver(escalator, received(timer, 500)) == []
    assert escalator.alerts.get(alert_id).snooze is None
    assert escalator.failures.bodies == []


def test_a_message_that_cannot_be_set_aside_for_now_comes_back(escalator: Escalator) -> None:
    [good] = example("timer")["Records"]
    escalator.failures.is_away = True

    assert deliver(escalator, received(good | {"body": "no timer"}, 3)) == [good["messageId"]]


def test_a_timer_that_waits_for_storage_holds_up_no_other(
    escalator: Escalator, replace_port: ReplacePort
) -> None:
    alert_ids = [
        escalator.signal(trigger(dedup_key=f"disk-{number}"), PROMETHEUS) for number in range(3)
    ]
    snooze = Snooze(until=NINE + HALF_A_MINUTE)
    for alert_id in alert_ids:
        escalator.change(alert_id, lambda alert: alert.snoozed(snooze, by=ALICE, at=NINE))
    escalator.now = NINE + HALF_A_MINUTE
    all_have_begun = threading.Barrier(len(alert_ids), timeout=SOON_SECONDS)

    def wait_for_the_others(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if operation == "GetItem":
            all_have_begun.wait()
        return escalator.call(operation, parameters)

    replace_port(slots=DynamoDBSlots(wait_for_the_others, "tocsin", timedelta(days=90)))
    timers = [
        Timer(slot=escalator.alerts.get(alert_id).fingerprint, due_at=escalator.now)
        for alert_id in alert_ids
    ]

    assert deliver(escalator, *map(message, timers)) == []

    assert [escalator.alerts.get(alert_id).snooze for alert_id in alert_ids] == [None] * 3


def test_a_tick_whose_queue_does_not_answer_says_so_and_leaves_all_to_the_next(
    escalator: Escalator, replace_port: ReplacePort, logged: Logged
) -> None:
    a_snoozed_alert(escalator)
    replace_port(timers=SqsTimers(lambda _operation, _parameters: {}, ""))
    assert tick(escalator) == 0
    assert [line["TicksRefused"] for line in logged() if "TicksRefused" in line] == [[1.0]]

    replace_port(timers=escalator.timers)

    assert tick(escalator) == 1
    assert milliseconds(escalator.timers.waiting[0].due_at) == milliseconds(NINE) + 30_000
