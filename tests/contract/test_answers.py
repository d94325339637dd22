"""AnswerRepository."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import ALICE, BOB, HOUR, NINE
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.alerts.items import number
from tocsin.adapters.dynamodb.requests.answer_repository import DynamoDBAnswers
from tocsin.domain.answer import Answer, Claim
from tocsin.domain.errors import IdempotencyConflictError, TryAgainError
from tocsin.domain.ids import Actor, WriteId
from tocsin.usecases.ports import AnswerRepository

CLAIM = Claim(caller=ALICE, key="retry-1", request_hash="4f1c", at=NINE, write_id=WriteId("w1"))
ANSWER = Answer(status=201, body='{"data":{"note":"Grüße \\u0000"}}')
NOISE = random.Random(1).randbytes(600_000).hex()  # noqa: S311 - no secret, only hard to pack
A_DAY = timedelta(hours=24)
LEASE = timedelta(seconds=30)


def again(claim: Claim = CLAIM, *, later: timedelta = timedelta(seconds=1)) -> Claim:
    """The same request once more."""
    return replace(claim, at=claim.at + later, write_id=WriteId(f"{claim.write_id}'"))


@pytest.fixture
def answers(call: Call) -> AnswerRepository:
    return DynamoDBAnswers(call, TABLE_NAME)


def test_the_first_request_is_to_be_worked_on(answers: AnswerRepository) -> None:
    assert answers.claim(CLAIM) is None


def test_a_repetition_gets_the_first_answer(answers: AnswerRepository) -> None:
    answers.claim(CLAIM)
    answers.keep(CLAIM, ANSWER)

    assert answers.claim(again()) == ANSWER


def test_a_secret_is_not_kept_for_a_repetition(answers: AnswerRepository) -> None:
    answers.claim(CLAIM)
    answers.keep(CLAIM, Answer(status=201, body='{"key":"tocsin_x"}', body_again="{}"))

    assert answers.claim(again()) == Answer(status=201, body="{}")


def test_the_same_key_with_another_request_is_a_conflict(answers: AnswerRepository) -> None:
    answers.claim(CLAIM)
    other = replace(again(), request_hash="9b2d")

    with pytest.raises(IdempotencyConflictError):
        answers.claim(other)

    answers.keep(CLAIM, ANSWER)
    with pytest.raises(IdempotencyConflictError):
        answers.claim(other)


def test_an_answer_is_found_without_a_claim_until_it_expires(answers: AnswerRepository) -> None:
    def found(caller: Actor = CLAIM.caller, later: timedelta = timedelta()) -> Answer | None:
        return answers.find(caller, CLAIM.key, at=CLAIM.at + later)

    assert found() is None
    answers.claim(CLAIM)
    assert found() is None
    answers.keep(CLAIM, ANSWER)

    assert found() == found(later=A_DAY - timedelta(seconds=1)) == ANSWER
    assert found(later=A_DAY) is None
    assert found(BOB) is None


def test_callers_do_not_see_the_answers_of_each_other(answers: AnswerRepository) -> None:
    answers.claim(CLAIM)
    answers.keep(CLAIM, ANSWER)

    assert answers.claim(replace(again(), caller=BOB)) is None


def test_a_request_that_is_being_worked_on_is_not_started_again(
    answers: AnswerRepository,
) -> None:
    answers.claim(CLAIM)

    with pytest.raises(TryAgainError):
        answers.claim(again(later=LEASE - timedelta(milliseconds=1)))


def test_work_of_which_nothing_was_heard_is_taken_over(answers: AnswerRepository) -> None:
    answers.claim(CLAIM)

    assert answers.claim(again(later=LEASE)) is None


def test_who_lost_the_claim_neither_answers_nor_releases(answers: AnswerRepository) -> None:
    answers.claim(CLAIM)
    successor = again(later=LEASE)
    answers.claim(successor)

    answers.keep(CLAIM, Answer(status=500, body="late"))
    answers.release(CLAIM)
    with pytest.raises(TryAgainError):
        answers.claim(again(successor))

    answers.keep(successor, ANSWER)
    assert answers.claim(again(successor)) == ANSWER


def test_a_request_that_came_to_nothing_may_come_again(answers: AnswerRepository) -> None:
    answers.claim(CLAIM)
    answers.release(CLAIM)

    assert answers.claim(replace(again(), request_hash="9b2d")) is None


def test_an_answer_once_kept_is_not_released(answers: AnswerRepository) -> None:
    answers.claim(CLAIM)
    answers.keep(CLAIM, ANSWER)

    answers.release(CLAIM)

    assert answers.claim(again()) == ANSWER


def test_after_a_day_the_key_is_free_although_nothing_deleted_it(
    answers: AnswerRepository,
) -> None:
    answers.claim(CLAIM)
    answers.keep(CLAIM, ANSWER)

    assert answers.claim(again(later=A_DAY - timedelta(seconds=1))) == ANSWER
    assert answers.claim(replace(again(later=A_DAY), request_hash="9b2d")) is None


def test_an_answer_that_no_item_can_hold_is_given_whole(answers: AnswerRepository) -> None:
    large = Answer(status=200, body=f'{{"data":"{NOISE}"}}')
    answers.claim(CLAIM)

    answers.keep(CLAIM, large)

    assert answers.claim(again()) == large


def test_a_worker_whose_replies_were_lost_still_holds_its_claim(call: Call) -> None:
    answers = DynamoDBAnswers(losing_replies(call), TABLE_NAME)

    assert answers.claim(CLAIM) is None
    answers.keep(CLAIM, ANSWER)
    assert answers.claim(again()) == ANSWER


def test_everything_kept_is_deleted_some_day(call: Call) -> None:
    answers = DynamoDBAnswers(call, TABLE_NAME)
    answers.claim(CLAIM)

    answers.keep(CLAIM, Answer(status=200, body=NOISE))

    times = [item["expires_at"] for item in call("Scan", {"TableName": TABLE_NAME})["Items"]]
    assert times == [number(int((NINE + 24 * HOUR).timestamp()))] * 3
