"""The set-up: what there is, how it is made and changed, and what is refused."""

import json
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import hostile
from tests.browser.access import axe, does_not_scroll_sideways, focused, tab_to
from tests.browser.conftest import DESK, PHONE, PageOf, Size, Watches
from tests.stack.client import Client
from tests.wire import sample

HOME = "/console/set-up"
NASTY = "<img src=x onerror=alert(1)>\"'`{{7*7}}</script>"
NOUNS = (
    *("users", "channels", "integrations", "escalation-policies", "routes", "schedules"),
    *("heartbeats", "silences", "maintenance-windows"),
)
PAGES = [
    HOME,
    *(f"{HOME}/{noun}" for noun in (*NOUNS, "keys", "settings")),
    *(f"{HOME}/{noun}/for-axe" for noun in NOUNS),
    *(f"{HOME}/{noun}?new=1" for noun in ("users", "integrations", "escalation-policies")),
    f"{HOME}/integrations?new=zabbix",
    "/console/nowhere",
]


@pytest.fixture
def made(api: Client) -> Iterator[Callable[[str, Any], str]]:
    """Makes an object by the API; gone after the test."""
    paths: list[str] = []

    def make(path: str, body: object) -> str:
        api.put(f"/api/v1/{path}", body).expect(200, 201)
        paths.append(path)
        return path

    yield make
    for path in reversed(paths):
        api.delete(f"/api/v1/{path}")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_carol_adds_prometheus_and_sees_its_first_alert(
    page_of: PageOf, api: Client, size: Size
) -> None:
    name = f"prometheus-{secrets.token_hex(4)}"
    rule = f"DiskFull{secrets.token_hex(4)}"
    page = page_of("admin", size)

    page.goto(HOME)
    page.get_by_role("link", name="Integrations").click()
    page.get_by_role("link", name="New integration").click()
    page.get_by_label("Find a product").fill("prometheus")
    page.get_by_role("link", name="alertmanager").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make an integration").click()
    url = page.get_by_role("region").or_(page.locator(".banner")).locator("code").first.inner_text()
    expect(page.get_by_text("No alert yet")).to_be_visible()
    expect(page.get_by_text(f"url: {url}")).to_be_visible()

    body = json.loads(sample("alertmanager/firing").body)
    body["alerts"][0]["labels"]["alertname"] = rule
    api.with_key(None).post(url[url.index("/i/") :], body).expect(202)

    alert = page.get_by_role("link", name=rule)
    expect(alert).to_be_visible(timeout=60_000)
    page.goto("/")
    expect(page.get_by_text(rule).first).to_be_visible()
    # What is shown once is not there any more.
    page.goto(f"{HOME}/integrations/{name}")
    expect(page.get_by_text(f"/i/{url.rpartition('/')[2][:4]}…")).to_be_visible()
    expect(page.get_by_text(url, exact=True)).to_have_count(0)


def test_a_body_is_tried_and_says_what_would_happen(
    page_of: PageOf, made: Callable[[str, Any], str], api: Client
) -> None:
    made("integrations/tried", {"type": "rest"})
    page = page_of()
    page.goto(f"{HOME}/integrations/tried")

    field = page.get_by_label("What tried would get, as JSON")
    field.fill('{"name": "Tried only", "severity": "critical"}')
    page.get_by_role("button", name="Try it").click()

    answer = page.locator(".tried")
    expect(answer).to_contain_text("Would be opened: critical Tried only")
    field.fill("no JSON")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("This is not JSON")).to_be_visible()
    found = api.get("/api/v1/alerts?integration=tried").expect(200).json
    assert found["data"] == []


def test_a_new_url_ends_the_old_one_when_it_is_told_to(page_of: PageOf, api: Client) -> None:
    api.delete("/api/v1/integrations/rotated")
    before = api.put("/api/v1/integrations/rotated", {"type": "rest"}).expect(201).data["url"]
    page = page_of()
    page.goto(f"{HOME}/integrations/rotated")

    page.get_by_label("Old URLs work for").select_option("0s")
    page.get_by_role("button", name="Make a new URL").click()

    shown = page.locator(".banner code").first
    expect(shown).to_contain_text("/i/")
    assert shown.inner_text() != before
    api.delete("/api/v1/integrations/rotated")


def test_what_a_person_has_typed_wrong_is_said_at_its_field(
    page_of: PageOf, api: Client, watches: Watches
) -> None:
    api.delete("/api/v1/users/erik")
    page = page_of()
    watches.of(page).expect("422")
    page.goto(f"{HOME}/users?new=1")

    page.get_by_label("Name", exact=True).fill("erik")
    page.get_by_label("Time zone").fill("Europe/Pariss")
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_label("By", exact=True).select_option("sms")
    page.get_by_role("button", name="Make a user").click()

    expect(page.get_by_label("Time zone")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Time zone")).to_have_accessible_description(
        "A name of the IANA database. Is no time zone; did you mean Europe/Paris?"
    )
    assert focused(page)


def test_a_user_is_made_changed_and_deleted(page_of: PageOf, api: Client) -> None:
    api.delete("/api/v1/users/frida")
    page = page_of()
    page.goto(f"{HOME}/users?new=1")

    page.get_by_label("Name", exact=True).fill("frida")
    page.get_by_label("E-mail").fill("frida@example.com")
    page.get_by_role("button", name="Make a user").click()
    expect(page.get_by_role("heading", name="frida", exact=True)).to_be_visible()
    page.get_by_label("Full name").fill(NASTY)
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_label("By", exact=True).select_option("email")
    page.get_by_label("After").fill("5m")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved")).to_be_visible()

    stored = api.get("/api/v1/users/frida").expect(200).data
    assert stored["full_name"] == NASTY
    assert [(it["by"], it["after"]) for it in stored["notify"]] == [("email", "5m")]
    assert stored["role"] == "responder"
    page.reload()
    expect(page.get_by_label("Full name")).to_have_value(NASTY)
    page.get_by_role("button", name="Delete frida").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete frida").click()
    expect(page).to_have_url(re.compile(f"{HOME}/users$"))
    api.get("/api/v1/users/frida").expect(404)


def test_an_object_of_the_same_name_is_not_replaced(
    page_of: PageOf, made: Callable[[str, Any], str], api: Client
) -> None:
    made("users/gerd", {"email": "gerd@example.com"})
    page = page_of()
    page.goto(f"{HOME}/users?new=1")
    page.get_by_label("Name", exact=True).fill("gerd")
    page.get_by_role("button", name="Make a user").click()

    expect(page.get_by_role("alert")).to_contain_text("There is a user gerd already.")
    assert api.get("/api/v1/users/gerd").data["email"] == "gerd@example.com"


def test_what_is_still_used_stays_and_says_by_what(
    page_of: PageOf, made: Callable[[str, Any], str], watches: Watches
) -> None:
    made("users/hedda", {"email": "hedda@example.com"})
    made(
        "escalation-policies/of-hedda", {"steps": [{"targets": [{"user": "hedda"}], "delay": "5m"}]}
    )
    page = page_of()
    page.goto(f"{HOME}/users/hedda")
    watches.of(page).expect("409")

    page.get_by_role("button", name="Delete hedda").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete hedda").click()

    refusal = "This user is used by escalation policy of-hedda. Change or remove that first."
    expect(page.get_by_text(refusal)).to_be_visible()


def test_the_ways_to_a_person_are_in_words(
    page_of: PageOf, made: Callable[[str, Any], str]
) -> None:
    made("users/lena", {"email": "lena@example.com", "phone": "+15550101"})
    page = page_of()
    page.goto(f"{HOME}/users/lena")

    expect(page.get_by_text("E-mail lena@example.com: not verified")).to_be_visible()
    expect(page.get_by_role("button", name="Test SMS")).to_be_visible()
    expect(page.get_by_text("link verifies the address by a button")).to_be_visible()
    page.goto(f"{HOME}/users")
    lena = page.get_by_role("row").filter(has_text="lena")
    expect(lena).to_contain_text("E-mail (not verified), SMS (not verified)")


def test_a_change_that_keeps_pages_from_people_says_so(
    page_of: PageOf, made: Callable[[str, Any], str]
) -> None:
    made("users/ida", {"email": "ida@example.com"})
    made("escalation-policies/of-ida", {"steps": [{"targets": [{"user": "ida"}], "delay": "5m"}]})
    page = page_of()
    page.goto(f"{HOME}/users/ida")

    page.get_by_label("E-mail").fill("")
    page.get_by_role("button", name="Save").click()

    expect(page.locator(".banner.warn")).to_contain_text("ida")


def test_a_policy_is_changed_as_json_with_the_words_of_the_api(
    page_of: PageOf, made: Callable[[str, Any], str], api: Client, watches: Watches
) -> None:
    made("users/jan", {"email": "jan@example.com"})
    made("escalation-policies/of-jan", {"steps": [{"targets": [{"user": "jan"}], "delay": "5m"}]})
    page = page_of()
    watches.of(page).expect("422")
    page.goto(f"{HOME}/escalation-policies/of-jan")
    expect(page.get_by_text("step 1 asks jan; then nobody is left.")).to_be_visible()

    field = page.get_by_label("Settings as JSON")
    field.fill(json.dumps({"steps": [{"targets": [{"user": "jann"}], "delay": "5m"}]}))
    page.get_by_role("button", name="Replace all").click()
    expect(page.get_by_role("alert")).to_contain_text(
        "steps[0].targets[0] there is no user jann; did you mean jan?"
    )
    field.fill(json.dumps({"steps": [{"targets": [{"user": "jan"}], "delay": "9m"}], "repeat": 2}))
    page.get_by_role("button", name="Replace all").click()

    expect(page.get_by_text("again from the first after 9m")).to_be_visible()
    assert api.get("/api/v1/escalation-policies/of-jan").data["repeat"] == 2


def test_a_silence_is_made_from_a_link_and_ended(page_of: PageOf, api: Client) -> None:
    page = page_of()
    page.goto(f'{HOME}/silences?new=1&match=service%3D"checkout"')
    expect(page.get_by_label("Which alerts")).to_have_value('service="checkout"')

    page.get_by_label("Reason").fill("Deploy 42")
    page.get_by_label("For", exact=True).fill("30m")
    page.get_by_role("button", name="Make a silence").click()
    expect(page.get_by_role("heading", name="Matches no open alert")).to_be_visible()
    name = page.get_by_role("heading", level=1).inner_text()
    assert api.get(f"/api/v1/silences/{name}").data["status"] == "active"
    page.get_by_role("button", name="End now").click()
    page.get_by_role("dialog").get_by_role("button", name="End now").click()

    expect(page.locator("dd", has_text="expired")).to_be_visible()
    expect(page.get_by_role("button", name="End now")).to_have_count(0)


def test_a_heartbeat_is_made_by_the_keyboard_alone(page_of: PageOf, api: Client) -> None:
    api.delete("/api/v1/heartbeats/nightly")
    page = page_of()
    page.goto(f"{HOME}/heartbeats")
    page.get_by_role("heading", level=1).wait_for()

    tab_to(page, "New heartbeat")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="New heartbeat").wait_for()
    for label, text in (("Name", "nightly"), ("Comes every", "24h")):
        _tab_to_field(page, label)
        page.keyboard.type(text)
    page.keyboard.press("Enter")

    expect(page.get_by_text("Its URL: let the job send GET or POST to it")).to_be_visible()
    assert api.get("/api/v1/heartbeats/nightly").data["period"] == "1d"
    api.delete("/api/v1/heartbeats/nightly")


def _tab_to_field(page: Page, label: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(
            "label => document.activeElement?.labels?.[0]?.innerText.startsWith(label) || false",
            label,
        ):
            return
    raise AssertionError(f"{label} is not reached by Tab")


def test_a_key_is_shown_once_works_and_is_revoked(page_of: PageOf, api: Client) -> None:
    page = page_of()
    page.goto(f"{HOME}/keys?new=1")
    page.get_by_label("Name").fill("a script")
    page.get_by_role("button", name="Make an API key").click()
    key = page.locator(".banner code").first.inner_text()

    assert api.with_key(key).get("/api/v1/me").expect(200).data["name"] == "a script"
    page.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("API key")
    expect(page.get_by_role("link", name="a script")).to_have_count(0)


def test_what_the_team_file_manages_is_read_only_and_says_where_to_change_it(
    page_of: PageOf, made: Callable[[str, Any], str]
) -> None:
    made("users/karl", {"email": "karl@example.com"})
    page = page_of()

    def managed(route: Route) -> None:
        answer = route.fetch()
        said = answer.json()
        said["data"]["managed_by"] = "team file"
        route.fulfill(response=answer, json=said)

    page.route("**/api/v1/users/karl", managed)
    page.goto(f"{HOME}/users/karl")

    expect(page.get_by_text("The team file manages this user")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_be_disabled()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    expect(page.get_by_role("button", name="Delete karl")).to_have_count(0)


def test_a_viewer_sees_what_there_is_and_can_change_nothing(
    page_of: PageOf, made: Callable[[str, Any], str]
) -> None:
    made("users/lena", {"email": "lena@example.com"})
    page = page_of("viewer")
    page.goto(f"{HOME}/users")
    expect(page.get_by_role("link", name="lena")).to_be_visible()
    expect(page.get_by_role("link", name="New user")).to_have_count(0)

    page.goto(f"{HOME}/users/lena")

    expect(page.get_by_label("E-mail")).to_be_disabled()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)


def test_a_responder_makes_silences_and_nothing_else(page_of: PageOf) -> None:
    page = page_of("responder")
    for noun, makes in (("silences", True), ("maintenance-windows", True), ("users", False)):
        page.goto(f"{HOME}/{noun}")
        page.get_by_role("heading", level=1).wait_for()
        expect(page.get_by_role("link", name=re.compile("^New "))).to_have_count(int(makes))


@pytest.fixture(scope="module")
def shown(api: Client) -> list[str]:
    """The addresses of all pages, with an object of each kind behind them."""
    nasty = [f"name={json.dumps(NASTY)}"]
    weekly = {"rotation": "weekly", "handoff": "mon 09:00", "start": "2026-01-05"}
    bodies: dict[str, dict[str, Any]] = {
        "users": {
            "email": "dora@example.com",
            "full_name": NASTY,
            "notify": [{"by": "email", "after": "5m", "severity": ["critical"]}],
        },
        "channels": {"type": "webhook", "url": "https://example.com/for-axe"},
        "integrations": {"type": "zabbix"},
        "escalation-policies": {
            "steps": [{"name": NASTY[:60], "targets": [{"user": "for-axe"}], "delay": "5m"}]
        },
        "routes": {"match": nasty, "escalation_policy": "for-axe"},
        "schedules": {
            "time_zone": "Europe/Paris",
            "layers": [{**weekly, "name": NASTY[:60], "users": ["for-axe"]}],
        },
        "heartbeats": {"period": "24h"},
        "silences": {"match": nasty, "duration": "1h", "reason": NASTY},
        "maintenance-windows": {"match": nasty, "duration": "1h", "reason": NASTY},
    }
    for noun in NOUNS:
        api.put(f"/api/v1/{noun}/for-axe", bodies[noun]).expect(200, 201)
    key = api.post("/api/v1/keys", {"name": NASTY, "scopes": ["alerts"]}).expect(201).data
    return [*PAGES, f"{HOME}/keys/{key['id']}"]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_set_up_can_be_read_by_everybody(page_of: PageOf, shown: list[str], size: Size) -> None:
    """What senders and people wrote stays text: the page's watch fails where a script runs."""
    page = page_of("admin", size)
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    for path in shown:
        page.goto(path)
        page.locator("h1").wait_for()
        page.wait_for_load_state("networkidle")
        for details in page.locator("details").all():
            details.evaluate("it => { it.open = true; }")
        axe(page)
        does_not_scroll_sideways(page)


def test_texts_of_the_set_up_are_only_text(
    page_of: PageOf, made: Callable[[str, Any], str], api: Client
) -> None:
    keys: list[str] = []
    weekly = {"rotation": "weekly", "handoff": "mon 09:00", "start": "2026-01-05"}
    override = {"kind": "add", "user": "hostile-0", "from": soon(1), "to": soon(2)}
    for number, bait in enumerate(hostile.BAITS):
        name = f"hostile-{number}"
        match = [f"name={json.dumps(f'is {bait}')}"]
        made(f"users/{name}", {"full_name": bait, "email": f"{name}@example.com"})
        made(f"silences/{name}", {"match": match, "duration": "1h", "reason": bait})
        made(f"maintenance-windows/{name}", {"match": match, "duration": "1h", "reason": bait})
        steps = [{"name": bait[:60], "targets": [{"user": "hostile-0"}], "delay": "5m"}]
        made(f"escalation-policies/{name}", {"steps": steps})
        made(f"routes/{name}", {"match": match, "escalation_policy": name, "position": 900})
        layers = [{**weekly, "name": bait[:60], "users": ["hostile-0"]}]
        overrides = [{**override, "reason": bait}]
        made(f"schedules/{name}", {"layers": layers, "overrides": overrides})
        words = {bait[:64]: "critical"}
        mapping = {"name": f"`{json.dumps(bait)}`"}
        made(f"integrations/{name}", {"type": "generic", "severity_map": words, "mapping": mapping})
        url = f"https://example.com/?q={'/'.join(hostile.kept(bait).split())}"
        made(f"channels/{name}", {"type": "webhook", "url": url})
        key = {"name": bait[:100], "scopes": ["alerts:read"], "user": "hostile-0"}
        keys.append(api.post("/api/v1/keys", key).expect(201).data["id"])
    labels = {"storm_labels": ["__proto__", "constructor", "javascript:pwned"]}
    before = api.get("/api/v1/settings").expect(200).data["storm_labels"]
    api.patch("/api/v1/settings", labels).expect(200)
    nouns = [noun for noun in NOUNS if noun not in ("schedules", "heartbeats")]
    page = page_of("admin")
    page.add_init_script(hostile.CATCHING)

    for path in (
        *(f"{HOME}/{noun}" for noun in (*nouns, "schedules", "keys", "settings")),
        *(f"{HOME}/{nouns[number % 7]}/hostile-{number}" for number in range(len(hostile.BAITS))),
        *(f"{HOME}/keys/{id_}" for id_ in keys[::7]),
        *(f"/console/on-call?schedule=hostile-{number}" for number in range(len(hostile.BAITS))),
        "/console/activity",
        "/console/reachability",
    ):
        page.goto(path)
        page.locator("h1").wait_for()
        expect(page.locator(".bones")).to_have_count(0)
        assert page.evaluate(hostile.FOUND) == [], path
    api.patch("/api/v1/settings", {"storm_labels": before}).expect(200)
    for id_ in keys:
        api.delete(f"/api/v1/keys/{id_}").expect(204)


def soon(hours: int) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()
