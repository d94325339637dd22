"""Push in a real browser: what its worker shows, what its buttons do, and the page with the tick.

No push service is reached from here: the browser is told by its debugger what one would have
delivered, decrypted. The stack's answers are those of a script, so that a link can fail.
"""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Worker, expect

from functions.console.join import AT_THE_ROOT, Site, join
from tests.browser.access import axe
from tests.browser.conftest import PHONE, SECONDS, SOURCE
from tests.push_browser import SERVER_PUBLIC

DEVICES = "/api/v1/me/push-devices"
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
PAGED: Mapping[str, Any] = {
    "event": "alert.paged",
    "tag": "01KJM5ZZ00DRQ5V1N9YH3KW2TB",
    "severity": "critical",
    "title": "CRITICAL: Disk full on db-1",
    "body": "Nobody has it.",
    "url": "/console/alerts/01KJM5ZZ00DRQ5V1N9YH3KW2TB",
    "acknowledge": "/act/token-of-acknowledge",
    "snooze": "/act/token-of-snooze",
}
DEVICE: Mapping[str, Any] = {
    "id": "d5c2f1e0a9b8c7d6e",
    "name": "Chrome on Android",
    "push_service": "fcm.googleapis.com",
    "created_at": "2026-03-01T09:00:00.000Z",
    "last_ok_at": None,
    "last_seen_at": None,
    "gone_at": None,
}
CLOSE_ALL = """
() => self.registration.getNotifications().then((all) => all.forEach((it) => it.close()))
"""
CLICK = """async ([tag, action]) => {
  const [notification] = await registration.getNotifications({tag});
  const event = new NotificationEvent("notificationclick", {notification, action});
  const waits = [];
  Object.defineProperty(event, "waitUntil", {value: (promise) => waits.push(promise)});
  dispatchEvent(event);
  await Promise.all(waits).catch((error) => error.message);
}"""
SHOWN = """async () => (await registration.getNotifications()).map(
  ({title, body, tag, actions, requireInteraction}) =>
    ({title, body, tag, actions: actions.map((it) => it.action), requireInteraction}))"""


@dataclass
class Stack:
    """Serves the console as it is deployed, and answers as a script says."""

    site: Site
    devices: list[dict[str, Any]] = field(default_factory=list)
    of_links: tuple[int, str] = (200, "Acknowledged by Alice.")
    """How a link answers."""
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    url: str = ""

    def answer(self, method: str, path: str, body: str) -> tuple[int, str, bytes]:
        self.asked.append((method, path, body))
        if path in self.site.files or path.startswith("/console"):
            kind, content = self.site.files[
                path if path in AT_THE_ROOT or path in self.site.files else "/"
            ]
            return 200, TYPES.get(kind, "application/octet-stream"), content
        if path.startswith("/act/"):
            status, sentence = self.of_links
            return status, "text/plain", f"{sentence}\n".encode()
        if path.endswith("/changes"):
            return 204, "application/json", b""
        data = self._data(method, path)
        return 200, "application/json", json.dumps({"data": data, "has_more": False}).encode()

    def _data(self, method: str, path: str) -> object:
        seen = dict(DEVICE) | {"last_seen_at": "2026-03-01T09:00:00.000Z"}
        if path.endswith("/seen"):
            self.devices = [seen]
        elif (method, path) == ("POST", DEVICES):
            self.devices = [dict(DEVICE)]
        return {
            "/api/v1/me": {"user": "alice", "scopes": ["alerts"], "key_id": "1", "name": "alice"},
            "/api/v1/push-key": {"key": SERVER_PUBLIC},
            DEVICES: self.devices if method == "GET" else DEVICE,
            f"{DEVICES}/{DEVICE['id']}/test": {"id": DEVICE["id"], "state": "sent"},
            f"{DEVICES}/{DEVICE['id']}/seen": seen,
        }.get(path, [])


@pytest.fixture
def stack() -> Iterator[Stack]:
    stack = Stack(join(SOURCE))

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            status, kind, content = stack.answer(self.command, urlsplit(self.path).path, body)
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            if status == 303:
                self.send_header("location", self.path)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _do  # noqa: N815 - as http.server calls them

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stack.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield stack
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Phone:
    """A browser in which the console is open, and its worker."""

    stack: Stack
    context: BrowserContext
    page: Page
    worker: Worker
    registration: str
    received: str = ""

    def receive(self, data: str | Mapping[str, Any]) -> None:
        """Deliver what a push service would have."""
        session = self.context.new_cdp_session(self.page)
        session.send("ServiceWorker.enable")
        text = data if isinstance(data, str) else json.dumps(data)
        session.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": self.stack.url, "registrationId": self.registration, "data": text},
        )
        session.detach()
        self.received = text

    def shown(self, title: str) -> dict[str, Any]:
        """The notification with this title, as soon as it is there."""
        found: list[dict[str, Any]] = []
        for turn in range(1, SECONDS * 10):
            if turn % 100 == 0 and not found:
                self.receive(self.received)  # the debugger's deliveries are lost now and then
            found = self.worker.evaluate(SHOWN)
            for each in found:
                if each["title"] == title:
                    return each
            self.page.wait_for_timeout(100)
        pytest.fail(f"{title} was not shown, but {found}")

    def close_all(self) -> None:
        """So that the next one with the same title is a new one."""
        self.worker.evaluate(CLOSE_ALL)

    def press(self, action: str, tag: str = str(PAGED["tag"])) -> None:
        self.worker.evaluate(CLICK, [tag, action])


@pytest.fixture
def phone(stack: Stack, chromium: Browser) -> Iterator[Phone]:
    context = chromium.new_context(
        base_url=stack.url,
        viewport={"width": PHONE.width, "height": PHONE.height},
        permissions=["notifications"],
    )
    page = context.new_page()
    session = context.new_cdp_session(page)
    found: list[str] = []

    def note(event: dict[str, Any]) -> None:
        found.extend(it["registrationId"] for it in event["registrations"])

    session.on("ServiceWorker.workerRegistrationUpdated", note)
    session.send("ServiceWorker.enable")
    page.goto("/console/me/phone")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => undefined)")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    for _ in range(SECONDS * 10):
        if found and context.service_workers:
            break
        page.wait_for_timeout(100)
    yield Phone(stack, context, page, context.service_workers[0], found[0])
    context.close()


def test_a_page_is_shown_with_its_buttons_and_stays_until_it_is_answered(phone: Phone) -> None:
    phone.receive(PAGED)

    assert phone.shown("CRITICAL: Disk full on db-1") == {
        "title": "CRITICAL: Disk full on db-1",
        "body": "Nobody has it.",
        "tag": PAGED["tag"],
        "actions": ["acknowledge", "snooze"],
        "requireInteraction": True,
    }


def test_whatever_comes_is_shown(phone: Phone) -> None:
    for data in ("", "no JSON", "null", "[]", '{"title": null}', '"text"'):
        phone.receive(data)

        assert phone.shown("Something happened")["body"] == "Open the console to see what.", data
        phone.close_all()


def test_what_is_newer_about_an_alert_takes_the_place_of_what_was_shown(phone: Phone) -> None:
    phone.receive(PAGED)
    phone.shown(PAGED["title"])
    over = {"event": "alert.resolved", "tag": PAGED["tag"], "title": "RESOLVED: Disk full on db-1"}

    phone.receive(over)

    shown = phone.shown("RESOLVED: Disk full on db-1")
    assert (shown["actions"], shown["requireInteraction"]) == ([], False)
    assert len(phone.worker.evaluate(SHOWN)) == 1


@pytest.mark.parametrize(
    ("action", "done"), [("acknowledge", "Acknowledged"), ("snooze", "Snoozed for 1 h")]
)
def test_a_button_acts_by_its_link_and_says_so(phone: Phone, action: str, done: str) -> None:
    phone.receive(PAGED)
    phone.shown(PAGED["title"])

    phone.press(action)

    assert ("POST", PAGED[action], f"action={action}") in phone.stack.asked
    assert phone.shown(done)["body"] == PAGED["title"]


def test_a_button_that_did_nothing_never_looks_as_if_it_had(phone: Phone) -> None:
    for status in (303, 403, 404, 410, 500, 503):
        phone.stack.of_links = status, "<h1>This link leads nowhere</h1>"
        phone.receive(PAGED)
        phone.shown(PAGED["title"])

        phone.press("acknowledge")

        shown = phone.shown("Not acknowledged")
        assert shown["body"].endswith("The stack did not take it. Tap to open the alert."), status
        assert shown["requireInteraction"], status
        phone.close_all()


def test_a_button_that_the_state_refuses_says_who_has_it(phone: Phone) -> None:
    phone.stack.of_links = 409, "Bob has it."
    phone.receive(PAGED)
    phone.shown(PAGED["title"])

    phone.press("acknowledge")

    assert phone.shown("Not acknowledged")["body"].endswith("Bob has it. Tap to open the alert.")
    phone.close_all()


def test_a_button_asks_nothing_but_a_link_of_the_stack(phone: Phone) -> None:
    for link in ("https://example.com/act/1", "//example.com/act/1", "/api/v1/x"):
        phone.receive(dict(PAGED) | {"acknowledge": link})
        phone.shown(PAGED["title"])
        before = len(phone.stack.asked)

        phone.press("acknowledge")

        phone.shown("Not acknowledged")
        assert [it for it in phone.stack.asked[before:] if it[0] == "POST"] == [], link
        phone.close_all()


def test_a_test_asks_on_the_page_whether_it_arrived_and_a_tick_answers(phone: Phone) -> None:
    phone.stack.devices = [dict(DEVICE)]
    page = phone.page
    page.reload()
    page.get_by_role("button", name="Send a test to Chrome on Android").click()
    expect(page.get_by_text("Did the test arrive on Chrome on Android?")).to_be_visible()

    axe(page)
    page.get_by_role("button", name="Yes, I saw it").click()

    expect(page.get_by_text(re.compile("^Seen to ring"))).to_be_visible()
    assert ("POST", f"{DEVICES}/{DEVICE['id']}/seen", "") in phone.stack.asked


def test_the_page_says_what_push_cannot_do(phone: Phone) -> None:
    page = phone.page

    expect(page.get_by_text("It does not wake a silent phone.")).to_be_visible()
    expect(page.get_by_text("On an iPhone or iPad it needs the installed app:")).to_be_visible()
    expect(page.get_by_role("button", name="Allow push on this device")).to_be_visible()


def test_the_page_fits_a_phone(phone: Phone) -> None:
    phone.stack.devices = [
        dict(DEVICE),
        dict(DEVICE) | {"id": "d2", "gone_at": "2026-02-01T09:00:00.000Z"},
    ]
    phone.page.reload()
    expect(phone.page.get_by_text("gone", exact=True)).to_be_visible()

    width = phone.page.evaluate("() => document.documentElement.scrollWidth")

    assert width <= PHONE.width
