"""A line between the deployed functions and DynamoDB that fails when a test tells it to."""

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import urlsplit

from local.stack.start import Stack

READS = {"GetItem", "BatchGetItem", "Query"}
SECONDS = 20


@dataclass(frozen=True, slots=True)
class StorageRequest:
    """One attempt of a call to DynamoDB."""

    operation: str
    body: bytes


type Fault = Callable[["_Handler", StorageRequest], None]
"""Answers, or does not, in place of DynamoDB."""
type Trouble = Callable[[StorageRequest], Fault | None]
"""Chooses what goes wrong with a request; None lets it pass."""


def error(status: int, code: str) -> Fault:
    """DynamoDB refuses."""
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "secret"})
    return lambda handler, _: handler.answer(status, {}, body.encode())


def unreachable(handler: "_Handler", _: StorageRequest) -> None:
    """The connection ends before the request arrives."""
    handler.hang_up()


def lost_reply(handler: "_Handler", request: StorageRequest) -> None:
    """DynamoDB does what it was asked, and nobody hears of it."""
    handler.forward(request)
    handler.hang_up()


def stalled(handler: "_Handler", _: StorageRequest) -> None:
    """Nothing comes back, until the test is over."""
    handler.line.mended.wait(SECONDS)
    handler.hang_up()


@dataclass
class FaultyLine:
    """Passes everything on unless there is trouble."""

    target: str
    trouble: Trouble = field(default=lambda _: None)
    requests: list[StorageRequest] = field(default_factory=list)
    passed: list[StorageRequest] = field(default_factory=list)
    """Those that went without trouble."""
    mended: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    @contextmanager
    def having(self, trouble: Trouble) -> Iterator[None]:
        """Fail like this for a while."""
        self.requests.clear()
        self.passed.clear()
        self.mended.clear()
        self.trouble = trouble
        try:
            yield
        finally:
            self.trouble = lambda _: None
            self.mended.set()

    @property
    def has_written(self) -> bool:
        return any(request.operation not in READS for request in self.passed)

    @contextmanager
    def running(self) -> Iterator["FaultyLine"]:
        with _Server(("127.0.0.1", 0), _Handler) as server:
            server.line = self
            self.url = f"http://127.0.0.1:{server.server_port}"
            thread = threading.Thread(target=server.serve_forever, args=(0.05,))
            thread.start()
            try:
                yield self
            finally:
                self.mended.set()
                server.shutdown()
                thread.join()


def always(fault: Fault) -> Trouble:
    return lambda _: fault


def from_call(number: int, fault: Fault) -> Trouble:
    """Let the first calls pass and fail all that come after; attempts again are the same call."""
    seen: list[bytes] = []

    def choose(request: StorageRequest) -> Fault | None:
        if request.body not in seen:
            seen.append(request.body)
        return fault if seen.index(request.body) >= number - 1 else None

    return choose


def once_each_write(fault: Fault) -> Trouble:
    """Fail the first attempt of every write."""
    seen: set[bytes] = set()

    def choose(request: StorageRequest) -> Fault | None:
        if request.operation in READS or request.body in seen:
            return None
        seen.add(request.body)
        return fault

    return choose


@contextmanager
def rerouted(
    stack: Stack, logical_ids: list[str], url: str, *, by: str = "AWS_ENDPOINT_URL_DYNAMODB"
) -> Iterator[None]:
    """Have these functions reach DynamoDB, or what another variable names, by another address."""
    client = stack.aws.client("lambda")
    names = [stack.deployment.functions[logical_id].name for logical_id in logical_ids]
    former = {
        name: client.get_function_configuration(FunctionName=name)["Environment"] for name in names
    }

    def set_environments(more: dict[str, str]) -> None:
        for name in names:
            variables = {**former[name]["Variables"], **more}
            client.update_function_configuration(
                FunctionName=name, Environment={"Variables": variables}
            )
        for name in names:
            client.get_waiter("function_updated_v2").wait(
                FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": SECONDS}
            )

    set_environments({by: url})
    try:
        yield
    finally:
        set_environments({})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    line: FaultyLine

    def handle_error(self, request: object, client_address: object) -> None:
        """A function that hung up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    @property
    def line(self) -> FaultyLine:
        return cast("_Server", self.server).line

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = StorageRequest(self.headers["X-Amz-Target"].partition(".")[2], body)
        self.line.requests.append(request)
        if fault := self.line.trouble(request):
            fault(self, request)
        else:
            self.line.passed.append(request)
            self.answer(*self.forward(request))

    def forward(self, request: StorageRequest) -> tuple[int, dict[str, str], bytes]:
        """As it came: what the function signed has this line's address."""
        upstream = http.client.HTTPConnection(urlsplit(self.line.target).netloc, timeout=SECONDS)
        try:
            upstream.request("POST", self.path, request.body, dict(self.headers.items()))
            reply = upstream.getresponse()
            return reply.status, dict(reply.getheaders()), reply.read()
        finally:
            upstream.close()

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in {"content-length", "connection", "transfer-encoding"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def hang_up(self) -> None:
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Nothing to say."""
