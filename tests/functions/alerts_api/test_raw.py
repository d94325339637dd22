"""What the sender sent, as the API shows it."""

from tests.examples import NINE, PROMETHEUS, trigger
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.domain.ids import AlertId
from tocsin.domain.sent_body import SentBody
from tocsin.usecases.receive_signal import receive_signal

BODY = SentBody(
    text="<alert/>", content_type="text/xml", received_at=NINE, size_bytes=20_000, is_cut=True
)
SHOWN = {
    "body": "<alert/>",
    "content_type": "text/xml",
    "received_at": "2026-03-01T09:00:00.000Z",
    "size": 20_000,
    "truncated": True,
}


def fired(world: World, body: SentBody | None = None) -> AlertId:
    receipt = receive_signal(
        trigger(),
        PROMETHEUS,
        at=world.now,
        slots=world.slots,
        paging=world.paging,
        new_write_id=world.new_write_id,
        body=(lambda: body) if body else None,
    )
    assert receipt.alert_id is not None
    return receipt.alert_id


def test_the_first_and_the_last_body_are_shown(world: World) -> None:
    alert_id = fired(world, BODY)

    reply = Client.of(world).with_key("alerts:read").send("GET", f"/api/v1/alerts/{alert_id}/raw")

    assert reply.status == 200
    assert reply.json == {"data": {"first": SHOWN, "last": SHOWN}}


def test_an_alert_may_have_none(world: World) -> None:
    alert_id = fired(world)

    reply = Client.of(world).with_key("alerts:read").send("GET", f"/api/v1/alerts/{alert_id}/raw")

    assert reply.json == {"data": {"first": None, "last": None}}


def test_an_unknown_alert_has_none(world: World) -> None:
    reader = Client.of(world).with_key("alerts:read")

    assert reader.send("GET", "/api/v1/alerts/unknown/raw").status == 404


def test_reading_them_takes_the_scope(world: World) -> None:
    alert_id = fired(world)
    writer = Client.of(world).with_key("alerts:write")

    assert writer.send("GET", f"/api/v1/alerts/{alert_id}/raw").status == 403
