"""The key that an alert gets whose sender gives none."""

from tocsin.domain.dedup import DEDUP_KEY_LIMIT, bounded, dedup_key_of


def test_plain_parts_make_a_key_that_people_can_read() -> None:
    assert dedup_key_of("Disk full", "prod", "db-1") == "Disk full/prod/db-1"


def test_a_part_that_is_missing_is_an_empty_part() -> None:
    assert dedup_key_of("Disk full", None, "db-1") == dedup_key_of("Disk full", "", "db-1")


def test_a_key_at_the_limit_stays_as_it_is() -> None:
    key = "k" * DEDUP_KEY_LIMIT

    assert bounded(key) == key


def test_a_longer_key_becomes_its_hash() -> None:
    key = bounded("k" * (DEDUP_KEY_LIMIT + 1))

    assert key.startswith("sha256:")
    assert len(key) <= DEDUP_KEY_LIMIT


def test_a_key_that_no_reader_could_decode_still_has_a_hash() -> None:
    assert bounded("\ud800" * 300) != bounded("\ud801" * 300)


def test_a_key_that_no_reader_could_see_whole_is_hashed_and_still_differs() -> None:
    hidden, seen = dedup_key_of("a\x00b", None), dedup_key_of("a\N{REPLACEMENT CHARACTER}b", None)

    assert hidden.startswith("sha256:")
    assert hidden != seen
