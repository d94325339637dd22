"""One kept HTTP/1.1 connection to AWS, for requests whose replies fit into memory.

Why not http.client: it reads headers with the e-mail parser. Without it a call of DynamoDB takes
about half the CPU, and intake starts sooner (docs/adr/0003-no-boto3.md has the figures).
"""

import socket
import ssl
import time
from collections.abc import Mapping
from typing import Final

_HEAD_LIMIT_BYTES: Final = 65_536
_PIECE_BYTES: Final = 65_536
_HTTP: Final = 80
_HTTPS: Final = 443


class BrokenReplyError(Exception):
    """Not a whole HTTP reply: the result of the request is unknown."""


class Reply:
    __slots__ = ("_head", "_lowered", "body", "is_last", "status")

    def __init__(self, head: str) -> None:
        """Args: head: Status line and headers."""
        version, _, rest = head.partition(" ")
        if not version.startswith("HTTP/1.") or not rest[:3].isdecimal():
            raise BrokenReplyError("The reply is not HTTP/1.")
        self.status = int(rest[:3])
        self.body = b""
        self._head = head
        self._lowered = head.lower()
        connection = self.header("connection").lower()
        self.is_last = connection == "close" or (
            version == "HTTP/1.0" and connection != "keep-alive"
        )

    def header(self, name: str) -> str:
        """One header, empty if missing: few are read, so they are not parsed.

        Args:
            name: In lower case.
        """
        start = self._lowered.find(f"\r\n{name}:")
        if start < 0:
            return ""
        start += len(name) + 3
        end = self._head.find("\r\n", start)
        return self._head[start : end if end >= 0 else None].strip()


class HttpConnection:
    """Opened by the first request and kept; not thread-safe."""

    def __init__(self, host: str, tls: ssl.SSLContext | None = None) -> None:
        """The connection opens with the first request.

        Args:
            host: With its port, unless that is the default.
            tls: None for a plain connection.
        """
        name, colon, port = host.rpartition(":")
        if not colon or port.endswith("]"):
            name, port = host, str(_HTTPS if tls else _HTTP)
        self._name = name.strip("[]")
        self._port = int(port)
        self._tls = tls
        self._socket: socket.socket | None = None
        self._received = b""
        self._until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether there is a connection; the other side may have closed it."""
        return self._socket is not None

    def request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        *,
        timeout_seconds: float,
    ) -> Reply:
        """Send one request and read its reply to the end; after any error it is closed.

        Args:
            method: The verb, but not HEAD, whose replies have no body of their Content-Length.
            path: With the query.
            headers: All but Content-Length, with `host`.
            body: The body.
            timeout_seconds: For the whole request.

        Raises:
            OSError: The connection failed.
            BrokenReplyError: The reply ended early or is malformed.
        """
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"{method} {path} HTTP/1.1\r\n{lines}content-length: {len(body)}\r\n\r\n"
        try:
            self._until = time.monotonic() + timeout_seconds
            if self._socket is None:
                self._socket = self._connect()
            self._socket.settimeout(self._left_seconds())
            self._socket.sendall(head.encode("latin-1") + body)
            return self._read_reply()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._received = b""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connect(self) -> socket.socket:
        plain = socket.create_connection((self._name, self._port), self._left_seconds())
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls is None:
            return plain
        try:
            return self._tls.wrap_socket(plain, server_hostname=self._name)
        except BaseException:
            plain.close()
            raise

    def _read_reply(self) -> Reply:
        reply = self._read_head()
        while reply.status < 200:  # noqa: PLR2004 - an interim reply; the real one follows
            reply = self._read_head()
        reply.body = self._read_body(reply)
        if self._received or reply.is_last:
            self.close()
        return reply

    def _read_head(self) -> Reply:
        return Reply(self._read_until(b"\r\n\r\n").decode("latin-1"))

    def _read_body(self, reply: Reply) -> bytes:
        try:
            if encoding := reply.header("transfer-encoding"):
                return self._read_chunks(encoding)
            if length := reply.header("content-length"):
                return self._read_bytes(_count(length, 10))
        except ValueError:
            raise BrokenReplyError("The reply's length is not understood.") from None
        return self._read_rest()

    def _read_chunks(self, encoding: str) -> bytes:
        if encoding.lower() != "chunked":
            raise BrokenReplyError("The reply comes in an encoding that nobody asked for.")
        body = b""
        while size := _count(self._read_until(b"\r\n").decode("latin-1").split(";")[0], 16):
            body += self._read_bytes(size)
            self._read_until(b"\r\n")
        while self._read_until(b"\r\n"):
            pass
        return body

    def _read_rest(self) -> bytes:
        """Read a body until the connection ends; an empty one may have been cut."""
        body = self._received
        while piece := self._receive():
            body += piece
        self.close()
        if not body:
            raise BrokenReplyError("The reply ended before its body.")
        return body

    def _read_until(self, end: bytes) -> bytes:
        while end not in self._received:
            if len(self._received) > _HEAD_LIMIT_BYTES:
                raise BrokenReplyError("The reply's head has no end.")
            self._received += self._expect()
        read, _, self._received = self._received.partition(end)
        return read

    def _read_bytes(self, count: int) -> bytes:
        pieces = [self._received]
        missing = count - len(self._received)
        while missing > 0:
            pieces.append(self._expect())
            missing -= len(pieces[-1])
        read = b"".join(pieces)
        self._received = read[count:]
        return read[:count]

    def _expect(self) -> bytes:
        piece = self._receive()
        if not piece:
            raise BrokenReplyError("The reply ended early.")
        return piece

    def _receive(self) -> bytes:
        if self._socket is None:
            return b""
        self._socket.settimeout(self._left_seconds())
        return self._socket.recv(_PIECE_BYTES)

    def _left_seconds(self) -> float:
        left_seconds = self._until - time.monotonic()
        if left_seconds <= 0:
            raise TimeoutError
        return left_seconds


def _count(digits: str, base: int) -> int:
    """Raises ValueError; `int` would accept signs, underscores and spaces."""
    if not digits.isalnum():
        raise ValueError
    return int(digits, base)


def split_url(url: str) -> tuple[str, str, bool]:
    """Split a URL of the configuration; urllib.parse is slow to load.

    Returns:
        The host with its port if it has one, the path, and whether it is secure.
    """
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    return host, f"/{path}", scheme.lower() == "https"
