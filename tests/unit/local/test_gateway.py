"""The gateway hands a request to the API, and the API's answer back, as they came."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from local.stack.gateway import BODY_LIMIT, Gateway, RequestServed
from local.stack.prerequisites import free_port

pytestmark = pytest.mark.loopback

PREFIX = "/_aws/execute-api/abc/$default"
EVERY_BYTE = bytes(range(256))


@dataclass
class Api:
    """Stands for the API in the embedded AWS: keeps what it gets, answers what it is told."""

    port: int = 0
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b"{}"
    before_answer: Callable[[], None] = lambda: None
    requests: list[tuple[str, list[tuple[str, str]], bytes]] = field(default_factory=list)
    connections: int = 0

    @property
    def request_line(self) -> str:
        return self.requests[-1][0]

    @property
    def request_body(self) -> bytes:
        return self.requests[-1][2]

    def request_header(self, name: str) -> list[str]:
        return [value for key, value in self.requests[-1][1] if key.lower() == name.lower()]


@pytest.fixture
def api() -> Iterator[Api]:
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            api.connections += 1
            super().handle()

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline()
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            api.requests.append((self.requestline, self.headers.items(), body))
            api.before_answer()
            self.send_response(api.status)
            for name, value in api.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(api.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(api.body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        api.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield api
        server.shutdown()
        thread.join()


@pytest.fixture
def served() -> list[RequestServed]:
    return []


@pytest.fixture
def gateway(api: Api, served: list[RequestServed]) -> Iterator[Gateway]:
    target = f"http://127.0.0.1:{api.port}{PREFIX}"
    gateway = Gateway(port=0, target=target, watcher=served.append)
    gateway.start()
    yield gateway
    gateway.stop()


@pytest.fixture
def client(gateway: Gateway) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(gateway.url.removeprefix("http://"), timeout=5)
    yield connection
    connection.close()


def raw(gateway: Gateway, request: bytes) -> bytes:
    """Send bytes as they are and read until the gateway closes the connection."""
    with socket.create_connection(("127.0.0.1", int(gateway.url.rsplit(":", 1)[1]))) as connection:
        connection.settimeout(5)
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def seen(served: list[RequestServed]) -> RequestServed:
    """The one request served; it is told after its answer has been sent."""
    deadline = time.monotonic() + 5
    while not served and time.monotonic() < deadline:
        time.sleep(0.01)
    (request,) = served
    return request


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"])
def test_every_method_reaches_the_api(
    client: http.client.HTTPConnection, api: Api, method: str
) -> None:
    client.request(method, "/i/x")
    client.getresponse().read()

    assert api.request_line == f"{method} {PREFIX}/i/x HTTP/1.1"


@pytest.mark.parametrize(
    "target",
    [
        pytest.param("/i/a%2Fb%20c%25", id="escapes"),
        pytest.param("/a?x=1&x=2&y=%20+&z", id="a query with repeats, escapes and a bare name"),
        pytest.param("//i//x/", id="slashes too many"),
        pytest.param("/a/../b/./c", id="dots"),
        pytest.param("/a?q='\"<>{}|^`", id="characters that should have been escaped"),
    ],
)
def test_path_and_query_keep_their_spelling(gateway: Gateway, api: Api, target: str) -> None:
    raw(gateway, f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())

    assert api.request_line == f"GET {PREFIX}{target} HTTP/1.1"


def test_bytes_beyond_ascii_in_a_path_are_escaped(gateway: Gateway, api: Api) -> None:
    raw(gateway, "GET /ü HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())

    assert api.request_line == f"GET {PREFIX}/%C3%BC HTTP/1.1"


def test_headers_arrive_as_sent_but_for_those_of_the_connection(gateway: Gateway, api: Api) -> None:
    raw(
        gateway,
        b"GET / HTTP/1.1\r\nHost: tocsin.example:8080\r\nX-One: 1\r\nX-One: 2\r\n"
        b"Authorization: Bearer k\xe9y\r\nKeep-Alive: 5\r\nConnection: close\r\n\r\n",
    )

    assert api.request_header("host") == ["tocsin.example:8080"]
    assert api.request_header("x-one") == ["1", "2"]
    assert api.request_header("authorization") == ["Bearer k\xe9y"]
    assert api.request_header("keep-alive") == []


def test_a_binary_body_arrives_as_sent(client: http.client.HTTPConnection, api: Api) -> None:
    client.request("POST", "/i/x", EVERY_BYTE)
    client.getresponse().read()

    assert api.request_body == EVERY_BYTE


def test_a_body_in_chunks_arrives_whole(client: http.client.HTTPConnection, api: Api) -> None:
    client.request("POST", "/i/x", iter([b"one", b"two" * 1000]), encode_chunked=True)
    client.getresponse().read()

    assert api.request_body == b"one" + b"two" * 1000


def test_status_headers_and_body_of_the_answer_come_back(
    client: http.client.HTTPConnection, api: Api
) -> None:
    api.status, api.body = 418, EVERY_BYTE
    api.headers = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Retry-After", "5")]

    client.request("GET", "/")
    answer = client.getresponse()

    assert answer.status == 418
    assert answer.read() == EVERY_BYTE
    assert answer.headers.get_all("Set-Cookie") == ["a=1", "b=2"]
    assert answer.headers["Retry-After"] == "5"


def test_head_has_an_answer_without_a_body(client: http.client.HTTPConnection) -> None:
    client.request("HEAD", "/")
    assert client.getresponse().read() == b""

    client.request("GET", "/")
    assert client.getresponse().read() == b"{}"


def test_one_connection_serves_many_requests_over_one_to_the_api(
    client: http.client.HTTPConnection, api: Api
) -> None:
    for _ in range(3):
        client.request("POST", "/i/x", b"{}")
        client.getresponse().read()

    assert len(api.requests) == 3
    assert api.connections == 1


def test_a_slow_answer_holds_up_no_other_client(gateway: Gateway, api: Api) -> None:
    both_are_there = threading.Barrier(2, timeout=5)

    def meet() -> None:
        both_are_there.wait()

    api.before_answer = meet

    def ask() -> None:
        raw(gateway, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    asking = [threading.Thread(target=ask) for _ in range(2)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()

    assert not both_are_there.broken


def test_an_api_that_is_gone_is_a_502_with_one_sentence(served: list[RequestServed]) -> None:
    gateway = Gateway(port=0, target=f"http://127.0.0.1:{free_port()}", watcher=served.append)
    gateway.start()

    answer = raw(gateway, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    gateway.stop()

    assert answer.startswith(b"HTTP/1.1 502 ")
    assert answer.endswith(
        b'{"message": "The embedded AWS gave no answer (ConnectionRefusedError)."}'
    )
    assert "gave no answer" in seen(served).failure


@pytest.mark.parametrize(
    ("failure", "status", "message"),
    [
        pytest.param("boom", 500, "Internal Server Error", id="raised an error"),
        pytest.param(
            "Task timed out after 10.00 seconds", 503, "Service Unavailable", id="took too long"
        ),
    ],
)
def test_what_a_function_failed_with_is_shown_here_and_not_to_the_client(
    client: http.client.HTTPConnection,
    api: Api,
    served: list[RequestServed],
    failure: str,
    status: int,
    message: str,
) -> None:
    api.status = 502
    api.body = json.dumps({"errorMessage": failure, "errorType": "Runtime.Error"}).encode()

    client.request("GET", "/")
    answer = client.getresponse()

    assert (answer.status, json.loads(answer.read())) == (status, {"message": message})
    assert seen(served).failure == f"Runtime.Error: {failure}"


def test_a_502_of_the_function_itself_comes_back(
    client: http.client.HTTPConnection, api: Api
) -> None:
    api.status, api.body = 502, b'{"error": {"code": "upstream"}}'

    client.request("GET", "/")
    answer = client.getresponse()

    assert (answer.status, answer.read()) == (502, api.body)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400, id="a negative length"),
        pytest.param(b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400, id="a length in words"),
        pytest.param(
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400, id="a bad chunk"
        ),
        pytest.param(b"nonsense\r\n\r\n", 400, id="no HTTP at all"),
        pytest.param(
            f"POST / HTTP/1.1\r\nContent-Length: {BODY_LIMIT + 1}\r\n\r\n".encode(),
            413,
            id="a body over the limit",
        ),
    ],
)
def test_a_request_that_cannot_be_forwarded_is_refused_in_json(
    gateway: Gateway, api: Api, request_: bytes, status: int
) -> None:
    answer = raw(gateway, request_)

    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert set(json.loads(answer.partition(b"\r\n\r\n")[2])) == {"message"}
    assert api.requests == []


def test_a_request_cut_short_reaches_nobody(gateway: Gateway, api: Api) -> None:
    with socket.create_connection(("127.0.0.1", int(gateway.url.rsplit(":", 1)[1]))) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf")
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(5)
        assert connection.recv(100) == b""

    assert api.requests == []


def test_each_request_is_told_with_its_token_cut(
    client: http.client.HTTPConnection, api: Api, served: list[RequestServed]
) -> None:
    api.status = 202

    client.request("POST", "/i/0123456789abcdef0123456789abcdef")
    client.getresponse().read()

    request = seen(served)
    assert (request.method, request.path, request.status) == ("POST", "/i/0123…", 202)


def test_a_stop_lets_the_request_under_way_end(gateway: Gateway, api: Api) -> None:
    arrived, answers = threading.Event(), []

    def answer_slowly() -> None:
        arrived.set()
        time.sleep(0.2)

    def ask() -> None:
        answers.append(raw(gateway, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"))

    api.before_answer = answer_slowly
    asking = threading.Thread(target=ask)
    asking.start()
    arrived.wait(5)

    gateway.stop()
    asking.join()

    assert answers[0].startswith(b"HTTP/1.1 200 ")
