"""Who changed what: rows with what was before and after, filters in the address, a file of them."""

import csv
import io
import secrets

import pytest
from playwright.sync_api import Page, expect

from tests.browser.access import axe, does_not_scroll_sideways
from tests.browser.conftest import DESK, PHONE, PageOf, Size, Tocsin
from tests.stack.client import Client

HERE = "/console/activity"
NASTY = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def user(api: Client) -> str:
    """A user who was made, changed and removed again."""
    name = f"u{secrets.token_hex(4)}"
    path = f"/api/v1/users/{name}"
    api.put(path, {"email": "old@example.com"}).expect(201)
    api.patch(path, {"email": "new@example.com", "full_name": NASTY}).expect(200)
    api.delete(path).expect(200, 204)
    return name


def rows_of(page: Page, name: str) -> list[str]:
    rows = page.locator(".done > li").filter(has_text=name)
    expect(rows).to_have_count(3, timeout=30_000)
    return rows.all_inner_texts()


def test_a_change_is_told_with_what_was_before_and_after(page_of: PageOf, user: str) -> None:
    page = page_of("admin")
    page.goto(f"{HERE}?kind=user")

    deleted, changed, created = rows_of(page, user)

    assert f"deleted user {user}" in deleted
    assert f"changed user {user}" in changed
    assert f"created user {user}" in created
    row = page.locator(".done > li").filter(has_text=f"changed user {user}")
    email = row.locator("dl > div").filter(has=page.get_by_text("email", exact=True))
    expect(email.locator("del")).to_have_text("old@example.com")
    expect(email.locator("ins")).to_have_text("new@example.com")
    expect(row).to_contain_text(NASTY)


def test_filters_stand_in_the_address_and_survive_a_reload(page_of: PageOf, user: str) -> None:
    page = page_of("admin")
    page.goto(HERE)
    page.locator(".done > li").first.wait_for()

    page.get_by_label("What").select_option("user")
    page.get_by_label("From").fill("2020-01-01")
    page.get_by_label("Who").fill("nobody-did-this")
    page.get_by_label("Who").press("Enter")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    assert "by=nobody-did-this" in page.url
    assert "kind=user" in page.url
    page.reload()
    expect(page.get_by_label("Who")).to_have_value("nobody-did-this")
    page.get_by_role("link", name="Show everything").click()

    rows_of(page, user)
    expect(page.get_by_label("What")).to_have_value("")


def test_the_file_of_it_has_the_same_rows(page_of: PageOf, user: str, tocsin: Tocsin) -> None:
    page = page_of("admin")
    page.goto(f"{HERE}?kind=user")
    rows_of(page, user)
    href = page.get_by_role("link", name="Export CSV").get_attribute("href")
    assert href

    answer = page.request.get(tocsin.url + href)

    assert answer.headers["content-type"].startswith("text/csv")
    lines = [line for line in csv.DictReader(io.StringIO(answer.text())) if user in line.values()]
    assert {line["action"] for line in lines} == {"created", "changed", "deleted"}


@pytest.mark.usefixtures("user")
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_it_can_be_read_by_everybody(page_of: PageOf, size: Size) -> None:
    page = page_of("admin", size)
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.goto(HERE)
    page.locator(".done > li").first.wait_for()

    axe(page)
    does_not_scroll_sideways(page)
