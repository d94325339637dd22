"""A stable address in front of the embedded AWS: forwards each request to the HTTP API as it came.

What the API Gateway of AWS does around the functions and ministack does not is done here: its own
answers when a function fails, and its limit on a body.
"""

import http.client
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import quote, urlsplit

from local.ministack_gaps.gateway_answers import Answer, as_api_gateway, refusal
from local.stack.redaction import redact

BODY_LIMIT = 10 * 1024 * 1024
ANSWER_SECONDS = 35  # an HTTP API gives its functions 30
# Younger than the time after which either side closes an idle connection.
REUSE_SECONDS = 30
STOP_SECONDS = 5
# These concern one connection, so each side sets its own (RFC 9110, 7.6.1).
OF_THE_CONNECTION = {
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
SET_BY_US = {"date", "server"}
CREDENTIALS = ("Authorization", "X-API-Key")


@dataclass(frozen=True)
class RequestServed:
    """Args: path: With tokens redacted. failure: Why the answer is not the function's own."""

    at: float
    method: str
    path: str
    status: int
    milliseconds: int
    failure: str = ""


Watcher = Callable[[RequestServed], None]
OwnPages = Callable[[str, str, Mapping[str, str], bytes], Answer | None]
"""Takes method, path, headers and body; None: the path is the API's."""


class Gateway:
    """Serves from `start` to `stop`, a thread for each connection."""

    def __init__(
        self,
        *,
        port: int,
        target: str,
        watcher: Watcher,
        own_pages: OwnPages = lambda *_: None,
        added_headers: Mapping[str, str] | None = None,
    ) -> None:
        """Serve the API, and pages of the machine's own.

        Args:
            port: 0 for any free one.
            target: Address of the API in the embedded AWS; request paths are added to it.
            watcher: Told of each request to the API.
            own_pages: Answers what is no path of the API.
            added_headers: Sent along with a request that brings no credential of its own.
        """
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.target = target
        self._server.watcher = watcher
        self._server.own_pages = own_pages
        self._server.added_headers = added_headers or {}
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Take no more requests and see off those under way, for a few seconds at most."""
        self._server.is_stopping = True
        self._server.shutdown()
        self._thread.join()
        deadline = time.monotonic() + STOP_SECONDS
        while self._server.under_way and time.monotonic() < deadline:
            time.sleep(0.01)
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    target: str
    watcher: Watcher
    own_pages: OwnPages
    added_headers: Mapping[str, str]
    is_stopping = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.under_way: set[object] = set()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one packet: two would wait for each other's acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = -1
    _upstream: http.client.HTTPConnection | None = None
    _upstream_used_at = 0.0

    @property
    def _front(self) -> _Server:
        return cast("_Server", self.server)

    def handle_one_request(self) -> None:
        """Any method is forwarded, so there is no do_GET and its like."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline:
            self.close_connection = True
        elif self.parse_request():
            self._front.under_way.add(self)
            try:
                self._serve()
            finally:
                self._front.under_way.discard(self)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Called for a request that is no HTTP; the page that http.server makes says too much."""
        del message, explain
        self.close_connection = True
        self.request_version = self.protocol_version  # else HTTP/0.9 is assumed: no head at all
        self._send(refusal(HTTPStatus(code), HTTPStatus(code).phrase))

    def _serve(self) -> None:
        began = time.monotonic()
        at = time.time()
        # Not self.path, which has lost extra leading slashes.
        target = self.requestline.split(" ")[1]
        answer, is_own = self._answer(target)
        self._send(answer)
        if is_own:
            return
        self._front.watcher(
            RequestServed(
                at=at,
                method=self.command,
                path=redact(target),
                status=answer.status,
                milliseconds=round((time.monotonic() - began) * 1000),
                failure=answer.failure,
            )
        )

    def _answer(self, target: str) -> tuple[Answer, bool]:
        """The answer, and whether it is of a page of the machine's own."""
        if self._front.is_stopping:
            self.close_connection = True
            return refusal(HTTPStatus.SERVICE_UNAVAILABLE, "Service Unavailable"), False
        try:
            body = self._read_body()
            own = self._front.own_pages(self.command, target, dict(self.headers), body)
            if own is not None:
                return own, True
            return as_api_gateway(self._forward(target, body)), False
        except _BodyTooLargeError:
            self.close_connection = True
            text = "Request Entity Too Large"
            return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text), False
        except ValueError:
            self.close_connection = True
            self._forget_upstream()
            return refusal(HTTPStatus.BAD_REQUEST, "Bad Request"), False
        except _ClientGoneError:
            raise
        except (OSError, http.client.HTTPException) as error:
            self._forget_upstream()
            sentence = f"The embedded AWS gave no answer ({type(error).__name__})."
            return refusal(HTTPStatus.BAD_GATEWAY, sentence, failure=sentence), False

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return b"".join(self._chunks())
        length = int(self.headers.get("Content-Length") or 0)
        if length < 0:
            raise ValueError("negative length")
        if length > BODY_LIMIT:
            raise _BodyTooLargeError
        return self._read(length)

    def _read(self, length: int) -> bytes:
        body = self.rfile.read(length)
        if len(body) < length:
            raise _ClientGoneError
        return body

    def _chunks(self) -> Iterable[bytes]:
        total = 0
        while size := int(self.rfile.readline(100).split(b";")[0], 16):
            total += size
            if total > BODY_LIMIT:
                raise _BodyTooLargeError
            yield self._read(size)
            self.rfile.readline(3)
        while self.rfile.readline(65537).strip():
            pass

    def _forward(self, target: str, body: bytes) -> Answer:
        upstream = self._fresh_upstream()
        api = urlsplit(self._front.target)
        upstream.putrequest(
            self.command, api.path + _ascii(target), skip_host=True, skip_accept_encoding=True
        )
        for name, value in self.headers.items():
            if name.lower() not in OF_THE_CONNECTION:
                upstream.putheader(name, value)
        if not any(name in self.headers for name in CREDENTIALS):
            for name, value in self._front.added_headers.items():
                upstream.putheader(name, value)
        if "Host" not in self.headers:
            upstream.putheader("Host", api.netloc)
        if body or "Content-Length" in self.headers:
            upstream.putheader("Content-Length", str(len(body)))
        upstream.endheaders(body)
        response = upstream.getresponse()
        answer = Answer(response.status, response.getheaders(), response.read())
        self._upstream_used_at = time.monotonic()
        return answer

    def _fresh_upstream(self) -> http.client.HTTPConnection:
        """A request is sent once: a connection that may have been closed meanwhile is not used."""
        if time.monotonic() - self._upstream_used_at > REUSE_SECONDS:
            self._forget_upstream()
        if self._upstream is None:
            host = urlsplit(self._front.target).netloc
            self._upstream = http.client.HTTPConnection(host, timeout=ANSWER_SECONDS)
        return self._upstream

    def _forget_upstream(self) -> None:
        if self._upstream:
            self._upstream.close()
        self._upstream = None

    def _send(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            if name.lower() not in OF_THE_CONNECTION | SET_BY_US:
                self.send_header(name, value)
        self.send_header("Date", self.date_time_string())
        if answer.status >= HTTPStatus.OK and answer.status not in {204, 304}:
            self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def finish(self) -> None:
        self._forget_upstream()
        super().finish()


class _BodyTooLargeError(Exception):
    pass


class _ClientGoneError(ConnectionError):
    pass


def _ascii(target: str) -> str:
    """Escape what should have been escaped already, and nothing else."""
    return quote(target.encode("latin-1"), safe="".join(map(chr, range(0x21, 0x7F))))
