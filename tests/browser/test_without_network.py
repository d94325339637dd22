"""The console without a network: it opens, says so, and never shows an old list as a new one."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DESK, PHONE, PageOf, Size, Watches
from tests.stack.client import Client, Sender

NO_NETWORK = "ERR_INTERNET_DISCONNECTED"
SAYS_SO = re.compile(r"no answer|online|retrying", re.IGNORECASE)
SEVERAL_TRIES_MS = 12_000
"""The console tries every five seconds."""
KEPT_ADDRESSES = """async () => {
  const kept = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) kept.push(request.url);
  }
  return kept;
}"""


NEWEST = "/?sort=newest&group=none"
"""Other stories leave more alerts behind than a page draws."""


def installed(page: Page, alert: str) -> None:
    """Open the list, and wait until the service worker has the page."""
    page.goto(NEWEST)
    page.get_by_text(alert).first.wait_for()
    page.evaluate("() => navigator.serviceWorker.ready.then(() => undefined)")
    page.wait_for_function("() => caches.match('/').then(Boolean)")


def fired(rest: Sender, name: str) -> str:
    rest.send(name=name, severity="critical", object=name)
    return name


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_offline_and_back(page_of: PageOf, rest: Sender, watches: Watches, size: Size) -> None:
    alert = fired(rest, "Seen before the tunnel")
    page = page_of("responder", size)
    watches.of(page).expect(NO_NETWORK)
    installed(page, alert)

    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_text(SAYS_SO).first).to_be_visible()
    expect(page.get_by_text(alert)).to_have_count(0)
    expect(page.get_by_text("No open alerts")).to_have_count(0)

    meanwhile = fired(rest, "Fired in the tunnel")
    page.context.set_offline(False)
    page.get_by_text(meanwhile).first.wait_for()


def test_a_console_that_cannot_start_tries_once_at_a_time(
    page_of: PageOf, rest: Sender, watches: Watches
) -> None:
    alert = fired(rest, "Seen after a slow start")
    page = page_of("responder")
    watches.of(page).expect("ERR_FAILED")
    asked: list[Route] = []

    def hold_the_second(route: Route) -> None:
        asked.append(route)
        if len(asked) == 1:
            route.abort()

    page.route("**/api/v1/me", hold_the_second)
    page.goto(NEWEST)
    expect(page.get_by_text("The console cannot start")).to_be_visible()
    page.wait_for_timeout(SEVERAL_TRIES_MS)
    assert len(asked) == 2

    asked[1].continue_()
    page.get_by_text(alert).first.wait_for()
    expect(page.get_by_text("The console cannot start")).to_have_count(0)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_list_that_grows_old_says_so(
    page_of: PageOf, rest: Sender, watches: Watches, size: Size
) -> None:
    alert = fired(rest, "Seen while the network went")
    page = page_of("responder", size)
    watches.of(page).expect(NO_NETWORK)
    installed(page, alert)

    page.context.set_offline(True)
    retrying = page.get_by_text(re.compile("retrying")).filter(visible=True)
    expect(retrying.first).to_be_visible(timeout=60_000)
    expect(page.get_by_text(alert).first).to_be_visible()
    page.context.set_offline(False)
    expect(retrying).to_have_count(0, timeout=90_000)


def test_no_answer_about_an_alert_is_kept(page_of: PageOf, rest: Sender) -> None:
    page = page_of("responder")
    installed(page, fired(rest, "Kept nowhere"))
    kept = page.evaluate(KEPT_ADDRESSES)

    assert kept
    assert [url for url in kept if "/api/" in url or "/session" in url] == []


def test_the_page_can_be_installed(page_of: PageOf, api: Client, rest: Sender) -> None:
    page = page_of("responder", PHONE)
    installed(page, fired(rest, "Installed"))
    found = page.context.new_cdp_session(page).send("Page.getInstallabilityErrors")
    manifest = api.with_key(None).get("/manifest.webmanifest").expect(200).json

    assert found["installabilityErrors"] in (
        [],
        # A profile of a test is one without a trace.
        [{"errorId": "in-incognito", "errorArguments": []}],
    )
    for icon in manifest["icons"]:
        assert page.request.get(icon["src"]).status == 200
