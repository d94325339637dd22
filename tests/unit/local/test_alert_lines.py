"""What the live view says about alerts, from the records of the table's stream."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from local.view.alert_lines import CONSOLES, AlertLine, MessageLine, lines_of, message_line_of
from tocsin.adapters.dynamodb.alerts.items import alert_item, pack_facts
from tocsin.adapters.dynamodb.notifications.notification_items import notification_item
from tocsin.domain.alert import Alert, Snooze
from tocsin.domain.ids import Actor, Fingerprint, WriteId
from tocsin.domain.notification import (
    Delivery,
    DeliveryState,
    Notification,
    NotificationEvent,
    NotificationReason,
)
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


def ledger(
    state: DeliveryState,
    *,
    target: str = "channel:ops-hook",
    event: NotificationEvent = NotificationEvent.PAGED,
    reason: str | None = None,
) -> MessageLine | None:
    """What is told where a message comes into this state."""
    delivery = Delivery(
        alert_id=OPENED.alert_id,
        episode=1,
        step=1,
        loop=1,
        target=target,
        channel=target.partition(":")[2] if target.startswith("channel:") else "sms",
        event=event,
        reason=NotificationReason.FIRST,
        asked_at=NINE,
        due_at=NINE,
    )
    notification = Notification(
        delivery=delivery, state=state, created_at=NINE, changed_at=NINE, reason=reason
    )
    item = notification_item(notification, retention=timedelta(days=90), write_id=WriteId("w"))
    return message_line_of({"dynamodb": {"NewImage": item}}, {OPENED.alert_id: "Disk full"})


def test_a_message_that_failed_was_skipped_or_waits_is_told_with_its_reason() -> None:
    failed = ledger(DeliveryState.FAILED, reason="it answered 500")
    skipped = ledger(DeliveryState.SKIPPED, target="user:bob", reason="no phone")
    again = ledger(DeliveryState.RETRYING, reason="no answer")

    assert failed == MessageLine(NINE, "page failed", "ops-hook", "Disk full", "it answered 500")
    assert skipped == MessageLine(NINE, "page skipped", "bob by sms", "Disk full", "no phone")
    assert again is not None
    assert again.what == "page retrying"


def test_what_went_to_a_webhook_is_told_and_an_update_is_called_one() -> None:
    page = ledger(DeliveryState.SENT)
    update = ledger(DeliveryState.SENT, event=NotificationEvent.ACKNOWLEDGED)

    assert page == MessageLine(NINE, "page sent", "ops-hook", "Disk full")
    assert update is not None
    assert update.what == "update sent"


def test_what_is_shown_as_a_whole_is_not_told_twice() -> None:
    console = next(iter(CONSOLES))

    assert ledger(DeliveryState.SENT, target="user:bob") is None
    assert ledger(DeliveryState.SENT, target=f"channel:{console}") is None
    assert ledger(DeliveryState.WAITING) is None
