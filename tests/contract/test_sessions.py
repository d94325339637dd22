"""SessionRepository, KnockRepository and SignInRepository."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import HOUR, MINUTE, NINE
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.configuration.session_repository import DynamoDBSessions
from tocsin.adapters.dynamodb.requests.knock_repository import DynamoDBKnocks
from tocsin.adapters.dynamodb.requests.sign_in_repository import DynamoDBSignIns
from tocsin.domain.credential import hash_secret
from tocsin.domain.doors import Knock, Limit
from tocsin.domain.errors import ConcurrentUpdateError
from tocsin.domain.ids import WriteId
from tocsin.domain.oidc import WayOut
from tocsin.domain.session import IDLE_FOR, LASTS, Door, Session
from tocsin.usecases.ports import KnockRepository, SessionRepository, SignInRepository

PERSONS = Session(
    session_id="01KSESSION",
    secret_hash=hash_secret("cookie"),
    door=Door.LINK,
    user="alice",
    user_since=NINE - HOUR,
    agent="Mozilla/5.0",
    created_at=NINE,
    used_at=NINE,
)
KEYS = Session(
    session_id="01KOTHER",
    secret_hash=hash_secret("another cookie"),
    door=Door.API_KEY,
    key_id="01KADMIN",
    created_at=NINE,
    used_at=NINE,
)
W1 = WriteId("w1")
THREE = Limit(times=3, per=5 * MINUTE)


@pytest.fixture
def sessions(call: Call) -> SessionRepository:
    return DynamoDBSessions(call, TABLE_NAME)


@pytest.fixture
def knocks(call: Call) -> KnockRepository:
    return DynamoDBKnocks(call, TABLE_NAME)


@pytest.mark.parametrize("session", [PERSONS, KEYS], ids=["a person's", "a key's"])
def test_a_session_is_read_as_it_was_written(sessions: SessionRepository, session: Session) -> None:
    sessions.add(session, write_id=W1)

    assert sessions.find(session.secret_hash) == session
    assert sessions.list() == (session,)


def test_an_unknown_hash_leads_nowhere(sessions: SessionRepository) -> None:
    sessions.add(PERSONS, write_id=W1)

    assert sessions.find(hash_secret("a guess")) is None


def test_no_cookie_is_given_twice(sessions: SessionRepository) -> None:
    sessions.add(PERSONS, write_id=W1)

    with pytest.raises(ConcurrentUpdateError):
        sessions.add(replace(KEYS, secret_hash=PERSONS.secret_hash), write_id=WriteId("w2"))

    assert sessions.find(PERSONS.secret_hash) == PERSONS


def test_a_session_whose_reply_was_lost_is_there_once(call: Call) -> None:
    sessions = DynamoDBSessions(losing_replies(call), TABLE_NAME)

    sessions.add(PERSONS, write_id=W1)

    assert sessions.list() == (PERSONS,)


def test_a_revoked_one_is_gone_at_once_and_revoked_twice_without_harm(
    sessions: SessionRepository,
) -> None:
    sessions.add(PERSONS, write_id=W1)
    sessions.add(KEYS, write_id=WriteId("w2"))

    sessions.revoke(PERSONS)
    sessions.revoke(PERSONS)

    assert sessions.find(PERSONS.secret_hash) is None
    assert sessions.list() == (KEYS,)


def test_a_use_makes_it_last_longer(sessions: SessionRepository, call: Call) -> None:
    sessions.add(PERSONS, write_id=W1)

    sessions.mark_used(PERSONS, at=NINE + HOUR)

    assert sessions.find(PERSONS.secret_hash) == replace(PERSONS, used_at=NINE + HOUR)
    assert expires_in(call) == HOUR + IDLE_FOR


def test_the_table_forgets_it_after_seven_days_however_much_it_is_used(
    sessions: SessionRepository, call: Call
) -> None:
    sessions.add(PERSONS, write_id=W1)

    sessions.mark_used(PERSONS, at=NINE + LASTS - HOUR)

    assert expires_in(call) == LASTS


def test_an_earlier_use_does_not_shorten_it(sessions: SessionRepository) -> None:
    sessions.add(PERSONS, write_id=W1)

    sessions.mark_used(PERSONS, at=NINE + HOUR)
    sessions.mark_used(PERSONS, at=NINE + 10 * MINUTE)

    assert sessions.find(PERSONS.secret_hash) == replace(PERSONS, used_at=NINE + HOUR)


def test_a_use_does_not_bring_a_revoked_one_back(sessions: SessionRepository) -> None:
    sessions.add(PERSONS, write_id=W1)
    sessions.revoke(PERSONS)

    sessions.mark_used(PERSONS, at=NINE + HOUR)

    assert sessions.find(PERSONS.secret_hash) is None


def test_the_item_has_the_hash_and_never_the_cookie(
    sessions: SessionRepository, call: Call
) -> None:
    sessions.add(PERSONS, write_id=W1)

    assert PERSONS.secret_hash in str(item(call))
    assert "'cookie'" not in str(item(call))


def test_knocks_are_counted_by_door_and_by_who_knocks(knocks: KnockRepository) -> None:
    counts = [
        knocks.count(Knock.KEY, "192.0.2.1", THREE, at=NINE),
        knocks.count(Knock.KEY, "192.0.2.1", THREE, at=NINE + MINUTE),
        knocks.count(Knock.KEY, "192.0.2.2", THREE, at=NINE + MINUTE),
        knocks.count(Knock.OIDC, "192.0.2.1", THREE, at=NINE + MINUTE),
    ]

    assert counts == [1, 2, 1, 1]


def test_a_new_window_counts_from_one(knocks: KnockRepository) -> None:
    knocks.count(Knock.KEY, "192.0.2.1", THREE, at=NINE)

    assert knocks.count(Knock.KEY, "192.0.2.1", THREE, at=NINE + 5 * MINUTE) == 1


def test_whoever_knocks_is_stored_as_a_hash_until_the_window_ends(
    knocks: KnockRepository, call: Call
) -> None:
    knocks.count(Knock.EMAIL, "alice@example.com", THREE, at=NINE)

    key = keys.knock_key(Knock.EMAIL, "alice@example.com", NINE)
    stored = call("GetItem", {"TableName": TABLE_NAME, "Key": key})["Item"]
    assert "alice" not in str(stored)
    assert int(stored["expires_at"]["N"]) == (NINE + 5 * MINUTE).timestamp()


@pytest.fixture
def sign_ins(call: Call) -> SignInRepository:
    return DynamoDBSignIns(call, TABLE_NAME)


WAY = WayOut(nonce="n", verifier="v", path="/console/on-call", ends_at=NINE + 10 * MINUTE)
STATE = hash_secret("state")


def test_a_link_is_used_once(sign_ins: SignInRepository) -> None:
    until = NINE + 15 * MINUTE

    assert sign_ins.use_link("01KLINK", until=until, write_id=W1)
    assert not sign_ins.use_link("01KLINK", until=until, write_id=WriteId("w2"))
    assert sign_ins.use_link("01KOTHER", until=until, write_id=WriteId("w3"))


def test_a_use_whose_reply_was_lost_is_still_the_first(call: Call) -> None:
    sign_ins = DynamoDBSignIns(losing_replies(call), TABLE_NAME)

    assert sign_ins.use_link("01KLINK", until=NINE + 15 * MINUTE, write_id=W1)


def test_a_way_out_is_taken_once(sign_ins: SignInRepository) -> None:
    sign_ins.keep_way(STATE, WAY, write_id=W1)

    assert sign_ins.take_way(hash_secret("a guess"), at=NINE) is None
    assert sign_ins.take_way(STATE, at=NINE) == WAY
    assert sign_ins.take_way(STATE, at=NINE) is None


def test_a_way_out_that_has_ended_is_none(sign_ins: SignInRepository) -> None:
    sign_ins.keep_way(STATE, WAY, write_id=W1)

    assert sign_ins.take_way(STATE, at=WAY.ends_at) is None


def item(call: Call) -> Mapping[str, Any]:
    key = keys.session_key(PERSONS.secret_hash)
    found: Mapping[str, Any] = call("GetItem", {"TableName": TABLE_NAME, "Key": key})["Item"]
    return found


def expires_in(call: Call) -> timedelta:
    return timedelta(seconds=int(item(call)["expires_at"]["N"]) - NINE.timestamp())
