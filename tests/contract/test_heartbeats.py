"""HeartbeatRepository."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bench.item_size import item_bytes
from tests.conftest import TABLE_NAME
from tests.examples import HOUR, MINUTE, NINE
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.configuration.heartbeat_repository import DynamoDBHeartbeats
from tocsin.adapters.dynamodb.timers.due_repository import DynamoDBDue
from tocsin.domain.credential import hash_token
from tocsin.domain.cron import Cron
from tocsin.domain.errors import ConcurrentUpdateError, HeartbeatNotFoundError
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.ids import WriteId
from tocsin.domain.integration import Token
from tocsin.domain.severity import Severity
from tocsin.domain.timers import AnyTimer, HeartbeatTimer
from tocsin.usecases.ports import HeartbeatRepository
from tocsin.usecases.refusals import HeartbeatRefusedError

A_WRITE_UNIT = 1024
TOKEN, OTHER_TOKEN = "0123456789abcdef0123456789abcdef", "f" * 32
MINIMAL = Heartbeat(name="backup", period=HOUR, created_at=NINE, token=Token.of(TOKEN))
KNOWN = replace(MINIMAL, heard_at=NINE)
"""Heard from before."""
FULL = Heartbeat(
    name="backup",
    period=timedelta(days=366),
    grace=timedelta(0),
    severity=Severity.INFO,
    escalation_policy="night",
    integrations=("opsgenie", "alerta"),
    managed_by="team file",
    created_at=NINE,
    version=7,
    token=Token.of(TOKEN),
    heard_at=NINE + timedelta(milliseconds=1),
    missed_at=NINE + timedelta(milliseconds=2),
    timer_at=NINE + timedelta(milliseconds=3),
)
BY_CLOCK = replace(FULL, period=None, cron=Cron("0 2 * * *", "Europe/Berlin"))


@dataclass(frozen=True)
class Both:
    """The heartbeats, and what of them falls due."""

    heartbeats: HeartbeatRepository
    due: Callable[[datetime], Sequence[AnyTimer]]


@pytest.fixture
def both(call: Call) -> Both:
    return Both(DynamoDBHeartbeats(call, TABLE_NAME), DynamoDBDue(call, TABLE_NAME).due)


@pytest.fixture
def heartbeats(both: Both) -> HeartbeatRepository:
    return both.heartbeats


def add(heartbeats: HeartbeatRepository, heartbeat: Heartbeat = MINIMAL) -> Heartbeat:
    heartbeats.put(None, heartbeat, write_id=WriteId("w1"))
    return heartbeat


@pytest.mark.parametrize(
    "heartbeat", [MINIMAL, FULL, BY_CLOCK], ids=["minimal", "full", "by the clock"]
)
def test_a_heartbeat_is_read_as_it_was_written(
    heartbeats: HeartbeatRepository, heartbeat: Heartbeat
) -> None:
    stored = heartbeats.put(None, heartbeat, write_id=WriteId("w1"))
    heartbeats.update(stored, heartbeat, write_id=WriteId("w2"))

    assert stored == replace(heartbeat, version=1)
    assert heartbeats.get("backup") == heartbeats.find("backup") == heartbeat
    assert heartbeats.list() == (heartbeat,)
    assert heartbeats.name_of(hash_token(TOKEN)) == "backup"


def test_the_full_example_leaves_no_field_at_its_default() -> None:
    fields = Heartbeat.__dataclass_fields__
    full = [FULL, BY_CLOCK]
    same = {
        name for name in fields if all(getattr(it, name) == getattr(MINIMAL, name) for it in full)
    }

    assert same == {"name", "created_at", "token"}


@pytest.mark.parametrize("name", ["nobody", "", "x" * 1025])
def test_an_unknown_name_is_not_found(heartbeats: HeartbeatRepository, name: str) -> None:
    assert heartbeats.find(name) is None
    with pytest.raises(HeartbeatNotFoundError):
        heartbeats.get(name)
    with pytest.raises(HeartbeatRefusedError) as refusal:
        heartbeats.hear(name, at=NINE)
    assert refusal.value.current is None


def test_an_unknown_token_leads_nowhere(heartbeats: HeartbeatRepository) -> None:
    add(heartbeats)

    assert heartbeats.name_of(hash_token(OTHER_TOKEN)) is None


def test_the_second_of_one_name_is_refused(heartbeats: HeartbeatRepository) -> None:
    add(heartbeats)

    with pytest.raises(ConcurrentUpdateError):
        heartbeats.put(None, replace(MINIMAL, token=Token.of(OTHER_TOKEN)), write_id=WriteId("w2"))

    assert heartbeats.name_of(hash_token(OTHER_TOKEN)) is None


def test_what_is_heard_is_kept_and_nothing_else_changes(heartbeats: HeartbeatRepository) -> None:
    add(heartbeats, KNOWN.watched(NINE))

    heartbeats.hear("backup", at=NINE + MINUTE)
    heartbeats.hear("backup", at=NINE + MINUTE)

    assert heartbeats.get("backup") == replace(KNOWN.watched(NINE), heard_at=NINE + MINUTE)


def test_one_that_was_never_heard_from_refuses_to_be_just_heard(
    heartbeats: HeartbeatRepository,
) -> None:
    unheard = add(heartbeats)

    with pytest.raises(HeartbeatRefusedError) as refusal:
        heartbeats.hear("backup", at=NINE + MINUTE)

    assert refusal.value.current == heartbeats.get("backup") == unheard


def test_what_comes_late_is_refused_with_what_is_known(heartbeats: HeartbeatRepository) -> None:
    add(heartbeats, KNOWN)
    heartbeats.hear("backup", at=NINE + MINUTE)

    with pytest.raises(HeartbeatRefusedError) as refusal:
        heartbeats.hear("backup", at=NINE)

    assert refusal.value.current == heartbeats.get("backup")
    assert heartbeats.get("backup").heard_at == NINE + MINUTE


def test_a_missed_one_refuses_to_be_just_heard(heartbeats: HeartbeatRepository) -> None:
    missed = add(heartbeats, replace(MINIMAL, missed_at=NINE + HOUR))

    with pytest.raises(HeartbeatRefusedError) as refusal:
        heartbeats.hear("backup", at=NINE + 2 * HOUR)

    assert refusal.value.current == heartbeats.get("backup") == missed


def test_the_second_of_two_concurrent_changes_is_refused(heartbeats: HeartbeatRepository) -> None:
    read = add(heartbeats, MINIMAL.watched(NINE))
    theirs = heartbeats.update(read, read.held(NINE + 2 * HOUR), write_id=WriteId("w2"))

    with pytest.raises(HeartbeatRefusedError) as refusal:
        heartbeats.update(read, read.put_off(), write_id=WriteId("w3"))

    assert refusal.value.current == heartbeats.get("backup") == theirs


@pytest.mark.parametrize(
    "meanwhile",
    [
        pytest.param({"heard_at": NINE + MINUTE}, id="heard from"),
        pytest.param({"missed_at": NINE + HOUR}, id="missed"),
        pytest.param({"timer_at": NINE}, id="another timer"),
        pytest.param({"timer_at": None}, id="no timer"),
        pytest.param({"version": 2}, id="other settings"),
    ],
)
def test_any_change_meanwhile_refuses(
    heartbeats: HeartbeatRepository, meanwhile: Mapping[str, Any]
) -> None:
    read = add(heartbeats, MINIMAL.watched(NINE))
    heartbeats.update(read, replace(read, **meanwhile), write_id=WriteId("w2"))

    with pytest.raises(HeartbeatRefusedError):
        heartbeats.update(read, read.put_off(), write_id=WriteId("w3"))


def test_a_change_of_what_was_removed_is_refused(heartbeats: HeartbeatRepository) -> None:
    read = add(heartbeats)
    heartbeats.delete(read, write_id=WriteId("w2"))

    with pytest.raises(HeartbeatRefusedError) as refusal:
        heartbeats.update(read, read.heard(NINE), write_id=WriteId("w3"))

    assert refusal.value.current is None


def test_a_removed_one_is_gone_with_its_token(heartbeats: HeartbeatRepository) -> None:
    read = add(heartbeats, KNOWN)
    heartbeats.hear("backup", at=NINE + MINUTE)

    heartbeats.delete(read, write_id=WriteId("w2"))
    heartbeats.delete(read, write_id=WriteId("w3"))

    assert heartbeats.list() == ()
    assert heartbeats.name_of(hash_token(TOKEN)) is None


def test_changed_settings_are_the_next_version(heartbeats: HeartbeatRepository) -> None:
    before = add(heartbeats)

    stored = heartbeats.put(before, replace(before, period=2 * HOUR), write_id=WriteId("w2"))

    assert stored == replace(before, period=2 * HOUR, version=2)
    assert heartbeats.get("backup") == stored


def test_settings_are_not_changed_of_one_that_was_heard_from_since(
    heartbeats: HeartbeatRepository,
) -> None:
    before = add(heartbeats, KNOWN)
    heartbeats.hear("backup", at=NINE + MINUTE)

    with pytest.raises(ConcurrentUpdateError):
        heartbeats.put(before, replace(before, period=2 * HOUR), write_id=WriteId("w2"))

    assert heartbeats.get("backup").period == before.period


def test_one_whose_settings_changed_is_not_removed_unseen(heartbeats: HeartbeatRepository) -> None:
    read = add(heartbeats)
    heartbeats.update(read, replace(read, version=2), write_id=WriteId("w2"))

    with pytest.raises(ConcurrentUpdateError):
        heartbeats.delete(read, write_id=WriteId("w3"))


def test_what_is_due_is_found_with_its_time(both: Both) -> None:
    both.heartbeats.put(None, MINIMAL.watched(NINE), write_id=WriteId("w1"))
    deadline = NINE + HOUR + MINUTE

    assert both.due(deadline) == []
    expected = [HeartbeatTimer(heartbeat="backup", due_at=deadline)]
    assert both.due(deadline + MINUTE) == expected


def test_one_without_a_timer_is_never_due(both: Both) -> None:
    read = MINIMAL.watched(NINE)
    both.heartbeats.put(None, read, write_id=WriteId("w1"))

    both.heartbeats.update(read, replace(read, timer_at=None), write_id=WriteId("w2"))

    assert both.due(NINE + 100 * HOUR) == []


def test_a_writer_whose_reply_was_lost_still_wins(call: Call) -> None:
    heartbeats = DynamoDBHeartbeats(losing_replies(call), TABLE_NAME)

    read = add(heartbeats, KNOWN)
    heartbeats.hear("backup", at=NINE + MINUTE)
    heard = replace(read, heard_at=NINE + MINUTE)
    held = heartbeats.update(heard, heard.held(NINE + HOUR), write_id=WriteId("w2"))
    heartbeats.delete(held, write_id=WriteId("w3"))

    assert heartbeats.list() == ()


def test_being_heard_from_is_one_request_of_one_write_unit(call: Call) -> None:
    biggest = replace(FULL, name="x" * 64, escalation_policy="x" * 64, missed_at=None)
    add(DynamoDBHeartbeats(call, TABLE_NAME), biggest)
    asked: list[str] = []

    def counting(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(operation)
        return call(operation, parameters)

    DynamoDBHeartbeats(counting, TABLE_NAME).hear(biggest.name, at=NINE + MINUTE)

    assert asked == ["UpdateItem"]
    item = DynamoDBHeartbeats(call, TABLE_NAME).to_item(biggest, WriteId("w" * 18))
    assert item_bytes(item) <= A_WRITE_UNIT
