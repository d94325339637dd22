"""On call: people see who is paged, and change it, at a desk and with one thumb."""

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.access import axe, does_not_scroll_sideways, tab_to
from tests.browser.conftest import PHONE, PageOf
from tests.browser.world_pages import WorldPages
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tests.stack.client import Client as StackClient

PAGE = "/console/on-call"
NINE = datetime(2026, 3, 1, 8, 0, 5, tzinfo=UTC)
"""Sunday 1 March, 09:00:05 in Paris: alice is on call until Monday 09:00."""
THUMB = 44
STARTING_MS = 60_000
MONDAY = "Mon\u00a09\u00a0Mar\u00a009:00"
WEEKLY = {
    "name": "weekly",
    "rotation": "weekly",
    "handoff": "mon 09:00",
    "start": "2026-02-23",
    "users": ["alice", "bob"],
}
RELEASES = {
    "name": "release day",
    "rotation": "weekly",
    "handoff": "mon 09:00",
    "start": "2026-02-23",
    "users": ["carol"],
    "only": [{"days": ["tue"], "from": "09:00", "to": "18:00"}],
}


def team_of(pages: WorldPages) -> None:
    """Alice, bob and carol; primary is paged first, secondary after five minutes."""
    admin = pages.admin
    for name, full in (("alice", "Alice Archer"), ("bob", None), ("carol", "Carol Castro")):
        body = {"full_name": full, "email": f"{name}@example.com", "time_zone": "Europe/Paris"}
        assert admin.send("PUT", f"/api/v1/users/{name}", body=body).status == 201
    primary = {"time_zone": "Europe/Paris", "layers": [RELEASES, WEEKLY]}
    assert admin.send("PUT", "/api/v1/schedules/primary", body=primary).status == 201
    daily = {
        "rotation": "daily",
        "handoff": "18:00",
        "start": "2026-02-23",
        "users": ["carol", "bob"],
    }
    secondary = {"time_zone": "Europe/Paris", "layers": [daily]}
    assert admin.send("PUT", "/api/v1/schedules/secondary", body=secondary).status == 201
    steps = [
        {"targets": [{"schedule": "primary"}], "delay": "5m"},
        {"targets": [{"schedule": "secondary"}], "delay": "10m"},
    ]
    policy = admin.send("PUT", "/api/v1/escalation-policies/payments", body={"steps": steps})
    assert policy.status == 201


@pytest.fixture
def pages(chromium: Browser) -> Iterator[WorldPages]:
    world = World(NINE)
    made = WorldPages(world, chromium, Client.of(world))
    team_of(made)
    yield made
    made.close()


def people_at(pages: WorldPages, at: datetime, schedule: str = "primary") -> list[str]:
    asked = pages.admin.get("/api/v1/on-call", at=at.isoformat().replace("+00:00", "Z"))
    [found] = [it for it in asked.data["schedules"] if it["schedule"] == schedule]
    people: list[str] = found["on_call"]["people"]
    return people


def card(page: Page, schedule: str = "primary") -> Locator:
    return page.get_by_role("region", name=schedule, exact=True)


def rows(page: Page) -> Locator:
    return page.get_by_role("region", name="Shifts of the week").get_by_role("listitem")


def opened(page: Page, query: str = "") -> Page:
    page.goto(f"{PAGE}{query}")
    expect(rows(page).first).to_be_visible()
    return page


# What is shown


def test_it_says_who_is_on_call_until_when_and_who_is_next(pages: WorldPages) -> None:
    page = opened(pages.page("bob"))

    expect(page.get_by_role("heading", level=1)).to_have_text(
        "You are on call until Sun\u00a018:00 (secondary)"
    )
    expect(card(page)).to_contain_text("paged first by policy payments")
    expect(card(page)).to_contain_text("Alice Archer")
    expect(card(page)).to_contain_text(
        "until Mon\u00a009:00, 1\u00a0d. Next you, until Tue\u00a009:00."
    )
    expect(card(page, "secondary")).to_contain_text("paged after 5\u00a0min by policy payments")
    expect(card(page, "secondary")).to_contain_text("Bob, you")
    expect(page.get_by_role("banner")).to_contain_text("On call: You until Sun\u00a018:00")


def test_one_request_tells_the_header_and_the_page_who_is_on_call(pages: WorldPages) -> None:
    opened(pages.page("alice"))

    assert len(pages.watches[0].asked("GET", "/api/v1/on-call")) == 1


def test_weeks_are_in_the_address(pages: WorldPages) -> None:
    page = opened(pages.page("alice"), "?schedule=primary")
    week = page.get_by_role("region", name="primary, the week")
    expect(week).to_contain_text("primary, 1 to 7\u00a0March")

    week.get_by_role("link", name="The week after").click()

    expect(week).to_contain_text("8 to 14\u00a0March")
    assert page.url.endswith("?schedule=primary&week=2026-03-08")
    expect(rows(page).first).to_contain_text("Bob")
    week.get_by_role("link", name="Today").click()
    expect(week).to_contain_text("1 to 7\u00a0March")
    page.go_back()
    expect(week).to_contain_text("8 to 14\u00a0March")
    page.keyboard.press("[")
    expect(week).to_contain_text("1 to 7\u00a0March")


def test_a_gap_is_shown_and_filled_with_one_press(pages: WorldPages) -> None:
    friday_off = {**WEEKLY, "only": [{"days": ["sun", "mon", "tue", "wed", "thu", "sat"]}]}
    pages.admin.send("PUT", "/api/v1/schedules/other", body={"layers": [friday_off]})
    page = opened(pages.page("alice", zone="UTC"), "?schedule=other")
    expect(
        page.get_by_text(
            "1\u00a0gap, Fri\u00a06\u00a0Mar\u00a000:00 to Sat\u00a07\u00a0Mar\u00a000:00"
        )
    ).to_be_visible()
    expect(page.locator(".bit.is-gap svg")).to_have_count(1)

    rows(page).filter(has_text="Nobody").get_by_role("button", name="Take").click()
    expect(page.get_by_role("dialog")).to_contain_text("You are paged where nobody is.")
    page.get_by_role("button", name="Take this shift").click()

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(rows(page).filter(has_text="Nobody")).to_have_count(0)
    assert people_at(pages, datetime(2026, 3, 6, 12, tzinfo=UTC), "other") == ["alice"]


def test_times_are_local_and_the_schedules_own_stand_beside_them(pages: WorldPages) -> None:
    page = opened(pages.page("alice", zone="America/New_York"), "?schedule=primary")

    monday = rows(page).filter(has_text="Bob").first
    expect(monday).to_contain_text(
        "Mon\u00a02\u00a0Mar\u00a003:00 to Tue\u00a03\u00a0Mar\u00a003:00, 1\u00a0d"
    )
    expect(monday).to_contain_text(
        "Mon\u00a02\u00a0Mar\u00a009:00 to Tue\u00a03\u00a0Mar\u00a009:00 in Europe/Paris"
    )
    week = page.get_by_role("region", name="primary, the week")
    expect(week).to_contain_text("America/New_York, UTC-5")
    expect(week).to_contain_text("zone is Europe/Paris.")


@pytest.mark.parametrize(
    ("week", "hours", "said"),
    [("2026-03-27", 23, "167\u00a0h"), ("2026-10-23", 25, "169\u00a0h")],
)
def test_the_week_in_which_clocks_change_is_as_long_as_it_is(
    pages: WorldPages, week: str, hours: int, said: str
) -> None:
    page = opened(pages.page("alice"), f"?schedule=primary&week={week}")

    expect(page.get_by_role("region", name="primary, the week")).to_contain_text(said)
    widths = page.locator(".strip7 .day").evaluate_all(
        "(days) => days.map((day) => parseFloat(day.style.width))"
    )
    sunday = 2
    whole = 144 + hours
    expected = [(hours if day == sunday else 24) / whole * 100 for day in range(7)]
    assert widths == pytest.approx(expected, abs=0.01)


def test_list_and_strip_show_whom_who_names_at_random_instants(pages: WorldPages) -> None:
    chance = random.Random(15)  # noqa: S311 - no secret
    users = ["alice", "bob", "carol"]
    for _ in range(14):
        begins = NINE + timedelta(minutes=chance.randrange(28 * 24 * 60))
        kind = chance.choice(["replace", "add", "remove"])
        user, instead = chance.sample(users, 2)
        body: dict[str, Any] = {
            "kind": kind,
            "user": user,
            "from": begins.isoformat(),
            "to": (begins + timedelta(hours=chance.randrange(2, 60))).isoformat(),
        }
        if kind == "replace" and chance.random() < 0.5:
            body["for"] = instead
        assert pages.admin.post("/api/v1/schedules/primary/overrides", body).status == 201
    page = pages.page("alice")
    for week in range(4):
        first = datetime(2026, 2, 28, 23, tzinfo=UTC) + timedelta(days=7 * week)
        opened(page, f"?schedule=primary&week={(first + timedelta(days=1)):%Y-%m-%d}")
        seen = _shown(page)
        for _ in range(50):
            at = first + timedelta(seconds=chance.randrange(7 * 24 * 3600 - 7200))
            people = {"alice": "you", "bob": "bob", "carol": "Carol Castro"}
            expected = [people[it] for it in people_at(pages, at)]
            assert seen.in_list(at) == " and ".join(expected).lower().replace("nobody", ""), at
            assert seen.in_strip(at) == " and ".join(
                {"you": "Alice", "Carol Castro": "Carol"}.get(it, it) for it in expected
            ), at


class _Seen:
    def __init__(self, found: dict[str, Any]) -> None:
        self._rows, self._bits = found["rows"], found["bits"]
        self._begins, self._ends = found["begins"] / 1000, found["ends"] / 1000

    def in_list(self, at: datetime) -> str:
        [names] = [
            names
            for begins, ends, names in self._rows
            if datetime.fromisoformat(begins) <= at < datetime.fromisoformat(ends)
        ]
        said = re.sub(r"(, now)?$", "", names).lower()
        return "" if said == "nobody" else said

    def in_strip(self, at: datetime) -> str:
        share = (at.timestamp() - self._begins) / (self._ends - self._begins) * 100
        [says] = [says for left, width, says in self._bits if left <= share < left + width]
        return "" if says == "Nobody" else str(says)


def _shown(page: Page) -> _Seen:
    return _Seen(
        page.evaluate("""async () => {
          const {weekFrom} = await import("/assets/core/week.js");
          const week = weekFrom(new URLSearchParams(location.search).get("week"), "Europe/Paris");
          const rows = [...document.querySelectorAll(".plan li")].map((row) => {
            const b = row.querySelector("b").cloneNode(true);
            b.querySelector(".why")?.remove();
            return [row.dataset.from, row.dataset.to, b.textContent];
          });
          const bits = [...document.querySelectorAll(".lane.final .bit")].map((bit) =>
            [parseFloat(bit.style.left), parseFloat(bit.style.width), bit.title]);
          return {begins: week.begins, ends: week.ends, rows, bits};
        }""")
    )


# What people do


def test_bob_takes_tonights_shift_on_a_phone(pages: WorldPages) -> None:
    page = opened(pages.page("bob", width=360, height=740), "?schedule=primary")
    does_not_scroll_sideways(page)
    take = card(page).get_by_role("button", name="Take over")
    _fits_a_thumb(take)

    take.tap()

    dialog = page.get_by_role("dialog", name="Take primary")
    expect(dialog).to_contain_text("You are paged instead of Alice Archer, who is told.")
    expect(dialog.get_by_label("Until")).to_have_value("2026-03-02T09:00")
    expect(dialog).to_contain_text("Europe/Paris, UTC+1")
    _fits_a_thumb(dialog.get_by_role("button", name="Take this shift"))
    axe(page)
    dialog.get_by_role("button", name="Take this shift").tap()
    expect(page.get_by_text("You are on call in primary until Mon\u00a009:00")).to_be_visible()
    expect(card(page)).to_contain_text("Bob, you")
    assert people_at(pages, NINE + timedelta(hours=12)) == ["bob"]
    assert people_at(pages, NINE + timedelta(hours=25)) == ["bob"], "his own shift follows"
    does_not_scroll_sideways(page)


def test_a_shift_is_taken_for_a_part_of_it_and_given_back(pages: WorldPages) -> None:
    page = opened(pages.page("bob"), "?schedule=primary")
    card(page).get_by_role("button", name="Take over").click()
    page.get_by_label("Until").fill("2026-03-01T12:00")
    page.get_by_label("Reason, if you like").fill("Alice is ill")

    page.get_by_role("button", name="Take this shift").click()

    arranged = page.get_by_role("region", name="Asked and arranged")
    expect(arranged).to_contain_text("by you, Sun\u00a009:00: Alice is ill")
    assert people_at(pages, NINE + timedelta(hours=4)) == ["alice"]
    pages.world.pass_time(minutes=1)
    arranged.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="End it now").click()
    expect(arranged).to_contain_text("the layers say who is on call")
    assert people_at(pages, pages.world.now) == ["alice"]


def test_alice_hands_over_to_carol(pages: WorldPages) -> None:
    page = opened(pages.page("alice"), "?schedule=primary")

    card(page).get_by_role("button", name="Hand over").click()
    page.get_by_label("To whom").select_option("carol")
    page.get_by_role("button", name="Hand over to Carol Castro").click()

    expect(page.get_by_text("Carol Castro is on call in primary")).to_be_visible()
    assert people_at(pages, NINE + timedelta(hours=1)) == ["carol"]


def test_only_whole_shifts_are_swapped(pages: WorldPages) -> None:
    pages.world.now += timedelta(minutes=31)
    page = opened(pages.page("alice"), "?schedule=primary")
    page.get_by_role("button", name="Swap").click()
    dialog = page.get_by_role("dialog", name="Swap in primary")

    for label in ("Give", "Take for it"):
        offered = dialog.get_by_label(label).locator("option").all_inner_texts()
        assert len(offered) > 5
        assert [it for it in offered if not it.endswith(("09:00", "18:00"))] == []


def test_alice_asks_for_a_swap_and_bob_accepts(pages: WorldPages) -> None:
    alice = opened(pages.page("alice"), "?schedule=primary")
    alice.get_by_role("button", name="Swap").click()
    dialog = alice.get_by_role("dialog", name="Swap in primary")
    dialog.get_by_label("Give").select_option(label=f"{MONDAY} to Tue\u00a010\u00a0Mar\u00a009:00")
    theirs = f"bob, Tue\u00a03\u00a0Mar\u00a018:00 to {MONDAY}"
    dialog.get_by_label("Take for it").select_option(label=theirs)
    dialog.get_by_label("Reason, if you like").fill("A wedding")
    dialog.get_by_role("button", name="Ask bob").click()
    expect(alice.get_by_text("bob is asked")).to_be_visible()
    arranged = alice.get_by_role("region", name="Asked and arranged")
    expect(arranged).to_contain_text(f"You ask bob to take {MONDAY}")
    expect(alice.locator(".bit.is-asked").first).to_be_visible()

    bob = opened(pages.page("bob", width=360, height=740))
    asked = bob.get_by_role("region", name="You are asked to swap")
    expect(asked).to_contain_text(f"Alice Archer asks you to take {MONDAY}")
    expect(asked).to_contain_text("“A wedding”")
    _fits_a_thumb(asked.get_by_role("button", name="Accept"))
    axe(bob)
    asked.get_by_role("button", name="Accept").tap()

    expect(bob.get_by_text("Accepted: both shifts are swapped")).to_be_visible()
    expect(asked).to_have_count(0)
    assert people_at(pages, datetime(2026, 3, 9, 12, tzinfo=UTC)) == ["bob"]
    assert people_at(pages, datetime(2026, 3, 5, 12, tzinfo=UTC)) == ["alice"]
    opened(alice, "?schedule=primary")
    expect(arranged).to_contain_text("Bob for Alice Archer")


@pytest.mark.parametrize(
    ("who", "button", "state"),
    [("bob", "Decline", "declined"), ("alice", "Withdraw", "withdrawn")],
)
def test_a_swap_that_is_declined_or_withdrawn_changes_nothing(
    pages: WorldPages, who: str, button: str, state: str
) -> None:
    body = {
        "with": "bob",
        "user": "alice",
        "gives": {"from": "2026-03-09T08:00:00Z", "to": "2026-03-10T08:00:00Z"},
        "takes": {"from": "2026-03-05T08:00:00Z", "to": "2026-03-06T08:00:00Z"},
    }
    assert pages.admin.post("/api/v1/schedules/primary/swaps", body).status == 201
    page = opened(pages.page(who))

    page.get_by_role("button", name=button).click()

    expect(page.get_by_text("nothing changes")).to_be_visible()
    expect(page.get_by_role("button", name=button)).to_have_count(0)
    assert [it["state"] for it in pages.admin.get("/api/v1/swaps").data] == [state]
    assert people_at(pages, datetime(2026, 3, 9, 12, tzinfo=UTC)) == ["alice"]


def test_an_override_for_the_weekend(pages: WorldPages) -> None:
    page = opened(pages.page("alice", "admin"), "?schedule=primary")
    pages.watches[0].expect("422")
    page.get_by_role("button", name="Override").click()
    dialog = page.get_by_role("dialog", name="Override in primary")
    dialog.get_by_label("Who").select_option("carol")
    dialog.get_by_label("From").fill("2026-03-07T00:00")
    dialog.get_by_label("Until").fill("2026-03-06T00:00")
    dialog.get_by_role("button", name="Make the override").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Until must lie after from")

    dialog.get_by_label("Until").fill("2026-03-09T00:00")
    dialog.get_by_role("button", name="Make the override").click()

    expect(dialog).to_have_count(0)
    weekend = rows(page).filter(has_text="by an override")
    expect(weekend).to_contain_text("Carol Castro")
    expect(weekend).to_contain_text(
        "Sat\u00a07\u00a0Mar\u00a000:00 to Mon\u00a09\u00a0Mar\u00a000:00, 2\u00a0d"
    )
    expect(page.locator(".lane.final .bit.is-override")).to_have_count(1)
    assert people_at(pages, datetime(2026, 3, 8, 12, tzinfo=UTC)) == ["carol"]


def test_one_more_and_one_less(pages: WorldPages) -> None:
    page = opened(pages.page("alice", "admin"), "?schedule=primary")
    for kind, user, begins, ends in (
        ("add", "carol", "2026-03-02T10:00", "2026-03-02T12:00"),
        ("remove", "bob", "2026-03-04T20:00", "2026-03-04T22:00"),
    ):
        page.get_by_role("button", name="Override").click()
        dialog = page.get_by_role("dialog", name="Override in primary")
        dialog.get_by_label("What").select_option(kind)
        dialog.get_by_label("Who").select_option(user)
        dialog.get_by_label("From").fill(begins)
        dialog.get_by_label("Until").fill(ends)
        dialog.get_by_role("button", name="Make the override").click()
        expect(dialog).to_have_count(0)

    assert people_at(pages, datetime(2026, 3, 2, 10, tzinfo=UTC)) == ["bob", "carol"]
    assert people_at(pages, datetime(2026, 3, 4, 20, tzinfo=UTC)) == []
    expect(rows(page).filter(has_text="Bob and Carol Castro")).to_contain_text("Carol Castro too")
    expect(rows(page).filter(has_text="Nobody")).to_contain_text("without bob")


def test_a_responder_names_only_themselves_but_for_their_own_shifts(pages: WorldPages) -> None:
    page = opened(pages.page("bob"), "?schedule=primary")
    page.get_by_role("button", name="Override").click()
    dialog = page.get_by_role("dialog")
    who = dialog.get_by_label("Who")
    expect(who.locator("option")).to_have_text(["bob, you"])

    dialog.get_by_label("In place of").select_option("bob")

    expect(who.locator("option")).to_have_text(["Alice Archer", "Carol Castro"])


def test_a_viewer_sees_all_and_has_nothing_to_press(pages: WorldPages) -> None:
    page = opened(pages.page("carol", "alerts:read", "config:read"))

    for name in ("Take", "Take over", "Hand over", "Swap", "Override"):
        expect(page.get_by_role("main").get_by_role("button", name=name)).to_have_count(0)


def test_what_is_refused_is_said_in_the_dialog(pages: WorldPages) -> None:
    page = opened(pages.page("bob"), "?schedule=primary")
    pages.watches[0].expect("422")
    card(page).get_by_role("button", name="Take over").click()
    page.get_by_label("Until").fill("2026-02-28T12:00")

    page.get_by_role("button", name="Take this shift").click()

    expect(page.get_by_role("alert")).to_have_text("Until must lie ahead.")


def test_a_calendar_is_made_shown_once_and_revoked(pages: WorldPages) -> None:
    page = opened(pages.page("alice", width=360, height=740))
    page.get_by_text("Calendars").click()
    page.get_by_role("button", name="Make an address of Your shifts").click()
    expect(page.get_by_text("/cal/")).to_be_visible()
    expect(page.get_by_text("It is shown once.")).to_be_visible()
    does_not_scroll_sideways(page)
    axe(page)

    opened(page)
    page.get_by_text("Calendars").click()
    expect(page.get_by_text("has an address, first made today\u00a009:00")).to_be_visible()
    expect(page.get_by_text("/cal/")).to_have_count(0)

    page.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("has no address yet").first).to_be_visible()
    assert pages.admin.get("/api/v1/feeds").data == []


def test_without_a_schedule_it_says_what_one_is_for(chromium: Browser) -> None:
    world = World(NINE)
    made = WorldPages(world, chromium, Client.of(world))
    page = made.page(None, "admin")
    page.goto(PAGE)

    expect(page.get_by_role("heading", level=1)).to_have_text("There is no schedule yet")
    expect(page.get_by_role("link", name="Make a schedule")).to_be_visible()
    made.close()


def test_what_people_wrote_is_only_ever_text(pages: WorldPages) -> None:
    sly = '<img src=x onerror="alert(1)">'
    pages.admin.send("PATCH", "/api/v1/users/carol", body={"full_name": sly})
    body = {"user": "carol", "from": "2026-03-02T09:00", "to": "2026-03-02T12:00", "reason": sly}
    pages.admin.post("/api/v1/schedules/primary/overrides", body)

    page = opened(pages.page("alice"), "?schedule=primary")

    expect(page.get_by_role("region", name="Asked and arranged")).to_contain_text(sly)
    assert page.locator("main img").count() == 0


# For everybody


def test_a_shift_is_taken_by_the_keyboard_alone(pages: WorldPages) -> None:
    page = opened(pages.page("bob"), "?schedule=primary")

    tab_to(page, "Take over")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    tab_to(page, "Take this shift")
    page.keyboard.press("Enter")

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(card(page)).to_contain_text("Bob, you")


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_everybody_can_use_it(pages: WorldPages, width: int) -> None:
    override = {"user": "carol", "for": "bob", "from": "2026-03-04T18:00", "to": "2026-03-05T09:00"}
    pages.admin.post("/api/v1/schedules/primary/overrides", override)
    lacking = {
        "kind": "remove",
        "user": "bob",
        "from": "2026-03-06T09:00",
        "to": "2026-03-06T12:00",
    }
    pages.admin.post("/api/v1/schedules/primary/overrides", lacking)
    page = opened(pages.page("alice", "admin", width=width), "?schedule=primary")

    axe(page)
    does_not_scroll_sideways(page)
    for button in ("Hand over", "Swap", "Override"):
        page.get_by_role("main").get_by_role("button", name=button).first.click()
        expect(page.get_by_role("dialog").get_by_label("Reason, if you like")).to_be_visible()
        axe(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_it_shows_the_schedules_of_a_real_stack(page_of: PageOf, api: StackClient) -> None:
    api.put("/api/v1/users/alice", {"email": "alice@example.com"}).expect(200, 201)
    layer = {**WEEKLY, "users": ["alice"]}
    body = {"time_zone": "Europe/Berlin", "layers": [layer]}
    api.put("/api/v1/schedules/primary", body).expect(200, 201)
    page = page_of("admin", PHONE)

    page.goto(f"{PAGE}?schedule=primary")

    # Its functions start with these requests.
    expect(rows(page).first).to_be_visible(timeout=STARTING_MS)
    expect(card(page)).to_contain_text("Alice")
    axe(page)
    does_not_scroll_sideways(page)


def _fits_a_thumb(button: Locator) -> None:
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= THUMB
    assert box["width"] >= THUMB
