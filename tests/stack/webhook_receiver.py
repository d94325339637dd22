"""Who webhooks are sent to: a server on this machine that answers as a test tells it."""

import base64
import hmac
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from tests.stack.client import eventually

SECRET_PREFIX = "whsec_"
LONGEST_HOLD_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request, as it arrived."""

    at: datetime
    id: str
    timestamp: str
    signature: str
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - as it was sent
        return json.loads(self.body)

    @property
    def type(self) -> str:
        return str(self.json["type"])

    @property
    def notification(self) -> dict[str, Any]:
        return cast("dict[str, Any]", self.json["data"]["notification"])

    @property
    def alert_id(self) -> str:
        return str(self.json["data"]["alert"]["id"])

    @property
    def links(self) -> dict[str, str]:
        return cast("dict[str, str]", self.json["data"]["links"])

    def is_signed_with(self, secret: str) -> bool:
        """As https://www.standardwebhooks.com has receivers verify it."""
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
        signed = f"{self.id}.{self.timestamp}.".encode() + self.body
        expected = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
        age = self.at.timestamp() - int(self.timestamp)
        is_fresh = abs(age) < LONGEST_HOLD_SECONDS
        return is_fresh and f"v1,{expected}" in self.signature.split()


type Answer = Callable[["_Handler"], None]
"""Answers a request, or does not."""


def status(code: int, **headers: str) -> Answer:
    return lambda handler: handler.answer(code, headers)


def drop(handler: "_Handler") -> None:
    """Take the request, and close the connection without a word."""
    handler.close_connection = True


def held(until: threading.Event, then: Answer) -> Answer:
    """Answer only when a test says so."""

    def answer(handler: "_Handler") -> None:
        until.wait(LONGEST_HOLD_SECONDS)
        then(handler)

    return answer


TAKE = status(HTTPStatus.NO_CONTENT)


@dataclass
class Hook:
    """Where one channel's webhooks go."""

    name: str
    url: str
    secret: str = ""
    received: list[Attempt] = field(default_factory=list)
    answers: deque[Answer] = field(default_factory=deque)
    """Of the next requests; what comes after them is taken."""

    def answers_with(self, *answers: Answer) -> None:
        self.answers.extend(answers)

    @property
    def pages(self) -> list[Attempt]:
        return [attempt for attempt in self.received if attempt.type == "alert.paged"]

    def told(self, count: int, *, seconds: float = 20.0) -> list[Attempt]:
        """Wait for so many requests; there may be no more."""
        attempts = eventually(
            lambda: list(self.received), lambda them: len(them) >= count, seconds=seconds
        )
        assert len(attempts) == count, [attempt.notification for attempt in attempts]
        return attempts


@dataclass
class WebhookReceiver:
    """Many hooks on one port, each with a path of its own."""

    url: str = ""
    hooks: dict[str, Hook] = field(default_factory=dict)

    def hook(self, name: str) -> Hook:
        hook = Hook(name, f"{self.url}/{name}")
        self.hooks[f"/{name}"] = hook
        return hook

    @contextmanager
    def running(self) -> Iterator["WebhookReceiver"]:
        with _Server(("127.0.0.1", 0), _Handler) as server:
            server.receiver = self
            self.url = f"http://127.0.0.1:{server.server_port}"
            thread = threading.Thread(target=server.serve_forever, args=(0.05,))
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    receiver: WebhookReceiver

    def handle_error(self, request: object, client_address: object) -> None:
        """Who hung up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        hook = cast("_Server", self.server).receiver.hooks[self.path]
        attempt = Attempt(
            at=datetime.now(UTC),
            id=self.headers["webhook-id"],
            timestamp=self.headers["webhook-timestamp"],
            signature=self.headers["webhook-signature"],
            body=body,
        )
        hook.received.append(attempt)
        answer = hook.answers.popleft() if hook.answers else TAKE
        answer(self)

    def answer(self, code: int, headers: dict[str, str]) -> None:
        self.send_response_only(code)
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Nothing to say."""
