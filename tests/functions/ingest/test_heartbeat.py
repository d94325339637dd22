"""`/i/{token}/heartbeat`: by its own URL, or by an integration's."""

import json
from typing import Any

import pytest

from tests.examples import HOUR, MINUTE
from tests.functions.ingest.gateway import TOKEN, Gateway
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.ids import WriteId, fingerprint
from tocsin.domain.integration import HEARTBEATS, IntegrationType, Token

OWN = "f" * 32
OWN_PATH = f"/i/{OWN}/heartbeat"
SHARED_PATH = f"/i/{TOKEN}/heartbeat"


@pytest.fixture
def gateway() -> Gateway:
    """Intake, with a heartbeat and an integration."""
    gateway = Gateway()
    gateway.register(IntegrationType.REST)
    heartbeat = Heartbeat(
        name="backup",
        period=HOUR,
        integrations=("prod",),
        created_at=gateway.world.now,
        token=Token.of(OWN),
    )
    gateway.world.heartbeats.put(
        None, heartbeat.watched(gateway.world.now), write_id=WriteId("setup")
    )
    gateway.world.pass_time(minutes=1)
    return gateway


def is_heard(gateway: Gateway) -> bool:
    return gateway.world.heartbeats.get("backup").heard_at == gateway.world.now


@pytest.mark.parametrize("method", ["POST", "GET", "HEAD"])
@pytest.mark.parametrize("path", [OWN_PATH, f"{OWN_PATH}/"])
def test_a_heartbeat_is_heard_by_its_own_url(gateway: Gateway, method: str, path: str) -> None:
    answer = gateway.post(b"", path=path, method=method)

    assert answer.status == 202
    assert is_heard(gateway)
    if method == "HEAD":
        assert answer.text == ""
    else:
        assert json.loads(answer.text) == {"data": {"name": "backup"}}


@pytest.mark.parametrize(
    ("query", "body"),
    [
        pytest.param("name=backup", b"", id="in the query"),
        pytest.param("", {"name": "backup"}, id="in the body"),
        pytest.param("name=backup", {"name": "other"}, id="the query goes first"),
    ],
)
def test_a_heartbeat_is_heard_by_an_integrations_url_and_its_name(
    gateway: Gateway, query: str, body: object
) -> None:
    answer = send(gateway, SHARED_PATH, query=query, body=body)

    assert answer.status == 202
    assert is_heard(gateway)


def send(gateway: Gateway, path: str, *, query: str = "", body: object = b"") -> Any:  # noqa: ANN401 - a reply
    return gateway.post(body, path=path, query=query)


def test_being_heard_from_ends_the_alert_of_a_miss(gateway: Gateway) -> None:
    gateway.world.now += 2 * HOUR
    gateway.world.pass_time(minutes=1)

    answer = gateway.post(b"", path=OWN_PATH)

    alert = gateway.world.slots.in_slot(fingerprint(HEARTBEATS, "heartbeat:backup"))
    assert alert is not None
    assert json.loads(answer.text)["data"] == {
        "name": "backup",
        "alert_id": alert.alert_id,
        "outcome": "resolved",
    }
    assert not alert.is_open


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        pytest.param(f"/i/{'0' * 32}/heartbeat", "", 404, "integration_not_found", id="no token"),
        pytest.param("/i/x/heartbeat", "name=backup", 404, "integration_not_found", id="malformed"),
        pytest.param(SHARED_PATH, "", 422, "invalid_request", id="no name"),
        pytest.param(SHARED_PATH, "name=", 422, "invalid_request", id="an empty name"),
        pytest.param(SHARED_PATH, "name=other", 404, "heartbeat_not_found", id="no such name"),
        pytest.param(SHARED_PATH, f"name={'x' * 2000}", 404, "heartbeat_not_found", id="long"),
        pytest.param(f"/i/{OWN}", "", 404, "integration_not_found", id="no integration"),
    ],
)
def test_what_leads_nowhere_is_refused(
    gateway: Gateway, path: str, query: str, status: int, code: str
) -> None:
    answer = send(gateway, path, query=query)

    assert (answer.status, json.loads(answer.text)["error"]["code"]) == (status, code)
    assert not is_heard(gateway)


@pytest.mark.parametrize("body", [b"[]", b'"backup"', {"name": 7}, {"other": "backup"}])
def test_a_body_without_a_name_says_what_is_missing(gateway: Gateway, body: object) -> None:
    answer = send(gateway, SHARED_PATH, body=body)

    assert answer.status == 422
    assert "?name=" in answer.text


def test_a_heartbeats_own_url_needs_no_body_that_can_be_read(gateway: Gateway) -> None:
    assert send(gateway, OWN_PATH, body=b"\xff not json").status == 202
    assert is_heard(gateway)


@pytest.mark.parametrize(
    ("query", "body"),
    [
        pytest.param("", {"status": "failed"}, id="a job that failed"),
        pytest.param("status=down&msg=x", b"", id="a status in the query"),
        pytest.param("", {"name": "backup", "exit_code": 2}, id="an exit code"),
        pytest.param("", {"success": False}, id="no success"),
        pytest.param("", {"name": "backup", "severity": "critical"}, id="an alert"),
        pytest.param("", {"event_action": "trigger", "payload": {}}, id="an event"),
        pytest.param("", {"heartbeat": {"status": 0}, "monitor": {"id": 1}}, id="Uptime Kuma down"),
        pytest.param("", {"alerts": [{"status": "resolved"}]}, id="a Watchdog that stopped"),
        pytest.param("", [{"status": "resolved", "labels": {}}], id="a list of such alerts"),
    ],
)
def test_what_says_failure_is_no_life(gateway: Gateway, query: str, body: object) -> None:
    answer = send(gateway, OWN_PATH, query=query, body=body)

    assert answer.status == 202
    data = json.loads(answer.text)["data"]
    assert (data["name"], data["outcome"]) == ("backup", "ignored")
    assert data["reason"]
    assert not is_heard(gateway)


@pytest.mark.parametrize(
    ("query", "body"),
    [
        pytest.param("", {"status": "ok"}, id="a job that went well"),
        pytest.param("status=up&msg=OK&ping=12", b"", id="Uptime Kuma's push"),
        pytest.param("", {"exit_code": 0}, id="an exit code"),
        pytest.param("", {"alerts": [{"status": "firing", "labels": {}}]}, id="a Watchdog"),
        pytest.param("", {"heartbeat": {"status": 1}}, id="Uptime Kuma up"),
        pytest.param("status=0", b"", id="an exit status of 0"),
        pytest.param("", {"state": 0, "state_type": 1}, id="a state of Nagios"),
        pytest.param("", {"status": "ok", "priority": "P1"}, id="the priority of a job"),
        pytest.param("", b"backup done: 3 files failed to compress", id="a log"),
    ],
)
def test_what_says_life_is_heard(gateway: Gateway, query: str, body: object) -> None:
    answer = send(gateway, OWN_PATH, query=query, body=body)

    assert "outcome" not in json.loads(answer.text)["data"]
    assert is_heard(gateway)


def test_other_methods_are_refused(gateway: Gateway) -> None:
    answer = gateway.post(b"", path=OWN_PATH, method="DELETE")

    assert (answer.status, answer.headers["allow"]) == (405, "POST, GET, HEAD")
    assert not is_heard(gateway)


def test_a_heartbeat_that_comes_twice_is_one(gateway: Gateway) -> None:
    for _ in range(2):
        assert gateway.post(b"", path=OWN_PATH).status == 202

    gateway.world.pass_time(minutes=30)
    assert gateway.world.heartbeats.get("backup").deadline == gateway.world.now + 31 * MINUTE
