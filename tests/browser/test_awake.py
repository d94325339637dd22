""" "I'm awake", said and seen in the console."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.access import axe, does_not_scroll_sideways, tab_to
from tests.browser.conftest import DESK, PHONE, PageOf, Size, Tocsin, Watches
from tests.browser.crew import Crew
from tests.stack.client import Client, Sender

IM_AWAKE = "I\N{RIGHT SINGLE QUOTATION MARK}m awake"
STILL_HERE = "I\N{RIGHT SINGLE QUOTATION MARK}m still here"


@pytest.fixture
def crew(api: Client, rest: Sender, tocsin: Tocsin, page_of: PageOf) -> Crew:
    crew = Crew(api, rest, tocsin.url, page_of)
    crew.gather()
    return crew


@pytest.fixture
def ann(crew: Crew) -> Iterator[Page]:
    """Ann's page; she sleeps before and afterwards."""
    page = crew.page_as("ann")
    asleep(page, crew.url)
    yield page
    asleep(page, crew.url)


def asleep(page: Page, url: str) -> None:
    answer = page.context.request.delete(f"{url}/api/v1/me/awake", headers={"origin": url})
    assert answer.status == 200, answer.text()


def banner(page: Page) -> Locator:
    return page.locator("section[aria-label=Awake]")


def say_it(page: Page) -> None:
    page.get_by_role("button", name=IM_AWAKE).locator("visible=true").first.click()


def awake(api: Client) -> dict[str, object]:
    people = api.get("/api/v1/awake").expect(200).data
    found = [it for it in people if it["user"] == "ann"]
    return found[0] if found else {}


def test_it_is_said_for_how_long_and_for_whose_alerts(ann: Page, api: Client) -> None:
    ann.goto("/console/incidents")
    say_it(ann)
    dialog = ann.get_by_role("dialog", name=IM_AWAKE)
    expect(dialog).to_contain_text("nobody else is called for what you know of")
    dialog.get_by_label("2 hours").check()
    dialog.get_by_label("All of the team").check()
    dialog.get_by_role("button", name=IM_AWAKE).click()

    expect(banner(ann)).to_contain_text("You are awake until")
    expect(banner(ann)).to_contain_text("Your pages come as one message every 5 minutes.")
    expect(banner(ann)).to_contain_text("next steps wait.")
    expect(banner(ann)).to_contain_text("Without a sign of you, that ends at")
    said = awake(api)
    assert said["scope"] == "team"
    until, since = (datetime.fromisoformat(str(said[it])) for it in ("until", "since"))
    assert until - since == timedelta(hours=2)


def test_an_alert_is_no_reason_to_ask_whether_a_sleeper_is_awake(
    ann: Page, crew: Crew, watches: Watches
) -> None:
    ann.goto("/console/incidents")
    with ann.expect_response("**/api/v1/me/awake"):
        pass
    before = len(watches.of(ann).requests)

    with ann.expect_response("**/api/v1/alerts?status=firing*"):
        crew.opens()
    with ann.expect_response("**/api/v1/changes*"):
        pass
    asked = [urlsplit(it.url).path for it in watches.of(ann).requests[before:]]
    assert "/api/v1/me/awake" not in asked


def test_it_is_changed_and_ended(ann: Page, api: Client) -> None:
    ann.goto("/console/incidents")
    say_it(ann)
    ann.get_by_role("dialog").get_by_role("button", name=IM_AWAKE).click()
    banner(ann).get_by_role("button", name="Change").click()
    ann.get_by_label("30 minutes").check()
    ann.get_by_role("button", name="Change it").click()
    expect(ann.get_by_role("dialog")).to_have_count(0)
    said = awake(api)
    until, seen = (datetime.fromisoformat(str(said[it])) for it in ("until", "seen_at"))
    assert until - seen <= timedelta(minutes=31)

    banner(ann).get_by_role("button", name="Going to sleep").click()
    expect(banner(ann)).to_have_count(0)
    expect(ann.get_by_text("Good night.")).to_be_visible()
    assert awake(api) == {}


def written(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def told(page: Page, **instead: object) -> None:
    """Let the stack say this of Ann, as it would after a while, until she says something."""
    said: list[str] = []

    def answer(route: Route) -> None:
        said.append(route.request.method)
        if {*said} != {"GET"}:
            route.fallback()
            return
        now = datetime.now(UTC)
        data = {
            "user": "ann",
            "awake": True,
            "scope": "mine",
            "since": written(now - timedelta(minutes=20)),
            "until": written(now + timedelta(minutes=40)),
            "ends_at": written(now + timedelta(minutes=3)),
            "seen_at": written(now - timedelta(minutes=12)),
            "ended_by": None,
        }
        body = {"data": data | instead}
        route.fulfill(content_type="application/json", body=json.dumps(body))

    page.route(lambda url: urlsplit(url).path == "/api/v1/me/awake", answer)


def test_who_does_nothing_for_a_while_is_asked_and_stays(ann: Page, api: Client) -> None:
    told(ann)
    ann.goto("/console/incidents")
    expect(banner(ann)).to_contain_text("Still there?")
    expect(banner(ann)).to_contain_text("the next steps go on and others are called")
    axe(ann)
    banner(ann).get_by_role("button", name=STILL_HERE).click()

    expect(banner(ann)).to_contain_text("You are awake until")
    assert awake(api)["awake"] is True


def test_that_it_ended_by_itself_is_said_until_it_is_dismissed(ann: Page) -> None:
    at = written(datetime.now(UTC) - timedelta(minutes=5))
    told(ann, awake=False, ends_at=at, ended_by="quiet")
    ann.goto("/console/incidents")
    expect(banner(ann)).to_contain_text("You count as asleep since")
    expect(banner(ann)).to_contain_text("Nothing was opened or done for 15 minutes.")
    banner(ann).get_by_role("button", name="Dismiss").click()

    expect(banner(ann)).to_have_count(0)


def test_it_is_said_by_the_keyboard_alone(ann: Page, api: Client) -> None:
    ann.goto("/console/incidents")
    expect(ann.get_by_role("heading", level=1)).to_be_visible()
    tab_to(ann, IM_AWAKE)
    ann.keyboard.press("Enter")
    expect(ann.get_by_role("dialog")).to_be_visible()
    ann.keyboard.press("Enter")

    expect(banner(ann)).to_contain_text("You are awake until")
    assert awake(api)["scope"] == "mine"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.usefixtures("ann")  # who sleeps afterwards
def test_everybody_can_read_it(crew: Crew, size: Size) -> None:
    page = crew.page_as("ann", size=size)
    asleep(page, crew.url)
    page.goto("/console/incidents")
    say_it(page)
    axe(page)
    page.get_by_role("dialog").get_by_role("button", name=IM_AWAKE).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(banner(page)).to_be_visible()

    axe(page)
    does_not_scroll_sideways(page)


@pytest.mark.parametrize(("user", "role"), [(None, "responder"), ("cleo", "viewer")])
def test_who_cannot_be_awake_sees_no_button(crew: Crew, user: str | None, role: str) -> None:
    page = crew.page_as(user, role)
    page.goto("/console/incidents")
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    expect(page.get_by_role("button", name=IM_AWAKE)).to_have_count(0)
