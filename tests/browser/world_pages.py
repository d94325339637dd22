"""The console's own modules before a stack in memory, whose clock a test sets: any week can be now.

The functions' code answers as it is deployed; its table, queues and clock are simulated.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, Page

from functions.alerts_api.schemas.document import build_document
from functions.console.answers import respond
from local.console import SOURCE, ConsoleSource, is_of_the_console
from tests.browser.conftest import SECONDS
from tests.browser.watch import Operations, Watch
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client, request_event

CHANGES: Final = "/api/v1/changes"
RESPONDER: Final = ("alerts", "incidents", "silences", "config:read")

type Sent = tuple[int, Mapping[str, str], bytes]


@dataclass
class WorldPages:
    """One address for each person; what one does, the others see."""

    world: World
    browser: Browser
    client: Client
    """Nobody's."""
    moved: int = 0
    """Counts what was changed: the cursor of the pages."""
    watches: list[Watch] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _open: ExitStack = field(default_factory=ExitStack)

    @property
    def admin(self) -> Client:
        return self.client.with_key("admin", user=None)

    def page(
        self,
        user: str | None,
        *scopes: str,
        width: int = 1440,
        height: int = 900,
        theme: str = "light",
        zone: str = "Europe/Paris",
    ) -> Page:
        """A page of this person, who may do what responders may unless scopes are given."""
        url = self._open.enter_context(self._served(user, scopes or RESPONDER))
        context = self.browser.new_context(
            base_url=url,
            viewport={"width": width, "height": height},
            has_touch=width < 720,
            color_scheme="dark" if theme == "dark" else "light",
            locale="en-GB",
            timezone_id=zone,
            reduced_motion="reduce",
        )
        self._open.callback(context.close)
        context.set_default_timeout(SECONDS * 1000)
        watch = Watch(url, Operations.of(build_document(self.client.api.routes)))
        if not self._knows_changes:
            watch.expect(CHANGES)
        watch.begin(context)
        self.watches.append(watch)
        return context.new_page()

    def close(self) -> None:
        """Close all pages, and fail for what a browser complained about."""
        self._open.close()
        left = [trouble for watch in self.watches for trouble in watch.left()]
        assert not left, "\n".join(left)

    @contextmanager
    def _served(self, user: str | None, scopes: tuple[str, ...]) -> Iterator[str]:
        handler = _handler(self, self.client.with_key(*scopes, user=user))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def answer(
        self, client: Client, method: str, address: str, headers: dict[str, str], body: bytes
    ) -> Sent:
        parts = urlsplit(address)
        path = unquote(parts.path)
        if is_of_the_console(path):
            found = respond(method, path, headers, ConsoleSource(SOURCE).find)
            return found.status, found.headers, found.body
        with self._lock:
            if path == CHANGES and not self._knows_changes:
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

    @property
    def _knows_changes(self) -> bool:
        return any(route.path == CHANGES for route in self.client.api.routes)

    def _changes(self, query: str) -> Sent:
        if query == f"since={self.moved}":
            return 204, {}, b""
        cursor = f'{{"data":{{"cursor":"{self.moved}"}}}}'
        return 200, {"content-type": "application/json"}, cursor.encode()


def _handler(pages: WorldPages, client: Client) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_any(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(length) if length else b""
            status, kept, wire = pages.answer(client, self.command, self.path, headers, body)
            self.send_response_only(status)
            # The page reads the stack's clock from this.
            self.send_header("date", format_datetime(pages.world.now, usegmt=True))
            for name, value in kept.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("content-length", str(len(wire)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(wire)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - as in the base class
            """Say nothing."""

    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.do_any)
    return Handler
