"""ProgressRepository."""

from datetime import timedelta

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import NINE
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.requests.progress_repository import DynamoDBProgress
from tocsin.domain.ids import WriteId
from tocsin.usecases.ports import ProgressRepository

BODY, OTHER = "4f1c", "77aa"
W1, W2 = WriteId("w1"), WriteId("w2")
SECOND = timedelta(seconds=1)
LIFE = timedelta(minutes=15)


@pytest.fixture(params=["replies arrive", "replies lost"])
def progress(request: pytest.FixtureRequest, call: Call) -> ProgressRepository:
    return DynamoDBProgress(losing_replies(call) if "lost" in request.param else call, TABLE_NAME)


def test_of_a_new_body_nothing_is_taken_in(progress: ProgressRepository) -> None:
    assert progress.taken_in(BODY, at=NINE) == 0


def test_how_far_a_body_got_is_kept_for_it_alone(progress: ProgressRepository) -> None:
    progress.note(BODY, 300, at=NINE, write_id=W1)

    assert progress.taken_in(BODY, at=NINE + SECOND) == 300
    assert progress.taken_in(OTHER, at=NINE + SECOND) == 0


def test_who_got_less_far_takes_nothing_back(progress: ProgressRepository) -> None:
    progress.note(BODY, 300, at=NINE, write_id=W1)

    progress.note(BODY, 200, at=NINE, write_id=W2)
    assert progress.taken_in(BODY, at=NINE) == 300

    progress.note(BODY, 700, at=NINE, write_id=W2)
    assert progress.taken_in(BODY, at=NINE) == 700


def test_after_a_quarter_of_an_hour_the_body_is_a_new_one(progress: ProgressRepository) -> None:
    progress.note(BODY, 300, at=NINE, write_id=W1)

    assert progress.taken_in(BODY, at=NINE + LIFE - SECOND) == 300
    assert progress.taken_in(BODY, at=NINE + LIFE) == 0

    progress.note(BODY, 100, at=NINE + LIFE, write_id=W2)
    assert progress.taken_in(BODY, at=NINE + LIFE) == 100


def test_what_is_forgotten_begins_anew(progress: ProgressRepository) -> None:
    progress.note(BODY, 300, at=NINE, write_id=W1)

    progress.forget(BODY)
    progress.forget(BODY)

    assert progress.taken_in(BODY, at=NINE) == 0
