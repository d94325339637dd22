"""The key that an alert gets whose sender gives none."""

import pytest

from tocsin.domain.dedup import DEDUP_KEY_LIMIT, bounded, dedup_key_of


def test_plain_parts_make_a_key_that_people_can_read() -> None:
    assert dedup_key_of("Disk full", "prod", "db-1") == "Disk full/prod/db-1"


def test_a_part_that_is_missing_is_an_empty_part() -> None:
    assert dedup_key_of("Disk full", None, "db-1") == dedup_key_of("Disk full", "", "db-1")


@pytest.mark.parametrize(
    ("parts", "others"),
    [
        pytest.param(("a/b", "c"), ("a", "b/c"), id="slashes"),
        pytest.param(("3:a/b", "c"), ("a/b", "c"), id="what looks like our own lengths"),
        pytest.param(("a", "", ""), ("", "a", ""), id="empty parts"),
        pytest.param(("1:/", ""), ("/", ":"), id="nothing but separators"),
    ],
)
def test_parts_are_told_apart_in_spite_of(parts: tuple[str, ...], others: tuple[str, ...]) -> None:
    assert dedup_key_of(*parts) != dedup_key_of(*others)


def test_a_key_at_the_limit_stays_as_it_is() -> None:
    key = "k" * DEDUP_KEY_LIMIT

    assert bounded(key) == key


def test_a_longer_key_becomes_its_hash() -> None:
    key = bounded("k" * (DEDUP_KEY_LIMIT + 1))

    assert key.startswith("sha256:")
    assert len(key) <= DEDUP_KEY_LIMIT


def test_long_keys_that_differ_only_at_their_end_still_differ() -> None:
    assert bounded("k" * 300 + "1") != bounded("k" * 300 + "2")


def test_a_key_that_no_reader_could_decode_still_has_a_hash() -> None:
    assert bounded("\ud800" * 300) != bounded("\ud801" * 300)


def test_a_key_that_no_reader_could_see_whole_is_hashed_and_still_differs() -> None:
    hidden, seen = dedup_key_of("a\x00b", None), dedup_key_of("a\N{REPLACEMENT CHARACTER}b", None)

    assert hidden.startswith("sha256:")
    assert hidden != seen
