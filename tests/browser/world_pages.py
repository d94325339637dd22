"""The console's own modules before a stack in memory, whose clock a test sets: any week can be now."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from functions.console.answers import respond
from local.console import SOURCE, ConsoleSource, is_of_the_console
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client, request_event

CHANGES: Final = "/api/v1/changes"


class WorldPages:
    """One address for each person; what one does, the others see."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.anybody = Client.of(world)
        self.asked: list[tuple[str, str]] = []
        """Method and path of each request to the API."""
        self.moved = 0
        """Counts what was changed: the cursor of the pages."""
        self._lock = threading.Lock()
        self._source = ConsoleSource(SOURCE)

    @contextmanager
    def seen_by(self, *scopes: str, user: str | None) -> Iterator[str]:
        """The address at which this person looks at the console."""
        client = self.anybody.with_key(*scopes, user=user)
        server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(client))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def answer(
        self, client: Client, method: str, address: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(address)
        path = unquote(parts.path)
        if is_of_the_console(path):
            found = respond(method, path, headers, self._source.find)
            return found.status, dict(found.headers), found.body
        with self._lock:
            self.asked.append((method, parts.path))
            if path == CHANGES and not self._knows_changes(client):
                return self._changes(parts.query)
            event = request_event(
                method, parts.path, body=body or None, query=parts.query, headers={}
            )
            event["headers"] |= {"content-type": "application/json"} if body else {}
            event["headers"]["authorization"] = f"Bearer {client.secret}"
            reply = client.send_event(event)
            if method != "GET" and reply.status < 400:
                self.moved += 1
        kept = {"content-type": reply.headers.get("content-type", "application/json")}
        return reply.status, kept, reply.text.encode()

    @staticmethod
    def _knows_changes(client: Client) -> bool:
        return any(route.path == CHANGES for route in client.api.routes)

    def _changes(self, query: str) -> tuple[int, dict[str, str], bytes]:
        if query == f"since={self.moved}":
            return 204, {}, b""
        cursor = f'{{"data":{{"cursor":"{self.moved}"}}}}'
        return 200, {"content-type": "application/json"}, cursor.encode()

    def _handler(self, client: Client) -> type[BaseHTTPRequestHandler]:
        pages = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_any(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(length) if length else b""
                status, kept, wire = pages.answer(client, self.command, self.path, headers, body)
                self.send_response_only(status)
                # The page reads its clock from this.
                self.send_header("date", format_datetime(pages.world.now, usegmt=True))
                for name, value in kept.items():
                    self.send_header(name, value)
                if status != 204 or wire:
                    self.send_header("content-length", str(len(wire)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(wire)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_any  # noqa: N815 - as the base class calls them

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - as in the base class
                """Say nothing."""

        return Handler
