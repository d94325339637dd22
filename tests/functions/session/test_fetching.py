"""What is asked of an identity provider, over a real connection."""

import base64
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from functions.session.fetching import LIMIT_BYTES, Fetching
from tests.scripted_server import ScriptedServer, cut_after, reply
from tocsin.domain.oidc import IssuerError

pytestmark = pytest.mark.loopback

FETCH = Fetching(allows_http=True)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer().running() as server:
        yield server


def test_a_document_is_read(server: ScriptedServer) -> None:
    server.plays(reply(body={"issuer": "x"}))

    assert FETCH(f"{server.url}/a/b?c=d") == {"issuer": "x"}
    (request,) = server.requests
    assert request.line.startswith("GET /a/b?c=d ")


def test_a_form_is_posted_with_the_secret_in_the_header(server: ScriptedServer) -> None:
    server.plays(reply(body={"id_token": "t"}))

    FETCH(f"{server.url}/token", {"code": "c+d"}, ("tocsin", "s"))

    (request,) = server.requests
    assert request.line.startswith("POST /token ")
    assert parse_qs(request.body.decode()) == {"code": ["c+d"]}
    assert request.headers["authorization"] == "Basic " + base64.b64encode(b"tocsin:s").decode()
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "step",
    [
        reply(400, {"error": "invalid_grant"}),
        reply(302, headers={"Location": "https://evil.example"}),
        reply(body=b"[]"),
        reply(body=b"no JSON"),
        reply(body=b"x" * (LIMIT_BYTES + 1)),
        cut_after(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"),
    ],
    ids=["an error", "elsewhere", "a list", "no JSON", "too much", "cut off"],
)
def test_any_other_answer_is_none(server: ScriptedServer, step: object) -> None:
    server.plays(step)  # type: ignore[arg-type]

    with pytest.raises(IssuerError):
        FETCH(f"{server.url}/token", {"code": "secret-code"})
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://login.example.com/x",
        "ftp://login.example.com/x",
        "file:///etc/passwd",
        "https://user@login.example.com/x",
        "https:///x",
        "x",
        "https://[::1/x",
    ],
)
def test_an_address_that_is_no_https_is_not_asked(url: str) -> None:
    with pytest.raises(IssuerError):
        Fetching()(url)


def test_an_error_says_nothing_of_what_was_sent(server: ScriptedServer) -> None:
    server.plays(reply(400, {"error": "secret-code"}))

    with pytest.raises(IssuerError) as caught:
        FETCH(f"{server.url}/token", {"code": "secret-code"})

    assert "secret" not in str(caught.value)
