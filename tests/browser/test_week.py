"""What a week of a schedule is drawn from: pure functions, in the browser that runs them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from functions.console.answers import respond
from local.console import SOURCE, ConsoleSource

ADDRESS = "http://console.test"
type Week = Callable[..., Any]


@pytest.fixture
def week(chromium: Browser) -> Iterator[Week]:
    """`week("return it.fromTo(span)", zone, span=…)`: what the module says in a time zone."""
    contexts = []

    def run(body: str, zone: str = "Europe/Paris", **given: object) -> Any:  # noqa: ANN401 - any value
        context = chromium.new_context(timezone_id=zone)
        contexts.append(context)

        def answer(route: Any) -> None:  # noqa: ANN401 - a route
            path = route.request.url.removeprefix(ADDRESS)
            found = respond("GET", path, {}, ConsoleSource(SOURCE).find)
            # Of the page, only its policy: nothing of the console starts.
            is_page = path == "/"
            text = "" if is_page else found.body
            route.fulfill(status=found.status, headers=dict(found.headers), body=text)

        context.route("**/*", answer)
        page = context.new_page()
        page.goto(ADDRESS)
        names = ", ".join(["it", *given])
        script = f"""async (given) => {{
          const it = await import("/assets/core/week.js");
          return (({names}) => {{ {body} }})(it, ...Object.values(given));
        }}"""
        return page.evaluate(script, given)

    yield run
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("zone", "date", "hours"),
    [
        ("Europe/Paris", "2026-03-27", [24, 24, 23, 24, 24, 24, 24]),
        ("Europe/Paris", "2026-10-23", [24, 24, 25, 24, 24, 24, 24]),
        ("UTC", "2026-03-27", [24] * 7),
        # There is no midnight on this Friday.
        ("Africa/Cairo", "2026-04-21", [24, 24, 24, 23, 24, 24, 24]),
        ("Australia/Lord_Howe", "2026-10-02", [24, 24, 23.5, 24, 24, 24, 24]),
    ],
)
def test_days_are_as_long_as_the_clock_makes_them(
    week: Week, zone: str, date: str, hours: list[float]
) -> None:
    found = week(
        "return it.weekFrom(date).days.map((day) => (day.ends - day.at) / 3.6e6)", zone, date=date
    )

    assert found == hours


def test_a_change_of_the_clock_is_said(week: Week) -> None:
    said = week('return it.offsetsInWeek(it.weekFrom("2026-03-27"))')

    assert said == "UTC+1; from Sun\u00a029\u00a0Mar on UTC+2: 167\u00a0h"
    assert week('return it.offsetsInWeek(it.weekFrom("2026-03-01"))', "UTC") == "UTC"
    assert week('return it.offsetsInWeek(it.weekFrom("2026-03-01"))', "Asia/Kolkata") == "UTC+5:30"


@pytest.mark.parametrize(
    ("said", "begins"),
    [
        ("2026-03-08", "2026-03-08"),
        ("2026-02-01", "2026-02-01"),
        ("", "2026-03-01"),
        ("tomorrow", "2026-03-01"),
        ("2026-13-45", "2026-03-01"),
        ("2029-01-01", "2026-03-01"),  # the API answers for 400 days
    ],
)
def test_a_week_begins_as_the_address_says_else_today(week: Week, said: str, begins: str) -> None:
    now = '"2026-02-28T23:30:00Z"'  # in Paris the next day has begun

    assert week(f"return it.weekStart(said, Date.parse({now}))", said=said) == begins


@pytest.mark.parametrize(
    ("begins", "ends", "words", "length"),
    [
        ("2026-03-06T08:00:00Z", "2026-03-06T11:00:00Z", "Fri 6 Mar 09:00 to 12:00", "3 h"),
        ("2026-03-06T08:00:00Z", "2026-03-06T08:45:00Z", "Fri 6 Mar 09:00 to 09:45", "45 min"),
        (
            "2026-03-06T11:00:00Z",
            "2026-03-09T08:00:00Z",
            "Fri 6 Mar 12:00 to Mon 9 Mar 09:00",
            "2 d 21 h",
        ),
        (
            "2026-03-23T08:00:00Z",
            "2026-03-30T07:00:00Z",
            "Mon 23 Mar 09:00 to Mon 30 Mar 09:00",
            "6 d 23 h",
        ),
        ("2026-03-06T08:00:00Z", "2026-03-06T09:30:00Z", "Fri 6 Mar 09:00 to 10:30", "1 h 30 min"),
    ],
)
def test_a_span_is_said_with_its_real_length(
    week: Week, begins: str, ends: str, words: str, length: str
) -> None:
    found = week("return [it.fromTo(span), it.lengthOf(span)]", span={"from": begins, "to": ends})

    expected = words.replace(" ", "\u00a0").replace("\u00a0to\u00a0", " to ")
    assert found == [expected, length.replace(" ", "\u00a0")]


def test_what_lies_beyond_the_week_has_its_date(week: Week) -> None:
    now = 'Date.parse("2026-03-01T08:00:00Z")'

    assert week(f'return it.when("2026-03-02T08:00:00Z", {now})') == "Mon\u00a009:00"
    assert (
        week(f'return it.when("2026-03-09T08:00:00Z", {now})') == "Mon\u00a09\u00a0Mar\u00a009:00"
    )
    assert week(f'return it.when("2026-03-02T08:00:00Z", {now}, "Asia/Tokyo")') == "Mon\u00a017:00"


def test_what_goes_on_without_a_break_is_one_for_each_person(week: Week) -> None:
    shifts = [
        {"from": "a", "to": "b", "people": ["alice"]},
        {"from": "b", "to": "c", "people": ["alice", "bob"]},
        {"from": "c", "to": "d", "people": []},
        {"from": "d", "to": "e", "people": ["bob"]},
    ]

    assert week("return it.byPerson(shifts)", shifts=shifts) == [
        {"user": "alice", "from": "a", "to": "c"},
        {"user": "bob", "from": "b", "to": "c"},
        {"user": "bob", "from": "d", "to": "e"},
    ]


def test_overrides_over_each_other_have_a_line_each_and_requests_are_dashed(week: Week) -> None:
    def made(user: str, begins: str, ends: str, kind: str = "replace") -> dict[str, object]:
        span = {"from": f"2026-03-{begins}T00:00:00Z", "to": f"2026-03-{ends}T00:00:00Z"}
        return {"user": user, "kind": kind, "for": None, **span}

    known = {
        "shifts": [
            {"from": "2026-02-20T00:00:00Z", "to": "2026-03-02T00:00:00Z", "people": ["alice"]},
            {"from": "2026-03-02T00:00:00Z", "to": "2026-03-03T00:00:00Z", "people": []},
            {
                "from": "2026-03-03T00:00:00Z",
                "to": "2026-03-20T00:00:00Z",
                "people": [],
                "layer": "weekly",
            },
        ],
        "layers": [{"layer": "weekly", "shifts": []}],
        "overrides": [made("carol", "02", "04"), made("bob", "03", "05", "remove")],
        "swaps": [
            {
                "state": "asked",
                "user": "alice",
                "with": "bob",
                "gives": {"from": "2026-03-05T00:00:00Z", "to": "2026-03-06T00:00:00Z"},
                "takes": {"from": "2026-03-20T00:00:00Z", "to": "2026-03-21T00:00:00Z"},
            }
        ],
    }

    rows = week(
        'return it.stripRows(known, it.weekFrom("2026-03-01"), (name) => name)', "UTC", known=known
    )

    assert [(row["name"], row["kind"]) for row in rows] == [
        ("Who is paged", "final"),
        ("Overrides", "overrides"),
        ("", "overrides"),
        ("weekly", "layer"),
    ]
    final, first, second, _ = (row["cells"] for row in rows)
    assert [(it["kind"], it["says"]) for it in final] == [
        ("people", "alice"),
        ("gap", "Nobody"),
        ("nobody", "nobody, on purpose"),
    ]
    assert (final[0]["from"], final[-1]["to"]) == (0, 1), "cut to the week"
    assert [(it["kind"], it["says"]) for it in first] == [
        ("override", "carol instead of all"),
        ("asked", "bob?"),
    ]
    assert [it["says"] for it in second] == ["without bob"]


def test_the_policy_that_pages_a_schedule_first_is_named(week: Week) -> None:
    def policy(name: str, *steps: tuple[str, str]) -> dict[str, object]:
        made = [{"targets": [{"schedule": it}], "delay": delay} for it, delay in steps]
        return {"name": name, "steps": made}

    policies = [
        policy("late", ("other", "1h30m"), ("primary", "5m")),
        policy("soon", ("other", "90s"), ("primary", "5m")),
    ]
    found = week(
        'return ["primary", "none"].map((name) => it.pagedBy(policies, name) || null)',
        policies=policies,
    )

    assert found == [{"policy": "soon", "after": 90_000}, None]
