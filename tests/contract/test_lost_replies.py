"""A write whose reply was lost is sent again, and recognises itself."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from tests.contract.alerts_in_store import (
    a_signal,
    acknowledge,
    new_write_id,
    put,
    reopened,
    resolve,
    snooze,
)
from tests.contract.conftest import Store, on_the_table
from tests.contract.random_steps import LONG_OUTPUT
from tests.examples import ALICE, HOUR, NINE, PROMETHEUS, SENDER
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.domain.alert import Alert, ending
from tocsin.usecases.refusals import SlotRefusedError


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
    alert = put(bad_line.slots, a_signal("disk-full"))
    end = ending(by=SENDER, at=NINE)

    over = bad_line.slots.resolve(alert.fingerprint, end, write_id=new_write_id())

    assert (over.is_open, over.version) == (False, 2)


def test_a_next_episode_whose_reply_was_lost_is_opened_once(bad_line: Store) -> None:
    over = put(bad_line.slots, a_signal("disk-full"), transitions=[resolve])

    alert = reopened(bad_line.slots, over, at=NINE + HOUR)

    assert bad_line.slots.in_slot(alert.fingerprint) == alert
    assert bad_line.alerts.get(over.alert_id) == over


# Others write between the write whose reply was lost and the same write sent again


type Meanwhile = Callable[[Store, Alert], object]


def counts(store: Store, _alert: Alert) -> None:
    """A repeat comes."""
    store.slots.count(a_signal("disk-full"), PROMETHEUS, at=NINE, write_id=new_write_id())


def moves_timer(store: Store, _alert: Alert) -> None:
    """Its timer is put off."""
    current = current_of(store)
    store.slots.set_timer(current, NINE + HOUR)


def refreshes(store: Store, alert: Alert) -> None:
    """A repeat comes, and the stream follows it."""
    counts(store, alert)
    store.timeline.refresh_listed(current_of(store))


def counts_notifications(store: Store, alert: Alert) -> None:
    """A page reached a person."""
    store.timeline.count_notifications(alert.alert_id, 1)


def snoozes(store: Store, _alert: Alert) -> None:
    """Another person changes its state."""
    current = current_of(store)
    store.alerts.update(current, snooze(current), write_id=new_write_id())


MEANWHILE: Final[list[Meanwhile]] = [
    counts,
    moves_timer,
    refreshes,
    counts_notifications,
    snoozes,
]


def current_of(store: Store) -> Alert:
    current = store.slots.in_slot(PROMETHEUS.slot_of(a_signal("disk-full")))
    assert current is not None
    return current


@pytest.fixture
def lost_while(call: Call) -> Callable[[Callable[[], object]], Store]:
    def lost_while(others: Callable[[], object]) -> Store:
        """The reply to the first write is lost, and others act before it is sent again."""
        waits = [True]

        def bad_line(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
            if operation != "GetItem" and waits:
                waits.clear()
                call(operation, parameters)
                others()
            return call(operation, parameters)

        return on_the_table(bad_line)

    return lost_while


type LostWhile = Callable[[Callable[[], object]], Store]


@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_the_person_who_acknowledged_is_not_told_that_another_did(
    call: Call, lost_while: LostWhile, meanwhile: Meanwhile
) -> None:
    store = on_the_table(call)
    alert = put(store.slots, a_signal("disk-full"))
    bad_line = lost_while(lambda: meanwhile(store, alert))

    stored = bad_line.alerts.update(alert, acknowledge(alert), write_id=new_write_id())

    assert stored.acknowledged_by == ALICE


@pytest.mark.parametrize("output", ["93 %", LONG_OUTPUT], ids=["small", "big"])
@pytest.mark.parametrize("meanwhile", [moves_timer, counts_notifications, snoozes])
def test_a_repeat_is_counted_once_if_no_repeat_follows_it(
    call: Call, lost_while: LostWhile, meanwhile: Meanwhile, output: str
) -> None:
    store = on_the_table(call)
    alert = put(store.slots, a_signal("disk-full"))
    signal = a_signal("disk-full", reason=output)
    bad_line = lost_while(lambda: meanwhile(store, alert))

    bad_line.slots.count(signal, PROMETHEUS, at=NINE, write_id=new_write_id())

    assert current_of(store).occurrences == 2


def test_a_timer_whose_reply_was_lost_is_moved_once(call: Call, lost_while: LostWhile) -> None:
    store = on_the_table(call)
    alert = put(store.slots, a_signal("disk-full"))
    bad_line = lost_while(lambda: counts(store, alert))

    for at in (NINE + HOUR, None, NINE):
        bad_line.slots.set_timer(current_of(store), at)
        assert current_of(store).timer_at == at


def test_a_timer_that_somebody_else_moved_is_left_to_him(call: Call, lost_while: LostWhile) -> None:
    store = on_the_table(call)
    alert = put(store.slots, a_signal("disk-full"))
    bad_line = lost_while(lambda: store.slots.set_timer(current_of(store), NINE + 2 * HOUR))

    with pytest.raises(SlotRefusedError):
        bad_line.slots.set_timer(alert, NINE + HOUR)

    assert current_of(store).timer_at == NINE + 2 * HOUR
