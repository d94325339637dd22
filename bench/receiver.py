"""Receives webhooks on this machine and records the time of the first one for each alert."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    def __init__(self) -> None:
        self.url = ""
        self.requests = 0
        self._told: dict[str, float] = {}
        self._news = threading.Condition()

    def note(self, body: bytes) -> None:
        at = time.time()
        alert_id = json.loads(body)["data"]["alert"]["id"]
        with self._news:
            self.requests += 1
            self._told.setdefault(alert_id, at)
            self._news.notify_all()

    def wait_for(self, count: int, *, seconds: float) -> dict[str, float]:
        """Wait for `count` alerts. Returns: seconds since 1970, by alert id."""
        with self._news:
            self._news.wait_for(lambda: len(self._told) >= count, seconds)
            return dict(self._told)


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            receiver.note(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(HTTPStatus.NO_CONTENT)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        receiver.url = f"http://127.0.0.1:{server.server_port}/"
        listening = threading.Thread(target=server.serve_forever, daemon=True)
        listening.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            listening.join()
