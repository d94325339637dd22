"""Integrations and their URLs."""

from datetime import timedelta

import pytest

from tests.examples import HOUR, MINUTE, NINE
from tocsin.domain.credential import hash_token
from tocsin.domain.errors import ConflictError
from tocsin.domain.integration import TOKENS_LIMIT, Integration, IntegrationType, Token

DAY = timedelta(hours=24)


def token(number: int) -> Token:
    return Token.of(f"{number:032x}")


INTEGRATION = Integration(
    name="payments", type=IntegrationType.REST, created_at=NINE, tokens=(token(1),)
)


def working(integration: Integration) -> list[tuple[str, object]]:
    return [(token.prefix, token.valid_until) for token in integration.tokens]


def test_only_hash_and_beginning_of_a_token_are_kept() -> None:
    kept = Token.of("0123456789abcdef0123456789abcdef")

    assert kept == Token(secret_hash=hash_token("0123456789abcdef0123456789abcdef"), prefix="0123")


def test_a_token_is_the_same_with_dashes_and_in_capitals() -> None:
    plain = hash_token("0123456789abcdef0123456789abcdef")

    assert hash_token("01234567-89AB-CDEF-0123-456789ABCDEF") == plain


def test_the_old_url_works_for_the_overlap() -> None:
    rotated = INTEGRATION.rotated(token(2), at=NINE, overlap=DAY)

    old, new = rotated.tokens[1], rotated.tokens[0]
    assert new.works(NINE + 10 * DAY)
    assert old.works(NINE + DAY - timedelta(milliseconds=1))
    assert not old.works(NINE + DAY)


def test_an_overlap_of_nothing_ends_every_old_url() -> None:
    twice = INTEGRATION.rotated(token(2), at=NINE, overlap=DAY)

    rotated = twice.rotated(token(3), at=NINE + MINUTE, overlap=timedelta())

    assert rotated.tokens == (token(3),)


def test_a_second_rotation_shortens_an_overlap_but_never_lengthens_it() -> None:
    twice = INTEGRATION.rotated(token(2), at=NINE, overlap=HOUR)

    longer = twice.rotated(token(3), at=NINE, overlap=DAY)
    shorter = twice.rotated(token(3), at=NINE, overlap=MINUTE)

    assert [one.valid_until for one in longer.tokens] == [None, NINE + DAY, NINE + HOUR]
    assert [one.valid_until for one in shorter.tokens] == [None, NINE + MINUTE, NINE + MINUTE]


def test_urls_that_ran_out_are_forgotten() -> None:
    twice = INTEGRATION.rotated(token(2), at=NINE, overlap=HOUR)

    rotated = twice.rotated(token(3), at=NINE + HOUR, overlap=HOUR)

    assert [one.secret_hash for one in rotated.tokens] == [
        token(3).secret_hash,
        token(2).secret_hash,
    ]


def test_not_any_number_of_urls_works_at_once() -> None:
    integration = INTEGRATION
    for number in range(2, TOKENS_LIMIT + 1):
        integration = integration.rotated(token(number), at=NINE, overlap=DAY)

    with pytest.raises(ConflictError, match="overlap 0"):
        integration.rotated(token(99), at=NINE, overlap=DAY)

    assert integration.rotated(token(99), at=NINE, overlap=timedelta()).tokens == (token(99),)
