"""Keys and scopes."""

import re
from dataclasses import replace

import pytest

from tests.examples import ALICE, NINE
from tocsin.domain.credential import ApiKey, Scope, hash_secret, read_scopes, spell_key
from tocsin.domain.errors import InvalidInputError
from tocsin.domain.ids import Actor

SERVICE_KEY = ApiKey(
    key_id="01KEY",
    name="ci",
    scopes=frozenset((Scope.EVENTS,)),
    created_at=NINE,
    created_by=ALICE,
    secret_hash=hash_secret("tocsin_x"),
)


def test_a_key_is_text_that_needs_no_escaping_anywhere() -> None:
    key = spell_key(bytes(range(224, 256)))

    assert re.fullmatch(r"tocsin_[A-Za-z0-9_-]{43}", key)


def test_different_chance_makes_different_keys() -> None:
    assert spell_key(bytes(32)) != spell_key(bytes(31) + b"\x01")


def test_shorthands_stand_for_reading_and_writing() -> None:
    assert read_scopes(["alerts", "config:read"]) == {
        Scope.ALERTS_READ,
        Scope.ALERTS_WRITE,
        Scope.CONFIG_READ,
    }


def test_no_scopes_grant_nothing() -> None:
    powerless = replace(SERVICE_KEY, scopes=read_scopes([]))

    assert not any(powerless.grants(scope) for scope in Scope)


def test_an_unknown_scope_is_named_with_its_place() -> None:
    with pytest.raises(InvalidInputError) as refusal:
        read_scopes(["events", "alerts:delete"])

    assert [problem.field for problem in refusal.value.details] == ["scopes[1]"]


def test_a_key_acts_for_its_owner_or_else_for_itself() -> None:
    owned = replace(SERVICE_KEY, user="alice")

    assert (owned.actor, SERVICE_KEY.actor) == (Actor("alice"), Actor("key:01KEY"))


def test_an_admin_may_do_everything_and_nobody_else_may_do_more_than_granted() -> None:
    admin = replace(SERVICE_KEY, scopes=frozenset((Scope.ADMIN,)))

    assert all(admin.grants(scope) for scope in Scope)
    assert [scope for scope in Scope if SERVICE_KEY.grants(scope)] == [Scope.EVENTS]
