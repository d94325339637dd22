"""The stream's handler: everything that follows from a write, once, also after failures."""

import copy
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import ALICE, MINUTE, NINE, PROMETHEUS, recovery, trigger
from tests.functions.escalator.conftest import (
    TABLE,
    Escalator,
    Logged,
    Record,
    ReplacePort,
    away,
    example,
)
from tests.functions.notifier.conftest import a_delivery
from tocsin.adapters.aws_json import AwsError
from tocsin.adapters.dynamodb.keys import COUNT_PARTITION
from tocsin.adapters.dynamodb.notifications.notification_repository import DynamoDBNotifications
from tocsin.adapters.dynamodb.timeline.stream import kept_record, record_from
from tocsin.adapters.dynamodb.timeline.timeline_repository import DynamoDBTimeline
from tocsin.adapters.queues import SqsDeliveries, SqsTimers
from tocsin.domain.alert import Alert, Snooze
from tocsin.domain.alert_query import AlertQuery
from tocsin.domain.errors import TryAgainError
from tocsin.domain.escalation import NO_POLICY_PAGES
from tocsin.domain.ids import AlertId
from tocsin.domain.notification import Notification
from tocsin.domain.timers import Timer
from tocsin_cli.simulated.expressions import Item
from tocsin_cli.simulated.stores import Stores

ID = AlertId("01KJMA0FM0SWN6QZPBR1784CMA")
"""The alert of events/escalator_table_change.json."""
RETENTION = timedelta(days=90)
UNPAGED = ["fired", "reached_nobody"]
"""No escalation policy pages for it."""


def a_life(escalator: Escalator, dedup_key: str = "disk-full") -> AlertId:
    """Opened, repeated with other words and values, acknowledged, resolved: four records."""
    said = trigger("93 % full", dedup_key=dedup_key, value=93)
    alert_id = escalator.signal(said, PROMETHEUS)
    escalator.now += MINUTE
    escalator.signal(trigger("97 % full", dedup_key=dedup_key, value=97), PROMETHEUS)
    escalator.now += MINUTE
    escalator.change(alert_id, lambda alert: alert.acknowledge(by=ALICE, at=escalator.now))
    escalator.now += MINUTE
    escalator.signal(replace(recovery("42 % full"), dedup_key=dedup_key), PROMETHEUS)
    return alert_id


def snoozed_for(duration: timedelta) -> Callable[[Alert], Alert]:
    return lambda alert: alert.snoozed(Snooze(until=NINE + duration), by=ALICE, at=NINE)


def uncounted(escalator: Escalator) -> dict[str, Any]:
    """All that the table holds, without the counter of changes: a batch that comes twice counts."""
    everything = escalator.everything()
    everything.pop("CHANGES CHANGES", None)
    return everything


def numbers_of(records: list[Record]) -> list[str]:
    return [record["dynamodb"]["SequenceNumber"] for record in records]


def images_of(record: Record) -> dict[str, Any]:
    told = record["dynamodb"]
    return {name: told.get(name) for name in ("Keys", "OldImage", "NewImage")}


# The example


def test_the_example_event_is_what_the_tables_stream_holds(escalator: Escalator) -> None:
    assert a_life(escalator) == ID

    told = [images_of(record) for record in escalator.written()]

    assert told == [images_of(record) for record in example("table_change")["Records"]]


def test_the_timeline_follows_the_changes(escalator: Escalator) -> None:
    assert escalator.follow(example("table_change")["Records"]) == []

    assert [(it.type, it.by, it.details) for it in escalator.timeline(ID)] == [
        ("fired", "integration:prod-prometheus", {"reason": "93 % full"}),
        ("reached_nobody", "auto", {"reason": NO_POLICY_PAGES}),
        ("updated", "integration:prod-prometheus", {"reason": "97 % full"}),
        ("acknowledged", "alice", {}),
        ("resolved", "integration:prod-prometheus", {"reason": "42 % full"}),
    ]


def test_followed_changes_are_logged_and_counted(escalator: Escalator, logged: Logged) -> None:
    escalator.follow(example("table_change")["Records"])

    line, entries, unreached = logged()
    assert line["message"] == "Changes followed"
    assert line["alert_ids"] == [ID]
    assert (line["changes"], line["entries"], line["timers"]) == (4, 5, 0)
    assert entries["TimelineEntries"] == [5.0]
    assert unreached["AlertsReachingNobody"] == [1.0]
    assert entries["service"] == unreached["service"] == "escalator"


def test_an_alert_that_reached_nobody_is_counted_once(escalator: Escalator, logged: Logged) -> None:
    records = example("table_change")["Records"]
    escalator.follow(records)
    ledger = DynamoDBNotifications(escalator.call, TABLE, RETENTION)
    [waiting] = ledger.of_alert(ID)
    ledger.update(waiting, waiting.claim(at=NINE), write_id=escalator.new_write_id())

    escalator.follow(records)

    assert sum("AlertsReachingNobody" in line for line in logged()) == 1


def test_a_batch_that_failed_before_it_was_counted_is_counted_the_next_time(
    escalator: Escalator, logged: Logged, replace_port: ReplacePort
) -> None:
    records = example("table_change")["Records"]
    deliveries = escalator.app.ports.deliveries
    replace_port(deliveries=SqsDeliveries(away, ""))
    with pytest.raises(TryAgainError):
        escalator.follow(records)

    replace_port(deliveries=deliveries)
    escalator.follow(records)

    assert sum("AlertsReachingNobody" in line for line in logged()) == 1


# Again, and in another order


def test_delivering_again_changes_nothing_in_the_table(escalator: Escalator) -> None:
    a_life(escalator)
    records = escalator.written()
    escalator.follow(records)
    once = uncounted(escalator)

    escalator.follow(records)
    escalator.follow(records[2:])

    assert uncounted(escalator) == once


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_order_between_alerts_does_not_matter(
    three_lives: dict[AlertId, list[Record]],
    escalator: Escalator,
    replace_port: ReplacePort,
    data: st.DataObject,
) -> None:
    in_order, shuffled = Stores(lambda: NINE), Stores(lambda: NINE)
    replace_port(timeline=in_order.timelines)
    escalator.follow([record for records in three_lives.values() for record in records])
    turns = [alert_id for alert_id, records in three_lives.items() for _ in records]
    following = {alert_id: iter(records) for alert_id, records in three_lives.items()}

    replace_port(timeline=shuffled.timelines)
    order = data.draw(st.permutations(turns), label="whose record comes next")
    records = [next(following[alert_id]) for alert_id in order]
    cut = data.draw(st.integers(0, len(records)), label="length of the first batch")
    for batch in (records[:cut], records[cut:]):
        escalator.follow(batch)

    assert shuffled.timelines.stored_counts() == in_order.timelines.stored_counts()
    assert without_counts(shuffled) == without_counts(in_order)


def without_counts(stores: Stores) -> list[Item]:
    """Of counts, one that came back to zero is as good as none."""
    return [it for it in stores.table.items if it["pk"]["S"] != COUNT_PARTITION]


@pytest.fixture
def three_lives(escalator: Escalator) -> dict[AlertId, list[Record]]:
    lives: dict[AlertId, list[Record]] = {}
    for dedup_key in ("disk-full", "cpu", "memory"):
        alert_id = a_life(escalator, dedup_key)
        lives[alert_id] = escalator.written()
    return lives


# What others do to a batch


def test_a_record_that_cannot_be_read_holds_up_no_other(
    escalator: Escalator, three_lives: dict[AlertId, list[Record]], logged: Logged
) -> None:
    first, poisoned, last = (copy.deepcopy(records[:1]) for records in three_lives.values())
    poisoned[0]["dynamodb"]["NewImage"]["details"] = {"B": "bm8gZGV0YWlscw=="}

    assert escalator.follow([*first, *poisoned, *last]) == []

    assert [escalator.happened(alert_id) for alert_id in three_lives] == [UNPAGED, [], UNPAGED]
    lines = logged()
    [failure] = [line for line in lines if line.get("level") == "ERROR"]
    assert failure["message"] == "Change not followed"
    assert failure["alert_id"] == list(three_lives)[1]
    assert [failure["sequence_number"]] == numbers_of(poisoned)
    [measured] = [line for line in lines if "SetAside" in line]
    assert (measured["SetAside"], measured["service"]) == ([1.0], "escalator")
    halved = [line for line in lines if line.get("message") == "Batch halved"]
    assert [(line["cause"], line["records"]) for line in halved] == [
        (failure["exception_name"], len(records)) for records in (three_lives, [*poisoned, *last])
    ]


def at_fault(_operation: str, _parameters: Mapping[str, Any]) -> dict[str, Any]:
    raise ZeroDivisionError


def test_a_record_that_was_set_aside_is_kept_whole_and_can_be_followed_again(
    escalator: Escalator, three_lives: dict[AlertId, list[Record]], replace_port: ReplacePort
) -> None:
    alert_id, (record, *_) = next(iter(three_lives.items()))
    replace_port(timeline=DynamoDBTimeline(at_fault, "tocsin", RETENTION))
    escalator.follow([record])

    [kept] = escalator.failures.read
    replace_port(timeline=DynamoDBTimeline(escalator.call, "tocsin", RETENTION))
    again = record_from(kept)

    assert (kept["alert_id"], kept["sk"], kept["error"]) == (alert_id, "LIVE", "ZeroDivisionError")
    assert kept["set_aside_at"] == escalator.now.isoformat()
    assert again == record
    assert escalator.follow([again]) == []
    assert escalator.happened(alert_id) == UNPAGED


@pytest.mark.parametrize(("failures", "is_set_aside"), [(2, False), (3, True)])
def test_a_change_is_tried_three_times(
    escalator: Escalator, replace_port: ReplacePort, failures: int, *, is_set_aside: bool
) -> None:
    alert_id = a_life(escalator)
    left = [ValueError] * failures

    def call(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if left:
            raise left.pop()
        return escalator.call(operation, parameters)

    replace_port(timeline=DynamoDBTimeline(call, "tocsin", RETENTION))
    assert escalator.follow(escalator.written()[:1]) == []

    assert bool(escalator.failures.bodies) is is_set_aside
    assert escalator.happened(alert_id) == ([] if is_set_aside else UNPAGED)


def test_a_change_that_cannot_be_set_aside_for_now_comes_back(
    escalator: Escalator, three_lives: dict[AlertId, list[Record]]
) -> None:
    broken = copy.deepcopy(next(iter(three_lives.values()))[:1])
    del broken[0]["dynamodb"]["NewImage"]["version"]
    escalator.failures.is_away = True

    with pytest.raises(TryAgainError):
        escalator.follow(broken)


def test_a_change_that_fails_again_is_reported_to_redrive(
    escalator: Escalator, three_lives: dict[AlertId, list[Record]]
) -> None:
    broken = copy.deepcopy(next(iter(three_lives.values()))[:1])
    del broken[0]["dynamodb"]["NewImage"]["version"]

    assert escalator.follow(broken, redrive=True) == numbers_of(broken)

    assert escalator.failures.bodies == []


def test_a_storage_that_is_away_for_hours_sets_nothing_aside(
    escalator: Escalator, replace_port: ReplacePort
) -> None:
    alert_id = a_life(escalator)
    records = escalator.written()

    replace_port(timeline=DynamoDBTimeline(away, "tocsin", RETENTION))
    for _ in range(500):
        with pytest.raises(TryAgainError):
            escalator.follow(records)
    replace_port(timeline=DynamoDBTimeline(escalator.call, "tocsin", RETENTION))

    assert escalator.follow(records) == []
    assert len(escalator.happened(alert_id)) == 5
    assert escalator.failures.bodies == []


def incompressible(characters: int) -> str:
    return os.urandom(characters // 2).hex()


def test_two_images_as_long_as_dynamodb_takes_fit_a_message() -> None:
    item_bytes = 400 * 1024
    image = {"sk": {"S": "LIVE"}, "text": {"S": incompressible(300_000)}}
    image["more"] = {"S": "ü" * ((item_bytes - 300_000) // 2)}
    told = {"SequenceNumber": "1", "NewImage": image, "OldImage": image | {"x": {"S": "y"}}}

    kept = json.loads(kept_record({"dynamodb": told}, error="ValueError", at=NINE))

    assert record_from(kept) == {"dynamodb": told}


def test_a_record_too_long_for_a_message_is_named() -> None:
    image = {"id": {"S": ID}, "text": {"S": incompressible(1_400_000)}}
    told = {"SequenceNumber": "1", "NewImage": image, "OldImage": {}}

    kept = kept_record({"dynamodb": told}, error="ValueError", at=NINE)

    assert len(kept) < 1_000
    assert (json.loads(kept)["alert_id"], record_from(json.loads(kept))) == (ID, None)


def test_a_change_that_dynamodb_always_refuses_holds_up_no_other(
    escalator: Escalator,
    three_lives: dict[AlertId, list[Record]],
    replace_port: ReplacePort,
) -> None:
    refused = list(three_lives)[1]

    def choosy(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if operation == "TransactWriteItems" and refused in str(parameters):
            raise AwsError("ValidationException", "Item size has exceeded the allowed maximum")
        return escalator.call(operation, parameters)

    replace_port(timeline=DynamoDBTimeline(choosy, "tocsin", RETENTION))
    records = [record for records in three_lives.values() for record in records]

    assert escalator.follow(records) == []

    assert [each["sequence_number"] for each in escalator.failures.read] == numbers_of(
        three_lives[refused]
    )
    assert [len(escalator.happened(alert_id)) for alert_id in three_lives] == [5, 0, 5]


def test_a_failed_record_is_followed_once_it_can_be(
    escalator: Escalator, three_lives: dict[AlertId, list[Record]]
) -> None:
    records = [record for records in three_lives.values() for record in records]
    broken = copy.deepcopy(records)
    del broken[5]["dynamodb"]["NewImage"]["version"]
    [failed] = escalator.follow(broken, redrive=True)

    again = numbers_of(records).index(failed)
    assert escalator.follow(records[again:]) == []

    assert [len(escalator.happened(alert_id)) for alert_id in three_lives] == [5, 5, 5]


def test_a_queue_that_does_not_answer_keeps_no_entry_back(
    escalator: Escalator, replace_port: ReplacePort
) -> None:
    alert_id = escalator.signal(trigger(), PROMETHEUS)
    escalator.change(alert_id, snoozed_for(timedelta(seconds=30)))
    records = escalator.written()
    replace_port(timers=SqsTimers(lambda _operation, _parameters: {}, ""))

    with pytest.raises(TryAgainError):
        escalator.follow(records)

    assert escalator.happened(alert_id) == [*UNPAGED, "snoozed"]


def test_the_writes_of_the_stream_handler_lead_to_no_more_writes(
    escalator: Escalator, logged: Logged
) -> None:
    a_life(escalator)
    escalator.follow(escalator.written())
    logged()
    rounds = 0

    while own := escalator.written():
        assert escalator.follow(own) == []
        rounds += 1

    assert rounds == 1
    assert logged() == []


def test_records_of_other_items_are_passed_over(escalator: Escalator) -> None:
    item = {"pk": {"S": "C#integration"}, "sk": {"S": "prod-prometheus"}}
    told = {"Keys": item, "NewImage": item, "SequenceNumber": "1"}
    removed = {"Keys": item, "OldImage": item, "SequenceNumber": "2"}

    failed = escalator.follow(
        [
            {"eventName": "INSERT", "dynamodb": told},
            {"eventName": "REMOVE", "dynamodb": removed},
        ]
    )

    assert failed == []
    assert escalator.everything() == {}


def test_a_message_that_waits_or_is_claimed_tells_the_timeline_nothing(
    escalator: Escalator,
) -> None:
    alert_id = a_life(escalator)
    escalator.follow(escalator.written())
    before = escalator.happened(alert_id)
    ledger = DynamoDBNotifications(escalator.call, TABLE, RETENTION)
    waiting = Notification.waiting(replace(a_delivery(), alert_id=alert_id), at=NINE)
    ledger.add(waiting, write_id=escalator.new_write_id())
    ledger.update(waiting, waiting.claim(at=NINE), write_id=escalator.new_write_id())
    records = [
        it
        for it in escalator.written()
        if it["dynamodb"]["Keys"]["sk"]["S"] == waiting.delivery.place
    ]

    assert len(records) == 2
    assert escalator.follow(records) == []
    assert escalator.failures.bodies == []
    assert escalator.happened(alert_id) == before


# Lists, values, timers, the end


def test_a_repeat_shows_in_lists_and_in_the_history(escalator: Escalator) -> None:
    alert_id = escalator.signal(trigger(value=93), PROMETHEUS)
    escalator.now += MINUTE
    escalator.signal(trigger(value=97), PROMETHEUS)

    escalator.follow(escalator.written())

    alert, history = escalator.alerts.get_with_history(alert_id)
    (row,) = escalator.alerts.list(AlertQuery(), at=escalator.now).alerts
    assert (alert.occurrences, row.occurrences) == (2, 2)
    assert [(it.at, it.value) for it in history] == [(NINE, 93), (NINE + MINUTE, 97)]
    assert escalator.happened(alert_id) == UNPAGED


def test_an_episode_that_makes_room_is_not_told_again(escalator: Escalator) -> None:
    first = escalator.signal(trigger(), PROMETHEUS)
    escalator.now += MINUTE
    escalator.signal(recovery(), PROMETHEUS)
    escalator.now += MINUTE
    second = escalator.signal(trigger(), PROMETHEUS)

    escalator.follow(escalator.written())

    assert escalator.happened(first) == [*UNPAGED, "resolved"]
    assert escalator.happened(second) == ["fired", "reopened", "reached_nobody"]


def test_a_snooze_that_ends_before_the_next_tick_is_timed_at_once(escalator: Escalator) -> None:
    alert_id = escalator.signal(trigger(), PROMETHEUS)
    escalator.change(alert_id, snoozed_for(timedelta(seconds=30)))

    escalator.follow(escalator.written())

    slot = PROMETHEUS.slot_of(trigger())
    due_at = NINE + timedelta(seconds=30)
    assert escalator.timers.waiting == [Timer(slot=slot, due_at=due_at)]


def test_the_history_of_a_resolved_alert_expires_with_it(escalator: Escalator) -> None:
    alert_id = a_life(escalator)

    escalator.follow(escalator.written())

    table = escalator.everything()
    slot = f"A#{PROMETHEUS.slot_of(trigger())}"
    history = table[f"{slot} E#{alert_id}#H"]
    assert history["expires_at"] == table[f"{slot} LIVE"]["expires_at"]
