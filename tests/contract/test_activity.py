"""ActivityRepository, and what repositories write with a change: all or nothing, and once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.conftest import TABLE_NAME
from tests.contract.conftest import RETENTION
from tests.examples import NINE
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import AwsError, Call
from tocsin.adapters.dynamodb.activity.activity_repository import DynamoDBActivity
from tocsin.adapters.dynamodb.activity.scribe import Scribe
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.configuration.directory_items import USERS
from tocsin.adapters.dynamodb.configuration.heartbeat_repository import DynamoDBHeartbeats
from tocsin.adapters.dynamodb.configuration.key_repository import DynamoDBKeys
from tocsin.adapters.dynamodb.configuration.override_repository import DynamoDBOverrides
from tocsin.adapters.dynamodb.configuration.session_repository import DynamoDBSessions
from tocsin.adapters.dynamodb.configuration.verified_addresses import DynamoDBVerifiedAddresses
from tocsin.bodies.facts import facts_of
from tocsin.domain.activity import Activity, ActivityKind, Author, FieldChange
from tocsin.domain.configuration import Configured
from tocsin.domain.credential import ApiKey, Scope, hash_secret
from tocsin.domain.errors import ConcurrentUpdateError
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.ids import Actor, AlertId, WriteId, fingerprint, ulid
from tocsin.domain.integration import Token
from tocsin.domain.on_call.schedule import Override, OverrideKind, ScheduleOverride
from tocsin.domain.people import ContactMethod, User
from tocsin.domain.session import Door, Session
from tocsin.domain.timeline import Change, ChangeType
from tocsin.usecases.ports import NewWriteId

ALERT = AlertId(ulid(NINE, fingerprint("prod-prometheus", "disk-full")))
ALICE = Actor("alice")
EVER = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def a_row(number: int, at: datetime = NINE) -> Activity:
    return Activity(
        activity_id=f"row-{number}",
        at=at,
        by=ALICE,
        kind=ActivityKind.ALERT,
        name=ALERT,
        action="acknowledged",
        changes=(FieldChange(field="größe 😀", before=[1], after={"a": None}),),
    )


def scribe_of(by: Actor = ALICE) -> Scribe:
    return Scribe(table_name=TABLE_NAME, author=lambda _: Author(by, NINE), facts=facts_of)


@pytest.fixture
def activity(call: Call) -> DynamoDBActivity:
    return DynamoDBActivity(call, TABLE_NAME)


def told(activity: DynamoDBActivity) -> list[tuple[str, str, str]]:
    return [(it.kind.value, it.name, it.action) for it in activity.newest(*EVER)]


def test_rows_are_read_as_they_were_added_newest_first(activity: DynamoDBActivity) -> None:
    rows = [a_row(number, NINE + number * 20 * DAY) for number in range(5)]

    activity.add(rows[::-1])

    assert list(activity.newest(*EVER)) == rows[::-1]
    assert list(activity.newest(NINE + 20 * DAY, NINE + 60 * DAY)) == rows[3:0:-1]


def test_rows_that_come_twice_are_the_same_rows(activity: DynamoDBActivity) -> None:
    rows = [a_row(number) for number in range(3)]

    activity.add(rows)
    activity.add([*rows[1:], *rows])

    assert sorted(it.activity_id for it in activity.newest(*EVER)) == ["row-0", "row-1", "row-2"]


def test_one_goes_on_after_a_row_also_among_those_of_one_time(activity: DynamoDBActivity) -> None:
    rows = [a_row(number) for number in range(4)]
    activity.add(rows)

    for number in range(4):
        following = activity.newest(EVER[0], NINE, before=rows[number].place)
        assert list(following) == rows[:number][::-1]


def test_what_is_told_with_a_change_and_by_the_stream_is_in_one_order(
    call: Call, activity: DynamoDBActivity, new_write_id: NewWriteId
) -> None:
    alerts = DynamoDBAlerts(call, TABLE_NAME, RETENTION)
    for minutes in (1, 3):
        at = NINE + timedelta(minutes=minutes)
        note = Change(type=ChangeType.NOTE, at=at, by=ALICE, details={"note": "Looking"})
        alerts.add_note(ALERT, note, write_id=new_write_id())
    activity.add([a_row(number, NINE + timedelta(minutes=number)) for number in (0, 2, 4)])

    assert [it.action for it in activity.newest(*EVER)] == [
        *("acknowledged", "note"),
        *("acknowledged", "note"),
        "acknowledged",
    ]


# With the change


def a_user(call: Call, new_write_id: NewWriteId, scribe: Scribe | None) -> None:
    users = DynamoDBConfiguration(call, TABLE_NAME, USERS, scribe)
    made = Configured(value=User(name="bob"), created_at=NINE)
    stored = users.put(None, made, write_id=new_write_id())
    changed = stored.changed(User(name="bob", email="bob@example.com"))
    stored = users.put(stored, changed, write_id=new_write_id())
    users.delete(stored, write_id=new_write_id())


def a_heartbeat(call: Call, new_write_id: NewWriteId, scribe: Scribe | None) -> None:
    heartbeats = DynamoDBHeartbeats(call, TABLE_NAME, scribe=scribe)
    made = Heartbeat(name="backup", period=DAY, created_at=NINE, token=Token.of("0" * 32))
    stored = heartbeats.put(None, made, write_id=new_write_id())
    stored = heartbeats.put(stored, replace(stored, period=2 * DAY), write_id=new_write_id())
    heartbeats.delete(stored, write_id=new_write_id())


def a_key(call: Call, new_write_id: NewWriteId, scribe: Scribe | None) -> None:
    keys = DynamoDBKeys(call, TABLE_NAME, scribe)
    key = ApiKey(
        key_id="01KJM5ZZ00DRQ5V1N9YH3KW2TB",
        name="laptop",
        scopes=frozenset((Scope.ALERTS_READ,)),
        created_at=NINE,
        created_by=ALICE,
        secret_hash=hash_secret("tocsin_secret"),
    )
    keys.add(key, write_id=new_write_id())
    changed = keys.update(key, replace(key, name="desk"), write_id=new_write_id())
    keys.revoke(changed, write_id=new_write_id())


def an_override(call: Call, new_write_id: NewWriteId, scribe: Scribe | None) -> None:
    overrides = DynamoDBOverrides(call, TABLE_NAME, scribe)
    override = Override(
        override_id="01KJM5ZZ00DRQ5V1N9YH3KW2TC",
        kind=OverrideKind.REPLACE,
        user="bob",
        begins=NINE,
        ends=NINE + DAY,
        made_at=NINE,
    )
    made = ScheduleOverride("primary", override)
    overrides.add((made,), write_id=new_write_id())
    shorter = replace(override, ends=NINE + DAY / 2)
    overrides.end(made, shorter, write_id=new_write_id())
    overrides.end(ScheduleOverride("primary", shorter), None, write_id=new_write_id())


def a_session(call: Call, new_write_id: NewWriteId, scribe: Scribe | None) -> None:
    sessions = DynamoDBSessions(call, TABLE_NAME, scribe)
    session = Session(
        session_id="01KJM5ZZ00DRQ5V1N9YH3KW2TD",
        secret_hash=hash_secret("cookie"),
        door=Door.API_KEY,
        user="alice",
        created_at=NINE,
        used_at=NINE,
    )
    sessions.add(session, write_id=new_write_id())
    sessions.mark_used(session, at=NINE + timedelta(minutes=10))
    sessions.revoke(session)
    sessions.revoke(session)


LIVES: dict[str, tuple[Callable[[Call, NewWriteId, Scribe | None], None], list[str]]] = {
    "user": (a_user, ["created", "changed", "deleted"]),
    "heartbeat": (a_heartbeat, ["created", "changed", "deleted"]),
    "key": (a_key, ["created", "changed", "deleted"]),
    "override": (an_override, ["created", "changed", "deleted"]),
    "session": (a_session, ["created", "deleted"]),
}


@pytest.mark.parametrize("kind", LIVES)
def test_each_change_is_told_once_also_after_lost_replies(
    call: Call, activity: DynamoDBActivity, new_write_id: NewWriteId, kind: str
) -> None:
    live, actions = LIVES[kind]

    live(losing_replies(call), new_write_id, scribe_of())

    assert sorted(did for _, _, did in told(activity)) == sorted(actions)
    assert {noun for noun, *_ in told(activity)} == {kind}
    assert {it.by for it in activity.newest(*EVER)} == {ALICE}


@pytest.mark.parametrize("kind", LIVES)
def test_a_function_without_a_scribe_tells_nothing(
    call: Call, activity: DynamoDBActivity, new_write_id: NewWriteId, kind: str
) -> None:
    live, _ = LIVES[kind]

    live(call, new_write_id, None)

    assert told(activity) == []


@pytest.mark.parametrize("kind", LIVES)
def test_no_change_is_stored_without_its_row_whichever_request_is_refused(
    call: Call, activity: DynamoDBActivity, kind: str, new_write_id: NewWriteId
) -> None:
    """A process that dies at any of its requests leaves a change with its row, or neither."""
    live, actions = LIVES[kind]
    writes: list[str] = []

    def noting(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        answer = call(operation, parameters)
        if operation not in {"GetItem", "Query"}:
            writes.append(operation)
        return answer

    live(noting, new_write_id, scribe_of())

    assert writes.count("TransactWriteItems") == len(actions)
    others = set(writes) - {"TransactWriteItems"}
    assert others <= {"UpdateItem"}, "only the use of a session is written without a row"
    assert len(told(activity)) == len(actions)


def test_a_refused_change_leaves_no_row(
    call: Call, activity: DynamoDBActivity, new_write_id: NewWriteId
) -> None:
    users = DynamoDBConfiguration(call, TABLE_NAME, USERS, scribe_of())
    made = Configured(value=User(name="bob"), created_at=NINE)
    stored = users.put(None, made, write_id=new_write_id())
    users.put(stored, stored.changed(User(name="bob", phone="+1")), write_id=new_write_id())

    with pytest.raises(ConcurrentUpdateError):
        users.put(stored, stored.changed(User(name="bob", phone="+2")), write_id=new_write_id())

    assert sorted(did for *_, did in told(activity)) == ["changed", "created"]


def test_a_confirmed_address_is_told_and_not_the_hash_of_it(
    call: Call, activity: DynamoDBActivity, new_write_id: NewWriteId
) -> None:
    users = DynamoDBConfiguration(call, TABLE_NAME, USERS)
    bob = User(name="bob", email="bob@example.com")
    users.put(None, Configured(value=bob, created_at=NINE), write_id=new_write_id())
    verified = DynamoDBVerifiedAddresses(call, TABLE_NAME, scribe_of(Actor("link:bob")))

    address = "bob@example.com"
    assert verified.verify(bob, ContactMethod.EMAIL, address, write_id=new_write_id())
    assert not verified.verify(bob, ContactMethod.EMAIL, "b@example.com", write_id=new_write_id())

    [row] = activity.newest(*EVER)
    assert row.changes == (FieldChange(field="verified", before=[], after=["email"]),)
    assert (row.by, row.action) == (Actor("link:bob"), "changed")


def test_a_note_of_a_person_and_its_row_are_stored_together(
    call: Call, activity: DynamoDBActivity
) -> None:
    note = Change(type=ChangeType.NOTE, at=NINE, by=ALICE, details={"note": "Looking"})
    alerts = DynamoDBAlerts(losing_replies(call), TABLE_NAME, RETENTION)

    alerts.add_note(ALERT, note, write_id=WriteId("one"))

    assert told(activity) == [("alert", ALERT, "note")]
    timeline = DynamoDBAlerts(call, TABLE_NAME, RETENTION).newest_changes(ALERT, limit=5)
    assert timeline == (note,)


def test_a_note_of_a_sender_is_no_activity(call: Call, activity: DynamoDBActivity) -> None:
    sender = Actor("integration:genie")
    note = Change(type=ChangeType.NOTE, at=NINE, by=sender, details={"note": "Looking"})

    DynamoDBAlerts(call, TABLE_NAME, RETENTION).add_note(ALERT, note, write_id=WriteId("one"))

    assert told(activity) == []


def test_a_session_whose_end_is_refused_for_good_is_not_taken_for_ended(call: Call) -> None:
    def refusing(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if operation == "TransactWriteItems":
            raise AwsError("AccessDeniedException", "no")
        return call(operation, parameters)

    session = Session(
        session_id="01KJM5ZZ00DRQ5V1N9YH3KW2TD",
        secret_hash=hash_secret("cookie"),
        door=Door.LINK,
        user="alice",
        created_at=NINE,
        used_at=NINE,
    )

    with pytest.raises(AwsError):
        DynamoDBSessions(refusing, TABLE_NAME, scribe_of()).revoke(session)
