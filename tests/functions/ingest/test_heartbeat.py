"""`/i/{token}/heartbeat`: by its own URL, or by an integration's."""

import pytest

from tests.examples import HOUR, MINUTE
from tests.functions.ingest.gateway import TOKEN, Gateway
from tocsin.domain.ids import fingerprint
from tocsin.domain.integration import HEARTBEATS

OWN = "f" * 32
OWN_PATH = f"/i/{OWN}/heartbeat"
SHARED_PATH = f"/i/{TOKEN}/heartbeat"


@pytest.fixture
def watched(rest: Gateway) -> Gateway:
    rest.watch("backup", OWN)
    rest.world.pass_time(minutes=1)
    return rest


def is_heard(gateway: Gateway) -> bool:
    return gateway.world.heartbeats.get("backup").heard_at == gateway.world.now


@pytest.mark.parametrize("method", ["POST", "GET", "HEAD"])
@pytest.mark.parametrize("path", [OWN_PATH, f"{OWN_PATH}/"])
def test_a_heartbeat_is_heard_by_its_own_url(watched: Gateway, method: str, path: str) -> None:
    answer = watched.post(b"", path=path, method=method)

    assert answer.status == 202
    assert is_heard(watched)
    if method == "HEAD":
        assert answer.text == ""
    else:
        assert answer.json == {"data": {"name": "backup", "outcome": "heard"}}


@pytest.mark.parametrize(
    ("query", "body"),
    [
        pytest.param("name=backup", b"", id="in the query"),
        pytest.param("", {"name": "backup"}, id="in the body"),
        pytest.param("name=backup", {"name": "other"}, id="the query goes first"),
    ],
)
def test_a_heartbeat_is_heard_by_an_integrations_url_and_its_name(
    watched: Gateway, query: str, body: object
) -> None:
    answer = watched.post(body, path=SHARED_PATH, query=query)

    assert answer.status == 202
    assert is_heard(watched)


def test_being_heard_from_ends_the_alert_of_a_miss(watched: Gateway) -> None:
    watched.world.now += 2 * HOUR
    watched.world.pass_time(minutes=1)

    answer = watched.post(b"", path=OWN_PATH)

    alert = watched.world.slots.in_slot(fingerprint(HEARTBEATS, "heartbeat:backup"))
    assert alert is not None
    assert answer.json["data"] == {
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
    watched: Gateway, path: str, query: str, status: int, code: str
) -> None:
    answer = watched.post(b"", path=path, query=query)

    assert (answer.status, answer.code) == (status, code)
    assert not is_heard(watched)


@pytest.mark.parametrize("body", [b"[]", b'"backup"', {"name": 7}, {"other": "backup"}])
def test_a_body_without_a_name_says_what_is_missing(watched: Gateway, body: object) -> None:
    answer = watched.post(body, path=SHARED_PATH)

    assert answer.status == 422
    assert "?name=" in answer.text


def test_a_heartbeats_own_url_needs_no_body_that_can_be_read(watched: Gateway) -> None:
    assert watched.post(b"\xff not json", path=OWN_PATH).status == 202
    assert is_heard(watched)


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
def test_what_says_failure_is_no_life(watched: Gateway, query: str, body: object) -> None:
    answer = watched.post(body, path=OWN_PATH, query=query)

    assert answer.status == 202
    data = answer.json["data"]
    assert (data["name"], data["outcome"]) == ("backup", "ignored")
    assert data["reason"]
    assert not is_heard(watched)


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
def test_what_says_life_is_heard(watched: Gateway, query: str, body: object) -> None:
    answer = watched.post(body, path=OWN_PATH, query=query)

    assert answer.json["data"]["outcome"] == "heard"
    assert is_heard(watched)


def test_other_methods_are_refused(watched: Gateway) -> None:
    answer = watched.post(b"", path=OWN_PATH, method="DELETE")

    assert (answer.status, answer.headers["allow"]) == (405, "POST, GET, HEAD")
    assert not is_heard(watched)


def test_a_heartbeat_that_comes_twice_is_one(watched: Gateway) -> None:
    for _ in range(2):
        assert watched.post(b"", path=OWN_PATH).status == 202

    watched.world.pass_time(minutes=30)
    assert watched.world.heartbeats.get("backup").deadline == watched.world.now + 31 * MINUTE
