"""A fault of ours is spelled as each product spells one, and tells nothing of what went wrong."""

from typing import Any

import pytest

from tests.functions.ingest.gateway import TOKEN, Gateway, raising
from tests.wire import sample
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots

GENIE = {"authorization": f"GenieKey {TOKEN}"}
ALERTA = {"resource": "r", "event": "e", "severity": "major"}
EVENT = {"event_action": "trigger", "routing_key": TOKEN, "payload": {"summary": "Disk full"}}
DIRECT = sample("amtool/alert-add").body


@pytest.mark.parametrize(
    ("path", "body", "headers", "said"),
    [
        ("/v2/alerts", {"message": "m"}, GENIE, {"message", "took", "requestId"}),
        (
            "/alert",
            ALERTA,
            {"x-api-key": TOKEN},
            {"status", "code", "message", "errors", "requestId"},
        ),
        ("/v2/enqueue", EVENT, {}, {"status", "message", "errors"}),
        (f"/i/{TOKEN}/api/v2/alerts", DIRECT, {}, {"code", "message"}),
        (f"/i/{TOKEN}/api/v1/alerts", DIRECT, {}, {"status", "errorType", "error"}),
    ],
    ids=["Opsgenie", "Alerta", "PagerDuty", "Alertmanager", "Alertmanager's version 1"],
)
def test_a_fault_of_ours_has_the_shape_of_the_products_own(
    rest: Gateway,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    body: Any,  # noqa: ANN401 - as of the gateway
    headers: dict[str, str],
    said: set[str],
) -> None:
    monkeypatch.setattr(DynamoDBSlots, "count", raising(RuntimeError("something private")))

    reply = rest.post(body, path=path, headers=headers)

    assert (reply.status, set(reply.json)) == (500, said)
    assert reply.json.get("status", "error") == "error"
    assert reply.json.get("code", 500) == 500
    assert "private" not in reply.text
