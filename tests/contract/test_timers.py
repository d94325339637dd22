"""TimerQueue: every timer gets into the queue, or the sender is told that it did not."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from tests.aws_calls import calls_of
from tests.examples import NINE, PROMETHEUS, trigger
from tocsin.adapters.queues import (
    BATCH_LIMIT,
    EARLY_AT_MOST,
    GROUP_LIMIT,
    SqsTimers,
    timer_from,
)
from tocsin.domain.errors import TryAgainError
from tocsin.domain.hold import HoldKind
from tocsin.domain.ids import AlertId
from tocsin.domain.timers import (
    AnyTimer,
    BegunStep,
    BegunSteps,
    HeartbeatTimer,
    HoldTimer,
    StormTimer,
    Timer,
    ToldAlerts,
)
from tocsin.usecases.ports import TimerQueue
from tocsin_cli.simulated.timers import InMemoryTimers

SLOT = PROMETHEUS.slot_of(trigger())
URL = "https://sqs.eu-central-1.amazonaws.com/123456789012/timers"

type Take = Callable[[], list[AnyTimer]]


def timers(count: int, *, due_at: datetime = NINE) -> list[Timer]:
    return [Timer(slot=SLOT, due_at=due_at + timedelta(seconds=n)) for n in range(count)]


class Sqs:
    """Takes what it is sent, and confirms what the test wants confirmed."""

    def __init__(self, *confirmed: int) -> None:
        self.sent: list[dict[str, Any]] = []
        """Every entry of every request, confirmed or not."""
        self.requests = 0
        self._confirmed = list(confirmed)

    def __call__(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        assert operation == "SendMessageBatch"
        assert parameters["QueueUrl"] == URL
        self.requests += 1
        entries = parameters["Entries"]
        self.sent += entries
        confirmed = self._confirmed.pop(0) if self._confirmed else len(entries)
        return {"Successful": [{"Id": entry["Id"]} for entry in entries[:confirmed]]}

    @property
    def delays(self) -> list[int]:
        return [entry["DelaySeconds"] for entry in self.sent]


# On the fake and on SQS


@pytest.fixture(params=["in memory", "in SQS"])
def both(request: pytest.FixtureRequest) -> Iterator[tuple[TimerQueue, Take]]:
    """A queue, and how to take out what has arrived by now."""
    if request.param == "in memory":
        memory = InMemoryTimers()
        yield memory, lambda: memory.arrived(datetime.now(UTC))
        return
    with mock_aws():
        client = boto3.client("sqs")
        url = client.create_queue(QueueName="timers")["QueueUrl"]

        def take() -> list[AnyTimer]:
            answer = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
            return [timer_from(message["Body"]) for message in answer.get("Messages", [])]

        yield SqsTimers(calls_of(client), url), take


OVERDUE = NINE + timedelta(milliseconds=7)


@pytest.mark.parametrize(
    "overdue",
    [
        pytest.param(Timer(slot=SLOT, due_at=OVERDUE), id="of an alert"),
        pytest.param(
            HeartbeatTimer(heartbeat="nightly-backup", due_at=OVERDUE), id="of a heartbeat"
        ),
        pytest.param(StormTimer(due_at=OVERDUE), id="of a storm"),
        pytest.param(
            HoldTimer(kind=HoldKind.WINDOW, name="nightly", due_at=OVERDUE), id="of a window"
        ),
        pytest.param(
            BegunSteps(
                targets=("user:alice", "channel:ops"),
                steps=(BegunStep(AlertId("A1"), 1, 1), BegunStep(AlertId("A2"), 2, 3)),
                due_at=OVERDUE,
            ),
            id="of begun steps",
        ),
        pytest.param(
            ToldAlerts(alert_ids=(AlertId("A1"), AlertId("A2")), due_at=OVERDUE),
            id="of told alerts",
        ),
    ],
)
def test_an_overdue_timer_arrives_at_once_as_it_was_sent(
    both: tuple[TimerQueue, Take], overdue: AnyTimer
) -> None:
    queue, take = both
    now = datetime.now(UTC)

    queue.send([overdue], now=now)

    assert take() == [overdue]


def test_a_timer_does_not_arrive_before_its_time(both: tuple[TimerQueue, Take]) -> None:
    queue, take = both
    now = datetime.now(UTC)

    queue.send([Timer(slot=SLOT, due_at=now + timedelta(minutes=1))], now=now)

    assert take() == []


def test_what_is_sent_twice_arrives_twice(both: tuple[TimerQueue, Take]) -> None:
    queue, take = both
    now = datetime.now(UTC)

    queue.send(timers(1), now=now)
    queue.send(timers(1), now=now)

    assert [*take(), *take()] == timers(1) * 2


# Delays


@pytest.mark.parametrize(
    ("due_in", "delay"),
    [
        pytest.param(timedelta(days=-1), 0, id="overdue"),
        pytest.param(timedelta(), 0, id="now"),
        pytest.param(timedelta(milliseconds=999), 0, id="a part of a second is left to wait"),
        pytest.param(timedelta(seconds=75), 75, id="as far as a tick looks ahead"),
        pytest.param(timedelta(minutes=15), 900, id="as long as SQS can wait"),
        pytest.param(timedelta(days=1), 900, id="longer than SQS can wait"),
    ],
)
def test_a_message_is_delayed_to_the_second(due_in: timedelta, delay: int) -> None:
    sqs = Sqs()

    SqsTimers(sqs, URL).send(timers(1, due_at=NINE + due_in), now=NINE)

    assert sqs.delays == [delay]


@given(st.timedeltas(min_value=timedelta(days=-2), max_value=timedelta(minutes=15)))
def test_no_message_comes_late_or_a_second_early(due_in: timedelta) -> None:
    sqs = Sqs()

    SqsTimers(sqs, URL).send(timers(1, due_at=NINE + due_in), now=NINE)

    early = max(due_in, timedelta()) - timedelta(seconds=sqs.delays[0])
    assert timedelta() <= early < EARLY_AT_MOST


# Groups


def test_what_a_storm_leaves_is_of_a_group_and_other_timers_of_none() -> None:
    sqs = Sqs()
    step = BegunStep(AlertId("A1"), 1, 1)
    targets = tuple(f"user:someone-{number}" for number in range(20))

    SqsTimers(sqs, URL).send(
        [
            BegunSteps(targets=("user:alice", "user:bob"), steps=(step,), due_at=NINE),
            BegunSteps(targets=targets, steps=(step,), due_at=NINE),
            ToldAlerts(alert_ids=(AlertId("A1"),), due_at=NINE),
            *timers(1),
        ],
        now=NINE,
    )

    first, second, told, third = sqs.sent
    assert told["MessageGroupId"] == "told"
    assert first["MessageGroupId"] == "user:alice,user:bob"
    assert len(second["MessageGroupId"]) == GROUP_LIMIT
    assert "MessageGroupId" not in third


# Replies


@pytest.mark.parametrize(("count", "requests"), [(0, 0), (1, 1), (10, 1), (11, 2), (25, 3)])
def test_as_few_requests_are_made_as_sqs_allows(count: int, requests: int) -> None:
    sqs = Sqs()

    SqsTimers(sqs, URL).send(timers(count), now=NINE)

    assert sqs.requests == requests
    assert len(sqs.sent) == count


def test_what_a_reply_does_not_name_is_sent_again_and_nothing_else() -> None:
    sqs = Sqs(7)

    SqsTimers(sqs, URL).send(timers(BATCH_LIMIT), now=NINE)

    bodies = [timer_from(entry["MessageBody"]) for entry in sqs.sent]
    assert bodies == [*timers(BATCH_LIMIT), *timers(BATCH_LIMIT)[7:]]


def test_an_empty_reply_confirms_nothing() -> None:
    sqs = Sqs(0, 0, 0)

    with pytest.raises(TryAgainError):
        SqsTimers(sqs, URL).send(timers(1), now=NINE)

    assert sqs.requests == 3


def test_a_batch_that_is_never_confirmed_is_not_taken_for_sent() -> None:
    sqs = Sqs(9, 0, 0)

    with pytest.raises(TryAgainError, match="1 of 10"):
        SqsTimers(sqs, URL).send(timers(BATCH_LIMIT), now=NINE)


@pytest.mark.parametrize("body", ["", "{}", "null", '{"slot": "A", "due_at": "soon"}'])
def test_a_message_that_nobody_here_wrote_is_refused(body: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        timer_from(body)
