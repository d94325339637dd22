"""The address at which CloudFormation waits for the answer of a custom resource."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import pytest

from tests.captured_log import captured_log
from tests.fakes.secrets import InMemorySecrets
from tocsin.adapters.aws_json import AwsError


class CloudFormation:
    """Takes answers, or refuses the first of them."""

    def __init__(self) -> None:
        self.answers: list[dict[str, Any]] = []
        self.content_types: list[str | None] = []
        self.paths: list[str] = []
        self.refusals = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        """Where to put the answer; the query is what makes it a secret."""
        return f"http://127.0.0.1:{self._server.server_port}/answers/1?X-Amz-Signature=c4f3"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        cloudformation = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if cloudformation.refusals:
                    cloudformation.refusals -= 1
                    self.send_error(503)
                    return
                cloudformation.paths.append(self.path)
                cloudformation.content_types.append(self.headers["content-type"])
                cloudformation.answers.append(json.loads(body))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


class DeniedSecrets(InMemorySecrets):
    """As IAM refuses before it knows a new role everywhere."""

    def __init__(self, refusals: int, code: str = "AccessDeniedException") -> None:
        super().__init__()
        self.refusals = refusals
        self.code = code

    def put(self, name: str, value: str) -> None:
        self.refusals -= 1
        if self.refusals >= 0:
            raise AwsError(self.code, "not authorized to perform: ssm:PutParameter")
        super().put(name, value)


@pytest.fixture(autouse=True)
def _log() -> None:
    captured_log("first_key")


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What was waited, in seconds, without waiting."""
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    return waited


@pytest.fixture
def cloudformation() -> Iterator[CloudFormation]:
    with CloudFormation() as waiting:
        yield waiting
