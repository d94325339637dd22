"""Tokens, methods, bodies as the gateway wraps them, and what is logged and counted."""

import json
from datetime import timedelta
from typing import Any

import pytest

from functions.ingest.answers import respond
from tests.functions.ingest.gateway import TOKEN, Gateway, event_of, raising
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.adapters.dynamodb.configuration.integration_repository import DynamoDBIntegrations
from tocsin.domain.credential import hash_token
from tocsin.domain.ids import WriteId
from tocsin.domain.integration import IntegrationType, Token

DISK = {"name": "Disk full"}
OTHER_TOKEN = "fedcba9876543210fedcba9876543210"
WITH_DASHES = "01234567-89ab-cdef-0123-456789abcdef"


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(f"/i/{TOKEN}", id="as given"),
        pytest.param(f"/i/{TOKEN}/", id="with a slash behind it"),
        pytest.param(f"/i/{WITH_DASHES}", id="with dashes"),
        pytest.param(f"/i/{WITH_DASHES.upper()}/", id="in capitals"),
    ],
)
def test_a_token_opens_the_way(rest: Gateway, path: str) -> None:
    assert rest.post(DISK, path=path).outcomes == ["opened"]


def test_unknown_revoked_and_malformed_tokens_look_the_same(gateway: Gateway) -> None:
    integration = gateway.register(IntegrationType.REST)
    rotated = integration.rotated(
        Token.of(OTHER_TOKEN), at=gateway.world.now, overlap=timedelta(hours=1)
    )
    gateway.integrations.put(integration, rotated, write_id=WriteId("setup"))
    gateway.world.pass_time(hours=2)
    paths = [
        f"/i/{TOKEN}",
        f"/i/{'0' * 32}",
        "/i/short",
        "/i/%00%ff",
        f"/i/{OTHER_TOKEN}/more",
        f"/i/{OTHER_TOKEN}%252F",
        f"/i/{'x' * 5000}",
        "/i/",
        "/i",
        "//",
        "/api/v1/events/more",
    ]

    replies = [gateway.post(DISK, path=path) for path in paths]

    assert {(reply.status, reply.text, str(reply.headers)) for reply in replies} == {
        (404, replies[0].text, str(replies[0].headers))
    }
    assert replies[0].code == "integration_not_found"
    assert gateway.post(DISK, path=f"/i/{OTHER_TOKEN}").status == 202


def test_a_token_is_looked_up_before_anything_of_the_body_is_read(gateway: Gateway) -> None:
    assert gateway.post(b"\xff" * 2_000_000).status == 404


def test_a_known_token_is_looked_up_twice_a_minute(
    rest: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[str] = []
    by_token = DynamoDBIntegrations.by_token

    def counted(integrations: Any, token_hash: Any, **more: Any) -> Any:  # noqa: ANN401 - as it was
        looked_up.append(token_hash)
        return by_token(integrations, token_hash, **more)

    monkeypatch.setattr(DynamoDBIntegrations, "by_token", counted)
    for _ in range(7):
        rest.post(DISK)
        rest.world.pass_time(seconds=10)

    assert looked_up == [hash_token(TOKEN)] * 3


def test_a_token_that_was_revoked_works_for_half_a_minute_at_most(rest: Gateway) -> None:
    rest.post(DISK)
    rest.integrations.delete(rest.integrations.get("prod"), write_id=WriteId("gone"))

    rest.world.pass_time(seconds=30)

    assert rest.post(DISK).status == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
@pytest.mark.parametrize("path", [f"/i/{TOKEN}", "/i/unknown", "/api/v1/events"])
def test_events_are_only_taken_by_post(rest: Gateway, method: str, path: str) -> None:
    reply = rest.post(DISK, method=method, path=path)

    assert (reply.status, reply.code) == (405, "method_not_allowed")
    assert reply.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; charset=utf-8",
        "text/plain; charset=UTF-8",
        "application/x-www-form-urlencoded",
        "application/xml",
        "nonsense",
        "",
    ],
)
def test_json_is_read_under_any_content_type(rest: Gateway, content_type: str) -> None:
    assert rest.post(DISK, headers={"content-type": content_type}).outcomes == ["opened"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('{"name": "Größe 😀"}'.encode(), id="in base64"),
        pytest.param('{"name": "Größe 😀"}', id="as text"),
        pytest.param('{"name": "Gr\\u00f6\\u00dfe \\ud83d\\ude00"}', id="escaped"),
        pytest.param('\ufeff{"name": "Größe 😀"}', id="with a byte order mark"),
        pytest.param(' \r\n\t{"name": "Größe 😀"}\r\n', id="with space around it"),
    ],
)
def test_a_body_comes_through(rest: Gateway, body: bytes | str) -> None:
    assert rest.alert(rest.post(body)).facts.name == "Größe 😀"


@pytest.mark.parametrize("wrapped", ["a", "é", "!!!!!"])
def test_broken_base64_is_refused(rest: Gateway, wrapped: str) -> None:
    event = event_of("ingest_rest_form")
    event["body"] = wrapped

    reply = rest.send(event)

    assert (reply.status, reply.code) == (400, "bad_request")


def test_a_request_without_headers_or_body_is_refused_like_any_other(rest: Gateway) -> None:
    event = event_of("ingest_rest_trigger")
    del event["headers"], event["body"]

    assert rest.send(event).status == 400


def test_a_refusal_names_its_request(rest: Gateway) -> None:
    reply = rest.post("no JSON")

    assert reply.status == 400
    assert reply.headers == {
        "content-type": "application/json",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    assert reply.json == {
        "error": {
            "code": "bad_request",
            "message": "The body is not JSON: see line 1, column 1.",
            "request_id": "Zb1XyhQ8FiAEJ3A=",
            "details": [],
        }
    }


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_what_was_taken_in_is_logged_and_counted(
    rest: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    reply = rest.post([DISK, {"name": "Disk slow"}, DISK, {}])

    line, metrics = lines_of(capsys)
    assert line["message"] == "Events taken in"
    assert line["request_id"] == "Zb1XyhQ8FiAEJ3A="
    assert line["integration"] == "prod"
    assert line["outcomes"] == {"opened": 2, "updated": 1, "rejected": 1}
    assert line["alert_ids"] == [it["alert_id"] for it in reply.results[:3]]
    counted = ("EventsAccepted", "EventsRejected", "AlertsOpened")
    assert [metrics[name] for name in counted] == [3, 1, 2]
    assert metrics["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]


def test_what_was_refused_is_logged_and_counted(
    rest: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    rest.post({})

    line, metrics = lines_of(capsys)
    assert (line["level"], line["message"]) == ("WARNING", "Events refused")
    assert (line["status"], line["code"]) == (422, "invalid_request")
    assert metrics["EventsRejected"] == 1


def test_a_fault_of_ours_is_an_answer_too(
    rest: Gateway, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DynamoDBSlots, "count", raising(RuntimeError("something private")))

    reply = rest.post(DISK)

    assert (reply.status, reply.code) == (500, "internal_error")
    assert "private" not in reply.text
    (line,) = lines_of(capsys)
    assert (line["level"], line["exception_name"]) == ("ERROR", "RuntimeError")
    assert any("receive_signal.py:" in frame for frame in line["stack"])
    assert "private" not in json.dumps(line)


@pytest.mark.parametrize("path", ["/v2/enqueue", f"/i/{TOKEN}/v2/alerts", f"/i/{TOKEN}/nothing"])
def test_a_path_that_moved_to_another_function_is_to_be_tried_again(
    rest: Gateway, path: str
) -> None:
    """During an update the gateway's routes change after the functions."""
    event = event_of("ingest_rest_trigger")
    event["rawPath"] = path

    answer = respond(event, rest.ports)

    assert answer["statusCode"] == 503
    assert answer["headers"]["retry-after"] == "1"
    assert not rest.alerts()
