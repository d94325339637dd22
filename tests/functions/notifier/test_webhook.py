"""Webhooks: signed, with the same id for every attempt, and judged by their answers."""

import base64
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from standardwebhooks import Webhook

from functions.notifier.checked_request import BODY_LIMIT_BYTES
from functions.notifier.outbound import Outbound
from tests.examples import NINE
from tests.functions.notifier.conftest import (
    PUBLIC_URL,
    a_message,
    an_alert,
    at_nine,
    claimed,
    failure_of,
    parameters,
)
from tests.scripted_server import ScriptedServer, cut_after, reply
from tocsin.channels.webhook import WebhookSender
from tocsin.domain.notification import Notification
from tocsin.domain.people import Channel
from tocsin.usecases.refusals import DeliveryFailedError

pytestmark = pytest.mark.loopback

SECRET = "whsec_" + base64.b64encode(b"thirty-two bytes of a signing key").decode()
HANGING_SECONDS = 0.3


def sender(secret: str = SECRET) -> WebhookSender:
    outbound = Outbound(allow_private=True, attempt_seconds=HANGING_SECONDS)
    return WebhookSender(outbound, parameters(hook=secret), at_nine)


def hook(server: ScriptedServer, path: str = "/hook?team=ops") -> Channel:
    settings = {"url": f"{server.url}{path}"}
    return Channel(name="ops-hook", type="webhook", settings=settings, secret="/tocsin/hook")


def send(server: ScriptedServer, notification: Notification | None = None) -> None:
    sender().send(notification or claimed(), an_alert(), a_message(), hook(server))


def failure(server: ScriptedServer) -> DeliveryFailedError:
    return failure_of(lambda: send(server))


def test_the_body_is_as_documented(server: ScriptedServer) -> None:
    send(server)

    [request] = server.requests
    body = request.json()
    assert request.line == "POST /hook?team=ops HTTP/1.1"
    assert (body["type"], body["timestamp"]) == ("alert.paged", "2026-03-01T09:00:00.000Z")
    assert set(body["data"]) == {"alert", "notification", "links", "text"}
    assert body["data"]["alert"]["summary"] == "Disk full on db-1"
    assert body["data"]["alert"]["next_action"]["kind"] == "escalate"
    assert body["data"]["notification"] == {
        "id": claimed().delivery.key,
        "step": 1,
        "step_name": "first",
        "episode": 1,
        "loop": 1,
        "attempt": 1,
        "reason": "first",
    }
    assert body["data"]["links"]["acknowledge"].startswith(f"{PUBLIC_URL}/act/")
    assert body["data"]["text"] == {
        "subject": "WARNING Disk full on db-1",
        "title": "Disk full on db-1",
        "where": "says prod-prometheus",
        "who": "Nobody has it yet.",
        "next": "Step 2 is called at 2026-03-01T09:05:00.000Z unless someone acknowledges.",
    }
    assert set(body["data"]["links"]) == {"acknowledge", "snooze", "resolve", "view"}


def test_the_standards_own_library_finds_the_signature_good(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(server)

    [request] = server.requests
    monkeypatch.setattr("standardwebhooks.webhooks.datetime", _AtNine)
    told = Webhook(SECRET).verify(request.body, dict(request.headers))
    assert told["type"] == "alert.paged"


class _AtNine:
    """`datetime` as the library uses it, at nine."""

    @staticmethod
    def now(**_: object) -> object:
        return NINE

    @staticmethod
    def fromtimestamp(seconds: float, **how: object) -> object:
        return type(NINE).fromtimestamp(seconds, **how)  # type: ignore[arg-type]


def test_every_attempt_has_the_same_id(server: ScriptedServer) -> None:
    first = claimed()
    again = first.fail("no answer in time", at=NINE, is_retryable=True).claim(at=NINE)

    send(server, first)
    send(server, again)

    ids = [request.headers["webhook-id"] for request in server.requests]
    assert ids == [first.delivery.key] * 2
    assert [it.json()["data"]["notification"]["attempt"] for it in server.requests] == [1, 2]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_success_is_one(server: ScriptedServer, status: int) -> None:
    server.plays(reply(status, b""))

    send(server)

    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_what_may_succeed_later_is_tried_again(server: ScriptedServer, status: int) -> None:
    server.plays(reply(status, b"a secret of theirs"))

    failed = failure(server)

    assert (failed.reason, failed.is_retryable) == (f"the receiver answered {status}", True)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304, 400, 401, 403, 404, 410, 413])
def test_what_cannot_succeed_is_final(server: ScriptedServer, status: int) -> None:
    server.plays(reply(status, b"", {"Location": f"{server.url}/elsewhere"}))

    failed = failure(server)

    assert not failed.is_retryable
    assert len(server.requests) == 1, "no redirect is followed"


@pytest.mark.parametrize(
    ("said", "after"),
    [
        pytest.param("7", timedelta(seconds=7), id="in seconds"),
        pytest.param("Sun, 01 Mar 2026 09:02:00 GMT", timedelta(minutes=2), id="as a date"),
        pytest.param("Sun, 01 Mar 2026 08:00:00 GMT", timedelta(), id="in the past"),
        pytest.param("soon", None, id="in no words of HTTP's"),
        pytest.param("9" * 400, None, id="never"),
        pytest.param("Sun, 01 Mar 99999999999999999999 09:02:00 GMT", None, id="too late"),
        pytest.param("\N{ARABIC-INDIC DIGIT SEVEN}", None, id="in other digits"),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_may_say_when(
    server: ScriptedServer, status: int, said: str, after: timedelta | None
) -> None:
    if not said.isascii():
        said = said.encode().decode("latin-1")
    server.plays(reply(status, b"", {"Retry-After": said}))

    assert failure(server).retry_after == after


def test_a_receiver_that_hangs_is_left(server: ScriptedServer) -> None:
    server.plays(server.never_answer)
    began = time.monotonic()

    failed = failure(server)

    assert (failed.reason, failed.is_retryable) == ("no answer in time", True)
    assert time.monotonic() - began < 10 * HANGING_SECONDS


def test_a_receiver_that_accepts_and_drops_is_asked_again(server: ScriptedServer) -> None:
    server.plays(cut_after())

    failed = failure(server)

    assert failed.is_retryable
    assert failed.reason == "the host closed the connection, or answered what is no HTTP"


@pytest.mark.parametrize(
    "sent",
    [b"SSH-2.0-OpenSSH_9.9\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-", b"\0" * 100_000],
    ids=["another protocol", "half a head", "a head without end"],
)
def test_a_broken_http_answer_is_a_failed_attempt(server: ScriptedServer, sent: bytes) -> None:
    server.plays(cut_after(sent))

    assert failure(server).is_retryable


def test_a_huge_answer_is_not_read(server: ScriptedServer) -> None:
    server.plays(reply(200, b"x" * (20 * BODY_LIMIT_BYTES)))

    send(server)

    assert len(server.requests) == 1


def test_an_answer_without_end_is_left_when_time_is_up(server: ScriptedServer) -> None:
    def drip(connection: object) -> bool:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx")  # type: ignore[attr-defined]
        return server.never_answer(connection)  # type: ignore[arg-type]

    server.plays(drip)
    began = time.monotonic()

    send(server)

    assert time.monotonic() - began < 10 * HANGING_SECONDS


def test_a_receiver_that_recovers_gets_it(server: ScriptedServer) -> None:
    server.plays(reply(500), reply(200))

    failure(server)
    send(server)

    assert len({request.headers["webhook-id"] for request in server.requests}) == 1


@pytest.mark.parametrize(
    "secret",
    ["", "plain", "whsec_", "whsec_%%%", "WHSEC_dGVzdA=="],
    ids=["empty", "without prefix", "prefix alone", "no base64", "another prefix"],
)
def test_a_bad_secret_is_reported_by_its_name_and_never_quoted(
    server: ScriptedServer, secret: str
) -> None:
    bad = sender(secret)
    failed = failure_of(lambda: bad.send(claimed(), an_alert(), a_message(), hook(server)))

    assert failed.reason == "the secret /tocsin/hook must be whsec_ and base64"
    assert not failed.is_retryable
    assert not server.requests


def test_without_links_the_places_stay(server: ScriptedServer) -> None:
    message = replace(a_message(), links=None)
    sender().send(claimed(), an_alert(), message, hook(server))

    [request] = server.requests
    links = request.json()["data"]["links"]
    assert links == dict.fromkeys(("acknowledge", "snooze", "resolve", "view"))
