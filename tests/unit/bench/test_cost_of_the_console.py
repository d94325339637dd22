"""The cost of open pages in docs/cost.md follows from units, prices and its assumptions."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from bench.prices import (
    GIGABYTE_SECOND,
    HTTP_REQUESTS,
    LOGGED_GIGABYTE,
    READ_UNITS,
    REQUEST_GIGABYTES,
    RUN_SECONDS,
    STARTS,
    WRITE_UNITS,
)
from tests.functions.session.browser import Browser, person, signed_in

ROOT = Path(__file__).parents[3]
LIMIT_USD: Final = 0.25
PEOPLE, HOURS, DAYS = 5, 8, 22
IN_FRONT, BUSY = 1 / 4, 1 / 6
"""Of the time in which it is open; of the time in front."""
EVERY_BUSY, EVERY_QUIET, EVERY_HIDDEN, EVERY_LONG_HIDDEN = 5, 20, 60, 120
"""Seconds between polls."""
HIDDEN_FOR, LONG = 45 * 60, 5 * 60
"""Seconds: at a time; after which it counts as long. Who is on call is asked as often."""
ALERTS: Final = 3_000
MOVES: Final = 8
"""Batches of the stream for an alert that fires, pages, is acknowledged and recovers: as many as
runs of all functions, of which the stream's are a part."""
TOLD: Final = 4
"""Changes of one that a page reads anew for: fired, told, acknowledged, resolved."""
READS_OF_ONE: Final = 2
"""At once, and again when the index has caught up."""
LOG_BYTES: Final = 600
"""Of a request whose own line is left out: Lambda's START, END and REPORT, the gateway's line."""
LIST_ROWS: Final = "list 50 of 1,000, all"
COUNT_ROWS: Final = "list 50 of 1,000, firing, critical"


def cost_page() -> str:
    return (ROOT / "docs/cost.md").read_text(encoding="utf-8")


def row(first_words: str) -> list[float]:
    (found,) = re.findall(rf"^\| \**{first_words}[^|]*\|(.*)\|$", cost_page(), re.MULTILINE)
    cells = (cell.strip(" *").replace(",", "") for cell in found.split("|"))
    return [float(cell) for cell in cells if cell]


def list_units(rows: str = LIST_ROWS) -> float:
    """RU of the list that the Alerts page shows, as `make bench` measured it."""
    page = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
    (found,) = re.findall(rf"^\| {rows} \|[^|]*\|.* ([\d.]+) RU \|", page, re.MULTILINE)
    return float(found)


def units_of(path: str) -> float:
    """RU of a request of a person who is signed in, counted on the simulated table."""
    browser = Browser()
    signed_in(browser, person(browser.world))
    browser.ask("GET", path)
    asked: list[str] = []
    answer = browser.world.table.answer

    def counted(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(operation)
        assert parameters.get("ConsistentRead", True)
        return answer(operation, parameters)

    browser.world.table.answer = counted  # type: ignore[method-assign]
    assert browser.ask("GET", path).status == 200
    assert set(asked) <= {"GetItem", "Query"}, "it reads small items and writes nothing"
    return float(len(asked))


def of_a_request(read_units: float) -> float:
    """USD for a million."""
    run = RUN_SECONDS * REQUEST_GIGABYTES * GIGABYTE_SECOND * 1e6
    logs = LOG_BYTES / 1e9 * LOGGED_GIGABYTE * 1e6
    return HTTP_REQUESTS + STARTS + run + read_units * READ_UNITS + logs


def polls() -> float:
    seconds = PEOPLE * HOURS * DAYS * 3_600
    in_front = BUSY / EVERY_BUSY + (1 - BUSY) / EVERY_QUIET
    hidden = (LONG / EVERY_HIDDEN + (HIDDEN_FOR - LONG) / EVERY_LONG_HIDDEN) / HIDDEN_FOR
    return seconds * (IN_FRONT * in_front + (1 - IN_FRONT) * hidden)


def changes_seen() -> float:
    """By the pages of all people, in front and hidden."""
    at_work = HOURS * DAYS / (24 * 365 / 12)
    return PEOPLE * at_work * ALERTS * TOLD


def reads_anew() -> float:
    return IN_FRONT * changes_seen() * READS_OF_ONE


def counts_of_hidden_pages() -> float:
    """At most: a poll that sees several changes counts once."""
    return (1 - IN_FRONT) * changes_seen()


def test_the_polls_are_those_of_the_assumptions() -> None:
    number, usd = row("polls")

    assert number == pytest.approx(polls(), rel=0.001)
    assert usd == pytest.approx(polls() * of_a_request(3) / 1e6, abs=0.0006)


def test_a_poll_reads_what_the_page_says() -> None:
    assert units_of("/api/v1/changes") == 3


def test_lists_that_are_read_anew_are_those_of_the_assumptions() -> None:
    number, usd = row("lists read anew")

    assert number == pytest.approx(reads_anew(), rel=0.01)
    assert usd == pytest.approx(reads_anew() * of_a_request(3 + list_units()) / 1e6, abs=0.0006)


def test_the_counter_is_one_unit_a_batch() -> None:
    number, usd = row("the counter")

    assert number == ALERTS * MOVES
    assert usd == pytest.approx(number * WRITE_UNITS / 1e6, abs=0.0006)


def test_who_is_on_call_and_awake_is_asked_every_five_minutes_at_most() -> None:
    number, usd = row("who is on call")
    each = PEOPLE * HOURS * DAYS * 3_600 * IN_FRONT / LONG
    price = sum(of_a_request(units_of(it)) for it in ("/api/v1/on-call", "/api/v1/me/awake"))

    assert each < reads_anew()
    assert number == 2 * each
    assert usd == pytest.approx(each * price / 1e6, abs=0.0006)


def test_hidden_pages_count_for_their_titles() -> None:
    number, usd = row("criticals counted")
    price = of_a_request(3 + list_units(COUNT_ROWS))

    assert number == pytest.approx(counts_of_hidden_pages(), rel=0.001)
    assert usd == pytest.approx(number * price / 1e6, abs=0.0006)


def test_five_people_cost_no_more_than_a_quarter_of_a_dollar() -> None:
    begins = ("polls", "lists read anew", "who is on call", "criticals counted", "the counter")
    (whole,) = row("five people")

    assert whole == pytest.approx(sum(row(it)[-1] for it in begins), abs=0.0011)
    assert whole <= LIMIT_USD


def test_pages_ask_as_often_as_the_assumptions_say() -> None:
    source = (ROOT / "functions/console/src/core/live.js").read_text(encoding="utf-8")
    said = {
        name: int(ms.replace("_", "")) for name, ms in re.findall(r"(\w+_MS) = ([\d_]+)", source)
    }

    names = ("RESTLESS_MS", "CALM_MS", "HIDDEN_MS", "LONG_HIDDEN_MS", "LONG_MS")
    assert [said[it] / 1000 for it in names] == [
        *(EVERY_BUSY, EVERY_QUIET, EVERY_HIDDEN, EVERY_LONG_HIDDEN),
        LONG,
    ]
