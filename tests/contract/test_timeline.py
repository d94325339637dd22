"""TimelineRepository: what the stream derives, written once however often it is told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.item_size import WRITE_UNIT_BYTES, item_bytes
from functions.ingest.senders import SenderSettings, Sent, pagerduty
from functions.ingest.senders.reading.report import Report
from tests.alert_histories import (
    ACKNOWLEDGE,
    PROMOTE,
    RESOLVE,
    Step,
    change,
    life,
    lives,
    signal,
    snooze,
)
from tests.examples import ALICE, NINE
from tests.fakes.world import World
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import AwsError, Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.alerts.items import changes_from
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.adapters.dynamodb.timeline.timeline_items import samples_from
from tocsin.adapters.dynamodb.timeline.timeline_repository import DynamoDBTimeline
from tocsin.domain.alert import NOTE_LIMIT, Alert, Snooze
from tocsin.domain.alert_query import COUNTED, AlertQuery, Counts
from tocsin.domain.consequences import StoredChange
from tocsin.domain.history import HISTORY_LIMIT, Sample
from tocsin.domain.ids import AlertId, WriteId, milliseconds, ulid
from tocsin.domain.reception import Source
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts, Signal, SignalAction
from tocsin.domain.timeline import Change
from tocsin.usecases.follow_changes import follow_changes
from tocsin.usecases.ports import TimelineRepository

TABLE = "tocsin"
RETENTION = timedelta(days=90)
CAPTURED = Path(__file__).parents[2] / "bench/data/alertmanager-pagerduty-trigger.json"
TRIGGER = signal()
RECOVER = signal(action=SignalAction.RESOLVE)


@dataclass(frozen=True)
class Kept:
    """A timeline repository, and how tests see what it keeps."""

    timeline: TimelineRepository
    entries: Callable[[AlertId], Sequence[Change]]
    samples: Callable[[AlertId], Sequence[Sample]]
    counts: Callable[[], Counts]


def kept_by(call: Call) -> Kept:
    alerts = DynamoDBAlerts(call, TABLE, RETENTION)

    def samples(alert_id: AlertId) -> Sequence[Sample]:
        item = get(call, keys.history_key(alert_id))
        return samples_from(item) if item else ()

    return Kept(
        timeline=DynamoDBTimeline(call, TABLE, RETENTION),
        entries=lambda alert_id: alerts.timeline(alert_id, cursor=None, limit=1000).changes,
        samples=samples,
        counts=lambda: stored_counts(call),
    )


def get(call: Call, key: keys.Key) -> Mapping[str, Any]:
    item: Mapping[str, Any] = call("GetItem", {"TableName": TABLE, "Key": key}).get("Item", {})
    return item


def stored_counts(call: Call) -> Counts:
    request = {
        "TableName": TABLE,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": keys.COUNT_PARTITION}},
    }
    shards = call("Query", request)["Items"]
    return Counts(**{name: sum(int(shard[name]["N"]) for shard in shards) for name in COUNTED})


@pytest.fixture
def kept(call: Call) -> Kept:
    return kept_by(call)


def tell(kept: Kept, records: Sequence[StoredChange]) -> int:
    outlets = replace(World().outlets, timeline=kept.timeline)
    return follow_changes(records, now=NINE, outlets=outlets).entries


def words(entries: Sequence[Change]) -> list[str]:
    return [entry.type.value for entry in entries]


# Entries and counts


def test_a_timeline_is_read_in_the_order_in_which_things_happened(kept: Kept) -> None:
    records = life(TRIGGER, signal(output="97 % full"), ACKNOWLEDGE, PROMOTE, RECOVER)

    tell(kept, records)

    assert words(kept.entries(records[0].after.alert_id)) == [
        "fired",
        "reached_nobody",
        "updated",
        "acknowledged",
        "incident_created",
        "resolved",
    ]


def test_an_entry_comes_back_as_it_was_told(kept: Kept) -> None:
    records = life(TRIGGER, snooze(timedelta(hours=1), sticky_severity=True))

    tell(kept, records)

    assert kept.entries(records[0].after.alert_id)[2] == records[1].changes[0]


def test_a_repeat_and_a_change_of_the_same_millisecond_are_two_entries(kept: Kept) -> None:
    records = life(TRIGGER, ACKNOWLEDGE, signal(output="97 % full"), seconds=0)

    tell(kept, records)

    assert sorted(words(kept.entries(records[0].after.alert_id))) == [
        "acknowledged",
        "fired",
        "reached_nobody",
        "updated",
    ]


def test_the_counts_say_what_is_open(kept: Kept) -> None:
    acknowledged = life(TRIGGER, snooze(timedelta(hours=1)), ACKNOWLEDGE)
    resolved = life(signal(dedup_key="cpu"), RESOLVE)
    firing = life(signal(dedup_key="memory"))

    tell(kept, [*acknowledged, *resolved, *firing])

    assert kept.counts() == Counts(firing=1, acknowledged=1, snoozed=1, critical=2)


def test_telling_a_batch_again_writes_nothing_and_moves_nothing(kept: Kept) -> None:
    records = life(TRIGGER, ACKNOWLEDGE)
    tell(kept, records)

    assert tell(kept, records) == 0
    assert kept.counts() == Counts(acknowledged=1, critical=1)


def test_a_batch_that_is_known_in_part_adds_the_rest(kept: Kept) -> None:
    disk = life(TRIGGER, ACKNOWLEDGE)
    cpu = life(signal(dedup_key="cpu"))
    memory = life(signal(dedup_key="memory"), RESOLVE)
    tell(kept, [*disk[:1], *memory])

    new = tell(kept, [*disk, *cpu, *memory])

    assert new == len(["acknowledged", "fired", "reached_nobody"])
    assert kept.counts() == Counts(firing=1, acknowledged=1, critical=2)


def test_a_record_that_comes_twice_in_one_batch_counts_once(kept: Kept) -> None:
    [opened] = life(TRIGGER)

    assert tell(kept, [opened, opened]) == len(["fired", "reached_nobody"])
    assert kept.counts() == Counts(firing=1, critical=1)


def test_a_batch_may_be_larger_than_a_transaction(kept: Kept) -> None:
    lives_of_many = [
        life(signal(dedup_key=f"disk-{number}"), RESOLVE, signal(dedup_key=f"disk-{number}"))
        for number in range(26)
    ]

    new = tell(kept, [record for records in lives_of_many for record in records])

    lifetime = ["fired", "reached_nobody", "resolved", "fired", "reopened", "reached_nobody"]
    assert new == 26 * len(lifetime)
    assert kept.counts() == Counts(firing=26, critical=26)


def test_nothing_told_is_nothing_written(kept: Kept) -> None:
    assert kept.timeline.record([]) == 0
    assert kept.counts() == Counts()


# Values


def valued(count: int) -> tuple[AlertId, list[Sample]]:
    records = life(*[signal(value=value) for value in range(count)])
    return records[0].after.alert_id, [
        Sample(occurrence=occurrence, at=record.after.last_seen_at, value=occurrence - 1)
        for occurrence, record in enumerate(records, 1)
    ]


def test_a_history_holds_the_newest_values_oldest_first(kept: Kept) -> None:
    alert_id, samples = valued(HISTORY_LIMIT + 10)

    kept.timeline.add_samples(alert_id, samples[:7])
    kept.timeline.add_samples(alert_id, samples[7:])

    assert list(kept.samples(alert_id)) == samples[10:]


@pytest.mark.parametrize("told", [slice(20), slice(40, None), slice(None)])
def test_values_told_again_are_neither_doubled_nor_put_back(kept: Kept, told: slice) -> None:
    alert_id, samples = valued(HISTORY_LIMIT + 10)
    kept.timeline.add_samples(alert_id, samples)

    kept.timeline.add_samples(alert_id, samples[told])

    assert list(kept.samples(alert_id)) == samples[10:]


def test_a_batch_that_begins_before_what_is_known_adds_what_is_new(kept: Kept) -> None:
    alert_id, samples = valued(12)
    kept.timeline.add_samples(alert_id, samples[:8])

    kept.timeline.add_samples(alert_id, samples[3:])

    assert list(kept.samples(alert_id)) == samples


def test_two_values_of_one_millisecond_are_both_kept(kept: Kept) -> None:
    records = life(signal(value=80), signal(value=150.5), signal(value=9), seconds=0)

    tell(kept, records)

    samples = kept.samples(records[0].after.alert_id)
    assert [sample.value for sample in samples] == [80, 150.5]


# Any life, in any batches, each from anywhere before what was told last


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_told_again_in_other_batches_is_told_once(
    call: Call, new_key: Callable[[], str], data: st.DataObject
) -> None:
    records = data.draw(lives(new_key(), max_steps=12))
    again, before = kept_by(call), stored_counts(call)
    once = kept_by(World().call)

    tell(once, records)
    done = 0
    while done < len(records):
        start = data.draw(st.integers(0, done), label="delivered from")
        done = data.draw(st.integers(done + 1, len(records)), label="to")
        tell(again, records[start:done])

    for alert_id in {record.after.alert_id for record in records}:
        assert list(again.entries(alert_id)) == list(once.entries(alert_id))
        assert list(again.samples(alert_id)) == list(once.samples(alert_id))
    assert again.counts() - before == once.counts()


@pytest.fixture
def new_key() -> Callable[[], str]:
    """Examples share a table, so each tells of alerts of its own."""
    numbers = count()
    return lambda: f"disk-{next(numbers)}"


# What the table's own keys and conditions are for


def first_of(records: Sequence[StoredChange]) -> Alert:
    return records[0].after


def stored(call: Call, *steps: Step) -> Alert:
    """An alert in its slot, as these steps leave it."""
    slots = DynamoDBSlots(call, TABLE, RETENTION)
    *_, last = life(*steps)
    return slots.add(replace(last.after, changes=last.changes), write_id=WriteId("first"))


def image(call: Call, alert: Alert) -> Mapping[str, Any]:
    return get(call, keys.slot_key(alert.fingerprint))


def repeat(call: Call, write_id: str) -> None:
    slots = DynamoDBSlots(call, TABLE, RETENTION)
    said = Signal(
        action=SignalAction.TRIGGER,
        dedup_key="disk-full",
        severity=Severity.CRITICAL,
        facts=Facts(name="Disk full", reason="97 % full"),
        current_value=97,
    )
    at = NINE + timedelta(seconds=5)
    slots.count(said, Source(integration="prod-prometheus"), at=at, write_id=WriteId(write_id))


def test_lists_show_what_repeats_changed_after_a_refresh(call: Call) -> None:
    alert = stored(call, TRIGGER)
    repeat(call, "second")
    before = image(call, alert)

    DynamoDBTimeline(call, TABLE, RETENTION).refresh_listed(alert)

    after = image(call, alert)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"listed"}
    (row,) = DynamoDBAlerts(call, TABLE, RETENTION).list(AlertQuery(), at=NINE).alerts
    assert (row.occurrences, row.current_value) == (2, 97)
    assert row.last_seen_at == NINE + timedelta(seconds=5)


def test_a_refresh_comes_too_late_for_an_episode_that_made_room(call: Call) -> None:
    alert = stored(call, TRIGGER)
    repeat(call, "second")
    before = image(call, alert)
    earlier = replace(alert, alert_id=AlertId(ulid(NINE - timedelta(days=1), alert.fingerprint)))

    DynamoDBTimeline(call, TABLE, RETENTION).refresh_listed(earlier)

    assert image(call, alert) == before


def test_a_long_note_is_written_again_by_the_first_repeat_only(call: Call) -> None:
    """Each later one would else rewrite it, and pay for all of it."""
    noted = change(lambda alert, at: alert.acknowledge(by=ALICE, at=at, note="é" * NOTE_LIMIT))
    alert = stored(call, TRIGGER, noted)
    repeat(call, "second")
    assert item_bytes(image(call, alert)) > 4 * WRITE_UNIT_BYTES

    DynamoDBTimeline(call, TABLE, RETENTION).refresh_listed(alert)

    assert item_bytes(image(call, alert)) <= WRITE_UNIT_BYTES
    repeat(call, "third")
    assert item_bytes(image(call, alert)) <= WRITE_UNIT_BYTES


def test_what_is_not_on_the_timeline_yet_stays_with_the_alert(call: Call) -> None:
    """The stream follows a repeat, and a change that it does not know of came after that."""
    alert = stored(call, TRIGGER)
    repeat(call, "second")
    slots = DynamoDBSlots(call, TABLE, RETENTION)
    current = slots.in_slot(alert.fingerprint)
    assert current is not None
    slots.update(current, current.acknowledge(by=ALICE, at=NINE), write_id=WriteId("third"))
    repeat(call, "fourth")

    DynamoDBTimeline(call, TABLE, RETENTION).refresh_listed(alert)

    assert [it.type for it in changes_from(image(call, alert))] == ["acknowledged"]


def test_what_a_repeated_alert_is_charged_for_fits_a_write_unit(call: Call) -> None:
    """The captured event, without the marks that writes leave on it."""
    sent = Sent(body=CAPTURED.read_bytes(), at=NINE)
    (entry,) = pagerduty.read(sent, SenderSettings())
    assert isinstance(entry.read, Report)
    signal = entry.read.signal({}, NINE)
    slots = DynamoDBSlots(call, TABLE, RETENTION)
    source = Source(integration="prod-alertmanager")
    opened = Alert.open(
        signal, integration=source.integration, slot=source.slot_of(signal), at=NINE
    )
    opened = opened.escalate(None, at=NINE)
    alert = slots.add(opened, write_id=WriteId("0123456789abcdef01"))
    snoozed = alert.snoozed(Snooze(until=NINE + timedelta(days=1)), by=ALICE, at=NINE)
    alert = slots.update(alert, snoozed, write_id=WriteId("0123456789abcdef02"))
    alert = slots.update(
        alert, alert.acknowledge(by=ALICE, at=NINE), write_id=WriteId("0123456789abcdef03")
    )

    slots.count(signal, source, at=NINE, write_id=WriteId("0123456789abcdef04"))

    assert item_bytes(image(call, alert)) <= WRITE_UNIT_BYTES


def test_what_is_kept_beside_a_resolved_alert_expires_with_it(call: Call) -> None:
    *_, last = life(TRIGGER, TRIGGER, RESOLVE)
    alert, kept = last.after, kept_by(call)
    kept.timeline.add_samples(alert.alert_id, [Sample(occurrence=1, at=NINE, value=93)])
    call("PutItem", {"TableName": TABLE, "Item": keys.overflow_key(alert.alert_id)})

    kept.timeline.let_expire(alert)

    expected = {"N": str(int((NINE + timedelta(seconds=2) + RETENTION).timestamp()))}
    assert get(call, keys.history_key(alert.alert_id))["expires_at"] == expected
    assert get(call, keys.overflow_key(alert.alert_id))["expires_at"] == expected


def test_only_what_may_be_beside_an_alert_is_asked_to_expire() -> None:
    def asked_after(*steps: Step) -> list[str]:
        asked: list[str] = []

        def spying(_operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
            asked.append(parameters["Key"]["sk"]["S"].partition(alert_id)[2] or "last body")
            return {}

        *_, last = life(*steps)
        alert_id = last.after.alert_id
        DynamoDBTimeline(spying, TABLE, RETENTION).let_expire(last.after)
        return asked

    assert asked_after(TRIGGER, RESOLVE) == ["#D"]
    assert asked_after(TRIGGER, TRIGGER, RESOLVE) == ["#D", "#H"]
    assert asked_after(TRIGGER, ACKNOWLEDGE, RESOLVE) == ["#D", "last body"]


def test_what_does_not_exist_is_not_made_to_expire(call: Call) -> None:
    *_, last = life(TRIGGER, TRIGGER, RESOLVE)

    DynamoDBTimeline(call, TABLE, RETENTION).let_expire(last.after)

    assert get(call, keys.history_key(last.after.alert_id)) == {}
    assert get(call, keys.overflow_key(last.after.alert_id)) == {}


def test_entries_are_kept_for_the_retention(call: Call) -> None:
    records = life(TRIGGER)

    tell(kept_by(call), records)

    key = keys.change_key(first_of(records).alert_id, milliseconds(NINE), 1, 0)
    assert get(call, key)["expires_at"] == {"N": str(int((NINE + RETENTION).timestamp()))}


# Failures on the way


def test_a_write_whose_reply_was_lost_is_not_counted_again(call: Call) -> None:
    tell(kept_by(losing_replies(call)), life(TRIGGER, ACKNOWLEDGE))

    assert stored_counts(call) == Counts(acknowledged=1, critical=1)


def test_what_is_known_is_left_out_even_if_the_rest_met_another_transaction(call: Call) -> None:
    disk, cpu = life(TRIGGER), life(signal(dedup_key="cpu"))
    tell(kept_by(call), disk)
    conflicts = 1

    def conflicting(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        nonlocal conflicts
        if operation == "TransactWriteItems" and conflicts:
            conflicts -= 1
            known = [{"Code": "ConditionalCheckFailed"}] * 2
            reasons = [*known, {"Code": "TransactionConflict"}, {}, {}]
            raise AwsError("TransactionCanceledException", "", reasons=reasons)
        return call(operation, parameters)

    new = tell(kept_by(conflicting), [*disk, *cpu])

    assert new == len(["fired", "reached_nobody"])
    assert stored_counts(call) == Counts(firing=2, critical=2)


def test_a_refusal_for_another_reason_is_not_taken_for_success() -> None:
    def refusing(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        raise AwsError("ValidationException", f"{operation} of {len(parameters)} is too large")

    with pytest.raises(AwsError):
        tell(kept_by(refusing), life(TRIGGER))
