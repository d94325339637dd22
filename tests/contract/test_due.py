"""DueRepository: what falls due is found in time, wherever the index keeps it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.examples import HOUR, MINUTE, NINE, PATIENT, recovery, trigger
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.adapters.dynamodb.keys import DUE_SHARDS, shard_of
from tocsin.adapters.dynamodb.timers.due_repository import DynamoDBDue
from tocsin.domain.alert import Alert, Snooze
from tocsin.domain.ids import AUTO, Fingerprint
from tocsin.domain.next_action import act, with_timer
from tocsin.domain.reception import receive
from tocsin.domain.timers import AnyTimer, Timer
from tocsin_cli.simulated.write_ids import WriteIds

TABLE = "tocsin"
RETENTION = timedelta(days=90)
NEW_WRITE_ID = WriteIds()

type Put = Callable[..., Alert]
type Due = Callable[[], Sequence[AnyTimer]]


class Paged:
    """DynamoDB with room for one item on each page of an answer."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def __call__(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        limit = {"Limit": 1} if operation == "Query" else {}
        return self._call(operation, {**parameters, **limit})


@pytest.fixture(params=["at once", "page by page"])
def both(request: pytest.FixtureRequest, call: Call) -> tuple[Put, Due]:
    """How alerts get in, and what is due before ten past nine."""
    before = NINE + 10 * MINUTE
    slots = DynamoDBSlots(call, TABLE, RETENTION)
    due = DynamoDBDue(Paged(call) if "page" in request.param else call, TABLE)

    def store(alert: Alert, after: Alert | None = None) -> Alert:
        if after is None:
            return slots.add(with_timer(alert), write_id=NEW_WRITE_ID())
        return slots.update(alert, with_timer(after), write_id=NEW_WRITE_ID())

    return store, lambda: due.due(before)


@pytest.fixture
def put(both: tuple[Put, Due]) -> Put:
    return both[0]


@pytest.fixture
def due(both: tuple[Put, Due]) -> Due:
    return both[1]


def opened(dedup_key: str = "disk-full") -> Alert:
    signal = trigger(dedup_key=dedup_key)
    slot = PATIENT.slot_of(signal)
    alert = Alert.open(signal, integration=PATIENT.integration, slot=slot, at=NINE)
    return alert.escalate(None, at=NINE)


def snoozed(alert: Alert, *, until: timedelta) -> Alert:
    return alert.snoozed(Snooze(until=NINE + until), by=AUTO, at=NINE)


def slots_of(timers: Sequence[AnyTimer]) -> list[Fingerprint]:
    return [timer.slot for timer in timers if isinstance(timer, Timer)]


def test_nothing_is_due_when_nothing_waits(put: Put, due: Due) -> None:
    put(opened())

    assert due() == []


def test_what_is_due_is_found_with_its_exact_time(put: Put, due: Due) -> None:
    until = timedelta(minutes=5, milliseconds=123)
    alert = put(opened())
    put(alert, snoozed(alert, until=until))

    assert due() == [Timer(slot=alert.fingerprint, due_at=NINE + until)]


def test_what_is_overdue_is_found_however_late(put: Put, due: Due) -> None:
    alert = put(opened())
    put(alert, snoozed(alert, until=-24 * HOUR))

    assert slots_of(due()) == [alert.fingerprint]


@pytest.mark.parametrize("until", [10 * MINUTE, HOUR], ids=["then", "later"])
def test_what_is_due_only(put: Put, due: Due, until: timedelta) -> None:
    alert = put(opened())
    put(alert, snoozed(alert, until=until))

    assert due() == []


def test_a_resolve_window_is_found_too(put: Put, due: Due) -> None:
    alert = put(opened())
    after = receive(alert, recovery(), PATIENT, NINE).alert
    put(alert, after)

    assert due() == [Timer(slot=alert.fingerprint, due_at=NINE + MINUTE)]


def test_what_was_done_is_not_due_any_more(put: Put, due: Due) -> None:
    alert = put(opened())
    waiting = put(alert, snoozed(alert, until=MINUTE))
    put(waiting, act(replace(waiting, changes=()), NINE + MINUTE, None))

    assert due() == []


def test_all_are_found_soonest_first(put: Put, due: Due) -> None:
    alerts = [put(opened(f"db-{number}")) for number in range(6)]
    for number, alert in enumerate(alerts):
        put(alert, snoozed(alert, until=(9 - number) * MINUTE))

    found = due()

    assert {shard_of(slot) for slot in slots_of(found)} == set(range(DUE_SHARDS))
    assert slots_of(found) == [alert.fingerprint for alert in reversed(alerts)]


def test_an_idle_tick_costs_one_query_for_each_partition(call: Call) -> None:
    asked: list[str] = []

    def counting(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(operation)
        return call(operation, parameters)

    DynamoDBDue(counting, TABLE).due(NINE)

    assert asked == ["Query"] * DUE_SHARDS
