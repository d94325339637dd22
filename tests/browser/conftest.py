"""The console in a real browser, on a local stack of its own.

`STACK_JSON=.local/stack.json` takes a stack that runs already, and serves the console of this
working tree before it: quick while pages are written, and no proof that the stack serves them.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from functions.console.join import join, write
from functions.console.site import read_site
from local.browser import browser, find_chromium
from local.console import ConsoleSource, console_server
from local.stack.prerequisites import LocalStackError
from local.stack.start import Options, Watchers, start
from tests.browser.watch import Operations, Watch
from tests.stack.client import Client, Sender

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SOURCE = ROOT / "functions" / "console" / "src"
RUNNING = os.environ.get("STACK_JSON", "")

SCOPES: Final = {
    "admin": ["admin"],
    "responder": ["alerts", "incidents", "silences", "config:read"],
    "viewer": ["alerts:read", "config:read"],
}
type Theme = Literal["light", "dark"]
SECONDS: Final = 45
"""How long a page may take to show what a test waits for, on a machine that is busy."""
expect.set_options(timeout=SECONDS * 1000)


@dataclass(frozen=True)
class Size:
    width: int
    height: int
    is_phone: bool = False


PHONE: Final = Size(360, 740, is_phone=True)
TABLET: Final = Size(768, 1024)
DESK: Final = Size(1440, 900)


@dataclass(frozen=True, kw_only=True)
class Tocsin:
    """The stack that the pages stand on."""

    url: str
    api_key: str
    integrations: Mapping[str, str]


class PageOf(Protocol):
    def __call__(self, role: str = ..., size: Size = ..., theme: Theme = ...) -> Page: ...


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("stack")
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"]))


@pytest.fixture(scope="session")
def tocsin(tmp_path_factory: pytest.TempPathFactory, aws_environment: None) -> Iterator[Tocsin]:  # noqa: ARG001 - no real AWS
    """A stack with example people, for all tests of this folder."""
    with ExitStack() as running:
        if RUNNING:
            said = json.loads(Path(RUNNING).read_text(encoding="utf-8"))
            site = tmp_path_factory.mktemp("console") / "site"
            write(join(SOURCE), site)
            server = console_server(port=0, stack=said["url"], find=read_site(site).get)
            server.start()
            running.callback(server.stop)
            urls = {name: it["url"] for name, it in said["integrations"].items()}
            yield Tocsin(url=server.url, api_key=said["api_key"], integrations=urls)
            return
        state = tmp_path_factory.mktemp("stack")
        watchers = Watchers(step=lambda step: sys.stderr.writelines([f"local stack: {step}\n"]))
        options = Options(state=state, fresh=True, has_people=True)
        stack = running.enter_context(start(options, watchers))
        urls = {name: it.url for name, it in stack.integrations.items()}
        yield Tocsin(url=stack.url, api_key=stack.api_key, integrations=urls)


@pytest.fixture(scope="session")
def api(tocsin: Tocsin) -> Client:
    """The API with the admin key."""
    return Client(tocsin.url, tocsin.api_key)


@pytest.fixture(scope="session")
def rest(tocsin: Tocsin, api: Client) -> Sender:
    """A sender in Harp's language."""
    return Sender(api, tocsin.integrations["example-rest"])


@pytest.fixture(scope="session")
def operations(api: Client) -> Operations:
    document: dict[str, Any] = api.get("/openapi.json").expect(200).json
    return Operations.of(document)


@pytest.fixture(scope="session")
def chromium(aws_environment: None) -> Iterator[Browser]:  # noqa: ARG001 - its environment
    """One browser for all tests; each test has a profile of its own in it."""
    try:
        find_chromium()
    except LocalStackError as error:
        pytest.fail(str(error), pytrace=False)
    with browser() as running:
        yield running


@pytest.fixture(scope="session")
def key_of(api: Client) -> Callable[[str], str]:
    """The secret of a key with the scopes of a role, made once."""
    made: dict[str, str] = {}

    def key(role: str) -> str:
        if role not in made:
            body = {"name": f"browser {role}", "scopes": SCOPES[role]}
            made[role] = api.post("/api/v1/keys", body).expect(201).data["key"]
        return made[role]

    return key


class Watches:
    """The watch of each page's context."""

    def __init__(self) -> None:
        self._kept: list[tuple[BrowserContext, Watch]] = []

    def add(self, context: BrowserContext, watch: Watch) -> None:
        self._kept.append((context, watch))
        watch.begin(context)

    def of(self, page: Page) -> Watch:
        return next(watch for context, watch in self._kept if context == page.context)

    def left(self) -> list[str]:
        return [trouble for _, watch in self._kept for trouble in watch.left()]


@pytest.fixture
def watches() -> Watches:
    """`watches.of(page).expect(text)` lets a complaint pass that a test brings about."""
    return Watches()


@pytest.fixture
def page_of(
    tocsin: Tocsin,
    chromium: Browser,
    operations: Operations,
    key_of: Callable[[str], str],
    watches: Watches,
) -> Iterator[PageOf]:
    """Opens a page for someone with a role: admin, responder, viewer, or nobody, who is signed out.

    Each page is a browser profile of its own. The test fails at its end if the browser complained:
    a violation of the policy, an error, a request to another origin, or one that is no operation of
    /openapi.json.
    """
    with ExitStack() as opened:

        def page(role: str = "admin", size: Size = DESK, theme: Theme = "light") -> Page:
            context = chromium.new_context(
                base_url=tocsin.url,
                viewport={"width": size.width, "height": size.height},
                has_touch=size.is_phone,
                color_scheme=theme,
                locale="en-GB",
                timezone_id="Europe/Berlin",
                reduced_motion="reduce",
            )
            opened.callback(context.close)
            context.set_default_timeout(SECONDS * 1000)
            watches.add(context, Watch(tocsin.url, operations))
            if role != "nobody":
                sign_in(context, tocsin.url, key_of(role))
            return context.new_page()

        yield page
        left = watches.left()
    assert not left, "\n".join(left)


_cookies: Final[dict[str, tuple[str, str]]] = {}
"""Name and value of the cookie of each key's session."""


def sign_in(context: BrowserContext, url: str, key: str) -> None:
    """Sign in with a key. The door lets few in at a time: browsers with one key share a session."""
    if key not in _cookies:
        _cookies[key] = session_of(context, url, key)
    name, value = _cookies[key]
    context.add_cookies(
        [{"name": name, "value": value, "url": url, "httpOnly": True, "sameSite": "Strict"}]
    )


def session_of(context: BrowserContext, url: str, key: str) -> tuple[str, str]:
    """Sign in with a key, to a session of this browser alone, which it may end."""
    answer = context.request.post(f"{url}/session", data={"api_key": key}, headers={"origin": url})
    assert answer.status == 204, f"{answer.status}: {answer.text()}"
    (cookie,) = context.cookies(url)
    return cookie["name"], cookie["value"]


@pytest.fixture
def source_url(tocsin: Tocsin) -> Iterator[str]:
    """The console as plain modules, before the same stack."""
    server = console_server(port=0, stack=tocsin.url, find=ConsoleSource(SOURCE).find)
    server.start()
    yield server.url
    server.stop()
