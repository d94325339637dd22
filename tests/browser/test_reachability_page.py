"""Reachability: what keeps pages from people, what to do about it, and that all is fine."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.access import axe, does_not_scroll_sideways, tab_to
from tests.browser.conftest import PageOf
from tests.browser.world_pages import WorldPages
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.domain.people import User, hash_address
from tocsin.domain.ways import Noun

PAGE = "/console/reachability"
NINE = datetime(2026, 3, 1, 8, 0, 5, tzinfo=UTC)
WEEKLY: dict[str, object] = {
    "rotation": "weekly",
    "handoff": "mon 09:00",
    "start": "2026-02-23",
    "users": ["alice"],
}
ON_CALL = {"time_zone": "Europe/Paris", "layers": [WEEKLY]}


def team_of(pages: WorldPages) -> None:
    """Alice is on call, and has confirmed her address; a channel comes after her."""
    world = pages.world
    alice = User(name="alice", email="alice@example.com")
    hashes = {it: hash_address(str(alice.address_of(it))) for it in alice.methods}
    world.keep(world.users, User(name="alice", email="alice@example.com", verified=hashes))
    admin = pages.admin
    steps = [
        {"targets": [{"schedule": "primary"}], "delay": "5m"},
        {"targets": [{"channel": "here"}], "delay": "10m"},
    ]
    for path, body in (
        ("schedules/primary", ON_CALL),
        ("channels/here", {"type": "console"}),
        ("escalation-policies/default", {"steps": steps}),
    ):
        assert admin.send("PUT", f"/api/v1/{path}", body=body).status == 201


@pytest.fixture
def pages(chromium: Browser) -> Iterator[WorldPages]:
    world = World(NINE)
    made = WorldPages(world, chromium, Client.of(world))
    team_of(made)
    yield made
    made.close()


def opened(page: Page) -> Page:
    page.goto(PAGE)
    expect(page.get_by_role("region", name="Who would be paged now")).to_be_visible()
    return page


def problem(page: Page, text: str) -> Locator:
    found = page.get_by_role("list", name="What is wrong").get_by_role("listitem")
    return found.filter(has_text=text)


def test_when_all_is_fine_it_says_what_was_checked_and_when(pages: WorldPages) -> None:
    page = opened(pages.page("alice"))

    expect(page.get_by_role("heading", level=1)).to_have_text("Everything is fine")
    main = page.get_by_role("main")
    expect(main).to_contain_text("Checked at 09:00:0")
    expect(main).to_contain_text("(Europe/Paris), for critical alerts and warnings.")
    expect(main).to_contain_text("1\u00a0way from a sender to a policy; each reaches somebody.")
    expect(main).to_contain_text("1\u00a0person would be told now")
    expect(main).to_contain_text("1\u00a0schedule without a gap in the next seven days.")
    axe(page)


def test_it_says_who_would_be_paged_when_and_by_what(pages: WorldPages) -> None:
    path = opened(pages.page("alice")).get_by_role("region", name="Who would be paged now")

    expect(path).to_contain_text("Everything else, by policy default")
    expect(path).to_contain_text("at oncealice by e-mail (primary)")
    expect(path).to_contain_text("after 5\u00a0minchannel here")


def test_the_ways_to_a_person_at_one_time_are_one(pages: WorldPages) -> None:
    body = {"email": "alice@example.com", "phone": "+15550100"}
    pages.admin.send("PUT", "/api/v1/users/alice", body=body)

    path = opened(pages.page("alice")).get_by_role("region", name="Who would be paged now")

    expect(path).to_contain_text("at oncealice by e-mail and SMS (primary)")


def test_problems_are_sentences_with_what_to_do_and_where(pages: WorldPages) -> None:
    friday_off = {
        **WEEKLY,
        "only": [{"days": ["sun", "mon", "tue", "wed", "thu", "sat"]}],
    }
    admin = pages.admin
    admin.send("PUT", "/api/v1/schedules/other", body={**ON_CALL, "layers": [friday_off]})
    admin.send("PUT", "/api/v1/users/frank", body={})
    steps = [
        {"targets": [{"user": "frank"}], "delay": "5m"},
        {"targets": [{"schedule": "other"}], "delay": "5m"},
    ]
    admin.send("PUT", "/api/v1/escalation-policies/default", body={"steps": steps})

    page = opened(pages.page("alice"))

    expect(page.get_by_role("heading", level=1)).to_have_text("2\u00a0things in the way of pages")
    frank = problem(page, "Frank has no contact method")
    expect(frank).to_contain_text("Add an e-mail address, a phone number or a Slack member ID.")
    change = frank.get_by_role("link", name="Change frank")
    expect(change).to_have_attribute("href", "/console/set-up/users/frank")
    gap = problem(page, "Nobody is on call by schedule other from Fri 00:00")
    expect(gap).to_contain_text("Take the shift, or make an override for that time.")
    to_schedule = gap.get_by_role("link", name="On call")
    expect(to_schedule).to_have_attribute("href", "/console/on-call?schedule=other")
    steps_of = page.get_by_role("region", name="Who would be paged now")
    expect(steps_of).to_contain_text("frank (not sent)")


def test_what_is_wrong_for_one_severity_names_it_and_for_both_is_said_once(
    pages: WorldPages,
) -> None:
    rule = {"by": "email", "severity": ["critical"]}
    body = {"email": "alice@example.com", "notify": [rule]}
    pages.admin.send("PUT", "/api/v1/users/alice", body=body)
    pages.admin.send("PUT", "/api/v1/users/frank", body={})
    steps = [{"targets": [{"user": "alice"}, {"user": "frank"}], "delay": "5m"}]
    pages.admin.send("PUT", "/api/v1/escalation-policies/default", body={"steps": steps})

    page = opened(pages.page("alice"))

    expect(problem(page, "No notification rule of alice is for warning")).to_have_count(1)
    expect(problem(page, "Frank has no contact method")).to_have_count(1)
    expect(problem(page, "No step of default reaches anybody for warning")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_text("Some alerts reach nobody")


def test_an_address_is_tested_from_here(pages: WorldPages) -> None:
    pages.admin.send("PUT", "/api/v1/users/alice", body={"email": "new@example.com"})
    page = opened(pages.page("alice", width=360, height=740))
    row = problem(page, "E-mail of alice is not verified")
    expect(row).to_contain_text("A test holds a link to confirm by.")
    does_not_scroll_sideways(page)
    axe(page)

    row.get_by_role("button", name="Send a test to alice by e-mail").tap()

    expect(page.get_by_text("A test is on its way to alice")).to_be_visible()


def test_shadow_mode_stands_above_everything(chromium: Browser) -> None:
    world = World(NINE)
    made = WorldPages(world, chromium, Client.of(world, is_shadow=True, has_last_resort=False))
    team_of(made)
    page = opened(made.page("alice"))

    shadow = page.get_by_role("region", name="Shadow mode")
    expect(shadow).to_contain_text("Shadow mode: no message leaves this stack")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Each alert finds somebody; 1\u00a0thing to look at"
    )
    resort = problem(page, "There is no address of last resort for alerts that reach nobody")
    expect(resort).to_contain_text("Deploy the stack with BackstopEmail or BackstopPhone")
    expect(resort.get_by_role("link")).to_have_count(0)
    axe(page)
    made.close()


def test_each_thing_that_can_be_wrong_has_its_place(pages: WorldPages) -> None:
    page = opened(pages.page("alice"))

    found = page.evaluate(
        """async (nouns) => {
          const {placeOf} = await import("/assets/pages/reachability.js");
          return nouns.map((kind) => placeOf({code: "", kind, name: "a b", problem: ""})?.href);
        }""",
        [noun.value for noun in Noun],
    )

    assert dict(zip(Noun, found, strict=True)) == {
        Noun.DEFAULT: "/console/set-up/escalation-policies",
        Noun.ROUTE: "/console/set-up/routes/a%20b",
        Noun.INTEGRATION: "/console/set-up/integrations/a%20b",
        Noun.HEARTBEAT: "/console/set-up/heartbeats/a%20b",
        Noun.ESCALATION_POLICY: "/console/set-up/escalation-policies/a%20b",
        Noun.USER: "/console/set-up/users/a%20b",
        Noun.CHANNEL: "/console/set-up/channels/a%20b",
        Noun.SCHEDULE: "/console/set-up/schedules/a%20b",
        Noun.STACK: None,
    }


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_everybody_can_use_it(pages: WorldPages, width: int) -> None:
    pages.admin.send("PUT", "/api/v1/users/alice", body={})
    page = opened(pages.page("alice", width=width))

    axe(page)
    does_not_scroll_sideways(page)
    tab_to(page, "Change alice")


def test_it_shows_what_is_wrong_on_a_real_stack(page_of: PageOf) -> None:
    page = page_of("viewer")

    page.goto(PAGE)

    # Its functions start with these requests.
    expect(problem(page, "is not verified").first).to_be_visible(timeout=60_000)
    axe(page)
