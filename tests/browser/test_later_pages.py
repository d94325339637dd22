"""Pages of the second script: loaded when one is opened, and what is said when it does not come."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DESK, PHONE, PageOf, Size, Watches
from tests.browser.test_without_network import NO_NETWORK, fired, installed
from tests.stack.client import Sender

MORE = re.compile(r"/assets/more-\w+\.js$")
LISTS = """async () => {
  const {pages} = await import("/assets/pages/index.js");
  const more = await import("/assets/pages/more.js");
  const seen = (list) => list.map(({path, bare}) => `${path} ${Boolean(bare)}`).sort();
  const own = seen(pages.filter(({title}) => title({params: {}}) === "Loading"));
  return [own, seen(more.pages), seen(pages).length];
}"""
NOT_LOADED = "This page was not loaded"


@pytest.fixture(autouse=True, scope="module")
def alert(rest: Sender) -> str:
    return fired(rest, "Here before the other pages")


def without_worker(page: Page) -> Page:
    """A service worker would have the second script already."""
    page.add_init_script("delete Navigator.prototype.serviceWorker")
    return page


def asks(page: Page) -> list[str]:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


def test_each_page_that_comes_later_is_known_before(
    page_of: PageOf, source_url: str, watches: Watches
) -> None:
    page = page_of("nobody")
    watches.of(page).expect("a request to another origin")
    page.goto(f"{source_url}/console/sign-in")
    before, later, count = page.evaluate(LISTS)

    assert before == later
    assert count > len(later) > 0


def test_the_second_script_comes_with_the_first_page_of_it(page_of: PageOf, alert: str) -> None:
    page = without_worker(page_of("responder"))
    asked = asks(page)
    page.goto("/")
    page.get_by_text(alert).first.wait_for()
    page.evaluate("window.here = true")

    assert not [url for url in asked if MORE.search(url)]
    for name, title in (("Activity", "Activity"), ("Set-up", "Set-up"), ("Incidents", "Incidents")):
        page.get_by_role("navigation", name="Pages").get_by_role("link", name=name).click()
        expect(page).to_have_title(re.compile(title))
        page.locator("h1").first.wait_for()
    assert len([url for url in asked if MORE.search(url)]) == 1
    assert len([url for url in asked if "/assets/app-" in url and url.endswith(".js")]) == 1
    assert page.evaluate("window.here")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_what_does_not_come_can_be_loaded_again(
    page_of: PageOf, alert: str, watches: Watches, size: Size
) -> None:
    page = without_worker(page_of("responder", size))
    watches.of(page).expect("Failed to load resource")
    watches.of(page).expect("The page was not loaded")

    def gone(route: Route) -> None:
        route.fulfill(status=404, content_type="application/json", body="{}")

    page.route(MORE, gone)
    page.goto("/")
    page.get_by_text(alert).first.wait_for()
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Incidents").click()
    expect(page.get_by_role("heading", name=NOT_LOADED)).to_be_visible()
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Alerts").click()
    expect(page.get_by_text(alert).first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name=NOT_LOADED)).to_be_visible()
    page.unroute(MORE)
    page.get_by_role("button", name="Load again").click()

    expect(page).to_have_title(re.compile("Incidents"))
    expect(page.get_by_role("heading", name=NOT_LOADED)).to_have_count(0)


def test_signing_in_says_too_that_it_was_not_loaded(page_of: PageOf, watches: Watches) -> None:
    page = without_worker(page_of("nobody"))
    watches.of(page).expect("ERR_FAILED")
    watches.of(page).expect("The page was not loaded")
    page.route(MORE, lambda route: route.abort())
    page.goto("/console/sign-in")

    expect(page.get_by_role("main").get_by_role("button", name="Load again")).to_be_visible()


def test_without_a_network_the_other_pages_open_too(
    page_of: PageOf, alert: str, watches: Watches
) -> None:
    page = page_of("responder", PHONE)
    watches.of(page).expect(NO_NETWORK)
    installed(page, alert)
    page.reload()  # the service worker serves it from here on
    page.get_by_text(alert).first.wait_for()
    page.context.set_offline(True)
    page.get_by_role("button", name="More").click()
    page.get_by_role("dialog").get_by_role("link", name="Activity").click()

    expect(page).to_have_title(re.compile("Activity"))
    expect(page.get_by_text(NOT_LOADED)).to_have_count(0)
    page.context.set_offline(False)
