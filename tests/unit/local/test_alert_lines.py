"""What the live view says about alerts, from the records of the table's stream."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from local.view.alert_lines import AlertLine, lines_of
from tocsin.adapters.dynamodb.alerts.items import alert_item, pack_facts
from tocsin.domain.alert import Alert, Snooze
from tocsin.domain.ids import Actor, Fingerprint, WriteId
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts, Signal, SignalAction

NINE = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ALICE = Actor("alice")
SENDER = "integration:example-rest"
DISK_FULL = Signal(
    action=SignalAction.TRIGGER,
    dedup_key="disk",
    severity=Severity.CRITICAL,
    facts=Facts(name="Disk full"),
)
OPENED = Alert.open(
    DISK_FULL, integration="example-rest", slot=Fingerprint("0123456789ABCDEF"), at=NINE
)


def image(alert: Alert) -> dict[str, Any]:
    packed = pack_facts(alert.facts, alert.dedup_key)
    return alert_item(alert, packed, write_id=WriteId("w"), retention=timedelta(days=90))


def changed(alert: Alert) -> Alert:
    """The alert as its next version is stored."""
    return replace(alert, version=alert.version + 1)


def told(new: Alert, old: Alert | None = None) -> list[AlertLine]:
    images = {"NewImage": image(new)} | ({"OldImage": image(old)} if old else {})
    return list(lines_of({"dynamodb": images}))


def test_a_new_alert_is_opened_by_its_sender() -> None:
    assert told(OPENED) == [AlertLine(NINE, "opened", "Disk full", "critical", SENDER)]


def test_an_acknowledgement_names_who_and_what_they_noted() -> None:
    before = replace(OPENED, changes=())
    after = changed(before.acknowledge(by=ALICE, at=NINE, note="on it"))

    assert told(after, before) == [
        AlertLine(NINE, "acknowledged", "Disk full", "critical", "alice", "note on it")
    ]


def test_all_that_one_version_changed_is_told_in_order() -> None:
    mild = replace(OPENED, severity=Severity.WARNING, changes=(), snooze=Snooze(until=NINE))
    worse = changed(mild.changed_severity(Severity.CRITICAL, by=Actor(SENDER), at=NINE))

    assert [line.what for line in told(worse, mild)] == ["severity changed", "woken"]


def test_a_repeat_is_an_update_with_its_count() -> None:
    repeated = OPENED.counted(DISK_FULL, NINE + timedelta(minutes=1))

    assert told(repeated, OPENED) == [
        AlertLine(
            *(NINE + timedelta(minutes=1), "updated", "Disk full", "critical"),
            *(SENDER, "seen 2 times"),
        )
    ]


def test_a_write_that_says_nothing_new_is_not_told() -> None:
    assert told(OPENED, OPENED) == []


def test_items_that_are_no_alert_are_not_told() -> None:
    key = {"pk": {"S": "C#integration"}, "sk": {"S": "example-rest"}}

    assert list(lines_of({"dynamodb": {"NewImage": key}})) == []


def test_a_deleted_item_is_not_told() -> None:
    assert list(lines_of({"dynamodb": {"OldImage": image(OPENED)}})) == []
