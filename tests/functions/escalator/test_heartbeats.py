"""A heartbeat's timer comes back, on the table: a miss opens an alert, once."""

from dataclasses import replace

import pytest

from tests.examples import HOUR, MINUTE, NINE
from tests.functions.escalator.conftest import Escalator, example, message
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.adapters.dynamodb.configuration.heartbeat_repository import DynamoDBHeartbeats
from tocsin.domain.alert import Alert
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.ids import WriteId, fingerprint
from tocsin.domain.integration import HEARTBEATS, Token
from tocsin.domain.timers import HeartbeatTimer

BACKUP = Heartbeat(
    name="backup", period=HOUR, created_at=NINE, token=Token.of("0123456789abcdef" * 2)
)
DEADLINE = BACKUP.deadline


@pytest.fixture
def heartbeats(escalator: Escalator) -> DynamoDBHeartbeats:
    heartbeats = DynamoDBHeartbeats(escalator.call, "tocsin")
    heartbeats.put(None, BACKUP.watched(NINE), write_id=WriteId("setup"))
    return heartbeats


def alert(escalator: Escalator) -> Alert | None:
    slots = DynamoDBSlots(escalator.call, "tocsin", 90 * 24 * HOUR)
    return slots.in_slot(fingerprint(HEARTBEATS, "heartbeat:backup"))


def deliver(escalator: Escalator, timer: HeartbeatTimer) -> None:
    answer = escalator.app.on_timer({"Records": [message(timer)]}, None)
    assert answer == {"batchItemFailures": []}


@pytest.mark.usefixtures("heartbeats")
def test_a_tick_sends_its_timer_and_the_timer_opens_its_alert(
    escalator: Escalator, capsys: pytest.CaptureFixture[str]
) -> None:
    escalator.now = DEADLINE
    assert escalator.app.on_tick(example("tick"), None)["timers"] == 1
    [timer] = escalator.timers.arrived(escalator.now)
    assert timer == HeartbeatTimer(heartbeat="backup", due_at=DEADLINE)

    deliver(escalator, HeartbeatTimer(heartbeat="backup", due_at=DEADLINE))
    deliver(escalator, HeartbeatTimer(heartbeat="backup", due_at=DEADLINE))

    opened = alert(escalator)
    assert opened is not None
    assert (opened.is_open, opened.occurrences) == (True, 1)
    lateness = capsys.readouterr().out.count('"TimerLateness":[0.0]')
    assert lateness == 1, "the second delivery did nothing"


def test_the_timer_of_a_heartbeat_that_was_heard_is_postponed(
    escalator: Escalator, heartbeats: DynamoDBHeartbeats
) -> None:
    known = replace(BACKUP.watched(NINE), heard_at=NINE)
    heartbeats.update(BACKUP.watched(NINE), known, write_id=WriteId("heard"))
    heartbeats.hear("backup", at=NINE + MINUTE)
    escalator.now = DEADLINE

    deliver(escalator, HeartbeatTimer(heartbeat="backup", due_at=DEADLINE))

    assert alert(escalator) is None
    assert heartbeats.get("backup").timer_at == DEADLINE + MINUTE
    [timer] = escalator.timers.waiting
    assert timer.due_at == DEADLINE + MINUTE, "the next tick might be too late"


def test_a_timer_that_comes_before_its_time_waits_again(escalator: Escalator) -> None:
    timer = HeartbeatTimer(heartbeat="backup", due_at=NINE + HOUR)

    deliver(escalator, timer)

    assert escalator.timers.waiting == [timer]


def test_the_timer_of_a_removed_heartbeat_does_nothing(escalator: Escalator) -> None:
    escalator.now = DEADLINE

    deliver(escalator, HeartbeatTimer(heartbeat="backup", due_at=DEADLINE))

    assert alert(escalator) is None
