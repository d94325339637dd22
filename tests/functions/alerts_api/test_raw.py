"""What the sender sent, as the API shows it."""

from collections.abc import Callable

import pytest

from tests.examples import NINE, PROMETHEUS, trigger
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
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


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        pytest.param(None, None, id="of an alert that has none"),
        pytest.param(lambda: BODY, SHOWN, id="of one that has it"),
    ],
)
def test_the_first_and_the_last_body_are_shown(
    client: Client, world: World, body: Callable[[], SentBody] | None, shown: object
) -> None:
    receipt = receive_signal(
        trigger(),
        PROMETHEUS,
        at=world.now,
        slots=world.slots,
        paging=world.paging,
        new_write_id=world.new_write_id,
        body=body,
    )

    reply = client.get(f"/api/v1/alerts/{receipt.alert_id}/raw")

    assert (reply.status, reply.data) == (200, {"first": shown, "last": shown})
