"""ChangeCounter: how often anything changed that a page shows."""

from datetime import timedelta

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import NINE
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.timeline.change_counter import DynamoDBChangeCounter
from tocsin.domain.change_cursor import Changes


@pytest.fixture
def counter(call: Call) -> DynamoDBChangeCounter:
    return DynamoDBChangeCounter(call, TABLE_NAME)


def test_a_table_without_a_count_stands_at_zero(counter: DynamoDBChangeCounter) -> None:
    assert counter.read() == Changes(count=0, moved_at=None)


def test_each_move_counts_one_and_says_when(counter: DynamoDBChangeCounter) -> None:
    for minutes in range(3):
        counter.move(at=NINE + timedelta(minutes=minutes))

    assert counter.read() == Changes(count=3, moved_at=NINE + timedelta(minutes=2))


def test_a_move_whose_reply_was_lost_is_counted_at_least_once(call: Call) -> None:
    DynamoDBChangeCounter(losing_replies(call), TABLE_NAME).move(at=NINE)

    assert DynamoDBChangeCounter(call, TABLE_NAME).read().count >= 1
