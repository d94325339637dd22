"""The list of alerts: many acknowledged with three keys, nothing that moves under a hand."""

import json
import re
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.access import axe, does_not_scroll_sideways
from tests.browser.conftest import DESK, PHONE, TABLET, PageOf, Size, Watches
from tests.stack.client import Client, Sender, eventually

FORTY = 40
TOUCH_PX = 44
HERE = Path(__file__).parent
MARKUP = "<img src=x onerror=\"document.title='gone'\">"
FAILED = "Failed to load resource"
BROKEN = {"error": {"code": "internal", "message": "Storage is gone."}}

type Alert = dict[str, Any]
type Fire = Callable[..., list[str]]


@pytest.fixture
def story() -> str:
    """Label that the alerts of one test have, and no others."""
    return uuid.uuid4().hex[:8]


@pytest.fixture
def fire(rest: Sender, story: str) -> Fire:
    """Opens alerts of this story and returns their ids."""

    def fire(*names: str, severity: str = "warning") -> list[str]:
        return [
            str(
                rest.send(
                    name=name, severity=severity, object=f"{story}-{name}", labels={"story": story}
                )["alert_id"]
            )
            for name in names
        ]

    return fire


def opened(page: Page, story: str, more: str = "") -> None:
    page.goto(f"/?label.story={story}&group=none{more}")
    page.locator(".row").first.wait_for()


def names(page: Page) -> list[str]:
    return page.locator(".row .name").all_inner_texts()


def test_forty_are_acknowledged_with_three_keys(
    page_of: PageOf, api: Client, fire: Fire, story: str
) -> None:
    ids = fire(*(f"disk {number}" for number in range(FORTY)))
    page = page_of("responder")
    opened(page, story)
    expect(page.locator(".row")).to_have_count(FORTY)

    for key in ("*", "a", "Enter"):
        page.keyboard.press(key)

    expect(page.locator(".toast")).to_contain_text(f"{FORTY} acknowledged")
    for alert_id in (ids[0], ids[-1]):
        assert api.alert(alert_id)["status"] == "acknowledged"
    rows = api.get(f"/api/v1/alerts?label.story={story}&status=firing").expect(200).data
    assert rows == []
    expect(page.locator(".row.held")).to_have_count(FORTY)
    axe(page)


def test_forty_keys_later_a_snooze_that_was_left_does_not_come_back(
    page_of: PageOf, api: Client, fire: Fire, story: str
) -> None:
    ids = fire("one", "two")
    page = page_of("responder")
    opened(page, story)
    menu = page.get_by_role("button", name="15 minutes")
    for key in ("j", "s"):
        page.keyboard.press(key)
    expect(menu).to_be_visible()
    for _ in range(2):
        page.keyboard.press("Escape")
    expect(page.locator(".picked")).to_have_count(0)

    page.keyboard.press("*")
    expect(page.locator(".picked")).to_contain_text("2 selected")
    expect(menu).to_have_count(0)
    page.keyboard.press("a")
    page.keyboard.press("Enter")

    expect(page.locator(".toast")).to_contain_text("2 acknowledged")
    assert {api.alert(it)["status"] for it in ids} == {"acknowledged"}
    assert {api.alert(it)["snoozed_until"] for it in ids} == {None}


def test_a_note_for_many_is_kept_when_it_is_not_taken(
    page_of: PageOf, fire: Fire, story: str, watches: Watches
) -> None:
    fire("one", "two")
    page = page_of("responder")
    watches.of(page).expect(FAILED)
    opened(page, story)
    page.route("**/api/v1/alerts/bulk", lambda route: route.fulfill(status=500, json=BROKEN))
    for key in ("*", "a"):
        page.keyboard.press(key)
    page.keyboard.type("Deploying a fix")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("Storage is gone.")
    expect(dialog.get_by_label("Note")).to_have_value("Deploying a fix")

    page.unroute("**/api/v1/alerts/bulk")
    page.keyboard.press("Enter")

    expect(page.locator(".toast").last).to_contain_text("2 acknowledged")
    expect(dialog).to_have_count(0)


def test_a_filter_that_is_none_says_so_and_is_cleared(
    page_of: PageOf, fire: Fire, story: str, watches: Watches
) -> None:
    fire("one")
    page = page_of("responder")
    watches.of(page).expect(FAILED)
    watches.of(page).expect("The list cannot be filtered like that")
    page.goto("/?severity=bad&group=none")

    expect(page.get_by_role("main")).to_contain_text("Severity")
    page.get_by_role("link", name="Clear the filter").click()

    expect(page).to_have_url(re.compile(r"/\?group=none$"))
    expect(page.locator(".row").first).to_be_visible()
    assert story


def test_one_note_for_all_and_what_was_already_so_is_said(
    page_of: PageOf, api: Client, fire: Fire, story: str
) -> None:
    first, second = fire("one", "two")
    page = page_of("responder")
    opened(page, story)
    api.post(f"/api/v1/alerts/{first}/resolve").expect(200)
    for key in ("*", "a"):
        page.keyboard.press(key)
    page.keyboard.type("Deploying a fix")
    page.keyboard.press("Enter")

    expect(page.locator(".toast")).to_contain_text("1 acknowledged, 1 was already resolved")
    assert api.entries(second, "acknowledged")[0]["note"] == "Deploying a fix"
    # The keyboard is where it was, though what was pressed is gone.
    expect(page.locator(".row .name").first).to_be_focused()


def test_give_back_and_undo(page_of: PageOf, api: Client, fire: Fire, story: str) -> None:
    (only,) = fire("cache")
    page = page_of("responder")
    opened(page, story)
    page.get_by_role("button", name="Acknowledge cache").click()
    page.locator(".toast").get_by_role("button", name="Give back").click()
    expect(page.locator(".toast").last).to_contain_text("1 given back")
    assert api.alert(only)["status"] == "firing"

    page.keyboard.press("j")
    page.keyboard.press("s")
    page.get_by_role("button", name="15 minutes").click()
    expect(page.locator(".toast").last).to_contain_text("1 snoozed until")
    assert api.alert(only)["snoozed_until"]
    page.locator(".toast").last.get_by_role("button", name="Undo").click()
    eventually(lambda: api.alert(only)["snoozed_until"], lambda until: until is None)


def test_new_ones_are_announced_and_move_nothing(page_of: PageOf, fire: Fire, story: str) -> None:
    fire("first", "second")
    page = page_of("responder")
    opened(page, story)
    stood = names(page)
    page.locator(".row .name").first.hover()

    fire("third", severity="critical")
    announced = page.get_by_text("1 new alert, 1 critical").first
    announced.wait_for(timeout=60_000)
    assert names(page) == stood

    page.keyboard.press(".")
    expect(page.locator(".row .name")).to_have_count(3)
    assert names(page)[0] == "third"


FASTER = """(() => {
  const {setTimeout} = window;
  window.setTimeout = (run, wait = 0, ...more) => setTimeout(run, wait / 10, ...more);
})()"""
"""A hidden page asks every six seconds instead of every minute."""
HIDE = """() => {
  Object.defineProperty(document, "hidden", {configurable: true, value: true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""
SHOW = HIDE.replace("value: true", "value: false")
LONE = "/api/v1/alerts?status=firing&severity=critical&snoozed=false&limit=100"


def test_a_hidden_page_counts_and_loads_its_list_when_it_is_shown(
    page_of: PageOf, api: Client, fire: Fire, story: str, watches: Watches
) -> None:
    fire("first", severity="critical")
    page = page_of("responder")
    page.add_init_script(FASTER)
    opened(page, story)
    with page.expect_response("**/api/v1/changes*"):
        pass
    count = len(api.get(LONE).expect(200).data)
    expect(page).to_have_title(re.compile(rf"^\({count}\) "))
    page.evaluate(HIDE)
    before = len(watches.of(page).requests)

    with page.expect_request(lambda it: it.url.endswith(LONE), timeout=120_000):
        fire("second", severity="critical")
    expect(page).to_have_title(re.compile(rf"^\({count + 1}\) "))
    asked = [urlsplit(it.url) for it in watches.of(page).requests[before:]]
    lists = [it for it in asked if it.path != "/api/v1/changes"]
    assert {it.path for it in lists} == {"/api/v1/alerts"}
    assert all("severity=critical" in it.query for it in lists)

    page.evaluate(SHOW)
    page.get_by_text("1 new alert, 1 critical").first.wait_for()


def test_who_is_on_call_is_not_asked_at_each_change(
    page_of: PageOf, fire: Fire, story: str, watches: Watches
) -> None:
    fire("first")
    page = page_of("responder")
    opened(page, story)
    with page.expect_response("**/api/v1/changes*"):
        pass
    before = len(watches.of(page).requests)

    fire("second")
    page.get_by_text("1 new alert").first.wait_for(timeout=60_000)
    asked = [urlsplit(it.url).path for it in watches.of(page).requests[before:]]
    assert "/api/v1/on-call" not in asked

    with page.expect_response("**/api/v1/on-call"):
        page.locator(".row").first.get_by_role("button", name="Acknowledge").click()


NO_LATER = """() => {
  const {setTimeout} = window;
  window.setTimeout = (run, wait, ...more) => (wait >= 1000 ? 0 : setTimeout(run, wait, ...more));
}"""
"""Nothing that is planned for later happens any more."""


def test_a_page_that_is_shown_while_it_counts_loads_its_list_at_once(
    page_of: PageOf, api: Client, fire: Fire, story: str
) -> None:
    fire("first", severity="critical")
    page = page_of("responder")
    page.add_init_script(FASTER)
    opened(page, story)
    with page.expect_response("**/api/v1/changes*"):
        pass
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(lambda url: url.endswith(LONE), hold)
    page.evaluate(HIDE)
    with page.expect_request(lambda it: it.url.endswith(LONE), timeout=120_000):
        fire("second", severity="critical")
    of_story = f"/api/v1/alerts?label.story={story}"
    eventually(lambda: api.get(of_story).expect(200).data, lambda found: len(found) == 2)

    page.evaluate(SHOW)
    page.evaluate(NO_LATER)
    for route in held:
        route.continue_()

    page.get_by_text("1 new alert, 1 critical").first.wait_for()


def test_what_is_over_stays_under_the_hand(
    page_of: PageOf, api: Client, fire: Fire, story: str
) -> None:
    first, _ = fire("goes", "stays")
    page = page_of("responder")
    opened(page, story)
    page.locator(".row .name").first.focus()
    api.post(f"/api/v1/alerts/{first}/resolve").expect(200)
    expect(page.locator(".row.over")).to_have_count(1, timeout=60_000)
    assert len(names(page)) == 2

    page.get_by_role("link", name="Resolved").click()
    expect(page.locator(".row .name")).to_have_text(["goes"])
    expect(page.get_by_role("heading", name="1 resolved")).to_be_visible()


def test_an_open_menu_survives_a_refresh(page_of: PageOf, fire: Fire, story: str) -> None:
    fire("quiet")
    page = page_of("responder")
    opened(page, story)
    page.keyboard.press("j")
    page.keyboard.press("s")
    choice = page.get_by_role("button", name="15 minutes")
    expect(choice).to_be_focused()
    fire("loud")
    page.get_by_text("1 new alert").first.wait_for(timeout=60_000)
    expect(choice).to_be_focused()


def test_select_a_range_and_open_with_enter(page_of: PageOf, fire: Fire, story: str) -> None:
    fire("a", "b", "c", "d")
    page = page_of("responder")
    opened(page, story)
    boxes = page.locator(".pick input")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator(".picked")).to_contain_text("3 selected")
    page.keyboard.press("Escape")
    expect(page.locator(".picked")).to_have_count(0)

    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".picked")).to_contain_text("1 selected")
    page.keyboard.press("Escape")
    page.locator(".row .name").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/console/alerts/"))


def test_keys_do_nothing_in_a_field_and_can_be_turned_off(
    page_of: PageOf, fire: Fire, story: str
) -> None:
    fire("field")
    page = page_of("responder")
    opened(page, story)
    page.keyboard.press("/")
    page.keyboard.type("x*a?")
    expect(page.locator(".picked")).to_have_count(0)
    expect(page.locator("dialog")).to_have_count(0)
    page.keyboard.press("Escape")
    opened(page, story)

    page.keyboard.press("?")
    page.get_by_label("Single keys act on this device").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("*")
    expect(page.locator(".picked")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search and commands")).to_be_focused()


def test_the_address_holds_what_is_shown(page_of: PageOf, fire: Fire, story: str) -> None:
    fire("mild", severity="info")
    fire("bad", severity="critical")
    page = page_of("responder")
    opened(page, story)
    page.locator(".toggle").first.click()
    expect(page.locator(".row")).to_have_count(1)
    assert "severity=critical" in page.url
    page.reload()
    expect(page.locator(".row")).to_have_count(1)
    page.go_back()
    expect(page.locator(".row")).to_have_count(2)


def test_a_filter_says_what_it_hides(page_of: PageOf, fire: Fire) -> None:
    fire("seen")
    page = page_of("responder")
    page.goto("/?q=nothinglikethis")
    expect(page.get_by_text(re.compile(r"Your filter hides \d+"))).to_be_visible()
    page.get_by_role("link", name="Clear the filter").click()
    page.locator(".row").first.wait_for()


def test_a_viewer_can_press_nothing(page_of: PageOf, fire: Fire, story: str) -> None:
    fire("look")
    page = page_of("viewer")
    opened(page, story)
    for key in ("*", "a"):
        page.keyboard.press(key)
    expect(page.locator(".act button, .pick, .picked, dialog")).to_have_count(0)


def test_a_sender_cannot_write_into_the_page(page_of: PageOf, fire: Fire, story: str) -> None:
    fire(MARKUP)
    page = page_of("responder")
    opened(page, story)
    assert names(page) == [MARKUP]
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name=f"Resolve {MARKUP}")).to_be_visible()
    assert "gone" not in page.title()


# ---- States that a stack is not brought into quickly: its answers are set ----


@pytest.fixture
def sample(api: Client, fire: Fire) -> Alert:
    """An alert as the API tells it."""
    (alert_id,) = fire("sample", severity="critical")
    return {key: value for key, value in api.alert(alert_id).items() if key != "overflow"}


def in_minutes(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


def all_kinds(sample: Alert) -> list[Alert]:
    step = {"kind": "escalate", "why": "", "step": 2, "targets": ["user:bob"], "again": False}
    none = {**step, "kind": "none", "at": None, "step": None, "targets": []}
    labels = {"service": "api", "cluster": "eu-1"}
    kinds: list[Alert] = [
        {"name": "soon", "next_action": {**step, "at": in_minutes(0.6)}, "occurrences": 9},
        {"name": "later", "severity": "warning", "next_action": {**step, "at": in_minutes(7)}},
        {
            "name": "held",
            "status": "acknowledged",
            "acknowledged_by": "bob",
            "acknowledged_at": in_minutes(-5),
            "next_action": {**step, "kind": "unacknowledge", "at": in_minutes(40)},
        },
        {
            "name": "asleep",
            "severity": "warning",
            "snoozed_until": in_minutes(50),
            "snoozed_by": "alice",
            "next_action": {**step, "kind": "wake", "at": in_minutes(50)},
        },
        {
            "name": "spent",
            "severity": "warning",
            "flapping": True,
            "next_action": {
                **none,
                "why": "every step of default was paged, and nobody acknowledged",
            },
        },
        {
            "name": "mild",
            "severity": "info",
            "next_action": {**none, "why": "default pages nobody for this severity"},
        },
    ]
    return [
        {
            **sample,
            "labels": labels,
            "occurrences": 1,
            "id": f"{str(sample['id'])[:-2]}{n:02d}",
            **it,
        }
        for n, it in enumerate(kinds)
    ]


def answer(
    page: Page, alerts: Sequence[Alert], total: int | None = None, storm: Alert | None = None
) -> None:
    by_severity = {
        severity: sum(it["severity"] == severity for it in alerts)
        for severity in ("critical", "warning", "info")
    }
    meta = {
        "total": len(alerts) if total is None else total,
        "firing": sum(it["status"] == "firing" for it in alerts),
        "acknowledged": sum(it["status"] == "acknowledged" for it in alerts),
        "snoozed": sum(it["snoozed_until"] is not None for it in alerts),
        "by_severity": by_severity,
        "storm": storm,
    }

    def reply(route: Route) -> None:
        if route.request.method != "GET":
            route.fallback()
            return
        query = parse_qs(urlsplit(route.request.url).query)
        start = int(query.get("cursor", ["0"])[0])
        end = start + int(query.get("limit", ["50"])[0])
        more = {"next_cursor": str(end), "has_more": True} if end < len(alerts) else {}
        body = {"data": list(alerts[start:end]), "meta": meta, "has_more": False, **more}
        route.fulfill(status=200, content_type="application/json", body=json.dumps(body))

    page.route(lambda url: urlsplit(url).path == "/api/v1/alerts", reply)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("silence", "silenced"),
        ("window", "maintenance"),
        ("hours", "outside hours"),
        ("awake", "alice is awake"),
    ],
)
def test_a_row_says_what_holds_it(page_of: PageOf, sample: Alert, kind: str, said: str) -> None:
    page = page_of("responder")
    held = {"kind": kind, "name": "alice", "until": in_minutes(50)}
    release: dict[str, object] = {
        "kind": "release",
        "at": in_minutes(50),
        "step": None,
        "targets": [],
        "again": False,
    }
    release |= {"why": "silenced by alice; default pages nobody for this severity"}
    answer(page, [{**sample, "severity": "info", "held_by": held, "next_action": release}])
    page.goto("/")
    expect(page.locator(".row .tag").last).to_have_text(said)
    expect(page.locator(".row .next")).to_have_text("Pages nobody")


def test_of_a_storm_a_filtered_list_says_no_more_than_it_knows(page_of: PageOf) -> None:
    page = page_of("responder")
    since = in_minutes(-2)
    storm = {"since": since, "opened": 34}
    all_of_it = {"active": True, "groups": [], "incident_id": None, **storm}
    answer(page, [], total=34, storm=storm)
    page.route("**/api/v1/storm", lambda route: route.fulfill(json={"data": all_of_it}))
    page.goto("/?q=nothing-like-it")
    expect(page.locator(".banner.warn")).to_contain_text("34\u00a0alerts in")
    expect(page.locator(".banner.warn")).not_to_contain_text("each of them")
    expect(page.locator(".now h1")).to_have_text("No alert matches")


@pytest.mark.parametrize("size", [PHONE, TABLET, DESK], ids=["phone", "tablet", "desk"])
def test_everybody_can_use_each_state(page_of: PageOf, sample: Alert, size: Size) -> None:
    page = page_of("responder", size)
    answer(page, all_kinds(sample))
    page.goto("/")
    page.locator(".row").first.wait_for()
    expect(page.locator(".now h1")).to_contain_text("1 critical, nobody has it")
    axe(page)
    does_not_scroll_sideways(page)
    for key, shown in (("*", ".picked"), ("a", "dialog")):
        page.keyboard.press(key)
        page.locator(shown).wait_for()
        axe(page)
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    page.get_by_role("button", name="15 minutes").wait_for()
    axe(page)
    does_not_scroll_sideways(page)
    page.goto("/?tv=1")
    page.locator(".row").first.wait_for()
    axe(page)
    expect(page.locator(".row button, .rail")).to_have_count(0)


def test_a_thumb_reaches_everything(page_of: PageOf, sample: Alert) -> None:
    page = page_of("responder", PHONE)
    answer(page, all_kinds(sample))
    page.goto("/")
    page.locator(".row").first.wait_for()
    page.get_by_role("button", name="Select alerts").click()
    page.locator(".pick").first.click()
    small = page.evaluate(
        """(touch) => [...document.querySelectorAll("button, a.btn, .tabs a, .pick, .rail a")]
          .filter((it) => it.checkVisibility())
          .map((it) => [it.textContent, it.getBoundingClientRect()])
          .filter(([, box]) => box.height < touch || box.width < touch)
          .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)""",
        TOUCH_PX,
    )
    assert small == []


def test_nothing_open_says_why_and_offers_a_test(page_of: PageOf, api: Client) -> None:
    page = page_of("admin")
    answer(page, [])
    page.goto("/")
    expect(page.get_by_role("heading", name="No open alerts")).to_be_visible()
    expect(page.locator(".proof li")).not_to_have_count(0)
    axe(page)
    page.get_by_role("button", name="Send a test alert").click()
    expect(page.locator(".toast")).to_contain_text("test alert")
    rows = eventually(
        lambda: api.get("/api/v1/alerts?label.test=console&status=firing").expect(200).data, bool
    )
    for row in rows:
        api.post(f"/api/v1/alerts/{row['id']}/resolve").expect(200)


def test_a_silent_stack_is_never_an_empty_list(
    page_of: PageOf, sample: Alert, watches: Watches
) -> None:
    page = page_of("responder")
    watches.of(page).expect(FAILED)
    answer(page, all_kinds(sample))
    page.clock.install()
    page.goto("/")
    page.clock.run_for(3_000)
    page.locator(".row").first.wait_for()
    page.route(re.compile("/api/v1/"), lambda route: route.abort())
    page.clock.run_for(30_000)
    expect(page.locator(".live.stale").first).to_contain_text(re.compile("retrying"))
    page.clock.run_for(150_000)
    expect(page.get_by_text(re.compile(r"This page is \d+\smin old"))).to_be_visible()
    expect(page.locator(".row")).to_have_count(6)
    axe(page)


def test_a_long_list_is_a_hundred_rows_at_a_time(page_of: PageOf, sample: Alert) -> None:
    page = page_of("responder")
    base = str(sample["id"])[:-4]
    answer(page, [{**sample, "id": f"{base}{n:04d}", "name": f"row {n}"} for n in range(250)])
    page.goto("/?group=none&sort=oldest")
    expect(page.locator(".row")).to_have_count(100)
    page.get_by_role("link", name="Next 100").click()
    expect(page.locator(".pager")).to_contain_text("101 to 200 of 250")
    page.keyboard.press("*")
    expect(page.locator(".picked")).to_contain_text("250 selected")


def test_what_the_page_computes(page_of: PageOf, source_url: str, watches: Watches) -> None:
    page = page_of("nobody")
    watches.of(page).expect("")
    page.goto(f"{source_url}/favicon.svg")
    done = page.evaluate((HERE / "computed.js").read_text(encoding="utf-8"))
    nb = "\u00a0"
    assert done == {
        "ages": [f"<{nb}1{nb}min", f"9{nb}min", f"2{nb}h", f"2{nb}d"],
        "left": ["0:41", "3:36", "1:02:03", "0:00"],
        "clock": "08:50",
        "day": f"Mon{nb}09:00",
        "plural": [f"1{nb}alert", f"1,200{nb}alerts"],
        "next": [
            ["3:36", "bob, step\u00a02", True],
            ["10:00", "wakes", False],
            ["", "Pages nobody", False],
        ],
        "polls": [5_000, 20_000, 60_000, 120_000, 4_000, 2_000, 60_000, 30_000, 16_000],
        "range": [["a", "b", "c"], ["a"]],
        "kept": [["2", "1"], ["2"], ["3"]],
        "shared": [["a", "x"]],
        "groups": [["x", 2], ["No s", 1]],
        "numbers": "1 acknowledged, 1 was already acknowledged, 1 was already resolved",
        "match": [{"id": "x/y"}, None, None],
    }


def test_what_another_write_was_in_the_way_of_is_tried_again(
    page_of: PageOf, sample: Alert
) -> None:
    page = page_of("responder")
    answer(page, all_kinds(sample)[:2])
    asked: list[list[str]] = []

    def reply(route: Route) -> None:
        ids = json.loads(route.request.post_data or "")["ids"]
        asked.append(ids)
        busy = {"ok": False, "error": {"code": "try_again", "message": "Storage is busy."}}
        done = {"ok": True, "status": "acknowledged", "already_acknowledged": False}
        is_first = len(asked) == 1
        rows = [{"id": it, **(busy if is_first and it == ids[0] else done)} for it in ids]
        route.fulfill(json={"data": rows, "has_more": False})

    page.route(lambda url: urlsplit(url).path == "/api/v1/alerts/bulk", reply)
    page.goto("/")
    page.locator(".row").first.wait_for()
    for key in ("*", "a", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".toast")).to_contain_text("2 acknowledged")
    assert [len(ids) for ids in asked] == [2, 1]


LOADED = 1_000
"""What the page loads at most."""


def bulk_of(page: Page, answers: Callable[[dict[str, Any]], dict[str, Any] | None]) -> list[Any]:
    """Answer requests for many alerts, and keep their bodies; None: storage fails."""
    asked: list[Any] = []

    def reply(route: Route) -> None:
        asked.append(json.loads(route.request.post_data or ""))
        said = answers(asked[-1])
        if said is None:
            error = {"code": "internal_error", "message": "Storage is gone."}
            route.fulfill(status=500, json={"error": error})
        else:
            route.fulfill(json=said)

    page.route(lambda url: urlsplit(url).path == "/api/v1/alerts/bulk", reply)
    return asked


def beyond(sample: Alert) -> list[Alert]:
    """More alerts than a page loads, all critical and firing."""
    lone = {**sample, "status": "firing", "snoozed_until": None, "acknowledged_by": None}
    stem = str(sample["id"])[:-4]
    return [{**lone, "id": f"{stem}{n:04d}", "name": f"db-{n}"} for n in range(LOADED + 200)]


def acknowledged(ids: Iterable[str]) -> list[dict[str, Any]]:
    done = {"ok": True, "status": "acknowledged", "already_acknowledged": False}
    return [{"id": it, **done} for it in ids]


def all_that_match_selected(page: Page) -> None:
    page.goto("/")
    page.locator(".row").first.wait_for()
    page.keyboard.press("*")
    page.get_by_role("button", name="All that match").click()


def test_with_all_that_match_selected_a_row_acts_on_itself_alone(
    page_of: PageOf, sample: Alert
) -> None:
    alerts = beyond(sample)
    page = page_of("responder")
    answer(page, alerts)
    asked = bulk_of(page, lambda body: {"data": acknowledged(body["ids"]), "has_more": False})
    all_that_match_selected(page)
    expect(page.locator(".picked")).to_contain_text("All that match")

    page.locator(".row .act button").first.click()

    expect(page.locator(".toast")).to_contain_text("1 acknowledged")
    assert [(len(body["ids"]), body.get("all")) for body in asked] == [(1, None)]


def test_all_that_match_are_tried_again_and_a_break_says_what_was_done(
    page_of: PageOf, sample: Alert, watches: Watches
) -> None:
    alerts = beyond(sample)
    page = page_of("responder")
    watches.of(page).expect(FAILED)
    answer(page, alerts)
    busy = {"ok": False, "error": {"code": "try_again", "message": "Storage is busy."}}

    def answers(body: dict[str, Any]) -> dict[str, Any] | None:
        if "ids" in body:
            return {"data": acknowledged(body["ids"]), "has_more": False}
        if "cursor" in body["filter"]:
            return None
        rows = acknowledged(str(it["id"]) for it in alerts[:100])
        rows[0] = {"id": rows[0]["id"], **busy}
        return {"data": rows, "has_more": True, "next_cursor": "100"}

    asked = bulk_of(page, answers)
    all_that_match_selected(page)
    page.keyboard.press("a")
    page.keyboard.press("Enter")

    said = "100 acknowledged; the others not: Storage is gone."
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text(said)
    assert [body.get("ids", "all") for body in asked] == ["all", [alerts[0]["id"]], "all"]


def test_of_more_than_it_loads_the_page_says_so_in_each_number(
    page_of: PageOf, sample: Alert
) -> None:
    page = page_of("responder")
    storm = {"since": "2026-01-01T00:00:00.000Z", "opened": LOADED + 200}
    answer(page, beyond(sample), storm=storm)
    whole = {**storm, "active": True, "groups": [], "incident_id": None}
    page.route("**/api/v1/storm", lambda route: route.fulfill(json={"data": whole}))
    page.goto("/")

    expect(page.locator(".now h1")).to_contain_text(f"{LOADED}+ critical, nobody has them")
    expect(page.get_by_text(f"Nobody has {LOADED}+.")).to_be_visible()


def test_on_a_phone_all_are_acknowledged_with_three_presses(
    page_of: PageOf, api: Client, fire: Fire, story: str
) -> None:
    ids = fire("one", "two", "three")
    page = page_of("responder", PHONE)
    opened(page, story)

    for name in ("Select alerts", "Acknowledge all", "Acknowledge 3 alerts"):
        page.get_by_role("button", name=name).click()

    expect(page.locator(".toast")).to_contain_text("3 acknowledged")
    assert {api.alert(it)["status"] for it in ids} == {"acknowledged"}


def test_a_long_summary_takes_two_lines_of_a_phone(page_of: PageOf, sample: Alert) -> None:
    page = page_of("responder", PHONE)
    answer(page, [{**sample, "reason": "Top pods: checkout-7c9f, 412 errors. " * 20}])
    page.goto("/")
    about = page.locator(".row .about > span").first
    line = float(about.evaluate("(it) => parseFloat(getComputedStyle(it).lineHeight)"))

    box = about.bounding_box()
    assert box is not None
    assert box["height"] <= 2 * line + 1


def test_a_theme_that_was_chosen_outlasts_the_one_of_the_address(
    page_of: PageOf, fire: Fire
) -> None:
    fire("seen")
    page = page_of("responder")
    page.goto("/?theme=dark")
    page.locator(".row").first.wait_for()
    html = page.locator("html")
    expect(html).to_have_attribute("data-theme", "dark")

    page.keyboard.press("t")
    page.keyboard.press("t")
    expect(html).to_have_attribute("data-theme", "light")
    assert "theme=light" in page.url
    page.reload()
    page.locator(".row").first.wait_for()
    expect(html).to_have_attribute("data-theme", "light")
