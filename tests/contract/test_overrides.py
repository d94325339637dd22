"""OverrideRepository."""

from dataclasses import replace

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import HOUR, MINUTE, NINE
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.configuration.override_repository import KEPT_FOR, DynamoDBOverrides
from tocsin.domain.errors import ConcurrentUpdateError
from tocsin.domain.ids import WriteId
from tocsin.domain.on_call.schedule import Override, OverrideKind, ScheduleOverride
from tocsin.usecases.ports import OverrideRepository

OVERRIDE = Override(
    override_id="01KJM5ZZ00DRQ5V1N9YH3KW2TB",
    kind=OverrideKind.REPLACE,
    user="carol",
    instead_of="alice",
    begins=NINE,
    ends=NINE + HOUR,
    made_at=NINE - HOUR,
    made_by="alice",
    reason="Dentist",
)
MADE = ScheduleOverride("primary", OVERRIDE)
LATER = ScheduleOverride(
    "secondary",
    Override(
        override_id="01KJM5ZZ01DRQ5V1N9YH3KW2TB",
        kind=OverrideKind.ADD,
        user="bob",
        begins=NINE + HOUR,
        ends=NINE + 2 * HOUR,
        made_at=NINE,
    ),
)
W1, W2 = WriteId("w1"), WriteId("w2")


@pytest.fixture
def overrides(call: Call) -> OverrideRepository:
    return DynamoDBOverrides(call, TABLE_NAME)


def test_overrides_are_read_as_they_were_made(overrides: OverrideRepository) -> None:
    overrides.add((MADE, LATER), write_id=W1)

    assert overrides.list(NINE) == (MADE, LATER)


def test_those_are_listed_that_touch_the_time(overrides: OverrideRepository) -> None:
    overrides.add((MADE, LATER), write_id=W1)

    assert overrides.list(NINE - HOUR, NINE) == ()
    assert overrides.list(NINE - HOUR, NINE + MINUTE) == (MADE,)
    assert overrides.list(NINE + HOUR - MINUTE, NINE + 9 * HOUR) == (MADE, LATER)
    assert overrides.list(NINE + HOUR) == (LATER,)
    assert overrides.list(NINE + 2 * HOUR) == ()


def test_two_are_made_together_or_not_at_all(overrides: OverrideRepository) -> None:
    overrides.add((MADE,), write_id=W1)

    with pytest.raises(ConcurrentUpdateError):
        overrides.add((LATER, MADE), write_id=W2)

    assert overrides.list(NINE) == (MADE,)


def test_one_that_has_not_begun_is_removed(overrides: OverrideRepository) -> None:
    overrides.add((MADE, LATER), write_id=W1)

    overrides.end(LATER, None, write_id=W2)

    assert overrides.list(NINE) == (MADE,)


def test_one_that_has_begun_stays_for_the_time_that_is_past(overrides: OverrideRepository) -> None:
    overrides.add((MADE,), write_id=W1)
    shorter = replace(OVERRIDE, ends=NINE + MINUTE)

    overrides.end(MADE, shorter, write_id=W2)

    assert overrides.list(NINE) == (ScheduleOverride("primary", shorter),)


def test_the_second_of_two_who_end_one_is_refused(overrides: OverrideRepository) -> None:
    overrides.add((MADE,), write_id=W1)
    overrides.end(MADE, None, write_id=W2)

    with pytest.raises(ConcurrentUpdateError):
        overrides.end(MADE, replace(OVERRIDE, ends=NINE + MINUTE), write_id=WriteId("w3"))

    assert overrides.list(NINE - 9 * HOUR) == ()


def test_a_writer_whose_reply_was_lost_still_wins(call: Call) -> None:
    overrides = DynamoDBOverrides(losing_replies(call), TABLE_NAME)
    shorter = replace(OVERRIDE, ends=NINE + MINUTE)

    overrides.add((MADE,), write_id=W1)
    overrides.end(MADE, shorter, write_id=W2)

    assert overrides.list(NINE) == (ScheduleOverride("primary", shorter),)


def test_storage_forgets_one_400_days_after_its_end(call: Call) -> None:
    DynamoDBOverrides(call, TABLE_NAME).add((MADE,), write_id=W1)

    key = keys.override_key(OVERRIDE.ends, OVERRIDE.override_id)
    item = call("GetItem", {"TableName": TABLE_NAME, "Key": key})["Item"]

    assert int(item["expires_at"]["N"]) == (OVERRIDE.ends + KEPT_FOR).timestamp()
    assert KEPT_FOR.days == 400
