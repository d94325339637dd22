"""A POST that comes twice with the same Idempotency-Key."""

import pytest

from tests.fakes.world import World
from tests.functions.alerts_api.client import Client, Reply
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.domain.alert import Alert
from tocsin.domain.alert_query import AlertPage
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import AlertId

KEY = {"idempotency-key": "7d5f0f5e-9f4d"}


def note(client: Client, alert_id: AlertId, text: str, **headers: str) -> Reply:
    return client.post(f"/api/v1/alerts/{alert_id}/notes", {"note": text}, KEY | headers)


def test_the_same_request_is_answered_as_the_first_time(
    client: Client, world: World, alert_id: AlertId
) -> None:
    first = note(client, alert_id, "looking")
    world.pass_time(hours=23)
    again = note(client, alert_id, "looking")

    assert (again.status, again.text) == (first.status, first.text)
    assert again.headers["idempotent-replayed"] == "true"
    assert world.happened(alert_id).count("note") == 1


@pytest.mark.parametrize(
    ("action", "text"), [("notes", "found it"), ("resolve", "looking")], ids=["body", "path"]
)
def test_another_request_with_the_same_key_is_a_conflict(
    client: Client, world: World, alert_id: AlertId, action: str, text: str
) -> None:
    note(client, alert_id, "looking")

    refused = client.post(f"/api/v1/alerts/{alert_id}/{action}", {"note": text}, KEY)

    assert (refused.status, refused.code) == (409, "idempotency_conflict")
    assert world.happened(alert_id).count("note") == 1
    assert world.alert(alert_id).is_open


def test_two_callers_may_choose_the_same_key(anybody: Client, alert_id: AlertId) -> None:
    alice, bob = (anybody.with_key("alerts", user=name) for name in ("alice", "bob"))

    assert note(alice, alert_id, "mine").data["by"] == "alice"
    assert note(bob, alert_id, "mine").data["by"] == "bob"


def test_a_refusal_is_repeated_too(client: Client, world: World, alert_id: AlertId) -> None:
    world.resolve(alert_id)
    path = f"/api/v1/alerts/{alert_id}/resolve"

    first, again = client.post(path, headers=KEY), client.post(path, headers=KEY)

    assert (first.status, again.status) == (409, 409)
    assert again.text == first.text


def test_what_may_be_tried_again_is_tried_again(
    client: Client, alert_id: AlertId, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/api/v1/alerts/{alert_id}/ack"

    def busy(*_: object, **__: object) -> Alert:
        raise TryAgainError

    with monkeypatch.context() as for_once:
        for_once.setattr(DynamoDBAlerts, "update", busy)
        assert client.post(path, headers=KEY).status == 503
    assert client.post(path, headers=KEY).data["status"] == "acknowledged"


def test_a_fault_of_ours_leaves_the_key_free(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> AlertPage:
        raise RuntimeError

    monkeypatch.setattr(DynamoDBAlerts, "list", broken)
    body = {"action": "ack", "filter": {"status": "firing"}}

    first = client.post("/api/v1/alerts/bulk", body, KEY)
    again = client.post("/api/v1/alerts/bulk", body, KEY)

    assert (first.code, again.code) == ("internal_error", "internal_error")


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_has_1_to_255_characters(client: Client, world: World, key: str) -> None:
    refused = note(client, world.opened(), "looking", **{"idempotency-key": key})

    assert (refused.status, refused.code) == (422, "invalid_request")


def test_a_get_takes_no_notice_of_it(client: Client, world: World) -> None:
    before = client.get("/api/v1/alerts", KEY)
    world.opened()

    assert client.get("/api/v1/alerts", KEY).data != before.data
