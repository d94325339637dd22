"""Works through a queue; a message is deleted after it was worked on."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ops.stack import Client

BATCH = 10
HIDDEN_SECONDS = 600
"""While a message is worked on; one that stays is shown again at the end."""

type Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that stays in its queue."""

    reason: str


@dataclass(slots=True)
class Outcome:
    done: int = 0
    kept: list[str] = field(default_factory=list)
    """The reason of each message that stays."""


def waiting(sqs: Client, queue_url: str) -> int:
    """An estimate: SQS does not count exactly."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)
    return sum(int(answer["Attributes"][name]) for name in names)


def take_all(sqs: Client, queue_url: str, work: Callable[[Message], Kept | None]) -> Outcome:
    outcome = Outcome()
    with _hidden(sqs, queue_url) as kept:
        for message in _messages(sqs, queue_url):
            result = work(message)
            if result is None:
                sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
                outcome.done += 1
            else:
                kept.append(message)
                outcome.kept.append(result.reason)
    return outcome


def send_to(sqs: Client, queue_url: str) -> Callable[[Message], Kept | None]:
    """Send a message back to its first queue, unchanged."""

    def send(message: Message) -> Kept | None:
        more = {name: message[name] for name in ("MessageAttributes",) if message.get(name)} | {
            name: message["Attributes"][name]
            for name in ("MessageGroupId",)
            if name in message.get("Attributes", {})
        }
        sqs.send_message(QueueUrl=queue_url, MessageBody=message["Body"], **more)
        return None

    return send


def drop(_message: Message) -> Kept | None:
    return None


def _messages(sqs: Client, queue_url: str) -> Iterator[Message]:
    while True:
        # Long polling asks every server of the queue, so an empty answer means an empty queue.
        answer = sqs.receive_message(
            QueueUrl=queue_url,
            MaxNumberOfMessages=BATCH,
            VisibilityTimeout=HIDDEN_SECONDS,
            WaitTimeSeconds=1,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        messages = answer.get("Messages", [])
        if not messages:
            return
        yield from messages


@contextmanager
def _hidden(sqs: Client, queue_url: str) -> Iterator[list[Message]]:
    """Collects the messages that stay and makes them visible again, so that the alarm stays on."""
    kept: list[Message] = []
    try:
        yield kept
    finally:
        for message in kept:
            sqs.change_message_visibility(
                QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )
