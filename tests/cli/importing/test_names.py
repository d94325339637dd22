"""Names of other products become names that the file takes, each once."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.bodies.names import problem_of_name
from tocsin_cli.importing.names import Names, plain_name, user_name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Platform_schedule", "platform-schedule"),
        ("Équipe à Zürich", "equipe-a-zurich"),
        ("  DB / on-call!  ", "db-on-call"),
        ("当番", "schedule"),
        ("", "schedule"),
        ("x" * 100, "x" * 64),
    ],
)
def test_a_name_is_made_of_small_letters_digits_and_dashes(written: str, name: str) -> None:
    assert plain_name(written, "schedule") == name


@pytest.mark.parametrize(
    ("written", "name"),
    [("Alice.B", "Alice.B"), ("-.alice", "alice"), ("José Núñez", "Jose-Nunez"), ("夏", "user")],
)
def test_a_users_name_keeps_its_case_and_dots(written: str, name: str) -> None:
    assert user_name(written, "user") == name


def test_a_name_that_comes_again_is_numbered_in_the_order_of_the_source() -> None:
    names = Names()

    given_names = [names.give("users", it, "here") for it in ("alice", "Alice", "alice-2", "ALICE")]

    assert given_names == ["alice", "Alice-2", "alice-2-2", "ALICE-3"]


def test_names_that_mean_something_else_are_numbered() -> None:
    names = Names()

    assert names.give("users", "nobody", "here") == "nobody-2"
    assert names.give("users", "auto", "here") == "auto-2"
    assert names.give("integrations", "heartbeats", "here") == "heartbeats-2"
    assert names.give("channels", "last-resort", "here") == "last-resort-2"


def test_the_report_can_say_what_each_was_called() -> None:
    names = Names()

    names.give("schedules", "Primary On-call", "file: schedules[0]")

    (renaming,) = names.renamings
    assert (renaming.source, renaming.name) == ("Primary On-call", "primary-on-call")


@given(
    written=st.lists(st.text(max_size=80), max_size=30), kind=st.sampled_from(["users", "routes"])
)
def test_every_name_is_valid_and_no_two_are_equal_without_case(
    written: list[str], kind: str
) -> None:
    names = Names()

    found = [names.give(kind, it, "here") for it in written]

    assert [problem_of_name(it, is_person=kind == "users") for it in found] == [None] * len(found)
    assert len({it.lower() for it in found}) == len(found)
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", it) for it in found)
