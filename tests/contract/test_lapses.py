"""What its sender vouches for until a time: put off by each repeat, and over without one."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest

from tests.conftest import TABLE_NAME
from tests.contract.conftest import RETENTION, on_the_table
from tests.examples import ALICE, MINUTE, NINE, PROMETHEUS, trigger
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.notifications.notification_repository import DynamoDBNotifications
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.ids import AUTO
from tocsin.domain.next_action import with_timer
from tocsin.domain.reception import Outcome
from tocsin.domain.signal import Signal
from tocsin.domain.timers import Timer
from tocsin.usecases.ports import NewWriteId
from tocsin.usecases.receive_signal import Receipt, receive_signal
from tocsin.usecases.refusals import SlotRefusedError
from tocsin.usecases.run_due_action import run_due_action

SLOT: Final = PROMETHEUS.slot_of(trigger())


class Sender:
    """Sends to one slot, and lets its timers come back."""

    def __init__(self, call: Call, new_write_id: NewWriteId) -> None:
        self.call = call
        self.slots = on_the_table(call).slots
        self.paging = on_the_table(call).paging
        self.new_write_id = new_write_id

    def send(self, at: datetime, *, lapses_in: timedelta | None = 4 * MINUTE) -> Receipt:
        lapses_at = at + lapses_in if lapses_in else None
        return self.receive(replace(trigger(), lapses_at=lapses_at), at)

    def receive(self, signal: Signal, at: datetime) -> Receipt:
        return receive_signal(
            signal,
            PROMETHEUS,
            at=at,
            slots=self.slots,
            paging=self.paging,
            new_write_id=self.new_write_id,
        )

    def alert(self) -> Alert:
        alert = self.slots.in_slot(SLOT)
        assert alert is not None
        return alert

    def timer_comes(self, at: datetime) -> Alert | None:
        """The timer that the alert has comes at this time, if it has one."""
        due_at = self.alert().timer_at
        assert due_at is not None, "it has a timer"
        assert due_at <= at, "no timer comes early"
        return run_due_action(
            Timer(slot=SLOT, due_at=due_at),
            at=at,
            slots=self.slots,
            paging=self.paging,
            notifications=DynamoDBNotifications(self.call, TABLE_NAME, RETENTION),
            new_write_id=self.new_write_id,
        )


@pytest.fixture
def sender(call: Call, new_write_id: NewWriteId) -> Sender:
    return Sender(call, new_write_id)


def test_what_is_not_said_again_in_time_is_over(sender: Sender) -> None:
    sender.send(NINE)

    over = sender.timer_comes(NINE + 4 * MINUTE)

    assert over is not None
    assert (over.status, over.resolved_by) == (AlertStatus.RESOLVED, AUTO)
    assert sender.alert().timer_at is None


def test_a_repeat_puts_it_off_without_touching_state_or_timer(sender: Sender) -> None:
    sender.send(NINE)
    before = sender.alert()

    assert sender.send(NINE + MINUTE).outcome is Outcome.UPDATED

    after = sender.alert()
    assert (after.version, after.timer_at) == (before.version, before.timer_at)
    assert after.lapses_at == NINE + 5 * MINUTE


def test_a_timer_that_comes_after_a_repeat_is_put_off(sender: Sender) -> None:
    sender.send(NINE)
    for minute in range(1, 4):
        sender.send(NINE + minute * MINUTE)

    assert sender.timer_comes(NINE + 4 * MINUTE) is None
    assert sender.alert().timer_at == NINE + 7 * MINUTE
    assert sender.alert().status is AlertStatus.FIRING

    over = sender.timer_comes(NINE + 7 * MINUTE)
    assert over is not None
    assert over.status is AlertStatus.RESOLVED


def test_an_earlier_end_brings_the_timer_on(sender: Sender) -> None:
    sender.send(NINE)

    sender.send(NINE + MINUTE, lapses_in=MINUTE)

    assert sender.alert().timer_at == NINE + 2 * MINUTE


def test_a_repeat_that_vouches_for_nothing_stays_until_it_is_resolved(sender: Sender) -> None:
    sender.send(NINE)

    sender.send(NINE + MINUTE, lapses_in=None)

    assert sender.alert().lapses_at is None
    assert sender.timer_comes(NINE + 4 * MINUTE) is None
    assert sender.alert().is_open


def test_a_repeat_may_begin_to_vouch(sender: Sender) -> None:
    sender.send(NINE, lapses_in=None)

    sender.send(NINE + MINUTE)

    assert sender.alert().timer_at == NINE + 5 * MINUTE


def test_an_acknowledged_alert_lapses_too(sender: Sender, new_write_id: NewWriteId) -> None:
    sender.send(NINE)
    alert = sender.alert()
    acknowledged = alert.acknowledge(by=ALICE, at=NINE + MINUTE)
    sender.slots.update(alert, with_timer(acknowledged), write_id=new_write_id())

    sender.send(NINE + 2 * MINUTE)

    assert sender.timer_comes(NINE + 4 * MINUTE) is None
    over = sender.timer_comes(NINE + 6 * MINUTE)
    assert over is not None
    assert over.status is AlertStatus.RESOLVED


def test_a_repeat_in_the_last_moment_keeps_it_open(
    sender: Sender, new_write_id: NewWriteId
) -> None:
    sender.send(NINE)
    read = sender.alert()
    lapsed = read.resolve(by=AUTO, at=NINE + 4 * MINUTE)
    sender.send(NINE + 4 * MINUTE)

    with pytest.raises(SlotRefusedError):
        sender.slots.update(read, with_timer(lapsed), write_id=new_write_id())

    assert sender.alert().is_open


def test_a_change_of_state_keeps_what_a_repeat_just_put_off(
    sender: Sender, new_write_id: NewWriteId
) -> None:
    sender.send(NINE)
    read = sender.alert()
    sender.send(NINE + MINUTE)

    acknowledged = read.acknowledge(by=ALICE, at=NINE + MINUTE)
    sender.slots.update(read, with_timer(acknowledged), write_id=new_write_id())

    assert sender.alert().lapses_at == NINE + 5 * MINUTE


def test_another_episode_lapses_by_its_own_time(sender: Sender) -> None:
    sender.send(NINE)
    sender.timer_comes(NINE + 4 * MINUTE)

    assert sender.send(NINE + 10 * MINUTE).outcome is Outcome.REOPENED

    assert sender.alert().lapses_at == NINE + 14 * MINUTE
