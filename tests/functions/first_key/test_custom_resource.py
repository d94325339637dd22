"""Answering CloudFormation, and the wiring of the handler."""

import json
from pathlib import Path
from typing import Any

import pytest

from functions.first_key.app import handler
from tests.functions.first_key.conftest import CloudFormation
from tocsin.lambda_runtime.custom_resource import (
    ANSWER_LIMIT,
    ATTEMPTS,
    SUCCESS,
    AnswerNotTakenError,
    fitting,
    send_answer,
)

EVENTS = Path(__file__).parents[3] / "events"

pytestmark = pytest.mark.loopback


@pytest.fixture
def event(cloudformation: CloudFormation) -> dict[str, Any]:
    created: dict[str, Any] = json.loads((EVENTS / "first_key_create.json").read_text())
    return created | {"ResponseURL": cloudformation.url}


def test_the_answer_is_put_as_its_address_was_signed(
    cloudformation: CloudFormation, event: dict[str, Any]
) -> None:
    send_answer(event, SUCCESS, [], "a resource")

    assert cloudformation.paths == ["/answers/1?X-Amz-Signature=c4f3"]
    assert cloudformation.content_types == [""]


def test_an_address_that_is_busy_is_asked_again(
    cloudformation: CloudFormation, event: dict[str, Any]
) -> None:
    cloudformation.refusals = ATTEMPTS - 1

    send_answer(event, SUCCESS, [], "a resource")

    assert len(cloudformation.answers) == 1


def test_an_answer_that_cloudformation_refuses_lets_lambda_repeat_the_request(
    cloudformation: CloudFormation, event: dict[str, Any]
) -> None:
    cloudformation.refusals = ATTEMPTS

    with pytest.raises(AnswerNotTakenError):
        send_answer(event, SUCCESS, [], "a resource")


def test_an_address_that_does_not_exist_is_no_other_error(event: dict[str, Any]) -> None:
    with pytest.raises(AnswerNotTakenError):
        send_answer(event | {"ResponseURL": "http://127.0.0.1:1/"}, SUCCESS, [], "a resource")


def test_a_long_reason_is_cut(cloudformation: CloudFormation, event: dict[str, Any]) -> None:
    send_answer(event, SUCCESS, ["x" * 5000], "a resource")

    assert len(json.dumps(cloudformation.answers[0])) == ANSWER_LIMIT


def test_a_reason_is_cut_by_the_bytes_that_are_sent(
    cloudformation: CloudFormation, event: dict[str, Any]
) -> None:
    """JSON writes each of these letters with six."""
    send_answer(event, SUCCESS, ["\u00e9\n" * 5000], "a resource", data={"Summary": "3 users"})

    assert ANSWER_LIMIT - 8 < len(json.dumps(cloudformation.answers[0])) <= ANSWER_LIMIT


def test_lines_that_do_not_fit_are_counted() -> None:
    lines = [f"line {number}" for number in range(9)]

    assert fitting(lines, 1_000) == "\n".join(lines)
    assert fitting(lines, 40) == "line 0\nline 1\nline 2\n... and 6 more"
    assert fitting(["x" * 50, "y"], 40) == "x" * 40


def test_a_function_without_its_table_says_so_instead_of_hanging(
    cloudformation: CloudFormation, event: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TABLE_NAME", raising=False)

    handler(event, None)

    answer = cloudformation.answers[0]
    assert (answer["Status"], answer["Reason"]) == ("FAILED", "TABLE_NAME is missing")
