"""Who is on call, as the engine reads it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import HOUR, NINE
from tests.on_call import daily, following, made
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.configuration.override_repository import DynamoDBOverrides
from tocsin.adapters.dynamodb.configuration.paging_repository import REMEMBERED_FOR, DynamoDBPaging
from tocsin.adapters.dynamodb.configuration.schedule_items import SCHEDULES
from tocsin.domain.configuration import Configured
from tocsin.domain.ids import WriteId
from tocsin.domain.on_call.schedule import Schedule

DAY = 24 * HOUR
SECOND = timedelta(seconds=1)


class Asked:
    """The table, which remembers what it was asked."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.partitions: list[str] = []

    def __call__(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if operation == "Query":
            self.partitions.append(parameters["ExpressionAttributeValues"][":pk"]["S"])
        return self._call(operation, parameters)


@pytest.fixture
def asked(call: Call) -> Asked:
    return Asked(call)


@pytest.fixture
def paging(asked: Asked) -> DynamoDBPaging:
    return DynamoDBPaging(asked, TABLE_NAME)


def keep(call: Call, schedule: Schedule) -> None:
    schedules = DynamoDBConfiguration(call, TABLE_NAME, SCHEDULES)
    stored = Configured(value=schedule, created_at=NINE)
    schedules.put(None, stored, write_id=WriteId(schedule.name))


def test_those_on_call_and_those_to_follow_are_found_by_what_a_step_names(
    call: Call, paging: DynamoDBPaging
) -> None:
    keep(call, daily("alice", ("bob", "carol")))
    keep(call, following("secondary"))

    on_call = paging.directory(NINE).on_call

    assert on_call.get("primary", ()) == ("alice",)
    assert on_call.get("primary/next", ()) == ("bob", "carol")
    assert on_call.get("secondary", ()) == ("bob", "carol")
    assert on_call.get("tertiary", ()) == ()


def test_a_directory_that_is_asked_for_nobody_on_call_reads_no_schedule(
    asked: Asked, paging: DynamoDBPaging
) -> None:
    assert paging.directory(NINE).users == {}

    assert asked.partitions == ["C#user", "C#channel"]


def test_without_any_schedule_overrides_are_not_read(asked: Asked, paging: DynamoDBPaging) -> None:
    assert paging.directory(NINE).on_call.get("primary", ()) == ()

    assert asked.partitions[2:] == ["C#schedule"]


def test_a_handoff_is_seen_at_once_though_schedules_are_remembered(
    call: Call, asked: Asked, paging: DynamoDBPaging
) -> None:
    keep(call, daily("alice", "bob"))

    seen = [paging.directory(at).on_call.get("primary", ()) for at in (NINE - SECOND, NINE)]

    assert seen == [("bob",), ("alice",)]
    assert asked.partitions.count("C#schedule") == 1


def test_a_changed_schedule_is_noticed_after_half_a_minute(
    call: Call, paging: DynamoDBPaging
) -> None:
    before = paging.directory(NINE).on_call.get("primary", ())

    keep(call, daily("alice"))

    later = [NINE + REMEMBERED_FOR - SECOND, NINE + REMEMBERED_FOR]
    seen = [paging.directory(at).on_call.get("primary", ()) for at in later]
    assert [before, *seen] == [(), (), ("alice",)]


def test_a_schedule_that_was_just_made_is_found_by_who_looks_anew(
    call: Call, paging: DynamoDBPaging
) -> None:
    paging.directory(NINE).on_call.get("primary", ())
    keep(call, daily("alice"))
    later = NINE + SECOND

    remembered = paging.directory(later).on_call.get("primary", ())
    anew = paging.directory(later, max_age=timedelta()).on_call.get("primary", ())

    assert (remembered, anew) == ((), ("alice",))


def test_an_override_works_from_the_moment_in_which_it_is_made(
    call: Call, paging: DynamoDBPaging
) -> None:
    keep(call, daily("alice", "bob"))
    before = paging.directory(NINE).on_call.get("primary", ())
    override = made("carol", NINE + SECOND, NINE + 2 * SECOND)

    DynamoDBOverrides(call, TABLE_NAME).add((override,), write_id=WriteId("w1"))

    seen = [
        paging.directory(NINE + seconds * SECOND).on_call.get("primary", ()) for seconds in (1, 2)
    ]
    assert [before, *seen] == [("alice",), ("carol",), ("alice",)]


def test_alerts_of_one_batch_read_overrides_once(
    call: Call, asked: Asked, paging: DynamoDBPaging
) -> None:
    keep(call, daily("alice", "bob"))

    for _ in range(3):
        assert paging.directory(NINE).on_call.get("primary", ()) == ("alice",)

    assert asked.partitions[2:] == ["C#schedule", "C#override"]


def test_another_schedules_override_changes_nothing(call: Call, paging: DynamoDBPaging) -> None:
    keep(call, daily("alice", "bob"))
    override = made("carol", NINE, NINE + DAY, schedule="secondary")

    DynamoDBOverrides(call, TABLE_NAME).add((override,), write_id=WriteId("w1"))

    assert paging.directory(NINE).on_call.get("primary", ()) == ("alice",)


def test_who_will_be_on_call_is_known_without_another_request(
    call: Call, asked: Asked, paging: DynamoDBPaging
) -> None:
    keep(call, daily("alice", "bob"))
    directory = paging.directory(NINE)

    assert directory.on_call.get("primary", ()) == ("alice",)
    assert directory.then(NINE + DAY).on_call.get("primary", ()) == ("bob",)

    assert asked.partitions[2:] == ["C#schedule", "C#override"]
