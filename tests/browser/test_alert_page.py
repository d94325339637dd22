"""One alert: what is going on, whom it calls, what was told, and what can be done about it."""

import json
import re
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import hostile
from tests.browser.access import axe, does_not_scroll_sideways, focused, tab_to
from tests.browser.conftest import DESK, PHONE, TABLET, PageOf, Size, Tocsin, Watches
from tests.browser.crew import STORY, Crew
from tests.stack.client import Client, Sender, eventually

TOUCHED = 44
"""Pixels that a thumb needs."""


@pytest.fixture
def crew(api: Client, rest: Sender, tocsin: Tocsin, page_of: PageOf) -> Crew:
    crew = Crew(api, rest, tocsin.url, page_of)
    crew.gather()
    return crew


@pytest.fixture
def alert_id(crew: Crew) -> str:
    """Ann was paged for it, and Ben is next."""
    alert_id = crew.opens(reason="Limit 5 % over 5 min.\nUpstream: acquirer-2")
    eventually(
        lambda: crew.api.alert(alert_id)["next_action"]["targets"], lambda it: it == ["user:ben"]
    )
    return alert_id


def shown(page: Page, alert_id: str) -> Page:
    page.goto(f"/console/alerts/{alert_id}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


def status(api: Client, alert_id: str) -> tuple[str, str | None]:
    alert = api.alert(alert_id)
    return alert["status"], alert["acknowledged_by"]


def test_it_says_what_happens_next_who_is_called_and_who_after_them(
    crew: Crew, alert_id: str
) -> None:
    page = shown(crew.page_as("ann"), alert_id)
    coming = page.get_by_role("region", name="What happens next")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Critical, firing for")
    expect(page.get_by_role("heading", level=1)).to_contain_text("nobody has it yet")
    expect(coming).to_contain_text(re.compile(r"Ben is called \S.* unless someone"))
    expect(coming).to_contain_text(re.compile(r"After that Cleo (\w{3}\s)?\d\d:\d\d"))
    expect(coming).to_contain_text("Once you acknowledge, you have it and Ben is not called.")
    expect(coming.get_by_role("timer")).to_have_text(re.compile(r"^\d:\d\d$"))
    expect(coming.get_by_role("link", name=STORY)).to_have_attribute(
        "href", f"/console/set-up/escalation-policies/{STORY}"
    )
    expect(page.locator(".line .to-come")).to_have_count(3)
    assert "Critical, firing" in page.title()


def test_its_timeline_and_ledger_say_who_was_told_and_why(crew: Crew, alert_id: str) -> None:
    page = shown(crew.page_as("ben"), alert_id)

    expect(page.locator(".line")).to_contain_text("Ann was told by e-mail")
    expect(page.locator(".line")).to_contain_text("It began")
    row = page.get_by_role("row", name="Ann")
    expect(row).to_contain_text("E-mail")
    expect(row).to_contain_text("Sent")
    expect(row).to_contain_text("first page")


def test_labels_lead_to_the_list_and_links_to_where_they_say(crew: Crew, alert_id: str) -> None:
    page = shown(crew.page_as("ann"), alert_id)

    expect(page.locator("a.chip", has_text="checkout-api")).to_have_attribute(
        "href", "/?label.service=checkout-api"
    )
    links = page.get_by_role("navigation", name="Links of this alert")
    runbook = links.get_by_role("link", name="Runbook")
    expect(runbook).to_have_attribute("href", "https://runbooks.example.com/pay")
    expect(runbook).to_have_attribute("rel", re.compile("noopener.*noreferrer"))
    expect(links.get_by_role("link", name="Mail")).to_have_attribute(
        "href", "mailto:pay@example.com"
    )


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_it_is_acknowledged_with_one_press(
    crew: Crew, api: Client, alert_id: str, size: Size
) -> None:
    page = shown(crew.page_as("ann", size=size), alert_id)
    button = page.get_by_role("button", name="Acknowledge")
    box = button.bounding_box()
    assert box is not None
    if size.is_phone:
        assert box["height"] >= TOUCHED
        assert box["y"] + box["height"] > 0.85 * size.height  # under the thumb
        last = page.get_by_role("button", name="More actions").bounding_box()
        assert last is not None
        assert last["x"] + last["width"] <= size.width
    button.click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("you have it")
    expect(button).to_have_count(0)
    assert status(api, alert_id) == ("acknowledged", "ann")


def test_each_key_does_what_its_button_says(crew: Crew, api: Client, alert_id: str) -> None:
    page = shown(crew.page_as("ann"), alert_id)
    page.keyboard.press("n")
    page.get_by_role("textbox", name="Note").fill("Deploy 4182 went out.\nLooking.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".line blockquote")).to_have_text("Deploy 4182 went out.\nLooking.")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.keyboard.press("a")
    expect(page.get_by_role("heading", level=1)).to_contain_text("you have it")
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog", name="Resolve")
    expect(dialog).to_contain_text("Is it over for everybody?")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert status(api, alert_id)[0] == "acknowledged"

    page.keyboard.press("r")
    dialog.get_by_role("textbox", name="Note").fill("Rolled back.")
    dialog.get_by_role("button", name="Resolve").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Resolved by ann")
    assert status(api, alert_id)[0] == "resolved"
    expect(page.get_by_role("button", name="Resolve")).to_have_count(0)


def test_it_is_snoozed_and_woken(crew: Crew, api: Client, alert_id: str) -> None:
    page = shown(crew.page_as("ann", size=PHONE), alert_id)
    page.get_by_role("button", name="Snooze").click()
    page.get_by_role("button", name="1 hour").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("snoozed")
    coming = page.get_by_role("region", name="What happens next")
    expect(coming).to_contain_text("It is quiet until")
    assert api.alert(alert_id)["snoozed_by"] == "ann"

    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="End the snooze").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Then the snooze is over, and you are called at once.")
    dialog.get_by_role("button", name="End the snooze").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("firing")
    assert api.alert(alert_id)["snoozed_until"] is None


def choose(page: Page, name: str) -> None:
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name=re.compile(f"^{name}")).click()


def test_others_are_asked_assigned_and_called_before_their_time(
    crew: Crew, api: Client, alert_id: str
) -> None:
    page = shown(crew.page_as("ann"), alert_id)
    choose(page, "Begin the next step now")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Ben is called at once.")
    dialog.get_by_role("textbox", name="Note").fill("Two of us, please.")
    dialog.get_by_role("button", name="Begin it").click()
    expect(page.locator(".line")).to_contain_text("You began step 2")

    expect(dialog).to_have_count(0)

    page.keyboard.press("p")
    ask = dialog.get_by_role("button", name="Ask them")
    expect(ask).to_be_disabled()
    dialog.get_by_label("cleo").check()
    ask.click()
    expect(page.locator(".line")).to_contain_text("You asked Cleo")
    expect(dialog).to_have_count(0)

    choose(page, "Assign")
    dialog.get_by_label("To", exact=True).select_option("ben")
    dialog.get_by_role("button", name="Assign to ben").click()
    expect(page.locator(".head")).to_contain_text("Assigned to ben")
    assert api.alert(alert_id)["assigned_to"] == "ben"


def test_it_is_given_back_and_says_who_is_called_then(
    crew: Crew, api: Client, alert_id: str
) -> None:
    page = shown(crew.page_as("ann"), alert_id)
    page.keyboard.press("a")
    expect(page.get_by_role("heading", level=1)).to_contain_text("you have it")
    choose(page, "Give it back")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Then nobody has it: Ben is called at once.")
    dialog.get_by_role("button", name="Give it back").click()

    expect(page.locator(".line")).to_contain_text("You gave it back")
    assert status(api, alert_id) == ("firing", None)


def test_an_incident_is_opened_from_it(crew: Crew, alert_id: str) -> None:
    page = shown(crew.page_as("ann"), alert_id)
    choose(page, "Open an incident")
    page.get_by_label("Title").fill("Customers cannot pay")
    page.get_by_role("button", name="Open it").click()

    expect(page).to_have_url(re.compile("/console/incidents/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Customers cannot pay")
    shown(page, alert_id)
    expect(page.get_by_role("link", name="Part of an incident")).to_be_visible()


def test_what_was_sent_is_shown_and_the_timeline_copied(crew: Crew, alert_id: str) -> None:
    page = crew.page_as("ann")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown(page, alert_id)
    page.get_by_text("Show what was sent").click()
    expect(page.locator(".raw pre").first).to_contain_text('"dedup_key"')

    page.get_by_role("button", name="Copy as Markdown").click()
    expect(page.get_by_text("The timeline is copied as Markdown")).to_be_visible()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied.startswith("# Error rate")
    assert "Times are in Europe/Berlin." in copied


@pytest.mark.parametrize(
    ("part", "lacks"), [("notifications", "Who was told"), ("timeline", "Timeline")]
)
def test_it_is_acknowledged_though_a_part_of_its_page_does_not_come(
    crew: Crew, api: Client, alert_id: str, watches: Watches, part: str, lacks: str
) -> None:
    page = crew.page_as("ann")
    watches.of(page).expect("Failed to load resource")
    broken = {"error": {"code": "internal", "message": "Storage is gone."}}
    page.route(f"**/{part}?*", lambda route: route.fulfill(status=500, json=broken))
    shown(page, alert_id)
    panel = page.locator(".panel").filter(has=page.get_by_role("heading", name=lacks))
    expect(panel).to_contain_text("It cannot be shown now. Storage is gone.")

    page.get_by_role("button", name="Acknowledge").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("you have it")
    assert status(api, alert_id)[0] == "acknowledged"


def test_enter_confirms_where_a_note_may_be_left_out(
    crew: Crew, api: Client, alert_id: str
) -> None:
    page = shown(crew.page_as("ann"), alert_id)
    page.keyboard.press("n")
    page.keyboard.type("One")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("r")
    page.keyboard.type("Disk replaced")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Resolved by")
    assert api.entries(alert_id, "note")[0]["note"] == "One\ntwo"
    assert api.entries(alert_id, "resolved")[0]["note"] == "Disk replaced"


def test_values_are_a_line_and_a_table(crew: Crew) -> None:
    key = f"measured {uuid4()}"
    opened = [
        crew.opens(dedup_key=key, current_value=value, threshold=5) for value in (1.5, 2.5, 12.5)
    ]
    alert_id = opened[-1]
    page = crew.page_as("ann")
    eventually(lambda: crew.api.alert(alert_id)["history"], lambda it: len(it) == 3)
    shown(page, alert_id)

    expect(page.get_by_role("img", name="3 values from 1.5 to 12.5")).to_be_visible()
    page.get_by_text("Show the last 3 values").click()
    expect(page.locator(".values td")).to_have_text(["12.5", "2.5", "1.5"])


def test_what_others_do_is_seen_and_an_open_menu_stays(
    crew: Crew, api: Client, alert_id: str
) -> None:
    page = shown(crew.page_as("ann"), alert_id)
    page.get_by_role("button", name="More actions").click()
    note = page.get_by_role("button", name=re.compile("^Assign"))
    expect(note).to_be_visible()
    api.post(f"/api/v1/alerts/{alert_id}/notes", {"note": "Seen from elsewhere."}).expect(201)

    expect(page.locator(".line")).to_contain_text("Seen from elsewhere.", timeout=40_000)
    expect(note).to_be_visible()


def test_a_refusal_says_what_to_do_and_the_dialog_stays(
    crew: Crew, api: Client, alert_id: str, watches: Watches
) -> None:
    page = shown(crew.page_as("ann"), alert_id)
    watches.of(page).expect("409 (Conflict)")
    page.keyboard.press("r")
    api.post(f"/api/v1/alerts/{alert_id}/resolve", {}).expect(200)
    dialog = page.get_by_role("dialog", name="Resolve")
    dialog.get_by_role("button", name="Resolve").click()

    expect(dialog.get_by_role("alert")).to_contain_text("already resolved this alert")


def test_a_viewer_sees_no_button_and_why(crew: Crew, alert_id: str) -> None:
    page = shown(crew.page_as("cleo", "viewer"), alert_id)

    expect(page.get_by_text("To act on them you need the role responder")).to_have_count(1)
    for name in ("Acknowledge", "Resolve", "Snooze", "Note", "More actions"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.keyboard.press("a")
    page.keyboard.press("r")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_an_alert_that_is_not_there_says_so(crew: Crew, watches: Watches) -> None:
    page = crew.page_as("ann")
    watches.of(page).expect("404 (Not Found)")
    watches.of(page).expect("There is no alert with this id")
    page.goto("/console/alerts/01KJM5ZZ00DRQ5V1N9YH3KW2TB")

    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such alert")
    expect(page.get_by_role("link", name="Show what is open")).to_be_visible()


def test_it_is_worked_with_by_the_keyboard_alone(crew: Crew, alert_id: str) -> None:
    page = shown(crew.page_as("ann"), alert_id)
    tab_to(page, "Acknowledge")
    tab_to(page, "Snooze")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="15 minutes")).to_be_focused()
    page.keyboard.press("Escape")
    assert focused(page).startswith("Snooze")
    tab_to(page, "Acknowledge", key="Shift+Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("you have it")


@pytest.mark.parametrize("size", [PHONE, TABLET, DESK], ids=["phone", "tablet", "desk"])
def test_everybody_can_read_it(crew: Crew, alert_id: str, size: Size) -> None:
    page = shown(crew.page_as("ann", size=size), alert_id)
    expect(page.locator(".ledger")).to_be_visible()

    axe(page)
    page.get_by_text("Show what was sent").click()
    expect(page.locator(".raw pre").first).to_be_visible()
    does_not_scroll_sideways(page)
    page.get_by_role("button", name="More actions").click()
    axe(page)
    page.get_by_role("button", name=re.compile("^Ask people now")).click()
    expect(page.get_by_role("checkbox", name="ben")).to_be_visible()
    axe(page)
    does_not_scroll_sideways(page)


@pytest.fixture(scope="module")
def hostile_ids(rest: Sender, api: Client) -> list[str]:
    """Alerts with each bait in each field, and as a note and a reason of a snooze."""
    ids = []
    for signal, bait in zip(hostile.hostile_signals(), hostile.BAITS, strict=True):
        alert_id = str(rest.send(**signal)["alert_id"])
        path = f"/api/v1/alerts/{alert_id}"
        api.post(f"{path}/notes", {"note": bait}).expect(201)
        api.post(f"{path}/ack", {"note": bait}).expect(200)
        api.post(f"{path}/snooze", {"duration": "1h", "reason": bait}).expect(200)
        ids.append(alert_id)
    return ids


def test_texts_of_senders_are_only_text(crew: Crew, hostile_ids: list[str]) -> None:
    page = crew.page_as("ann")
    page.add_init_script(hostile.CATCHING)
    for alert_id, bait in zip(hostile_ids, hostile.BAITS, strict=True):
        shown(page, alert_id)
        expect(page.locator(".line blockquote").first).to_contain_text(hostile.kept(bait))
        page.get_by_text("Show what was sent").click()
        expect(page.locator(".raw pre").first).to_be_visible()

        found = page.evaluate(hostile.FOUND)
        assert found == [], f"{bait}: {found}"


@pytest.fixture
def digest(api: Client, crew: Crew, alert_id: str) -> dict[str, object]:
    """What the API tells of a message about three alerts, one of which somebody has."""
    held = crew.opens()
    api.post(f"/api/v1/alerts/{held}/ack", {}).expect(200)
    ids = [alert_id, crew.opens(), held]
    return {
        "id": "01KJMX2B7Q3ZK4C0M5N7P9R1T3",
        "target": "user:ann",
        "channel": "email",
        "severity": "critical",
        "frozen_at": api.alert(alert_id)["fired_at"],
        "state": "sent",
        "reason": None,
        "attempts": 1,
        "sent_at": None,
        "provider_id": None,
        "alert_count": len(ids),
        "alert_ids": ids,
    }


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_alerts_of_a_message_are_acknowledged_and_no_others(
    crew: Crew, api: Client, digest: dict[str, object], size: Size
) -> None:
    other = crew.opens()
    ids = digest["alert_ids"]
    assert isinstance(ids, list)

    def answer(route: Route) -> None:
        data = digest | {"alerts": [api.alert(it) for it in ids]}
        route.fulfill(content_type="application/json", body=json.dumps({"data": data}))

    page = crew.page_as("ann", size=size)
    page.route(lambda url: urlsplit(url).path.startswith("/api/v1/digests/"), answer)
    page.goto(f"/console/digests/{digest['id']}")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Nobody has 2 of 3")
    expect(
        page.get_by_text(re.compile(r"^Sent to ann by e-mail today\W\d\d:\d\d\.$"))
    ).to_be_visible()
    axe(page)
    does_not_scroll_sideways(page)
    page.get_by_role("button", name="Acknowledge these 2").click()

    expect(heading).to_have_text("All 3 are acknowledged")
    expect(page.get_by_text(re.compile(r"acknowledged by ann at \d\d:\d\d$"))).to_have_count(2)
    expect(page.get_by_text("2 acknowledged.")).to_be_visible()
    assert [status(api, it)[0] for it in [*ids, other]] == [*["acknowledged"] * 3, "firing"]
