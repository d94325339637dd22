"""What the answers to all requests have in common."""

from collections.abc import Mapping

import pytest

from tests.fakes.world import World
from tests.functions.alerts_api.client import Client, example
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.domain.alert import Alert
from tocsin.domain.alert_query import AlertPage
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import AlertId


def test_a_path_that_is_not_there_is_not_found(client: Client) -> None:
    for path in ("/", "/api/v1", "/api/v1/alert", "/api/v1/alerts/1/2/3", "/api/v2/alerts"):
        answer = client.get(path)

        assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        pytest.param("PUT", "/api/v1/alerts", "GET, POST, HEAD", id="a list takes no PUT"),
        pytest.param("GET", "/api/v1/alerts/1/ack", "POST", id="an action takes no GET"),
        pytest.param("DELETE", "/health", "GET, HEAD", id="nobody deletes the health"),
    ],
)
def test_a_method_that_a_path_does_not_take_is_told_which_it_takes(
    client: Client, method: str, path: str, allowed: str
) -> None:
    refused = client.send(method, path)

    assert (refused.status, refused.code) == (405, "method_not_allowed")
    assert refused.headers["allow"] == allowed


def test_a_slash_at_the_end_is_the_same_path(client: Client, alert_id: AlertId) -> None:
    assert client.get("/api/v1/alerts/").data == client.get("/api/v1/alerts").data
    assert client.get(f"/api/v1/alerts/{alert_id}/").data["id"] == alert_id
    assert client.post(f"/api/v1/alerts/{alert_id}/ack/").status == 200


def test_head_is_a_get_without_its_body(client: Client) -> None:
    answer = client.send("HEAD", "/health")

    assert (answer.status, answer.text) == (200, "")


@pytest.mark.parametrize(
    "alert_id",
    [
        pytest.param("01ARZ3NDEKTSV4RRFFQ69G5FAV", id="an unknown id"),
        pytest.param("alert_abc123", id="an id of another product"),
        pytest.param("7ZZZZZZZZZZZZZZZZZZZZZZZZZ", id="an id from the end of time"),
        pytest.param("01arz3ndektsv4rrffq69g5fav", id="an id in small letters"),
        pytest.param("%F0%9F%94%A5%00..%252F", id="an id of odd characters"),
        pytest.param("x" * 2000, id="a very long id"),
    ],
)
def test_ids_are_opaque_and_all_strangers_look_the_same(anybody: Client, alert_id: str) -> None:
    client = anybody.with_key("admin")
    path = f"/api/v1/alerts/{alert_id}"
    answers = [
        client.get(path),
        client.get(f"{path}/timeline"),
        client.get(f"{path}/raw"),
        client.get(f"{path}/notifications"),
        client.post(f"{path}/ack"),
        client.post(f"{path}/acknowledge"),
        client.post(f"{path}/unack"),
        client.post(f"{path}/resolve"),
        client.post(f"{path}/snooze", {"duration": "1h"}),
        client.post(f"{path}/unsnooze"),
        client.post(f"{path}/notes", {"note": "who?"}),
        client.post(f"{path}/create-incident"),
    ]

    assert {answer.status for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].code == "alert_not_found"


def test_a_refusal_names_the_request(client: Client) -> None:
    event = example("get")
    refused = client.send_event(event)

    assert refused.json["error"]["request_id"] == event["requestContext"]["requestId"]


def test_a_fault_of_ours_is_logged_and_says_nothing_of_itself(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> AlertPage:
        raise RuntimeError("secret insides")

    monkeypatch.setattr(DynamoDBAlerts, "list", broken)

    answer = client.get("/api/v1/alerts")

    assert (answer.status, answer.code) == (500, "internal_error")
    assert "secret insides" not in answer.text
    assert ("exception", "Request failed") in [line[:2] for line in client.log.lines]


def test_busy_storage_asks_to_come_back(
    client: Client, alert_id: AlertId, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object, **__: object) -> Alert:
        raise TryAgainError

    monkeypatch.setattr(DynamoDBAlerts, "update", busy)

    answer = client.post(f"/api/v1/alerts/{alert_id}/ack")

    assert (answer.status, answer.code) == (503, "try_again")
    assert int(answer.headers["retry-after"]) >= 1


def test_each_request_is_logged_without_what_it_said(client: Client, alert_id: AlertId) -> None:
    client.post(f"/api/v1/alerts/{alert_id}/ack", {"note": "the vault's code is 1234"})

    (_, message, facts) = client.log.lines[-1]

    assert message == "Request answered"
    assert _told(facts) == {
        "method": "POST",
        "route": "/api/v1/alerts/{alert_id}/ack",
        "status": 200,
        "key_id": "key-0",
        "request_id": "Zb1XyhQ8FiAEJ3A=",
    }
    assert "1234" not in str(facts)
    assert str(client.secret) not in str(facts)


def _told(facts: Mapping[str, object]) -> dict[str, object]:
    return {name: fact for name, fact in facts.items() if name != "milliseconds"}


def test_a_long_answer_is_compressed_for_who_can_read_it(client: Client, world: World) -> None:
    for number in range(50):
        world.opened(f"disk-full-on-{number}")

    plain = client.get("/api/v1/alerts")
    small = client.get("/api/v1/alerts", {"accept-encoding": "br, gzip;q=0.8"})
    refused = client.get("/api/v1/alerts", {"accept-encoding": "gzip;q=0, br"})

    assert small.data == plain.data == refused.data
    assert small.headers["content-encoding"] == "gzip"
    assert small.wire_bytes <= 30_000 < plain.wire_bytes == refused.wire_bytes
    assert small.headers["vary"] == plain.headers["vary"] == "accept-encoding"


def test_a_short_answer_is_left_as_it_is(client: Client) -> None:
    assert "content-encoding" not in client.get("/health", {"accept-encoding": "gzip"}).headers


@pytest.mark.parametrize(
    ("case", "status"),
    [
        pytest.param("list", 200, id="list.json"),
        pytest.param("get", 404, id="get.json"),
        pytest.param("acknowledge", 404, id="acknowledge.json"),
        pytest.param("snooze", 404, id="snooze.json"),
        pytest.param("bulk", 200, id="bulk.json"),
        pytest.param("health", 200, id="health.json"),
    ],
)
def test_the_events_that_come_with_the_code_are_answered(
    client: Client, case: str, status: int
) -> None:
    client.add_key("tocsin_key-of-alice", "alerts", user="alice", key_id="of-the-examples")

    assert client.send_event(example(case)).status == status


@pytest.mark.parametrize("path", ["/api/v1/alerts", "/api/v1/nothing", "/health", "/docs"])
def test_no_answer_is_kept_on_the_way_or_read_as_something_else(anybody: Client, path: str) -> None:
    headers = anybody.with_key("admin").get(path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"]


def test_an_answer_with_a_new_key_is_kept_by_nobody(anybody: Client) -> None:
    made = anybody.with_key("admin").post("/api/v1/keys", {"name": "x", "scopes": []})

    assert (made.status, made.headers["cache-control"]) == (201, "no-store")
