"""The console runs as plain modules and joined, and is the same one."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import PageOf, Tocsin, Watches, sign_in
from tests.browser.watch import Operations, Watch
from tests.stack.client import Sender

ADDRESSES = ["/", "/console/on-call", "/console/set-up", "/console/activity", "/console/nowhere"]
WHAT_CHANGES = re.compile(r"\d+|now|retrying|as of.*")


@pytest.fixture(scope="module")
def alert(rest: Sender) -> str:
    name = "Seen in both forms"
    rest.post({"name": name, "severity": "warning", "object": "forms"}).expect(200, 201, 202)
    return name


def test_the_modules_show_what_the_joined_files_show(
    page_of: PageOf,
    watches: Watches,
    chromium: Browser,
    source_url: str,
    tocsin: Tocsin,
    key_of: Callable[[str], str],
    operations: Operations,
    alert: str,
) -> None:
    joined = page_of("responder")
    context = chromium.new_context(base_url=source_url, locale="en-GB", timezone_id="Europe/Berlin")
    context.set_default_timeout(20_000)
    watches.add(context, Watch(source_url, operations))
    sign_in(context, Tocsin(url=source_url, api_key="", integrations={}), key_of("responder"))
    plain = context.new_page()
    plain.set_viewport_size({"width": 1440, "height": 900})

    for address in ADDRESSES:
        for page in (joined, plain):
            page.goto(address)
            page.locator("h1").first.wait_for()
        joined.get_by_text(alert).first.wait_for() if address == "/" else None
        plain.get_by_text(alert).first.wait_for() if address == "/" else None
        said = [
            (page.title(), WHAT_CHANGES.sub("", page.locator("h1").first.inner_text()))
            for page in (joined, plain)
        ]
        assert said[0][1] == said[1][1], address
    assert len(watches.of(joined).asked("GET", "/assets/core/view.js")) == 0
    assert len(watches.of(plain).asked("GET", "/assets/core/view.js")) > 0
    context.close()
    assert tocsin.url != source_url
