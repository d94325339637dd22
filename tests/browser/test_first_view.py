"""The first view: little is fetched, and what is fetched is kept."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.access import axe, does_not_scroll_sideways
from tests.browser.conftest import DESK, PHONE, PageOf, Size, Theme
from tests.stack.client import Client, Sender

KILOBYTE = 1_000
REQUESTS = 6
KILOBYTES = 100


class Traffic:
    """What a page fetches over the wire, as the browser's own tools count it."""

    def __init__(self, page: Page) -> None:
        self._urls: dict[str, str] = {}
        self.sizes: dict[str, float] = {}
        protocol = page.context.new_cdp_session(page)
        protocol.send("Network.enable")
        protocol.on("Network.requestWillBeSent", self._sent)
        protocol.on("Network.loadingFinished", self._finished)

    def _sent(self, event: Mapping[str, Any]) -> None:
        self._urls[event["requestId"]] = event["request"]["url"]

    def _finished(self, event: Mapping[str, Any]) -> None:
        self.sizes[event["requestId"]] = event["encodedDataLength"]

    @property
    def paths(self) -> list[str]:
        return [urlsplit(url).path for url in self._urls.values() if not url.startswith("data:")]

    @property
    def kilobytes(self) -> float:
        return sum(self.sizes.values()) / KILOBYTE


@pytest.fixture(autouse=True, scope="module")
def alert(rest: Sender) -> str:
    name = "Checkout answers slowly"
    rest.send(name=name, severity="critical", object="first-view")
    return name


def test_the_first_view_is_six_requests_and_a_hundred_kilobytes(
    page_of: PageOf, alert: str
) -> None:
    page = page_of("responder")
    traffic = Traffic(page)
    page.goto("/")
    page.get_by_text(alert).first.wait_for()
    page.wait_for_load_state("networkidle")

    # Other stories leave a storm behind, whose groups are asked for once the list is there.
    asked = [path for path in traffic.paths if path != "/api/v1/storm"]
    assert len(asked) <= REQUESTS, " ".join(asked)
    assert 1 < traffic.kilobytes <= KILOBYTES
    assert not [path for path in traffic.paths if path.startswith("/assets/more")]


def test_a_second_visit_fetches_no_file_again(page_of: PageOf, alert: str) -> None:
    page = page_of("responder")
    page.goto("/")
    page.get_by_text(alert).first.wait_for()
    traffic = Traffic(page)
    page.reload()
    page.get_by_text(alert).first.wait_for()

    kept = [traffic.sizes[it] for it, url in traffic._urls.items() if "/assets/" in url]
    assert sum(kept) < KILOBYTE


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_first_view_can_be_read_by_everybody(
    page_of: PageOf, alert: str, size: Size, theme: Theme
) -> None:
    page = page_of("responder", size, theme)
    page.goto("/")
    page.get_by_text(alert).first.wait_for()

    axe(page)
    does_not_scroll_sideways(page)


def test_each_file_says_that_it_is_unchanged(api: Client) -> None:
    page = api.with_key(None).get("/").expect(200)
    again = api.with_key(None).get("/", if_none_match=page.headers["etag"])

    assert (again.status, again.text) == (304, "")


def test_a_client_without_gzip_is_given_plain_text(api: Client) -> None:
    client = api.with_key(None)
    plain = client.get("/")
    packed = client.get("/", accept_encoding="gzip")

    assert plain.text.startswith("<!doctype html>")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == plain.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize("path", ["/alerts", "/config", "/docs", "/openapi.json", "/health"])
def test_the_console_hides_no_path_of_the_api(api: Client, path: str) -> None:
    answer = api.with_key(None).get(path)

    assert '<div id="app">' not in answer.text


def test_other_methods_on_pages_are_refused(api: Client) -> None:
    assert api.post("/").status in {404, 405}
    assert api.post("/console/alerts/1").status in {404, 405}
