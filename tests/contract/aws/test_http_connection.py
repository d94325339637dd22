"""A reply is read to its end, or it is no reply at all."""

import time
from collections.abc import Iterator, Sequence
from socket import create_connection, create_server, socket
from typing import Any

import pytest

from tests.scripted_server import ScriptedServer, Step, cut_after, then_close
from tocsin.adapters.http_connection import (
    BrokenReplyError,
    HttpConnection,
    Reply,
    split_url,
)

pytestmark = pytest.mark.loopback

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
BY_CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def connection(server: ScriptedServer) -> Iterator[HttpConnection]:
    connection = HttpConnection(server.url.removeprefix("http://"))
    yield connection
    connection.close()


def sending(*pieces: bytes) -> Step:
    """Send pieces that the network does not join, and leave the connection open."""

    def act(to: socket) -> bool:
        for piece in pieces:
            to.sendall(piece)
        return True

    return act


def dripping(reply: bytes) -> Step:
    """Send a byte at a time, each soon enough to keep a reader waiting."""

    def act(to: socket) -> bool:
        for position in range(len(reply)):
            to.sendall(reply[position : position + 1])
            time.sleep(0.02)
        return True

    return act


def ask(connection: HttpConnection, body: bytes = b"{}") -> Reply:
    return connection.request("POST", "/", {"host": "localhost"}, body, timeout_seconds=5)


def test_a_request_is_sent_with_its_headers_its_length_and_its_body(
    server: ScriptedServer, connection: HttpConnection
) -> None:
    headers = {"host": "example.com", "x-amz-target": "DynamoDB_20120810.GetItem"}

    connection.request("GET", "/a?b=c", headers, b'{"Key": 1}', timeout_seconds=5)

    sent = server.requests[0]
    assert sent.line == "GET /a?b=c HTTP/1.1"
    assert sent.headers == {**headers, "content-length": "10"}
    assert sent.body == b'{"Key": 1}'


@pytest.mark.parametrize(
    ("pieces", "status", "body"),
    [
        pytest.param([OK], 200, b"{}", id="at once"),
        pytest.param([OK[i : i + 1] for i in range(len(OK))], 200, b"{}", id="byte by byte"),
        pytest.param([b"HTTP/1.1 100 Continue\r\n\r\n" + OK], 200, b"{}", id="after an interim"),
        pytest.param(
            [b"HTTP/1.1 400 Bad Request\r\nCONTENT-LENGTH:  3 \r\n\r\nabc"],
            400,
            b"abc",
            id="with names in capitals",
        ),
        pytest.param(
            [b"HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n"], 200, b"", id="without a body"
        ),
        pytest.param(
            [BY_CHUNKS, b"4\r\nWiki\r\nA;x=y\r\npedia in c\r\n", b"0\r\nTrailer: x\r\n\r\n"],
            200,
            b"Wikipedia in c",
            id="in chunks",
        ),
        pytest.param(
            [b"HTTP/1.1 200 OK\r\ncontent-length: 512000\r\n\r\n", bytes(range(256)) * 2000],
            200,
            bytes(range(256)) * 2000,
            id="larger than one read",
        ),
    ],
)
def test_a_whole_reply_is_read_that_comes(
    server: ScriptedServer,
    connection: HttpConnection,
    pieces: Sequence[bytes],
    status: int,
    body: bytes,
) -> None:
    server.plays(sending(*pieces), sending(OK))

    reply = ask(connection)

    assert (reply.status, reply.body) == (status, body)
    assert ask(connection).body == b"{}"
    assert server.connections == 1


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="is nothing"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", id="is half a head"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", id="is half a body"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", id="has neither length nor body"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 2x\r\n\r\n{}", id="has an odd length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}", id="is less than empty"),
        pytest.param(BY_CHUNKS + b"4\r\nWi", id="is half a chunk"),
        pytest.param(BY_CHUNKS + b"2\r\n{}\r\n", id="lacks its last chunk"),
        pytest.param(BY_CHUNKS + b"two\r\n{}\r\n", id="has an odd chunk"),
        pytest.param(BY_CHUNKS + b"-2\r\n{}\r\n", id="has a chunk less than empty"),
        pytest.param(BY_CHUNKS.replace(b"chunked", b"gzip") + b"abc", id="was not asked for"),
        pytest.param(b"HTTP/2 200\r\nContent-Length: 2\r\n\r\n{}", id="is of another version"),
        pytest.param(b"HTTP/1.1 OK\r\n\r\n{}", id="has no status"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20_000, id="has a head without end"),
    ],
)
def test_it_is_no_whole_reply_when_what_comes(
    server: ScriptedServer, connection: HttpConnection, sent: bytes
) -> None:
    server.plays(cut_after(sent), sending(OK))

    with pytest.raises(BrokenReplyError):
        ask(connection)

    assert not connection.is_open
    assert ask(connection).status == 200


def test_a_header_is_found_whatever_the_case_of_its_name(
    server: ScriptedServer, connection: HttpConnection
) -> None:
    odd = b"\r\nX-Amzn-ErrorType:  FooError:http://x/ \r\nx-y: content-length: 7"
    server.plays(sending(OK.replace(b" OK", b" OK" + odd)))

    reply = ask(connection)

    assert reply.header("x-amzn-errortype") == "FooError:http://x/"
    assert reply.header("content-length") == "2"
    assert reply.header("errortype") == ""
    assert reply.body == b"{}"


def test_a_body_of_no_stated_length_ends_with_its_connection(
    server: ScriptedServer, connection: HttpConnection
) -> None:
    server.plays(cut_after(b"HTTP/1.0 200 OK\r\n\r\n{}"), sending(OK))

    assert ask(connection).body == b"{}"
    assert not connection.is_open


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(OK.replace(b"OK\r\n", b"OK\r\nConnection: Close\r\n"), id="says so"),
        pytest.param(OK + b"HTTP/1.1 200 OK\r\n", id="sends more than was asked for"),
        pytest.param(OK.replace(b"HTTP/1.1", b"HTTP/1.0"), id="knows no other way"),
    ],
)
def test_a_connection_is_left_when_the_server(
    server: ScriptedServer, connection: HttpConnection, reply: bytes
) -> None:
    server.plays(then_close(sending(reply)), sending(OK))

    ask(connection)

    assert not connection.is_open
    assert ask(connection).body == b"{}"


def test_a_reply_that_only_drips_in_costs_no_more_than_the_timeout(
    server: ScriptedServer, connection: HttpConnection
) -> None:
    server.plays(dripping(OK * 10))
    started = time.monotonic()

    with pytest.raises(TimeoutError):
        connection.request("POST", "/", {"host": "localhost"}, timeout_seconds=0.1)

    assert time.monotonic() - started < 1
    assert not connection.is_open


def test_connecting_takes_its_part_of_the_time(
    server: ScriptedServer, connection: HttpConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect_slowly(*arguments: Any) -> socket:  # noqa: ANN401 - as they come
        time.sleep(0.2)
        return create_connection(*arguments)

    monkeypatch.setattr("socket.create_connection", connect_slowly)

    with pytest.raises(TimeoutError):
        connection.request("POST", "/", {"host": "localhost"}, timeout_seconds=0.1)

    assert server.requests == []


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://dynamodb.eu-west-1.amazonaws.com", "dynamodb.eu-west-1.amazonaws.com", "/"),
        ("https://[::1]:8000/a/b?c=d", "[::1]:8000", "/a/b?c=d"),
    ],
)
def test_an_address_is_split(url: str, host: str, path: str) -> None:
    assert split_url(url) == (host, path, True)
    assert split_url(url.replace("https", "http")) == (host, path, False)


def test_an_address_of_version_6_is_connected_to() -> None:
    try:
        listener = create_server(("::1", 0), family=10)
    except OSError:
        pytest.skip("This machine has no IPv6.")
    with listener:
        connection = HttpConnection(f"[::1]:{listener.getsockname()[1]}")

        with pytest.raises(TimeoutError):
            connection.request("POST", "/", {"host": "x"}, timeout_seconds=0.05)
