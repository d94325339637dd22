"""Changes that were given up: which are followed again, and what is said of the others."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ops.dead_letters import Message
from ops.table_changes import PAYLOAD_BYTES, TableChanges
from tocsin.adapters.dynamodb.timeline.stream import kept_record

STREAM = "arn:aws:dynamodb:us-east-1:0:table/t/stream/1"


def record(number: int, **image: Any) -> dict[str, Any]:  # noqa: ANN401 - any attribute
    return {
        "eventName": "MODIFY",
        "dynamodb": {
            "ApproximateCreationDateTime": datetime(2026, 1, 1, tzinfo=UTC),
            "SequenceNumber": str(number),
            "Keys": {"pk": {"S": "A#1"}, "sk": {"S": "LIVE"}},
            "NewImage": image,
        },
    }


def given_up(first: int, last: int) -> Message:
    batch = {
        "streamArn": STREAM,
        "shardId": "shard-1",
        "startSequenceNumber": str(first),
        "endSequenceNumber": str(last),
        "approximateArrivalOfFirstRecord": "2026-01-01T00:00:00Z",
    }
    return {"Body": json.dumps({"DDBStreamBatchInfo": batch})}


@dataclass
class Streams:
    """One shard, two records a page."""

    records: Sequence[dict[str, Any]]
    refusal: str | None = None

    def get_shard_iterator(self, **request: str) -> dict[str, str]:
        if self.refusal:
            raise ClientError({"Error": {"Code": self.refusal}}, "GetShardIterator")
        assert request["StreamArn"] == STREAM
        numbers = [each["dynamodb"]["SequenceNumber"] for each in self.records]
        return {"ShardIterator": str(numbers.index(request["SequenceNumber"]))}

    def get_records(self, **request: str) -> dict[str, Any]:
        start = int(request["ShardIterator"])
        page = self.records[start : start + 2]
        return {"Records": page, "NextShardIterator": str(start + len(page))}


@dataclass
class Functions:
    """Takes changes as Lambda does."""

    failing: frozenset[str] = frozenset()
    error: str | None = None
    followed: list[list[str]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto3's
        assert FunctionName == "table-change"
        assert len(Payload) <= 6_000_000
        event = json.loads(Payload)
        self.events.append(event)
        numbers = [each["dynamodb"]["SequenceNumber"] for each in event["Records"]]
        self.followed.append(numbers)
        if self.error:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorType": "Oops"}')}
        failures = [{"itemIdentifier": number} for number in numbers if number in self.failing]
        return {"Payload": io.BytesIO(json.dumps({"batchItemFailures": failures}).encode())}


def follow(streams: Streams, functions: Functions, message: Message) -> str | None:
    kept = TableChanges(streams, functions, "table-change").follow(message)
    return kept.reason if kept else None


def test_a_batch_is_followed_from_its_first_to_its_last_change() -> None:
    functions = Functions()
    streams = Streams([record(number) for number in range(1, 9)])

    assert follow(streams, functions, given_up(3, 6)) is None

    assert functions.followed == [["3", "4", "5", "6"]]


def test_a_change_comes_as_lambda_brings_it() -> None:
    functions = Functions()

    follow(Streams([record(1, body={"B": b"\x01"})]), functions, given_up(1, 1))

    ((change,),) = (event["Records"] for event in functions.events)
    assert change["eventSourceARN"] == STREAM
    assert change["dynamodb"]["NewImage"] == {"body": {"B": "AQ=="}}
    assert change["dynamodb"]["ApproximateCreationDateTime"] == 1_767_225_600


def test_a_batch_too_big_for_one_call_is_split_in_order() -> None:
    functions = Functions()
    text = {"S": "x" * (PAYLOAD_BYTES // 3)}
    streams = Streams([record(number, text=text) for number in range(1, 6)])

    assert follow(streams, functions, given_up(1, 5)) is None

    assert functions.followed == [["1", "2"], ["3", "4"], ["5"]]


@pytest.mark.parametrize("code", ["TrimmedDataAccessException", "ResourceNotFoundException"])
def test_changes_older_than_the_stream_stay_and_are_named(code: str) -> None:
    reason = follow(Streams([], refusal=code), Functions(), given_up(1, 1))

    assert reason == "the stream no longer has the changes of 2026-01-01T00:00:00Z"


def test_another_trouble_with_the_stream_is_told_as_it_is() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        follow(Streams([], refusal="AccessDenied"), Functions(), given_up(1, 1))


def test_a_change_that_fails_again_keeps_its_batch() -> None:
    functions = Functions(failing=frozenset({"2"}))
    streams = Streams([record(1), record(2)])

    assert follow(streams, functions, given_up(1, 2)) == (
        "the function refused 1 of 2 on the changes of 2026-01-01T00:00:00Z"
    )


def test_a_function_that_fails_keeps_the_batch() -> None:
    reason = follow(Streams([record(1)]), Functions(error="Oops"), given_up(1, 1))

    assert reason == "the function failed again (Oops) on the changes of 2026-01-01T00:00:00Z"


def set_aside(record: dict[str, Any]) -> Message:
    as_delivered = json.loads(json.dumps(record, default=str))
    return {
        "Body": kept_record(as_delivered, error="KeyError", at=datetime(2026, 1, 1, tzinfo=UTC))
    }


def test_a_change_that_was_set_aside_is_followed_as_it_was_without_the_stream() -> None:
    functions = Functions()

    assert follow(Streams([], refusal="Trimmed"), functions, set_aside(record(7, id="x"))) is None

    [event] = functions.events
    assert event["redrive"] is True
    [change] = event["Records"]
    assert change["dynamodb"]["NewImage"] == {"id": "x"}


def test_a_change_that_was_set_aside_and_fails_again_is_named() -> None:
    functions = Functions(failing=frozenset({"7"}))

    reason = follow(Streams([]), functions, set_aside(record(7)))

    assert reason == "the function refused 1 of 1 on change 7 of A#1 LIVE"


def test_a_change_that_was_too_long_to_be_kept_stays() -> None:
    message = set_aside(record(7))
    body = json.loads(message["Body"]) | {"record": None}

    reason = follow(Streams([]), Functions(), {"Body": json.dumps(body)})

    assert reason == "change 7 of A#1 LIVE was too long to be kept"


def test_a_message_about_something_else_stays() -> None:
    assert follow(Streams([]), Functions(), {"Body": "{}"}) == "it names no changes"
