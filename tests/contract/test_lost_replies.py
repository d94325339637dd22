"""A write whose reply was lost is sent again, and recognises itself."""

from dataclasses import replace

import pytest

from tests.contract.alerts_in_store import (
    a_signal,
    acknowledge,
    new_write_id,
    put,
    reopened,
    resolve,
)
from tests.contract.conftest import Store, on_the_table
from tests.contract.random_steps import LONG_OUTPUT
from tests.examples import ALICE, HOUR, NINE, PROMETHEUS
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.domain.signal import SignalAction


@pytest.fixture
def bad_line(call: Call) -> Store:
    return on_the_table(losing_replies(call))


def test_a_first_episode_whose_reply_was_lost_is_opened(bad_line: Store) -> None:
    alert = put(bad_line.slots, a_signal("disk-full"))

    assert bad_line.alerts.get(alert.alert_id) == alert


@pytest.mark.parametrize(
    "output", [pytest.param("93 %", id="small"), pytest.param(LONG_OUTPUT, id="and big")]
)
def test_a_repeat_whose_reply_was_lost_is_counted_once(bad_line: Store, output: str) -> None:
    alert = put(bad_line.slots, a_signal("disk-full"))
    signal = a_signal("disk-full", reason=output)

    counted = bad_line.slots.count(signal, PROMETHEUS, at=NINE, write_id=new_write_id())

    assert counted.occurrences == 2
    assert bad_line.alerts.get(alert.alert_id).occurrences == 2


def test_an_acknowledgement_whose_reply_was_lost_is_not_refused(bad_line: Store) -> None:
    alert = put(bad_line.slots, a_signal("disk-full"))

    stored = bad_line.alerts.update(alert, acknowledge(alert), write_id=new_write_id())

    assert (stored.acknowledged_by, stored.version) == (ALICE, 2)
    assert bad_line.alerts.get(alert.alert_id) == stored


def test_a_recovery_whose_reply_was_lost_is_not_refused(bad_line: Store) -> None:
    put(bad_line.slots, a_signal("disk-full"))
    recovery = replace(a_signal("disk-full"), action=SignalAction.RESOLVE)

    over = bad_line.slots.resolve(recovery, PROMETHEUS, at=NINE, write_id=new_write_id())

    assert (over.is_open, over.version) == (False, 2)


def test_a_next_episode_whose_reply_was_lost_is_opened_once(bad_line: Store) -> None:
    over = put(bad_line.slots, a_signal("disk-full"), transitions=[resolve])

    alert = reopened(bad_line.slots, over, at=NINE + HOUR)

    assert bad_line.slots.in_slot(alert.fingerprint) == alert
    assert bad_line.alerts.get(over.alert_id) == over
