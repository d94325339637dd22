"""Short links: sixty random bits that a person could type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.ids import ALPHABET
from tocsin.domain.short_link import LENGTH, RANDOM_BYTES, read_short, spell_short, stored_name

KEY = bytes(range(32))


@given(st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES))
def test_what_is_spelled_is_read(random_bytes: bytes) -> None:
    characters = spell_short(random_bytes)

    assert read_short(characters) == characters
    assert len(characters) == LENGTH


def test_each_of_sixty_bits_counts() -> None:
    spelled = {spell_short((1 << bit).to_bytes(RANDOM_BYTES)) for bit in range(60)}

    assert len(spelled) == 60
    assert {character for each in spelled for character in each} <= set(ALPHABET)


@pytest.mark.parametrize("written", ["7hq2k9xw4mbt", "7HQ2K9XW4MBT"])
def test_small_letters_are_the_same(written: str) -> None:
    assert read_short(written) == "7HQ2K9XW4MBT"


def test_letters_that_look_like_digits_are_those() -> None:
    assert read_short("OIL000000000") == "011000000000"


@pytest.mark.parametrize(
    "written",
    ["", "7HQ2K9XW4MB", "7HQ2K9XW4MBTX", "7HQ2K9XW4MBU", "\N{LATIN SMALL LETTER LONG S}" * 12],
)
def test_anything_else_is_no_short_link(written: str) -> None:
    assert read_short(written) is None


def test_the_stored_name_depends_on_the_key_and_tells_nothing() -> None:
    name = stored_name("7HQ2K9XW4MBT", KEY)

    assert name == stored_name("7HQ2K9XW4MBT", KEY)
    assert name != stored_name("7HQ2K9XW4MBT", bytes(32))
    assert len(name) == 64
    assert "7HQ2" not in name.upper()
