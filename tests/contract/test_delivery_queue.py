"""DeliveryQueue: every message arrives as it was sent, and a storm for one holds up no other."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.aws_calls import calls_of
from tests.examples import NINE, TO_OPS
from tocsin.adapters.queues import GROUP_LIMIT, SqsDeliveries, delivery_from
from tocsin.domain.notification import NotificationEvent, NotificationReason

PAGE = replace(TO_OPS, target="user:alice", channel="email")


@pytest.fixture
def sqs() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("sqs")


@pytest.fixture
def url(sqs: Any) -> str:  # noqa: ANN401 - a client of boto3
    return str(sqs.create_queue(QueueName="deliveries")["QueueUrl"])


def arrived(sqs: Any, url: str) -> list[dict[str, Any]]:  # noqa: ANN401 - a client of boto3
    answer = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
    )
    messages: list[dict[str, Any]] = answer.get("Messages", [])
    return messages


def test_a_message_arrives_as_it_was_sent(sqs: Any, url: str) -> None:  # noqa: ANN401 - a client of boto3
    SqsDeliveries(calls_of(sqs), url).send([PAGE], now=NINE)

    assert [delivery_from(message["Body"]) for message in arrived(sqs, url)] == [PAGE]


def test_messages_are_grouped_by_who_gets_them_and_how(sqs: Any, url: str) -> None:  # noqa: ANN401 - a client of boto3
    """SQS then gives what is for others first, while much is in line for one of them."""
    hook = replace(PAGE, target="channel:ops-hook", channel="ops-hook")

    SqsDeliveries(calls_of(sqs), url).send([PAGE, replace(PAGE, step=2), hook], now=NINE)

    groups = [message["Attributes"]["MessageGroupId"] for message in arrived(sqs, url)]
    assert sorted(groups) == ["channel:ops-hook#ops-hook", "user:alice#email", "user:alice#email"]


def test_a_storm_s_pages_keep_back_no_digest_and_nothing_else_to_the_same_person(
    sqs: Any,  # noqa: ANN401 - a client of boto3
    url: str,
) -> None:
    others = [
        replace(PAGE, event=NotificationEvent.DIGEST),
        replace(PAGE, event=NotificationEvent.ACKNOWLEDGED),
        replace(PAGE, reason=NotificationReason.ASKED, step=0, loop=0),
    ]

    SqsDeliveries(calls_of(sqs), url).send([PAGE, *others], now=NINE)

    groups = [message["Attributes"]["MessageGroupId"] for message in arrived(sqs, url)]
    assert len(set(groups)) == 4


def test_the_longest_names_are_still_a_group() -> None:
    sent: list[Any] = []

    def call(_: str, parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - any request
        sent.extend(parameters["Entries"])
        return {"Successful": [{"Id": entry["Id"]} for entry in parameters["Entries"]]}

    name = "x" * 64
    SqsDeliveries(call, "").send([replace(PAGE, target=f"channel:{name}", channel=name)], now=NINE)

    assert len(sent[0]["MessageGroupId"]) == GROUP_LIMIT


def test_a_message_for_later_waits_in_the_queue(sqs: Any, url: str) -> None:  # noqa: ANN401 - a client of boto3
    later = replace(PAGE, due_at=NINE + timedelta(minutes=5))

    SqsDeliveries(calls_of(sqs), url).send([later], now=NINE)

    assert arrived(sqs, url) == []
