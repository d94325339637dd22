"""The console runs as plain modules and joined, and is the same one."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, SECONDS, PageOf, Watches, sign_in
from tests.browser.watch import Operations, Watch
from tests.stack.client import Sender

ADDRESSES = ["/", "/console/on-call", "/console/set-up", "/console/activity", "/console/nowhere"]
WHAT_CHANGES = re.compile(r"\d+|now|retrying|as of.*")


@pytest.fixture(scope="module")
def alert(rest: Sender) -> str:
    name = "Seen in both forms"
    rest.send(name=name, severity="warning", object="forms")
    return name


@pytest.fixture
def plain(
    chromium: Browser,
    source_url: str,
    operations: Operations,
    watches: Watches,
    key_of: Callable[[str], str],
) -> Iterator[Page]:
    """A page of the console as modules."""
    context = chromium.new_context(
        base_url=source_url,
        viewport={"width": DESK.width, "height": DESK.height},
        locale="en-GB",
        timezone_id="Europe/Berlin",
    )
    watches.add(context, Watch(source_url, operations))
    sign_in(context, source_url, key_of("responder"))
    yield context.new_page()
    context.close()


def test_the_modules_show_what_the_joined_files_show(
    page_of: PageOf, watches: Watches, plain: Page, alert: str
) -> None:
    joined = page_of("responder")
    for address in ADDRESSES:
        said = []
        for page in (joined, plain):
            page.goto(address)
            page.locator("h1").first.wait_for()
            # A heading may say what was loaded.
            expect(page.locator(".bones")).to_have_count(0, timeout=SECONDS * 1000)
            if address == "/":
                page.get_by_text(alert).first.wait_for()
            said.append(WHAT_CHANGES.sub("", page.locator("h1").first.inner_text()))
        assert said[0] == said[1], address

    assert not watches.of(joined).asked("GET", "/assets/core/view.js")
    assert watches.of(plain).asked("GET", "/assets/core/view.js")
