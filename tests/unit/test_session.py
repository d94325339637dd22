"""When a session ends, and who is behind it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.examples import ALICE, HOUR, MINUTE, NINE
from tocsin.domain.configuration import Configured
from tocsin.domain.credential import ApiKey, Scope, hash_secret
from tocsin.domain.doors import LIMITS, Knock, Limit, neighbourhood
from tocsin.domain.ids import Actor, Via, by_whom, person_of, via_of
from tocsin.domain.people import Role, User
from tocsin.domain.reader import Names
from tocsin.domain.session import (
    IDLE_FOR,
    LASTS,
    SCOPES_OF_ROLE,
    USE_RESOLUTION,
    Door,
    Session,
    key_signed_in,
    person_signed_in,
    spell_session,
)

SESSION = Session(
    session_id="01K",
    secret_hash=hash_secret("cookie"),
    door=Door.LINK,
    user="alice",
    user_since=NINE,
    created_at=NINE,
    used_at=NINE,
)
STORED = Configured(value=User(name="alice"), created_at=NINE)
KEY = ApiKey(
    key_id="01KCI",
    name="ci",
    scopes=frozenset((Scope.EVENTS,)),
    created_at=NINE,
    created_by=ALICE,
    secret_hash=hash_secret("tocsin_ci"),
)


def test_it_ends_when_it_was_not_used_for_twelve_hours() -> None:
    assert not SESSION.has_ended(NINE + IDLE_FOR - MINUTE)
    assert SESSION.has_ended(NINE + IDLE_FOR)
    assert not SESSION.used(NINE + HOUR).has_ended(NINE + IDLE_FOR)


def test_it_ends_after_seven_days_although_it_is_used() -> None:
    used = SESSION.used(NINE + LASTS - MINUTE)

    assert used.expires_at == NINE + LASTS
    assert used.has_ended(NINE + LASTS)


def test_a_clock_that_is_behind_takes_no_time_from_it() -> None:
    assert SESSION.used(NINE - HOUR) == SESSION


def test_a_use_is_marked_every_five_minutes() -> None:
    assert not SESSION.is_use_to_be_marked(NINE + USE_RESOLUTION - timedelta(seconds=1))
    assert SESSION.is_use_to_be_marked(NINE + USE_RESOLUTION)


@pytest.mark.parametrize("role", list(Role))
def test_a_person_has_the_scopes_of_the_role_as_it_is_now(role: Role) -> None:
    caller = person_signed_in(SESSION, STORED.changed(User(name="alice", role=role)))

    assert caller is not None
    assert caller.scopes == SCOPES_OF_ROLE[role]
    assert caller.reads_all


def test_only_an_administrator_s_role_grants_everything() -> None:
    granting = [role for role in Role if all_granted(role)]

    assert granting == [Role.ADMIN]


def all_granted(role: Role) -> bool:
    caller = person_signed_in(SESSION, STORED.changed(User(name="alice", role=role)))
    return caller is not None and all(map(caller.grants, Scope))


def test_nobody_is_behind_the_session_of_a_removed_person_or_key() -> None:
    assert person_signed_in(SESSION, None) is None
    assert person_signed_in(SESSION, replace(STORED, created_at=NINE + HOUR)) is None
    assert key_signed_in(SESSION, None) is None


def test_a_key_s_session_reads_what_the_key_may_read() -> None:
    caller = key_signed_in(SESSION, KEY)

    assert caller is not None
    assert (caller.scopes, caller.reads_all) == (KEY.scopes, False)


@pytest.mark.parametrize(
    ("user", "actor", "whom", "person"),
    [
        ("alice", "console:alice", "alice", "alice"),
        (None, "console:key:01KCI", "key:01KCI", None),
    ],
)
def test_its_actor_came_by_the_console(
    user: str | None, actor: str, whom: str, person: str | None
) -> None:
    caller = key_signed_in(SESSION, replace(KEY, user=user))

    assert caller is not None
    assert caller.actor == actor
    assert (by_whom(caller.actor), via_of(caller.actor)) == (whom, Via.CONSOLE)
    assert person_of(caller.actor) == person


def test_messages_name_who_acted_by_the_console() -> None:
    names = Names(users={"alice": "Alice Ames"})

    assert names.of_actor(Actor("console:alice")) == "Alice Ames"
    assert names.user_of(Actor("console:key:01KCI")) is None
    assert names.of_actor(Actor("console:key:01KCI")) == "the key 01KCI"


def test_a_cookie_has_256_bits_and_needs_no_quoting() -> None:
    spelled = spell_session(bytes(range(224, 256)))

    assert len(spelled) == 43
    assert spelled.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("", "", True),
        ("no address", "another", False),
    ],
)
def test_an_address_of_ipv6_is_counted_by_its_network(one: str, other: str, are_one: bool) -> None:
    assert (neighbourhood(one) == neighbourhood(other)) is are_one


@pytest.mark.parametrize(
    ("seconds", "wait"), [(0, 300), (1, 299), (299, 1), (299.5, 1), (299.999, 1)]
)
def test_who_knocked_too_often_waits_for_the_next_window(seconds: float, wait: int) -> None:
    limit = Limit(times=1, per=5 * MINUTE)

    assert limit.wait_seconds(NINE + timedelta(seconds=seconds)) == wait


def test_every_door_has_a_limit() -> None:
    assert LIMITS.keys() == set(Knock)
