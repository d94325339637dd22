"""`POST /api/v1/events`: with an API key, and once instead of twice."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.functions.ingest.gateway import SECRET, Gateway, Reply, event_of
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.domain.credential import Scope
from tocsin.domain.integration import IntegrationType

TRIGGER = {"event_action": "trigger", "dedup_key": "disk/db-1", "payload": {"summary": "Disk full"}}
SLOW = {**TRIGGER, "dedup_key": "slow/db-1"}
BEARER = {"authorization": f"Bearer {SECRET}"}


@pytest.fixture
def keyed(gateway: Gateway) -> Gateway:
    """A script has a key that may send events."""
    gateway.give_key(Scope.EVENTS)
    return gateway


def send(gateway: Gateway, body: object = None, headers: Mapping[str, str] = BEARER) -> Reply:
    return gateway.post(
        TRIGGER if body is None else body,
        path="/api/v1/events",
        headers=headers,
    )


def test_the_event_file_opens_an_alert(keyed: Gateway) -> None:
    reply = keyed.send(event_of("ingest_events_by_key"))

    assert (reply.status, reply.outcomes) == (202, ["opened"])
    assert keyed.alert(reply).integration == "events-api"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"authorization": f"Bearer {SECRET}"}, id="as a bearer"),
        pytest.param({"authorization": f"bearer  {SECRET} "}, id="loosely spelled"),
        pytest.param({"x-api-key": SECRET}, id="in a header of its own"),
        pytest.param({"X-API-Key": SECRET}, id="in capitals"),
    ],
)
def test_a_key_is_taken(keyed: Gateway, headers: Mapping[str, str]) -> None:
    assert send(keyed, headers=headers).status == 202


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"authorization": "Bearer "}, id="an empty key"),
        pytest.param({"authorization": "Bearer tocsin_other"}, id="an unknown key"),
        pytest.param({"authorization": f"Basic {SECRET}"}, id="another scheme"),
        pytest.param({"authorization": SECRET}, id="no scheme"),
        pytest.param({"authorization": "Bearer ü\ud800"}, id="half a character"),
    ],
)
def test_events_without_a_valid_key_are_refused(keyed: Gateway, headers: Mapping[str, str]) -> None:
    reply = send(keyed, headers=headers)

    assert (reply.status, reply.code) == (401, "unauthorized")
    assert reply.headers["www-authenticate"] == "Bearer"
    assert keyed.alerts() == []


@pytest.mark.parametrize("scope", [scope for scope in Scope if scope is not Scope.ADMIN])
def test_only_a_key_for_events_may_send_them(gateway: Gateway, scope: Scope) -> None:
    gateway.give_key(scope)

    reply = send(gateway)

    may = scope is Scope.EVENTS
    assert reply.status == (202 if may else 403)
    assert may or reply.code == "scope_missing"


def test_an_admin_may_send_events(gateway: Gateway) -> None:
    gateway.give_key(Scope.ADMIN)

    assert send(gateway).status == 202


def test_a_key_in_the_path_is_no_key(keyed: Gateway) -> None:
    event = event_of("ingest_events_by_key")
    del event["headers"]["authorization"]
    event["rawQueryString"] = f"key={SECRET}"

    assert keyed.send(event).status == 401


def test_events_by_key_and_by_token_never_share_an_alert(keyed: Gateway) -> None:
    keyed.register(IntegrationType.EVENTS)

    replies = [send(keyed), keyed.post(TRIGGER)]

    assert [reply.outcomes for reply in replies] == [["opened"], ["opened"]]


def once(gateway: Gateway, body: object, key: str = "retry-1", secret: str = SECRET) -> Reply:
    return send(gateway, body, {"authorization": f"Bearer {secret}", "Idempotency-Key": key})


def test_a_repeated_request_gets_the_first_answer_again(
    keyed: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    first = once(keyed, [TRIGGER, {}])
    keyed.world.pass_time(hours=23)

    second = once(keyed, [TRIGGER, {}])

    assert second == first
    assert keyed.only_alert.occurrences == 1
    *_, line = capsys.readouterr().out.splitlines()
    assert json.loads(line)["message"] == "Earlier answer repeated"


def test_after_a_day_the_key_is_free_again(keyed: Gateway) -> None:
    once(keyed, TRIGGER)
    keyed.world.pass_time(hours=24)

    assert once(keyed, SLOW).outcomes == ["opened"]


def test_the_same_key_with_another_body_is_a_conflict(keyed: Gateway) -> None:
    once(keyed, TRIGGER)

    reply = once(keyed, SLOW)

    assert (reply.status, reply.code) == (409, "idempotency_conflict")
    assert len(keyed.alerts()) == 1


def test_two_callers_may_use_the_same_key(keyed: Gateway) -> None:
    keyed.give_key(Scope.EVENTS, secret="tocsin_other")

    replies = [once(keyed, TRIGGER), once(keyed, SLOW, secret="tocsin_other")]

    assert [reply.outcomes for reply in replies] == [["opened"], ["opened"]]


@pytest.mark.parametrize("body", ["no JSON", {}, [], "x" * 1_048_577])
def test_a_refused_request_leaves_its_key_free(keyed: Gateway, body: object) -> None:
    refused = once(keyed, body)

    assert refused.status in {400, 413, 422}
    assert once(keyed, body).json == refused.json
    assert once(keyed, TRIGGER).status == 202


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_of_no_or_too_many_characters_is_refused(keyed: Gateway, key: str) -> None:
    reply = once(keyed, TRIGGER, key)

    assert (reply.status, reply.wrong_fields) == (422, ["Idempotency-Key"])
    assert keyed.alerts() == []


def test_a_request_that_is_still_worked_on_is_not_worked_on_twice(
    keyed: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile: list[Reply] = []
    count = DynamoDBSlots.count

    def slow_count(*args: Any, **more: Any) -> Any:  # noqa: ANN401 - as it was
        if not meanwhile:
            meanwhile.append(once(keyed, TRIGGER))
        return count(*args, **more)

    monkeypatch.setattr(DynamoDBSlots, "count", slow_count)

    reply = once(keyed, TRIGGER)

    assert (reply.status, meanwhile[0].status) == (202, 503)
    assert meanwhile[0].headers["retry-after"] == "1"
    assert keyed.only_alert.occurrences == 1
