"""Who was told about an alert, when and by what, and what became of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.examples import MINUTE, NINE
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.domain.ids import AlertId, WriteId
from tocsin.domain.notification import Delivery, Notification, NotificationReason


@pytest.fixture(autouse=True)
def _pages_nobody(world: World) -> None:
    world.pages_nobody()


def claimed(world: World, alert_id: AlertId, target: str, *, at_second: int = 0) -> Notification:
    delivery = Delivery(
        alert_id=alert_id,
        episode=1,
        step=1,
        loop=1,
        target=f"user:{target}",
        channel="email",
        reason=NotificationReason.FIRST,
        step_name="first",
        asked_at=NINE,
        due_at=NINE,
    )
    at = NINE + timedelta(seconds=at_second)
    delivery = replace(delivery, asked_at=at)
    notification = Notification.waiting(delivery, at=at).claim(at=at)
    world.notifications.add(notification, write_id=WriteId(f"claim {target}"))
    return notification


def test_what_was_sent_names_person_channel_time_and_the_providers_id(
    client: Client, world: World, alert_id: AlertId
) -> None:
    before = claimed(world, alert_id, "alice")
    world.notifications.update(
        before, before.sent("msg_1", at=NINE + MINUTE), write_id=WriteId("w")
    )

    [row] = client.get(f"/api/v1/alerts/{alert_id}/notifications").data

    assert row == {
        "id": f"{alert_id}.1.1.1.user:alice.email",
        "event": "alert.paged",
        "occasion": "first",
        "step": 1,
        "step_name": "first",
        "loop": 1,
        "target": "user:alice",
        "schedule": None,
        "channel": "email",
        "state": "sent",
        "reason": None,
        "attempts": 1,
        "provider_id": "msg_1",
        "bundled_into": None,
        "created_at": "2026-03-01T09:00:00.000Z",
        "sent_at": "2026-03-01T09:01:00.000Z",
        "changed_at": "2026-03-01T09:01:00.000Z",
        "due_at": None,
        "next_attempt_at": None,
    }


def test_what_failed_says_why_and_when_it_is_tried_again(
    client: Client, world: World, alert_id: AlertId
) -> None:
    before = claimed(world, alert_id, "alice")
    after = before.fail("503 Service Unavailable", at=NINE, is_retryable=True)
    world.notifications.update(before, after, write_id=WriteId("w"))

    [row] = client.get(f"/api/v1/alerts/{alert_id}/notifications").data

    assert (row["state"], row["reason"]) == ("retrying", "503 Service Unavailable")
    assert row["next_attempt_at"] == "2026-03-01T09:00:05.000Z"
    assert row["sent_at"] is None


def test_they_come_in_the_order_in_which_they_were_taken_on_page_by_page(
    client: Client, world: World, alert_id: AlertId
) -> None:
    for second, target in ((5, "alice"), (0, "carol"), (5, "bob")):
        claimed(world, alert_id, target, at_second=second)
    path = f"/api/v1/alerts/{alert_id}/notifications"

    first = client.get(path, limit=2).json
    rest = client.get(path, cursor=first["next_cursor"]).json

    assert [row["target"] for row in first["data"]] == ["user:carol", "user:alice"]
    assert [row["target"] for row in rest["data"]] == ["user:bob"]
    assert (first["has_more"], rest["has_more"]) == (True, False)


def test_an_alert_about_which_nobody_was_told_has_none(client: Client, alert_id: AlertId) -> None:
    assert client.get(f"/api/v1/alerts/{alert_id}/notifications").data == []
