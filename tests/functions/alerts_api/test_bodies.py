"""Hostile and careless bodies: a clear refusal, and nothing half done."""

import json

import pytest

from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.domain.ids import AlertId
from tocsin.domain.timeline import ChangeType

MEBIBYTE = 1_048_576


@pytest.fixture(autouse=True)
def _pages_nobody(world: World) -> None:
    world.pages_nobody()


def nested(levels: int) -> bytes:
    return b'{"note":' + b"[" * levels + b"]" * levels + b"}"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        pytest.param(b"note", "line 1, column 1", id="no JSON"),
        pytest.param(b'{"note": "x"', "line 1, column 13", id="half of it"),
        pytest.param(b'{"note": "x"} {}', "line 1, column 15", id="two at once"),
        pytest.param(b"{\n \"note\": 'x'}", "line 2, column 10", id="single quotes"),
        pytest.param(b'{"note": "\x00"}', "column 11", id="a NUL"),
        pytest.param(b'{"note": NaN}', "NaN", id="NaN"),
        pytest.param(b'{"note": -Infinity}', "-Infinity", id="infinity"),
        pytest.param(b'{"note": 1e999}', "beyond", id="a number too great for JSON"),
        pytest.param(b'{"note": %b}' % (b"1" * 5000), "4300 digits", id="a number of 5,000 digits"),
        pytest.param(b'{"note": "a", "note": "b"}', "members 1 and 2", id="one thing said twice"),
        pytest.param(b'{"note": ["\\ud800"]}', "line 1, column 12", id="half a surrogate pair"),
        pytest.param(b'{"\\udfff": 1}', "line 1, column 3", id="half a surrogate pair in a name"),
        pytest.param(b'{"note": "\xff"}', "byte 10", id="not UTF-8"),
        pytest.param('{"note": "x"}'.encode("utf-16"), "byte 0", id="UTF-16"),
        pytest.param(nested(32), "32 levels", id="nested 33 deep"),
        pytest.param(nested(1000), "32 levels", id="nested 1,000 deep"),
        pytest.param(b'{"note":' + b'{"a":' * 100_000, "32 levels", id="nested without end"),
        pytest.param(b'"note"', "a text", id="a text"),
        pytest.param(b"[]", "a list", id="a list"),
        pytest.param(b"null", "null", id="null"),
        pytest.param(b"0", "a number", id="a number"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place(
    client: Client, world: World, alert_id: AlertId, body: bytes, where: str
) -> None:
    refused = client.post(f"/api/v1/alerts/{alert_id}/resolve", body)

    assert (refused.status, refused.code) == (400, "bad_request")
    assert where in refused.json["error"]["message"]
    assert world.alert(alert_id).is_open


def test_a_body_may_be_nested_32_deep(client: Client, alert_id: AlertId) -> None:
    body = {"note": "deep", "more": json.loads("[" * 31 + "]" * 31)}

    assert client.post(f"/api/v1/alerts/{alert_id}/resolve", body).status == 200


@pytest.mark.parametrize(
    ("length", "status"),
    [
        pytest.param(MEBIBYTE, 422, id="1 MiB is read, and the note is too long"),
        pytest.param(MEBIBYTE + 1, 413, id="a byte more is not read"),
    ],
)
def test_a_body_has_a_mebibyte(client: Client, alert_id: AlertId, length: int, status: int) -> None:
    frame = b'{"note": "%b"}'
    body = frame % (b"x" * (length - len(frame % b"")))
    assert len(body) == length

    assert client.post(f"/api/v1/alerts/{alert_id}/notes", body).status == status


def test_a_mebibyte_of_nothing_is_too_big_too(client: Client, alert_id: AlertId) -> None:
    assert client.post(f"/api/v1/alerts/{alert_id}/ack", b" " * (MEBIBYTE + 1)).status == 413


@pytest.mark.parametrize(
    "media_type",
    [
        pytest.param("application/json", id="JSON"),
        pytest.param("Application/JSON; charset=utf-8", id="JSON with a character set"),
        pytest.param("application/vnd.tocsin+json", id="a kind of JSON"),
        pytest.param("", id="nothing said"),
        pytest.param("application/x-www-form-urlencoded", id="curl unless told otherwise"),
        pytest.param("text/plain", id="plain text"),
    ],
)
def test_json_is_read_whatever_it_is_called(
    client: Client, alert_id: AlertId, media_type: str
) -> None:
    headers = {"content-type": media_type}

    answer = client.post(f"/api/v1/alerts/{alert_id}/ack", b'{"note": "mine"}', headers)

    assert answer.status == 200


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        pytest.param("application/json", 400, id="called JSON"),
        pytest.param("", 400, id="not called anything"),
        pytest.param("application/x-www-form-urlencoded", 415, id="a form"),
    ],
)
def test_what_is_no_json_is_refused_by_what_it_says_it_is(
    client: Client, alert_id: AlertId, media_type: str, status: int
) -> None:
    answer = client.post(
        f"/api/v1/alerts/{alert_id}/ack", b"note=mine", {"content-type": media_type}
    )

    assert answer.status == status


def test_without_a_body_its_type_does_not_matter(client: Client, alert_id: AlertId) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}

    assert client.post(f"/api/v1/alerts/{alert_id}/ack", headers=headers).status == 200


def test_a_byte_order_mark_is_no_content(client: Client, alert_id: AlertId) -> None:
    answer = client.post(f"/api/v1/alerts/{alert_id}/ack", b'\xef\xbb\xbf{"note": "mine"}')

    assert answer.status == 200


def test_what_nobody_can_see_is_replaced_in_a_note(
    client: Client, world: World, alert_id: AlertId
) -> None:
    client.post(f"/api/v1/alerts/{alert_id}/notes", {"note": "a\x1b[31mb\u202ec\n"})

    (note,) = [each for each in world.timeline(alert_id) if each.type is ChangeType.NOTE]

    assert note.details["note"] == "a\ufffd[31mb\ufffdc"


def test_an_action_leaves_fields_alone_that_it_does_not_know(
    client: Client, alert_id: AlertId
) -> None:
    assert client.post(f"/api/v1/alerts/{alert_id}/ack", {"who": "me", "why": [1]}).status == 200
