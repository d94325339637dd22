"""Messages that were given up: none is lost on its way back, none is taken twice."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from ops.dead_letters import Kept, Message, drop, send_to, take_all, waiting


@pytest.fixture
def sqs(aws_environment: None) -> Iterator[Any]:  # noqa: ARG001 - no real AWS
    with mock_aws():
        yield boto3.client("sqs")


@pytest.fixture
def dead_letters(sqs: Any) -> str:  # noqa: ANN401 - a client of boto3
    return str(sqs.create_queue(QueueName="dead-letters")["QueueUrl"])


@pytest.fixture
def queue(sqs: Any) -> str:  # noqa: ANN401 - a client of boto3
    return str(sqs.create_queue(QueueName="queue")["QueueUrl"])


def bodies(sqs: Any, queue_url: str) -> set[str]:  # noqa: ANN401 - a client of boto3
    received: list[Message] = []
    while got := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
        received += got
    return {message["Body"] for message in received}


def test_every_message_goes_back_as_it_was(sqs: Any, dead_letters: str, queue: str) -> None:  # noqa: ANN401 - a client of boto3
    sent = {f"message {number}" for number in range(25)}
    for body in sent:
        sqs.send_message(QueueUrl=dead_letters, MessageBody=body)

    outcome = take_all(sqs, dead_letters, send_to(sqs, queue))

    assert (outcome.done, outcome.kept) == (25, [])
    assert bodies(sqs, queue) == sent
    assert waiting(sqs, dead_letters) == 0


def test_what_came_with_a_message_goes_back_with_it(
    sqs: Any,  # noqa: ANN401 - a client of boto3
    dead_letters: str,
    queue: str,
) -> None:
    attributes = {"why": {"DataType": "String", "StringValue": "poison"}}
    sqs.send_message(QueueUrl=dead_letters, MessageBody="x", MessageAttributes=attributes)

    take_all(sqs, dead_letters, send_to(sqs, queue))

    (message,) = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])["Messages"]
    assert message["MessageAttributes"] == attributes


def test_a_fair_queue_is_told_again_whose_message_it_is() -> None:
    sent: list[dict[str, object]] = []

    class Sqs:
        def send_message(self, **request: object) -> None:
            sent.append(request)

    send_to(Sqs(), "queue")({"Body": "x", "Attributes": {"MessageGroupId": "user:alice"}})

    assert sent == [{"QueueUrl": "queue", "MessageBody": "x", "MessageGroupId": "user:alice"}]


def test_a_message_that_has_to_stay_is_shown_again(sqs: Any, dead_letters: str) -> None:  # noqa: ANN401 - a client of boto3
    sqs.send_message(QueueUrl=dead_letters, MessageBody="good")
    sqs.send_message(QueueUrl=dead_letters, MessageBody="bad")

    outcome = take_all(
        sqs, dead_letters, lambda message: Kept("poison") if message["Body"] == "bad" else None
    )

    assert (outcome.done, outcome.kept) == (1, ["poison"])
    assert bodies(sqs, dead_letters) == {"bad"}


def test_a_fault_half_way_loses_nothing(sqs: Any, dead_letters: str) -> None:  # noqa: ANN401 - a client of boto3
    sqs.send_message(QueueUrl=dead_letters, MessageBody="x")

    def fail(_: Message) -> Kept | None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        take_all(sqs, dead_letters, fail)

    assert waiting(sqs, dead_letters) == 1


def test_what_nobody_needs_is_dropped(sqs: Any, dead_letters: str) -> None:  # noqa: ANN401 - a client of boto3
    sqs.send_message(QueueUrl=dead_letters, MessageBody="a tick")

    assert take_all(sqs, dead_letters, drop).done == 1
    assert waiting(sqs, dead_letters) == 0
