"""NotificationRepository: a ledger in which one of several writers wins."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import HOUR, MINUTE, NINE, TO_OPS, UNKNOWN_ID
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.notifications.notification_items import (
    notification_item,
    stored_notification,
)
from tocsin.adapters.dynamodb.notifications.notification_repository import DynamoDBNotifications
from tocsin.domain.digest import DigestId
from tocsin.domain.ids import AlertId, WriteId
from tocsin.domain.notification import (
    Delivery,
    DeliveryState,
    Notification,
    NotificationEvent,
    NotificationReason,
)
from tocsin.domain.on_call.notice import Notice, NoticeKind
from tocsin.usecases.ports import NotificationRepository
from tocsin.usecases.refusals import NotificationRefusedError
from tocsin_cli.simulated.write_ids import WriteIds

RETENTION = timedelta(days=90)
NEW_WRITE_ID = WriteIds()

WITH_EVERY_FIELD = Notification(
    delivery=Delivery(
        alert_id=UNKNOWN_ID,
        episode=2,
        step=3,
        loop=4,
        target="user:alice",
        channel="sms+5m",
        event=NotificationEvent.ACKNOWLEDGED,
        reason=NotificationReason.CHANGED,
        step_name="second",
        schedule="primary/next",
        notice=Notice(
            kind=NoticeKind.SWAP,
            title="Bob asks for a swap",
            lines=("“Monday” for Sunday",),
            swap="01KJM5ZZ00DRQ5V1N9YH3KW2TB",
        ),
        spell=3,
        version=7,
        after="1.2",
        of_version=6,
        planned=5,
        asked_at=NINE + timedelta(seconds=2),
        due_at=NINE + MINUTE,
    ),
    state=DeliveryState.RETRYING,
    attempts=6,
    failures=5,
    refused_at=NINE + timedelta(seconds=1),
    shown=4,
    seen=5,
    claimed_until=NINE + 2 * MINUTE,
    next_attempt_at=NINE + 3 * MINUTE,
    provider_id="C1/1700000000.1",
    bundled_into=DigestId("01KJMWTPM0SWN6QZPBR1784CMB"),
    is_loud=True,
    reason="the provider answered 503",
    created_at=NINE + timedelta(milliseconds=1),
    changed_at=NINE + HOUR,
    version=1,
)

IN_THE_QUEUE_ONLY = {"severity", "group"}
"""Of a delivery: what the ledger brings takes a turn with a look at its alert."""


@pytest.fixture
def ledger(call: Call) -> NotificationRepository:
    return DynamoDBNotifications(call, TABLE_NAME, RETENTION)


def claimed(delivery: Delivery = TO_OPS) -> Notification:
    return Notification.waiting(delivery, at=NINE).claim(at=NINE)


def test_every_field_has_a_value_that_could_not_be_its_default() -> None:
    plain = claimed(replace(TO_OPS, alert_id=AlertId("")))

    same = [
        field.name
        for whole, other in (
            (WITH_EVERY_FIELD, plain),
            (WITH_EVERY_FIELD.delivery, plain.delivery),
        )
        for field in fields(whole)
        if field.name != "version" and getattr(whole, field.name) == getattr(other, field.name)
    ]

    assert set(same) == IN_THE_QUEUE_ONLY


def test_what_was_never_claimed_is_unknown(ledger: NotificationRepository) -> None:
    assert ledger.get(TO_OPS) is None
    assert ledger.of_alert(TO_OPS.alert_id) == ()


def test_a_notification_comes_back_with_every_field(ledger: NotificationRepository) -> None:
    ledger.add(WITH_EVERY_FIELD, write_id=NEW_WRITE_ID())

    assert ledger.get(WITH_EVERY_FIELD.delivery) == WITH_EVERY_FIELD


def test_what_is_none_comes_back_as_none(ledger: NotificationRepository) -> None:
    ledger.add(claimed(), write_id=NEW_WRITE_ID())

    assert ledger.get(TO_OPS) == claimed()


def test_the_second_of_two_claimers_is_refused(ledger: NotificationRepository) -> None:
    ledger.add(claimed(), write_id=NEW_WRITE_ID())

    with pytest.raises(NotificationRefusedError) as refusal:
        ledger.add(claimed(), write_id=NEW_WRITE_ID())

    assert refusal.value.current == claimed()


def test_each_state_is_a_version(ledger: NotificationRepository) -> None:
    first = claimed()
    ledger.add(first, write_id=NEW_WRITE_ID())

    sent = ledger.update(first, first.sent("m-1", at=NINE), write_id=NEW_WRITE_ID())

    assert (sent.version, sent.state) == (2, DeliveryState.SENT)
    assert ledger.get(TO_OPS) == sent


def test_the_second_of_two_updates_is_refused(ledger: NotificationRepository) -> None:
    first = claimed()
    ledger.add(first, write_id=NEW_WRITE_ID())
    sent = ledger.update(first, first.sent("m-1", at=NINE), write_id=NEW_WRITE_ID())

    with pytest.raises(NotificationRefusedError) as refusal:
        ledger.update(first, first.skip("acknowledged", at=NINE), write_id=NEW_WRITE_ID())

    assert refusal.value.current == sent
    assert ledger.get(TO_OPS) == sent


def changes_of_two(
    ledger: NotificationRepository,
) -> list[tuple[Notification, Notification]]:
    """Both are stored as claimed, and were sent."""
    pages = [claimed(), replace(claimed(), delivery=replace(TO_OPS, channel="email"))]
    for page in pages:
        ledger.add(page, write_id=NEW_WRITE_ID())
    return [(page, page.sent("m-1", at=NINE)) for page in pages]


def test_several_are_updated_together(ledger: NotificationRepository) -> None:
    changes = changes_of_two(ledger)

    assert ledger.update_together(changes, write_id=NEW_WRITE_ID())

    stored = [ledger.get(after.delivery) for _, after in changes]
    assert stored == [replace(after, version=2) for _, after in changes]


def test_none_is_updated_if_one_is_not_as_read(ledger: NotificationRepository) -> None:
    changes = changes_of_two(ledger)
    first, second = (before for before, _ in changes)
    skipped = ledger.update(second, second.skip("acknowledged", at=NINE), write_id=NEW_WRITE_ID())

    assert not ledger.update_together(changes, write_id=NEW_WRITE_ID())

    assert [ledger.get(it.delivery) for it in (first, second)] == [first, skipped]


def test_nothing_is_updated_that_was_never_claimed(ledger: NotificationRepository) -> None:
    with pytest.raises(NotificationRefusedError) as refusal:
        ledger.update(claimed(), claimed().sent(None, at=NINE), write_id=NEW_WRITE_ID())

    assert refusal.value.current is None


def test_an_alerts_ledger_is_read_in_the_order_of_its_steps(
    ledger: NotificationRepository,
) -> None:
    in_order = [
        TO_OPS,
        replace(TO_OPS, target="user:alice", channel="email"),
        replace(TO_OPS, version=2, event=NotificationEvent.ACKNOWLEDGED),
        replace(TO_OPS, version=3, event=NotificationEvent.RESOLVED),
        replace(TO_OPS, loop=2),
        replace(TO_OPS, loop=10),
        replace(TO_OPS, step=2),
        replace(TO_OPS, step=10),
        replace(TO_OPS, episode=2),
        replace(TO_OPS, episode=10),
    ]
    elsewhere = replace(TO_OPS, alert_id=AlertId("01ARZ3NDEKTSV4RRFFQ69G5FAW"))
    for delivery in (elsewhere, *reversed(in_order)):
        ledger.add(claimed(delivery), write_id=NEW_WRITE_ID())

    assert [each.delivery for each in ledger.of_alert(TO_OPS.alert_id)] == in_order


def test_a_claim_whose_reply_was_lost_is_ours(call: Call) -> None:
    ledger = DynamoDBNotifications(losing_replies(call), TABLE_NAME, RETENTION)

    ledger.add(claimed(), write_id=NEW_WRITE_ID())

    assert ledger.get(TO_OPS) == claimed()


def test_an_update_whose_reply_was_lost_is_ours(call: Call) -> None:
    ledger = DynamoDBNotifications(losing_replies(call), TABLE_NAME, RETENTION)
    ledger.add(claimed(), write_id=NEW_WRITE_ID())

    sent = ledger.update(claimed(), claimed().sent("m-1", at=NINE), write_id=NEW_WRITE_ID())

    assert ledger.get(TO_OPS) == sent


def test_an_update_of_several_whose_reply_was_lost_is_ours(call: Call) -> None:
    ledger = DynamoDBNotifications(losing_replies(call), TABLE_NAME, RETENTION)

    assert ledger.update_together(changes_of_two(ledger), write_id=NEW_WRITE_ID())


def image(notification: Notification) -> dict[str, dict[str, str]]:
    return notification_item(notification, write_id=WriteId("w"), retention=RETENTION)


def test_the_stream_tells_what_a_message_was_and_is() -> None:
    before, after = claimed(), claimed().sent("m-1", at=NINE)
    record = {"dynamodb": {"OldImage": image(before), "NewImage": image(after)}}

    assert stored_notification(record) == (before, after)


def test_the_stream_tells_what_was_new() -> None:
    skipped = Notification.skipped(TO_OPS, "nobody has that name", at=NINE)

    assert stored_notification({"dynamodb": {"NewImage": image(skipped)}}) == (None, skipped)


def test_the_stream_tells_of_other_things_too() -> None:
    slot = keys.key("A#0123456789ABCDEF", keys.LIVE)

    assert stored_notification({"dynamodb": {"NewImage": slot}}) is None
    assert stored_notification({"dynamodb": {"OldImage": image(claimed())}}) is None


def test_a_filter_of_the_stream_can_tell_claims_from_the_rest() -> None:
    assert image(claimed())["state"] == {"S": "claimed"}
    assert image(claimed().sent(None, at=NINE))["state"] == {"S": "sent"}
