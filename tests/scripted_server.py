"""A server on this machine that answers each request as its script says, well or badly."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from socket import SHUT_RDWR, create_server, socket
from typing import Any

type Step = Callable[[socket], bool]
"""Does something in place of an answer; False closes the connection."""


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    line: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def operation(self) -> str:
        return self.headers["x-amz-target"].partition(".")[2]

    def json(self) -> Any:  # noqa: ANN401 - any JSON
        return json.loads(self.body)


def reply(
    status: int = 200,
    body: bytes | Mapping[str, Any] = b"{}",
    headers: Mapping[str, str] | None = None,
) -> Step:
    """Answer, and leave the connection open."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = {"Content-Length": str(len(content)), **(headers or {})}
    return _sending(written_head(status, head) + content)


def written_head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Reason", *(f"{name}: {text}" for name, text in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def _sending(content: bytes) -> Step:
    def act(connection: socket) -> bool:
        connection.sendall(content)
        return True

    return act


def then_close(step: Step) -> Step:
    """Close the connection after this, which the client learns when it sends again."""

    def act(connection: socket) -> bool:
        step(connection)
        return False

    return act


def cut_after(sent: bytes = b"") -> Step:
    """Send only this, and close the connection."""
    return then_close(_sending(sent))


@dataclass
class ScriptedServer:
    """Plays its steps one after the other, the last one again and again."""

    steps: list[Step] = field(default_factory=lambda: [reply()])
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    tls: ssl.SSLContext | None = None
    _port: int = 0
    _open: list[socket] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://localhost:{self._port}"

    def plays(self, *steps: Step) -> None:
        self.steps[:] = steps

    def never_answer(self, _: socket) -> bool:
        """Leave the client waiting until the test is over."""
        self.released.wait()
        return False

    @contextmanager
    def running(self) -> Iterator["ScriptedServer"]:
        with create_server(("127.0.0.1", 0)) as listener:
            self._port = listener.getsockname()[1]
            thread = threading.Thread(target=self._accept, args=(listener,))
            thread.start()
            try:
                yield self
            finally:
                self.released.set()
                listener.shutdown(SHUT_RDWR)
                for connection in self._open:
                    _hang_up(connection)
                thread.join()

    def _accept(self, listener: socket) -> None:
        threads: list[threading.Thread] = []
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                break
            self.connections += 1
            self._open.append(connection)
            threads.append(threading.Thread(target=self._serve, args=(connection,)))
            threads[-1].start()
        for thread in threads:
            thread.join()

    def _serve(self, raw: socket) -> None:
        try:
            with self.tls.wrap_socket(raw, server_side=True) if self.tls else raw as connection:
                reader = connection.makefile("rb")
                with reader:
                    while (request := _read(reader)) and self._act(request, connection):
                        pass
                _hang_up(connection)
        except OSError:
            raw.close()

    def _act(self, request: Request, connection: socket) -> bool:
        self.requests.append(request)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        return step(connection)


def _read(reader: Any) -> Request | None:  # noqa: ANN401 - a file of bytes
    line = reader.readline().decode().strip()
    if not line:
        return None
    headers: dict[str, str] = {}
    while text := reader.readline().decode().strip():
        name, _, value = text.partition(":")
        headers[name.lower()] = value.strip()
    body = reader.read(int(headers.get("content-length", "0")))
    return Request(line, headers, body)


def _hang_up(connection: socket) -> None:
    try:
        connection.shutdown(SHUT_RDWR)
    except OSError:
        return
