"""Incidents: what people work on together."""

import json
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import hostile
from tests.browser.access import axe, does_not_scroll_sideways
from tests.browser.conftest import DESK, PHONE, TABLET, PageOf, Size, Tocsin, Watches
from tests.browser.crew import Crew
from tests.stack.client import Client, Sender, eventually


@pytest.fixture
def crew(api: Client, rest: Sender, tocsin: Tocsin, page_of: PageOf) -> Crew:
    crew = Crew(api, rest, tocsin.url, page_of)
    crew.gather()
    return crew


@pytest.fixture
def incident_id(crew: Crew, api: Client) -> str:
    """Two alerts that fire; nobody works on it."""
    body = {"title": "Customers cannot pay", "alert_ids": [crew.opens(), crew.opens()]}
    return str(api.post("/api/v1/incidents", body).expect(201).data["id"])


def shown(page: Page, incident_id: str) -> Page:
    page.goto(f"/console/incidents/{incident_id}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Customers cannot pay")
    return page


def incident(api: Client, incident_id: str) -> dict[str, object]:
    data = api.get(f"/api/v1/incidents/{incident_id}").expect(200).data
    assert isinstance(data, dict)
    return data


def test_one_is_opened_with_people_and_listed(crew: Crew, api: Client) -> None:
    page = crew.page_as("ann")
    page.goto("/console/incidents")
    page.get_by_role("button", name="Open an incident").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("Checkout is slow")
    dialog.get_by_label("How bad").select_option("critical")
    dialog.get_by_label("ben").check()
    dialog.get_by_role("button", name="Open it").click()

    expect(page).to_have_url(re.compile("/console/incidents/."))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ben works on it")
    made = incident(api, page.url.rpartition("/")[2])
    assert (made["title"], made["severity"]) == ("Checkout is slow", "critical")
    page.get_by_role("navigation", name="You are here").get_by_role("link").click()
    row = page.locator(".listed li", has_text="Checkout is slow").first
    expect(row).to_contain_text("ben")
    expect(row).to_contain_text("opened by ann")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_people_are_asked_told_and_the_end_resolves_its_alerts(
    crew: Crew, api: Client, incident_id: str, size: Size
) -> None:
    page = shown(crew.page_as("ann", size=size), incident_id)
    expect(page.get_by_role("heading", level=1)).to_contain_text("nobody was asked")
    dialog = page.get_by_role("dialog")
    page.get_by_role("button", name="Update").click()
    dialog.get_by_label("It is").select_option("identified")
    dialog.get_by_role("textbox", name="What is known now").fill("One acquirer refuses.")
    dialog.get_by_role("button", name="Write it").click()
    expect(page.locator(".line blockquote")).to_have_text("One acquirer refuses.")
    expect(page.get_by_role("heading", level=1)).to_contain_text("identified")
    expect(dialog).to_have_count(0)

    page.get_by_role("button", name="Ask people").click()
    dialog.get_by_label("cleo").check()
    dialog.get_by_role("textbox", name="Note for them").fill("You know them.")
    dialog.get_by_role("button", name="Ask them").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cleo works on it")
    expect(dialog).to_have_count(0)

    page.get_by_role("button", name="Acknowledge these 2").click()
    expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)
    page.get_by_role("button", name="Resolve").click()
    dialog.get_by_label("Resolve its open alerts too").check()
    dialog.get_by_role("textbox", name="How it ended").fill("They rolled back.")
    dialog.get_by_role("button", name="Resolve").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Resolved by ann")
    expect(page.get_by_role("group", name="Actions")).to_have_count(0)
    ids = incident(api, incident_id)["alert_ids"]
    assert isinstance(ids, list)
    assert [api.alert(it)["status"] for it in ids] == ["resolved"] * 2


def test_alerts_are_found_and_attached(crew: Crew, api: Client, incident_id: str) -> None:
    other = crew.opens(summary="Refunds are slow, one of a kind")
    page = shown(crew.page_as("ann"), incident_id)
    page.get_by_role("button", name="Attach alerts").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Find open alerts").fill("one of a kind")
    dialog.get_by_role("checkbox").first.check()
    dialog.get_by_role("button", name="Attach 1").click()

    expect(page.locator(".listed li")).to_have_count(3)
    eventually(lambda: api.alert(other)["incident_id"], lambda it: it == incident_id)


def test_title_and_severity_are_changed(crew: Crew, api: Client, incident_id: str) -> None:
    page = shown(crew.page_as("ann"), incident_id)
    page.get_by_role("button", name="Change").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("Customers cannot pay by card")
    dialog.get_by_label("How bad").select_option("warning")
    dialog.get_by_role("button", name="Change it").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("by card")
    assert incident(api, incident_id)["severity"] == "warning"


def test_a_storm_leads_to_its_incident(crew: Crew, incident_id: str) -> None:
    storm = {
        "active": True,
        "since": "2026-03-01T08:00:00.000Z",
        "opened": 34,
        "severity": "critical",
        "groups": [{"name": "api", "opened": 20}, {"name": "db", "opened": 14}],
        "newest_at": "2026-03-01T08:05:00.000Z",
        "ends_at": "2026-03-01T08:15:00.000Z",
        "incident_id": incident_id,
    }

    def answer(route: Route) -> None:
        route.fulfill(content_type="application/json", body=json.dumps({"data": storm}))

    page = crew.page_as("ann")
    page.route(lambda url: urlsplit(url).path == "/api/v1/storm", answer)
    page.goto("/console/incidents")
    banner = page.get_by_role("region", name="Storm")
    expect(banner).to_contain_text(re.compile("A storm: 34\\salerts since"))
    expect(banner).to_contain_text("Of api 20 and db 14.")
    axe(page)
    banner.get_by_role("link", name="Show its incident").click()

    expect(page).to_have_url(re.compile(f"/console/incidents/{incident_id}$"))


def test_what_is_over_is_listed_apart(crew: Crew, api: Client, incident_id: str) -> None:
    api.post(f"/api/v1/incidents/{incident_id}/resolve", {}).expect(200)
    page = crew.page_as("ann")
    page.goto("/console/incidents?status=resolved")
    link = page.locator(f"a[href='/console/incidents/{incident_id}']")
    expect(link).to_be_visible()
    page.get_by_role("link", name="Open", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("open")
    expect(link).to_have_count(0)


def test_a_viewer_reads_and_is_told_why_there_is_no_button(crew: Crew, incident_id: str) -> None:
    page = shown(crew.page_as("cleo", "viewer"), incident_id)

    expect(page.get_by_text("To act on them you need the role responder")).to_have_count(1)
    for name in ("Update", "Resolve", "Ask people", "Attach alerts", "Acknowledge"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.goto("/console/incidents")
    expect(page.get_by_text("To act on them you need the role responder")).to_have_count(1)
    expect(page.get_by_role("button", name="Open an incident")).to_have_count(0)


def test_one_that_is_not_there_says_so(crew: Crew, watches: Watches) -> None:
    page = crew.page_as("ann")
    watches.of(page).expect("404 (Not Found)")
    watches.of(page).expect("There is no incident with this id")
    page.goto("/console/incidents/01KJM6B2V8ZK4C0M5N7P9R1T3W")

    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such incident")


@pytest.mark.parametrize("size", [PHONE, TABLET, DESK], ids=["phone", "tablet", "desk"])
def test_everybody_can_read_them(crew: Crew, api: Client, incident_id: str, size: Size) -> None:
    path = f"/api/v1/incidents/{incident_id}"
    api.post(f"{path}/updates", {"message": "One acquirer refuses."}).expect(201)
    page = shown(crew.page_as("ann", size=size), incident_id)
    axe(page)
    does_not_scroll_sideways(page)
    page.get_by_role("button", name="Ask people").click()
    expect(page.get_by_role("checkbox", name="ben")).to_be_visible()
    axe(page)
    page.goto("/console/incidents")
    expect(page.locator(".listed").first).to_be_visible()

    axe(page)
    does_not_scroll_sideways(page)


def test_texts_of_people_are_only_text(crew: Crew, api: Client) -> None:
    page = crew.page_as("ann")
    page.add_init_script(hostile.CATCHING)
    for bait in hostile.BAITS:
        body = {"title": bait, "alert_ids": [crew.opens(summary=bait, name=bait)]}
        made = api.post("/api/v1/incidents", body).expect(201).data["id"]
        update = {"message": f"{bait}\n{bait}"}
        api.post(f"/api/v1/incidents/{made}/updates", update).expect(201)
        page.goto(f"/console/incidents/{made}")
        expect(page.locator(".line blockquote").first).to_contain_text(hostile.kept(bait))
        found = page.evaluate(hostile.FOUND)
        assert found == [], f"{bait}: {found}"
        api.post(f"/api/v1/incidents/{made}/resolve", {}).expect(200)
    page.goto("/console/incidents?status=resolved")
    expect(page.locator(".listed li").first).to_be_visible()

    assert page.evaluate(hostile.FOUND) == []
