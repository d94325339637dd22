"""Events of EventBridge that were given up, handed to ingest again."""

import io
import json
from typing import Any

import pytest

from ops.dead_letters import Message
from ops.events import Events

EVENT = {"id": "e-1", "source": "aws.cloudwatch", "detail": {}}


class Functions:
    """Takes events as Lambda does."""

    def __init__(self, error: str | None = None) -> None:
        self.error = error
        self.taken: list[Any] = []

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto3's
        assert FunctionName == "ingest"
        self.taken.append(json.loads(Payload))
        if self.error is None:
            return {"Payload": io.BytesIO(b"{}")}
        failure = json.dumps({"errorType": self.error}).encode()
        return {"FunctionError": "Unhandled", "Payload": io.BytesIO(failure)}


def of_eventbridge() -> Message:
    return {"Body": json.dumps(EVENT)}


def of_lambda() -> Message:
    context = {"condition": "RetriesExhausted"}
    return {"Body": json.dumps({"requestContext": context, "requestPayload": EVENT})}


@pytest.mark.parametrize("message", [of_eventbridge(), of_lambda()], ids=["EventBridge", "Lambda"])
def test_an_event_is_taken_in_again(message: Message) -> None:
    functions = Functions()

    assert Events(functions, "ingest").hand_over(message) is None

    assert functions.taken == [EVENT]


def test_an_event_that_fails_again_stays() -> None:
    kept = Events(Functions(error="AwsUnavailableError"), "ingest").hand_over(of_lambda())

    assert kept is not None
    assert kept.reason == "ingest failed again (AwsUnavailableError) on event e-1"
