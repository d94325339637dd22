"""Roles in the embedded AWS may do what AWS lets them do, however ministack calls it."""

from typing import Any

import pytest

from local.ministack_gaps.permissions import with_more

QUEUE = "arn:aws:sqs:us-east-1:0:timers"


def policy(**statement: object) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}


@pytest.mark.parametrize(
    "granted", ["sqs:SendMessage", ["sqs:SendMessage"]], ids=["one action", "a list of actions"]
)
def test_who_may_send_one_message_may_send_a_batch(granted: str | list[str]) -> None:
    assert with_more(policy(Action=granted, Resource=QUEUE)) == policy(
        Action=["sqs:SendMessage", "sqs:SendMessageBatch"], Resource=QUEUE
    )


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": ["dynamodb:Query"], "Resource": "*"},
        {"Action": ["sqs:SendMessage", "sqs:SendMessageBatch"], "Resource": QUEUE},
        {"NotAction": "sqs:SendMessage", "Resource": QUEUE},
    ],
    ids=["of another service", "has it already", "names what it does not cover"],
)
def test_any_other_statement_stays_as_it_is(statement: dict[str, Any]) -> None:
    assert with_more(policy(**statement)) == policy(**statement)


def test_a_policy_of_a_single_statement_is_read_too() -> None:
    single = policy(Action="sqs:SendMessage") | {"Statement": {"Action": "sqs:SendMessage"}}

    assert with_more(single)["Statement"][0]["Action"][-1] == "sqs:SendMessageBatch"


def test_who_may_send_mail_from_an_identity_may_send_it_here() -> None:
    granted = policy(Action="ses:SendEmail", Resource=["arn:aws:ses:us-east-1:0:identity/*"])

    assert with_more(granted) == policy(Action="ses:SendEmail", Resource="*")
