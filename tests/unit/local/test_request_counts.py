"""What functions ask of the embedded AWS is counted as DynamoDB charges for it."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from local.ministack_gaps.embedded_aws import partitions_in
from local.ministack_gaps.request_counts import Answer, Counts, Table, counted, kinds_in, units

KEY = {"pk": {"S": "G#ops"}, "sk": {"S": "GATE"}}
BIG = {"pk": {"S": "A#big"}, "sk": {"S": "x" * 5_000}}


def size_of(item: Mapping[str, Any]) -> int:
    return sum(len(name) + len(value["S"]) for name, value in item.items())


TABLE = Table(
    stored=lambda _, key: BIG if key["pk"]["S"] == "A#big" else None,
    size_of=size_of,
    partitions_in=partitions_in,
)
REFUSED = {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}
CANCELLED = {"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"}
INVALID = {"__type": "com.amazon.coral.validate#ValidationException"}


def put(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"Put": {"TableName": "t", "Item": item}}


def answer(told: Mapping[str, Any], status: int = 200) -> Answer:
    return status, {}, json.dumps(told)


@pytest.mark.parametrize(
    ("operation", "asked", "told", "write_units", "read_units"),
    [
        pytest.param(
            "PutItem", {"Item": KEY}, {"ConsumedCapacity": {"CapacityUnits": 3}}, 3, 0, id="a write"
        ),
        pytest.param(
            "TransactWriteItems",
            {"TransactItems": [put(KEY)]},
            {"ConsumedCapacity": [{"CapacityUnits": 4}, {"CapacityUnits": 2}]},
            6,
            0,
            id="a transaction",
        ),
        pytest.param(
            "BatchWriteItem",
            {"RequestItems": {"t": [{"PutRequest": {"Item": KEY}}]}},
            {"ConsumedCapacity": [{"CapacityUnits": 7}]},
            7,
            0,
            id="a batch of writes",
        ),
        pytest.param("GetItem", {"Key": KEY}, {"Item": BIG}, 0, 1, id="a read"),
        pytest.param(
            "GetItem", {"Key": KEY, "ConsistentRead": True}, {"Item": BIG}, 0, 2, id="consistent"
        ),
        pytest.param("GetItem", {"Key": KEY}, {}, 0, 0.5, id="nothing found"),
        pytest.param("Query", {}, {"Items": [KEY, KEY]}, 0, 0.5, id="a query of small items"),
        pytest.param(
            "BatchGetItem",
            {"RequestItems": {"t": {"Keys": [KEY, KEY], "ConsistentRead": True}}},
            {"Responses": {"t": [BIG]}},
            0,
            3,
            id="each item of a batch is rounded, also one that is not there",
        ),
        pytest.param("SendMessage", {}, {}, 0, 0, id="no item"),
    ],
)
def test_units_are_those_of_dynamodb(
    operation: str,
    asked: Mapping[str, Any],
    told: Mapping[str, Any],
    write_units: float,
    read_units: float,
) -> None:
    assert units(operation, asked, answer(told), TABLE) == (write_units, read_units)


@pytest.mark.parametrize(
    ("operation", "asked", "told", "write_units"),
    [
        pytest.param("UpdateItem", {"TableName": "t", "Key": KEY}, REFUSED, 1, id="met nothing"),
        pytest.param("PutItem", {"TableName": "t", "Item": BIG}, REFUSED, 5, id="met an item"),
        pytest.param(
            "TransactWriteItems",
            {"TransactItems": [put(BIG), put(KEY)]},
            CANCELLED,
            12,
            id="a cancelled transaction costs twice what it met",
        ),
        pytest.param("PutItem", {"TableName": "t", "Item": BIG}, INVALID, 0, id="was no request"),
    ],
)
def test_a_refused_write_consumes_what_it_met(
    operation: str, asked: Mapping[str, Any], told: Mapping[str, Any], write_units: float
) -> None:
    assert units(operation, asked, answer(told, 400), TABLE) == (write_units, 0)


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        pytest.param({"Key": KEY}, "G", id="a key"),
        pytest.param({"TransactItems": [put(KEY), put(BIG), put(BIG)]}, "A+G", id="a transaction"),
        pytest.param(
            {
                "KeyConditionExpression": "pk = :pk",
                "ExpressionAttributeValues": {":pk": {"S": "L#1"}},
            },
            "L",
            id="a query",
        ),
    ],
)
def test_requests_are_told_apart_by_the_beginnings_of_their_keys(
    asked: Mapping[str, Any], kinds: str
) -> None:
    assert kinds_in(asked, TABLE) == kinds


def ask(
    counts: Counts, operation: str, asked: object, told: Mapping[str, Any], *, table: Table | None
) -> tuple[Answer, list[bytes]]:
    """Ask as a function does; the answer, and what ministack was asked."""
    seen: list[bytes] = []

    async def handle(_m: str, _p: str, _headers: object, body: bytes, _query: object) -> Answer:
        seen.append(body)
        return answer(told)

    handled = counted(handle, counts, lambda headers: headers.get("function"), table)
    headers = {"x-amz-target": f"X.{operation}", **({"function": "notifier"} if asked else {})}
    return asyncio.run(_run(handled, headers, json.dumps(asked).encode())), seen


async def _run(handled: Any, headers: Mapping[str, str], body: bytes) -> Answer:  # noqa: ANN401 - a handler
    result: Answer = await handled("POST", "/", headers, body, {})
    return result


def test_a_request_is_counted_and_answered_as_ever() -> None:
    counts = Counts()
    told = {"ConsumedCapacity": {"CapacityUnits": 2}}
    asked = {"TableName": "t", "Key": KEY}

    ask(counts, "UpdateItem", asked, told, table=TABLE)
    answered, seen = ask(counts, "UpdateItem", asked, told, table=TABLE)

    assert json.loads(answered[2]) == told
    assert json.loads(seen[0]) == {**asked, "ReturnConsumedCapacity": "TOTAL"}
    assert json.loads(counts.as_json()) == [["notifier", "UpdateItem", "G", 2, 4, 0]]


def test_a_request_to_a_queue_is_counted_without_units() -> None:
    counts = Counts()

    ask(counts, "SendMessage", {"QueueUrl": "q"}, {}, table=None)

    assert json.loads(counts.as_json()) == [["notifier", "SendMessage", "", 1, 0, 0]]


def test_what_no_function_asks_is_not_counted() -> None:
    counts = Counts()

    _, seen = ask(counts, "PutItem", None, {}, table=TABLE)

    assert seen == [b"null"]
    assert counts.as_json() == "[]"
