"""`tocsin compare`: pages that were skipped in the shadow of another tool."""

import json

import pytest

from tests.cli.conftest import Tocsin
from tests.examples import MINUTE
from tests.fakes.world import World
from tocsin_cli.exit_codes import ExitCode

pytestmark = [pytest.mark.loopback, pytest.mark.usefixtures("stack")]


@pytest.fixture
def shadow(world: World) -> World:
    world.is_shadow = True
    world.user("alice")
    world.user("bob")
    world.escalation_policy(("user:alice", 5 * MINUTE), ("user:bob", 5 * MINUTE))
    return world


def test_pages_of_the_last_week_are_listed_by_their_times(shadow: World, tocsin: Tocsin) -> None:
    over = shadow.opened("over")
    shadow.pass_time(minutes=1)
    shadow.resolve(over)
    shadow.pass_time(minutes=1)
    shadow.opened("open")
    shadow.pass_time(minutes=6)

    rows = json.loads(tocsin("compare", "-o", "json").out)

    assert [(row["at"][11:19], row["who"], row["by"], row["alert"]) for row in rows] == [
        ("09:00:00", "user:alice", "email", "over"),
        ("09:02:00", "user:alice", "email", "open"),
        ("09:07:00", "user:bob", "email", "open"),
    ]


def test_the_table_counts_pages_and_people(shadow: World, tocsin: Tocsin) -> None:
    shadow.opened()
    shadow.pass_time(minutes=6)

    done = tocsin("compare")

    assert done.code == ExitCode.DONE
    assert done.lines[-1].startswith("2 pages to 2 targets from ")


def test_only_pages_of_the_asked_time_are_listed(shadow: World, tocsin: Tocsin) -> None:
    shadow.opened()
    shadow.pass_time(minutes=6)

    done = tocsin("compare", "--from", "2026-03-01T09:01:00Z", "-o", "json")

    assert [row["who"] for row in json.loads(done.out)] == ["user:bob"]


def test_a_stack_that_pages_by_itself_is_named(world: World, tocsin: Tocsin) -> None:
    world.opened()

    done = tocsin("compare")

    assert done.lines[-1].startswith("0 pages ")
    assert "Paging is not shadow" in done.err


@pytest.mark.parametrize(
    "arguments", [("--from", "yesterday"), ("--from", "2026-03-02T00:00Z", "--to", "2026-03-01")]
)
def test_a_time_that_is_none_is_wrong_usage(tocsin: Tocsin, arguments: tuple[str, ...]) -> None:
    assert tocsin("compare", *arguments).code == ExitCode.WRONG_USAGE
