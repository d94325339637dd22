"""Signing in by each door, and what happens when a session ends elsewhere."""

import json
import re
import secrets
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.access import axe, does_not_scroll_sideways, tab_to
from tests.browser.conftest import (
    DESK,
    PHONE,
    PageOf,
    Size,
    Tocsin,
    Watches,
    session_of,
)
from tests.stack.client import Client, eventually

HERE = "/console/sign-in"
SET_UP = "/console/set-up/users"
FORM = "application/x-www-form-urlencoded"
ACCEPTED = {"status": 202, "content_type": "application/json", "body": '{"data": {}}'}


def doors(page: Page, **said: object) -> None:
    """Show the page the doors of another stack."""
    data = {"team": "payments", "stage": "prod", "email": False, "slack": False, "oidc": None}
    body = json.dumps({"data": data | said})
    page.route(
        "**/session/doors", lambda it: it.fulfill(content_type="application/json", body=body)
    )


def signs_in(page: Page, key: str) -> None:
    page.get_by_text(re.compile("API key")).first.wait_for()
    if page.get_by_role("button", name="Paste an API key").count():
        page.get_by_role("button", name="Paste an API key").click()
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_one_paste_of_a_key_signs_in_and_leads_back_to_where_one_was(
    page_of: PageOf, tocsin: Tocsin, watches: Watches, size: Size
) -> None:
    page = page_of("nobody", size)
    watches.of(page).expect("401")
    page.goto(SET_UP)
    expect(page.get_by_role("heading", name="Sign in to Tocsin")).to_be_visible()

    signs_in(page, tocsin.api_key)

    expect(page).to_have_url(re.compile(f"{SET_UP}$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("user")
    kept = page.evaluate("() => JSON.stringify({...localStorage}) + document.cookie")
    assert tocsin.api_key not in kept
    cookies = page.context.cookies()
    assert [(it["httpOnly"], it["sameSite"]) for it in cookies] == [(True, "Strict")]


def test_a_wrong_key_is_refused_in_a_sentence(page_of: PageOf, watches: Watches) -> None:
    page = page_of("nobody")
    watches.of(page).expect("401")
    page.goto(HERE)

    page.get_by_role("main").wait_for()
    page.get_by_role("button").first.wait_for()
    signs_in(page, "tocsin_nobody-has-this")

    expect(page.get_by_role("alert").filter(has_text=re.compile(r"\w"))).to_be_visible()
    expect(page).to_have_url(re.compile(HERE))


def test_nobody_is_led_away_by_the_address(page_of: PageOf, tocsin: Tocsin) -> None:
    page = page_of("admin")
    # Another session each time would be more than the door lets in.
    page.route("**/session", lambda it: it.fulfill(status=204))
    for next_ in (
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/session/oidc",
        "/console/../session",
        "/console/sign-in/link",
    ):
        page.goto(f"{HERE}?next={quote(next_)}")
        page.get_by_role("button").first.wait_for()

        signs_in(page, tocsin.api_key)

        expect(page, next_).to_have_url(f"{tocsin.url}/")


def test_the_answer_to_an_address_is_the_same_whoever_asks(page_of: PageOf) -> None:
    said: list[str] = []
    for address in ("alice@example.com", "nobody-knows-this@example.com"):
        page = page_of("nobody")
        doors(page, email=True)
        page.route("**/session/link", lambda it: it.fulfill(**ACCEPTED))
        page.goto(HERE)
        page.get_by_label("Your e-mail").fill(address)
        page.get_by_role("button", name="Send me a link").click()
        page.get_by_role("heading", name="Look into your mail").wait_for()
        said.append(page.get_by_role("main").inner_text().replace(address, "…"))

    assert said[0] == said[1]


def test_a_link_signs_in_once_and_leaves_no_token_in_the_history(
    page_of: PageOf, watches: Watches
) -> None:
    page = page_of("nobody")
    watches.of(page).expect("401")
    watches.of(page).expect("410")
    sent: list[str] = []

    def confirm(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "{}")["token"])
        error = {"code": "link_over", "message": "This link was used.", "request_id": "1"}
        answer = json.dumps({"error": {**error, "details": []}})
        if len(sent) > 1:
            route.fulfill(status=410, content_type="application/json", body=answer)
        else:
            route.fulfill(status=204)

    page.route("**/session/link/confirm", confirm)
    page.goto(f"{HERE}/link#a-token.of-a-link")
    page.get_by_role("button", name="Sign in").wait_for()
    assert sent == []  # what looks at links beforehand does not use them up
    page.wait_for_url(lambda url: "a-token" not in url)

    page.get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(re.compile(f"{HERE}/link"))
    page.goto(f"{HERE}/link#a-token.of-a-link")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_have_text("This link was used.")
    expect(page.get_by_role("link", name="Ask for another link")).to_be_visible()
    assert sent == ["a-token.of-a-link"] * 2


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_who_asks_for_a_link_signs_in_by_the_one_in_the_mail(
    page_of: PageOf, api: Client, watches: Watches, size: Size
) -> None:
    name = f"mia-{secrets.token_hex(4)}"
    address = f"{name}@example.com"
    api.put(f"/api/v1/users/{name}", {"email": address}).expect(201)
    api.post(f"/api/v1/users/{name}/test", {"by": ["email"]}).expect(200)
    confirm = mailed(api, address, r"https?://[^/]+(/verify/[\w-]+)")
    api.with_key(None).post(confirm, b"", Content_Type=FORM).expect(200)
    page = page_of("nobody", size)
    for complaint in ("401", "410"):
        watches.of(page).expect(complaint)

    page.goto(SET_UP)
    page.get_by_label("Your e-mail").fill(address)
    page.get_by_role("button", name="Send me a link").click()
    page.get_by_role("heading", name="Look into your mail").wait_for()
    link = mailed(api, address, rf"https?://[^/]+({HERE}/link#[\w-]+)")
    opened = page.context.new_page()
    opened.goto(link)
    opened.get_by_role("button", name="Sign in").click()

    expect(opened).to_have_url(re.compile(f"{SET_UP}$"))
    me = opened.request.get("/api/v1/me").json()["data"]
    assert (me["user"], me["role"], me["session"]["door"]) == (name, "responder", "link")
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").filter(has_text=re.compile(r"\w"))).to_be_visible()


def mailed(api: Client, address: str, pattern: str) -> str:
    """What the first mail to an address says that matches, from the outbox of the stack."""

    def found() -> list[str]:
        kept = json.loads(api.get("/_outbox.json").expect(200).text)
        return [
            match[1]
            for it in kept
            if it["to"] == address and (match := re.search(pattern, it["text"]))
        ]

    return eventually(found, bool, seconds=60)[0]


def test_the_company_account_leads_to_its_door_with_the_way_back(page_of: PageOf) -> None:
    page = page_of("nobody")
    doors(page, oidc={"name": "Example"})
    page.goto(f"{HERE}?next={SET_UP}")

    link = page.get_by_role("link", name="Continue with Example")

    expect(link).to_have_attribute("href", "/session/oidc?next=%2Fconsole%2Fset-up%2Fusers")


def test_what_the_company_account_refused_is_said_in_a_sentence(page_of: PageOf) -> None:
    page = page_of("nobody")
    doors(page, oidc={"name": "Example"})

    for problem, says in (
        ("refused", "does not sign in here"),
        ("again", "took too long"),
        ("cancelled", "was cancelled"),
        ("unreachable", "does not answer"),
    ):
        page.goto(f"{HERE}?problem={problem}")
        expect(page.get_by_role("alert").first).to_contain_text(says)
    page.goto(f"{HERE}?problem=constructor")
    page.get_by_role("link", name="Continue with Example").wait_for()
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_session_that_is_ended_elsewhere_leads_to_the_door_and_back(
    page_of: PageOf, tocsin: Tocsin, watches: Watches, api: Client, size: Size
) -> None:
    here, there = page_of("nobody", size), page_of("nobody", size)
    for page in (here, there):
        watches.of(page).expect("401")
        page.goto(HERE)
        page.get_by_role("button").first.wait_for()
        signs_in(page, tocsin.api_key)
        page.wait_for_url(f"{tocsin.url}/")
    here.goto(SET_UP)
    here.get_by_role("heading", level=1).wait_for()

    # A function that starts on a busy machine may be over its time.
    answer = eventually(
        lambda: there.request.get(f"{tocsin.url}/api/v1/sessions"), lambda it: it.ok, seconds=60
    )
    sessions = answer.json()["data"]
    (mine,) = (it for it in sessions if it["is_this"])
    for session in sessions:  # an admin's: everybody's
        if session["key_id"] == mine["key_id"] and not session["is_this"]:
            api.delete(f"/api/v1/sessions/{session['id']}").expect(204)
    here.get_by_role("link", name="New user").click()
    here.reload()

    expect(here.get_by_role("heading", name="Sign in to Tocsin")).to_be_visible()
    signs_in(here, tocsin.api_key)
    expect(here).to_have_url(re.compile(r"/console/set-up/users\?new=1$"))


def test_ones_own_sessions_are_listed_and_ended(
    page_of: PageOf, tocsin: Tocsin, watches: Watches
) -> None:
    page = page_of("nobody")
    session_of(page.context, tocsin.url, tocsin.api_key)
    watches.of(page).expect("401")
    page.goto("/console/me")
    mine = page.get_by_role("listitem").filter(has_text="this one")
    expect(mine).to_contain_text("by an API key")

    mine.get_by_role("button", name="Sign out here").click()

    expect(page.get_by_role("heading", name="Sign in to Tocsin")).to_be_visible()
    answer = page.request.get(f"{tocsin.url}/api/v1/me")
    assert answer.status == 401


def test_how_the_console_looks_is_chosen_for_this_device(page_of: PageOf) -> None:
    page = page_of("admin")
    page.goto("/console/me")

    page.get_by_label("Theme", exact=True).select_option("dark")
    page.get_by_label("Rows").select_option("compact")
    page.get_by_label("Single keys act").uncheck()
    page.reload()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("data-density", "compact")
    expect(page.get_by_label("Single keys act")).not_to_be_checked()


def test_the_door_opens_by_the_keyboard_alone(
    page_of: PageOf, tocsin: Tocsin, watches: Watches
) -> None:
    page = page_of("nobody")
    watches.of(page).expect("401")
    doors(page, email=True)
    page.goto(HERE)
    page.get_by_role("button").first.wait_for()

    tab_to(page, "Paste an API key")
    page.keyboard.press("Enter")
    expect(page.get_by_label("API key")).to_be_focused()
    page.keyboard.type(tocsin.api_key)
    page.keyboard.press("Enter")

    page.wait_for_url(f"{tocsin.url}/")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_door_can_be_read_by_everybody(page_of: PageOf, size: Size) -> None:
    page = page_of("nobody", size)
    doors(page, email=True, slack=True, oidc={"name": "Example"})
    for path in (HERE, f"{HERE}/link", f"{HERE}/link#token"):
        page.goto(path)
        page.locator("h1").wait_for()
        page.wait_for_load_state("networkidle")
        axe(page)
        does_not_scroll_sideways(page)
    page = page_of("admin", size)
    page.goto("/console/me")
    page.locator("h1").wait_for()
    axe(page)
    does_not_scroll_sideways(page)


def test_a_key_of_nobody_has_no_phone_and_is_asked_for_none(page_of: PageOf) -> None:
    page = page_of("admin")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto("/console/me/phone")

    expect(page.get_by_text("This key belongs to no person")).to_be_visible()
    assert not [url for url in asked if "push-devices" in url]
