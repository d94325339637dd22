"""KeyRepository."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import ALICE, HOUR, MINUTE, NINE
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.configuration.key_repository import DynamoDBKeys
from tocsin.domain.credential import ApiKey, Scope, hash_secret
from tocsin.domain.errors import ConcurrentUpdateError, KeyNotFoundError
from tocsin.domain.ids import WriteId
from tocsin.usecases.ports import KeyRepository

ADMIN = ApiKey(
    key_id="01KADMIN",
    name="first admin key",
    scopes=frozenset((Scope.ADMIN,)),
    created_at=NINE,
    created_by=ALICE,
    secret_hash=hash_secret("tocsin_admin"),
)
WITH_EVERYTHING = ApiKey(
    key_id="01KEVERYTHING",
    name="alice's laptop",
    scopes=frozenset((Scope.ALERTS_READ, Scope.ALERTS_WRITE, Scope.INCIDENTS)),
    user="alice",
    created_at=NINE,
    created_by=ALICE,
    last_used_at=NINE + HOUR,
    secret_hash=hash_secret("tocsin_everything"),
)


@pytest.fixture
def keys(call: Call) -> KeyRepository:
    return DynamoDBKeys(call, TABLE_NAME)


@pytest.mark.parametrize("key", [ADMIN, WITH_EVERYTHING], ids=["service key", "full"])
def test_a_key_is_read_as_it_was_written(keys: KeyRepository, key: ApiKey) -> None:
    keys.add(key, write_id=WriteId("w1"))

    assert keys.get(key.key_id) == key
    assert keys.by_hash(key.secret_hash) == key


def test_a_key_without_scopes_is_kept_as_one(keys: KeyRepository) -> None:
    powerless = replace(ADMIN, scopes=frozenset())

    keys.add(powerless, write_id=WriteId("w1"))

    assert keys.get(ADMIN.key_id) == powerless


@pytest.mark.parametrize("key_id", ["01KADMIN", "", "x" * 1025, "é" * 513, "x" * 10_000])
def test_an_unknown_id_is_not_found(keys: KeyRepository, key_id: str) -> None:
    with pytest.raises(KeyNotFoundError):
        keys.get(key_id)


def test_an_unknown_hash_leads_nowhere(keys: KeyRepository) -> None:
    keys.add(ADMIN, write_id=WriteId("w1"))

    assert keys.by_hash(hash_secret("tocsin_guess")) is None


def test_all_are_listed_by_id(keys: KeyRepository) -> None:
    keys.add(WITH_EVERYTHING, write_id=WriteId("w1"))
    keys.add(ADMIN, write_id=WriteId("w2"))

    assert keys.list() == (ADMIN, WITH_EVERYTHING)


def test_an_id_is_given_only_once(keys: KeyRepository) -> None:
    keys.add(ADMIN, write_id=WriteId("w1"))
    other = hash_secret("tocsin_other")

    with pytest.raises(ConcurrentUpdateError):
        keys.add(replace(ADMIN, secret_hash=other), write_id=WriteId("w2"))

    assert keys.by_hash(other) is None


def test_another_name_user_and_scopes_are_kept(keys: KeyRepository) -> None:
    keys.add(WITH_EVERYTHING, write_id=WriteId("w1"))
    other = replace(WITH_EVERYTHING, name="ci", user=None, scopes=frozenset((Scope.EVENTS,)))

    stored = keys.update(WITH_EVERYTHING, other, write_id=WriteId("w2"))

    assert stored == replace(other, version=2)
    assert keys.get(WITH_EVERYTHING.key_id) == stored


def test_a_change_does_not_forget_a_use_of_the_meantime(keys: KeyRepository) -> None:
    keys.add(ADMIN, write_id=WriteId("w1"))
    keys.mark_used(ADMIN, at=NINE + HOUR)

    keys.update(ADMIN, replace(ADMIN, name="renamed"), write_id=WriteId("w2"))

    assert keys.get(ADMIN.key_id).last_used_at == NINE + HOUR


def test_the_second_of_two_concurrent_changes_is_refused(keys: KeyRepository) -> None:
    keys.add(ADMIN, write_id=WriteId("w1"))
    keys.update(ADMIN, replace(ADMIN, name="theirs"), write_id=WriteId("w2"))

    with pytest.raises(ConcurrentUpdateError):
        keys.update(ADMIN, replace(ADMIN, name="ours"), write_id=WriteId("w3"))
    with pytest.raises(ConcurrentUpdateError):
        keys.revoke(ADMIN, write_id=WriteId("w4"))


def test_a_revoked_key_is_gone(keys: KeyRepository) -> None:
    keys.add(ADMIN, write_id=WriteId("w1"))

    keys.revoke(ADMIN, write_id=WriteId("w2"))

    assert keys.list() == ()
    assert keys.by_hash(ADMIN.secret_hash) is None


def test_revoking_what_is_gone_changes_nothing(keys: KeyRepository) -> None:
    keys.revoke(ADMIN, write_id=WriteId("w1"))

    assert keys.list() == ()


def test_a_key_is_revoked_while_the_other_stands(keys: KeyRepository) -> None:
    keys.add(ADMIN, write_id=WriteId("w1"))
    keys.add(WITH_EVERYTHING, write_id=WriteId("w2"))

    keys.revoke(WITH_EVERYTHING, while_stands=ADMIN, write_id=WriteId("w3"))

    assert keys.list() == (ADMIN,)


def test_two_keys_that_need_each_other_are_not_both_revoked(keys: KeyRepository) -> None:
    keys.add(ADMIN, write_id=WriteId("w1"))
    keys.add(WITH_EVERYTHING, write_id=WriteId("w2"))
    keys.revoke(WITH_EVERYTHING, while_stands=ADMIN, write_id=WriteId("w3"))

    with pytest.raises(ConcurrentUpdateError):
        keys.revoke(ADMIN, while_stands=WITH_EVERYTHING, write_id=WriteId("w4"))

    assert keys.list() == (ADMIN,)


def test_a_key_keeps_its_scopes_when_the_other_lost_its_own(keys: KeyRepository) -> None:
    keys.add(ADMIN, write_id=WriteId("w1"))
    keys.add(WITH_EVERYTHING, write_id=WriteId("w2"))
    powerless = replace(WITH_EVERYTHING, scopes=frozenset())
    keys.update(WITH_EVERYTHING, powerless, while_stands=ADMIN, write_id=WriteId("w3"))

    with pytest.raises(ConcurrentUpdateError):
        keys.update(
            ADMIN,
            replace(ADMIN, scopes=frozenset()),
            while_stands=WITH_EVERYTHING,
            write_id=WriteId("w4"),
        )

    assert keys.get(ADMIN.key_id) == ADMIN


def test_the_last_use_is_known_to_the_minute(keys: KeyRepository) -> None:
    keys.add(ADMIN, write_id=WriteId("w1"))

    keys.mark_used(ADMIN, at=NINE)
    keys.mark_used(ADMIN, at=NINE + MINUTE - timedelta(milliseconds=1))
    assert keys.get(ADMIN.key_id).last_used_at == NINE

    keys.mark_used(ADMIN, at=NINE + MINUTE)
    assert keys.get(ADMIN.key_id).last_used_at == NINE + MINUTE


def test_the_use_of_a_revoked_key_does_not_bring_it_back(keys: KeyRepository) -> None:
    keys.add(ADMIN, write_id=WriteId("w1"))
    keys.revoke(ADMIN, write_id=WriteId("w2"))

    keys.mark_used(ADMIN, at=NINE)

    assert keys.list() == ()


def test_a_use_within_the_same_minute_costs_no_request(call: Call) -> None:
    operations: list[str] = []

    def counted(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        operations.append(operation)
        return call(operation, parameters)

    DynamoDBKeys(counted, TABLE_NAME).mark_used(WITH_EVERYTHING, at=NINE + HOUR)

    assert operations == []


def test_a_writer_whose_reply_was_lost_still_wins(call: Call) -> None:
    keys = DynamoDBKeys(losing_replies(call), TABLE_NAME)

    keys.add(ADMIN, write_id=WriteId("w1"))
    renamed = keys.update(ADMIN, replace(ADMIN, name="renamed"), write_id=WriteId("w2"))
    keys.mark_used(renamed, at=NINE)
    keys.revoke(keys.get(ADMIN.key_id), write_id=WriteId("w3"))

    assert keys.list() == ()
