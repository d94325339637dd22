"""What one message told of many alerts, and acknowledging these and no others."""

from datetime import timedelta

import pytest

from functions.alerts_api.routes.alerts_bulk import BULK_LIMIT
from functions.alerts_api.routes.digests import ROWS_LIMIT
from tests.examples import MINUTE, NINE
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.domain.digest import Digest, DigestId
from tocsin.domain.ids import AlertId, WriteId
from tocsin.domain.notification import (
    Delivery,
    Notification,
    NotificationEvent,
    NotificationReason,
)
from tocsin.domain.severity import Severity

DIGEST = DigestId("01KJMWTPM0SWN6QZPBR1784CMA")
PATH = f"/api/v1/digests/{DIGEST}"


@pytest.fixture(autouse=True)
def _pages_nobody(world: World) -> None:
    world.pages_nobody()


def frozen(world: World, *alert_ids: AlertId) -> None:
    digest = Digest(
        digest_id=DIGEST,
        target="user:alice",
        channel="sms",
        frozen_at=NINE + timedelta(seconds=2),
        alert_ids=alert_ids,
        severity=Severity.CRITICAL,
    )
    world.digests.freeze(digest, write_id=WriteId("w"))


def claimed(world: World) -> Notification:
    delivery = Delivery(
        alert_id=AlertId(DIGEST),
        episode=1,
        step=0,
        loop=0,
        target="user:alice",
        channel="sms",
        event=NotificationEvent.DIGEST,
        reason=NotificationReason.BUNDLED,
        asked_at=NINE,
        due_at=NINE,
    )
    notification = Notification.waiting(delivery, at=NINE).claim(at=NINE)
    world.notifications.add(notification, write_id=WriteId("claim"))
    return notification


def test_a_digest_names_its_alerts_and_says_what_became_of_its_message(
    client: Client, world: World
) -> None:
    ids = [world.opened("disk-full"), world.opened("queue-long")]
    frozen(world, *ids)
    before = claimed(world)
    sent = before.sent("SM1", at=NINE + MINUTE)
    world.notifications.update(before, sent, write_id=WriteId("s"))

    digest = client.get(PATH).data

    assert [alert["id"] for alert in digest.pop("alerts")] == ids
    assert digest == {
        "id": DIGEST,
        "target": "user:alice",
        "channel": "sms",
        "severity": "critical",
        "frozen_at": "2026-03-01T09:00:02.000Z",
        "state": "sent",
        "reason": None,
        "attempts": 1,
        "sent_at": "2026-03-01T09:01:00.000Z",
        "provider_id": "SM1",
        "alert_count": 2,
        "alert_ids": ids,
    }


def test_its_rows_are_those_of_lists_as_they_are_now(client: Client, world: World) -> None:
    alert_id = world.opened()
    frozen(world, alert_id)
    world.acknowledge(alert_id)

    [row] = client.get(PATH).data["alerts"]

    assert [row] == client.get("/api/v1/alerts").data
    assert row["status"] == "acknowledged"


def test_an_episode_that_made_room_for_a_newer_one_is_the_one_that_is_shown(
    client: Client, world: World
) -> None:
    first = world.opened()
    world.resolve(first)
    second = world.opened()
    frozen(world, first, second)

    rows = client.get(PATH).data["alerts"]

    assert [(row["id"], row["status"]) for row in rows] == [
        (first, "resolved"),
        (second, "firing"),
    ]


def test_a_digest_whose_message_and_alerts_are_not_kept_any_more_says_what_it_knows(
    client: Client, world: World
) -> None:
    frozen(world, AlertId("01ARZ3NDEKTSV4RRFFQ69G5FAV"))

    digest = client.get(PATH).data

    assert (digest["state"], digest["alert_count"], digest["alerts"]) == (None, 1, [])


@pytest.mark.parametrize("name", ["01KJMWTPM0SWN6QZPBR1784CMB", "x", "%00", "7" * 3_000])
def test_an_unknown_digest_is_not_found(client: Client, world: World, name: str) -> None:
    frozen(world)

    reply = client.get(f"/api/v1/digests/{name}")

    assert (reply.status, reply.code) == (404, "digest_not_found")


def test_a_digest_that_is_not_sent_yet_is_not_found(client: Client, world: World) -> None:
    claimed(world)

    assert client.get(PATH).code == "digest_not_found"


def test_a_key_that_may_not_read_alerts_may_not_read_digests(anybody: Client, world: World) -> None:
    frozen(world, world.opened())

    assert anybody.with_key("config:read").get(PATH).status == 403


def test_all_alerts_of_a_digest_are_acknowledged_in_bulk_and_each_once(
    client: Client, world: World
) -> None:
    ids = [world.opened(f"disk-{number:03}") for number in range(2 * ROWS_LIMIT)]
    frozen(world, *ids)
    world.resolve(ids[0])
    new = world.opened("disk-new")

    digest = client.get(PATH).data
    told = digest["alert_ids"]
    results = [
        result
        for start in range(0, len(told), BULK_LIMIT)
        for result in client.post(
            "/api/v1/alerts/bulk", {"action": "ack", "ids": told[start : start + BULK_LIMIT]}
        ).data
    ]
    world.follow()

    assert len(digest["alerts"]) == ROWS_LIMIT
    assert [result["id"] for result in results] == ids
    assert [result["ok"] for result in results] == [False] + [True] * (len(ids) - 1)
    assert {tuple(world.happened(it)) for it in ids[1:]} == {("fired", "acknowledged")}
    assert world.happened(new) == ["fired"]
