"""Ticks and timers: what is due happens on time and once, however often anybody says so."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.escalator.due_timers import STEPS_FOR
from tests.examples import ALICE, HOUR, MINUTE, NINE, PROMETHEUS, trigger
from tests.functions.escalator.conftest import (
    TABLE,
    Escalator,
    Logged,
    ReplacePort,
    away,
    example,
    message,
)
from tocsin.adapters.aws_json import AwsError, AwsUnavailableError
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.configuration.directory_items import USERS
from tocsin.adapters.dynamodb.configuration.policy_items import POLICIES
from tocsin.adapters.dynamodb.notifications.notification_repository import DynamoDBNotifications
from tocsin.adapters.queues import SqsTimers
from tocsin.domain.alert import Snooze
from tocsin.domain.configuration import Configured
from tocsin.domain.escalation import EscalationPolicy, Step, Target, TargetKind
from tocsin.domain.ids import AlertId, milliseconds
from tocsin.domain.people import ContactMethod, NotificationRule, User
from tocsin.domain.severity import Severity
from tocsin.domain.timers import BegunSteps, Timer, ToldAlerts

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


# Steps of a storm


@pytest.fixture
def storm(escalator: Escalator) -> list[AlertId]:
    """Alerts that begin their step together."""
    alice = User(
        name="alice", email="alice@example.com", notify=(NotificationRule(by=ContactMethod.EMAIL),)
    )
    step = Step(name="first", targets=(Target(TargetKind.USER, "alice"),), delay=10 * MINUTE)
    policy = EscalationPolicy(name="default", steps=(step,))
    users = DynamoDBConfiguration(escalator.call, TABLE, USERS)
    users.put(None, Configured(value=alice, created_at=NINE), write_id=escalator.new_write_id())
    policies = DynamoDBConfiguration(escalator.call, TABLE, POLICIES)
    policies.put(None, Configured(value=policy, created_at=NINE), write_id=escalator.new_write_id())
    alert_ids = [
        escalator.signal(trigger(dedup_key=f"disk-{each}", severity=Severity.CRITICAL), PROMETHEUS)
        for each in range(4)
    ]
    escalator.follow(escalator.written())
    return alert_ids


def begun_steps(escalator: Escalator) -> list[BegunSteps]:
    return [it for it in escalator.timers.waiting if isinstance(it, BegunSteps)]


def of_group(timer: BegunSteps, times: int = 1) -> dict[str, Any]:
    return received(message(timer), times, MessageGroupId="user:alice")


def planned(escalator: Escalator) -> list[AlertId]:
    return [it.alert_id for it in escalator.deliveries.waiting]


def test_steps_that_the_stream_set_apart_are_planned(
    escalator: Escalator, storm: list[AlertId], logged: Logged
) -> None:
    [begun] = begun_steps(escalator)
    assert planned(escalator) == storm[:1]
    logged()

    assert deliver(escalator, of_group(begun)) == []

    assert planned(escalator) == storm
    [line] = logged()
    assert (line["message"], line["planned"], line["left"]) == ("Steps planned", 3, 0)


def choosy(escalator: Escalator, refused: AlertId, error: Exception) -> DynamoDBNotifications:
    def call(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if operation == "PutItem" and refused in str(parameters):
            raise error
        return escalator.call(operation, parameters)

    return DynamoDBNotifications(call, TABLE, timedelta(days=90))


def test_a_step_that_cannot_be_planned_keeps_back_no_other(
    escalator: Escalator, storm: list[AlertId], replace_port: ReplacePort
) -> None:
    [begun] = escalator.timers.arrived(escalator.now)
    assert isinstance(begun, BegunSteps)
    error = AwsError("ValidationException", "Item size has exceeded the maximum allowed size")
    replace_port(notifications=choosy(escalator, storm[2], error))

    assert deliver(escalator, of_group(begun)) == []
    parted = begun_steps(escalator)
    assert [[each.alert_id for each in it.steps] for it in parted] == [[it] for it in storm[1:]]
    poisoned = of_group(parted[1], 3)
    assert deliver(escalator, of_group(parted[0]), poisoned, of_group(parted[2])) == []

    assert set(planned(escalator)) == {storm[0], storm[1], storm[3]}
    assert escalator.failures.bodies == [poisoned["body"]]


def test_steps_that_storage_refuses_come_back_together(
    escalator: Escalator, storm: list[AlertId], replace_port: ReplacePort
) -> None:
    [begun] = begun_steps(escalator)
    again = of_group(begun, 9)
    replace_port(notifications=choosy(escalator, storm[2], AwsUnavailableError()))

    assert deliver(escalator, again) == [again["messageId"]]

    replace_port(notifications=DynamoDBNotifications(escalator.call, TABLE, timedelta(days=90)))
    assert deliver(escalator, again) == []
    assert set(planned(escalator)) == set(storm)
    assert escalator.failures.bodies == []


def test_a_batch_plans_steps_for_some_seconds_and_queues_the_others_anew(
    escalator: Escalator, storm: list[AlertId], replace_port: ReplacePort
) -> None:
    [begun] = escalator.timers.arrived(escalator.now)
    assert isinstance(begun, BegunSteps)

    def slow(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if operation == "PutItem":
            escalator.now += 0.7 * STEPS_FOR
        return escalator.call(operation, parameters)

    replace_port(notifications=DynamoDBNotifications(slow, TABLE, timedelta(days=90)))
    assert deliver(escalator, of_group(begun)) == []

    assert planned(escalator) == storm[:3]
    [left] = begun_steps(escalator)
    assert [it.alert_id for it in left.steps] == storm[3:]


def test_steps_of_storms_take_one_thread_of_a_batch(
    escalator: Escalator, storm: list[AlertId], replace_port: ReplacePort
) -> None:
    [begun] = begun_steps(escalator)
    threads: set[int] = set()

    def noted(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        threads.add(threading.get_ident())
        return escalator.call(operation, parameters)

    replace_port(notifications=DynamoDBNotifications(noted, TABLE, timedelta(days=90)))
    deliver(escalator, *(of_group(replace(begun, steps=(each,))) for each in begun.steps))

    assert set(planned(escalator)) == set(storm)
    assert len(threads) == 1


def told_of(alert_ids: list[AlertId], times: int = 1) -> dict[str, Any]:
    timer = ToldAlerts(alert_ids=tuple(alert_ids), due_at=NINE)
    return received(message(timer), times, MessageGroupId="told")


def told_alerts(escalator: Escalator) -> list[tuple[AlertId, ...]]:
    return [it.alert_ids for it in escalator.timers.waiting if isinstance(it, ToldAlerts)]


def unreadable(escalator: Escalator, refused: AlertId, error: Exception) -> DynamoDBNotifications:
    def call(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if operation == "Query" and refused in str(parameters):
            raise error
        return escalator.call(operation, parameters)

    return DynamoDBNotifications(call, TABLE, timedelta(days=90))


def test_a_told_alert_that_cannot_be_moved_keeps_back_no_other(
    escalator: Escalator, storm: list[AlertId], replace_port: ReplacePort
) -> None:
    error = AwsError("ValidationException", "The item has no version")
    replace_port(notifications=unreadable(escalator, storm[1], error))

    assert deliver(escalator, told_of(storm)) == []
    assert told_alerts(escalator) == [(it,) for it in storm]

    poisoned = told_of(storm[1:2], 3)
    assert deliver(escalator, told_of(storm[:1]), poisoned) == []
    assert escalator.failures.bodies == [poisoned["body"]]


def test_told_alerts_that_storage_refuses_come_back_together(
    escalator: Escalator, storm: list[AlertId], replace_port: ReplacePort
) -> None:
    replace_port(notifications=unreadable(escalator, storm[1], AwsUnavailableError()))
    again = told_of(storm, 9)

    assert deliver(escalator, again) == [again["messageId"]]
    assert escalator.failures.bodies == []


def test_told_alerts_that_the_time_does_not_suffice_for_are_queued_anew(
    escalator: Escalator, storm: list[AlertId], replace_port: ReplacePort
) -> None:
    def slow(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        escalator.now += STEPS_FOR
        return escalator.call(operation, parameters)

    replace_port(notifications=DynamoDBNotifications(slow, TABLE, timedelta(days=90)))

    assert deliver(escalator, told_of(storm[:2]), told_of(storm[2:])) == []

    assert told_alerts(escalator) == [tuple(storm[2:])]
