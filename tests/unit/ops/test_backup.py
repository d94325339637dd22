"""A backup holds what a stack cannot make anew, and goes into an empty stack only."""

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ops.backup import back_up, restore
from ops.samconfig import OperationError
from tests.conftest import TABLE_NAME
from tests.examples import NINE
from tocsin.adapters.dynamodb.configuration.session_repository import session_item
from tocsin.domain.credential import hash_secret
from tocsin.domain.ids import WriteId
from tocsin.domain.session import Door, Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.service_resource import Table

ALERT = "01KJMWTPM0SWN6QZPBR1784CMA"
SLOT = f"A#{ALERT[10:]}"
KEPT: list[tuple[str, str]] = [
    (SLOT, "LIVE"),
    (SLOT, f"E#{ALERT}"),
    (SLOT, f"E#{ALERT}#H"),
    (SLOT, f"T#{ALERT}#1772355600000#000001#0"),
    (f"L#{ALERT}", "000001#001#0001#user:alice#email"),
    ("C#user", "alice"),
    ("K#hash", "KEY"),
    ("COUNT", "1"),
]

OF_A_STACK = (
    ("C#team-file", "requests"),  # names the stack that applies the team's file
    ("G#ops-hook", "GATE"),
    ("SWEEP", "SWEEP"),
    ("CHANGES", "CHANGES"),
)
OF_WHO_SIGNS_IN = (
    ("C#session", "hash"),
    ("V#hash", "1772355600000"),
    ("O#hash", "WAY"),
)


def item(partition: str, sort: str) -> dict[str, Any]:
    return {
        "pk": {"S": partition},
        "sk": {"S": sort},
        "body": {"B": b"\x00\xff" + sort.encode()},
        "nested": {"M": {"parts": {"L": [{"B": b"\x01"}, {"N": "1"}, {"NULL": True}]}}},
        "hashes": {"BS": [b"\x02"]},
        "tags": {"SS": ["a", "b"]},
    }


def put(client: "DynamoDBClient", *keys: tuple[str, str]) -> None:
    for partition, sort in keys:
        client.put_item(TableName=TABLE_NAME, Item=item(partition, sort))


def items_of(client: "DynamoDBClient") -> dict[tuple[str, str], Mapping[str, Any]]:
    answer = client.scan(TableName=TABLE_NAME)
    return {(each["pk"]["S"], each["sk"]["S"]): each for each in answer["Items"]}


def empty(client: "DynamoDBClient") -> None:
    for partition, sort in items_of(client):
        client.delete_item(TableName=TABLE_NAME, Key={"pk": {"S": partition}, "sk": {"S": sort}})


@pytest.fixture
def client(table: "Table", dynamodb_client: "DynamoDBClient") -> "DynamoDBClient":  # noqa: ARG001 - must exist first
    return dynamodb_client


def test_what_was_lost_is_back_to_the_byte(client: "DynamoDBClient", tmp_path: Path) -> None:
    file = tmp_path / "backup.jsonl.gz"
    put(client, *KEPT, *OF_A_STACK)
    before = items_of(client)

    assert back_up(client, TABLE_NAME, file) == len(KEPT)
    empty(client)
    assert restore(client, TABLE_NAME, file) == len(KEPT)

    after = items_of(client)
    assert set(after) == set(KEPT)
    assert after == {key: before[key] for key in KEPT}
    assert file.stat().st_mode & 0o077 == 0


def test_no_session_is_in_a_backup_so_that_none_that_was_ended_comes_back(
    client: "DynamoDBClient", tmp_path: Path
) -> None:
    session = Session(
        session_id="01KJM5ZZ00DRQ5V1N9YH3KW2TD",
        secret_hash=hash_secret("cookie"),
        door=Door.LINK,
        user="alice",
        created_at=NINE,
        used_at=NINE,
    )
    client.put_item(TableName=TABLE_NAME, Item=session_item(session, WriteId("one")))
    put(client, ("C#user", "alice"), *OF_WHO_SIGNS_IN, ("U#link", "USED"))
    file = tmp_path / "backup.jsonl.gz"
    back_up(client, TABLE_NAME, file)
    empty(client)

    restore(client, TABLE_NAME, file)

    assert set(items_of(client)) == {("C#user", "alice"), ("U#link", "USED")}


def test_alerts_come_after_what_their_changes_led_to(
    client: "DynamoDBClient", tmp_path: Path
) -> None:
    file = tmp_path / "backup.jsonl.gz"
    put(client, *KEPT)
    back_up(client, TABLE_NAME, file)
    empty(client)
    written: list[tuple[str, str]] = []

    class Writes:
        """Notes the order of writes."""

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as boto3 answers
            return getattr(client, name)

        def batch_write_item(self, RequestItems: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: N803 - as boto3 names it
            for request in RequestItems[TABLE_NAME]:
                one = request["PutRequest"]["Item"]
                written.append((one["pk"]["S"], one["sk"]["S"]))
            return client.batch_write_item(RequestItems=RequestItems)

    restore(Writes(), TABLE_NAME, file)

    assert written[-3:-2] == [(f"L#{ALERT}", "000001#001#0001#user:alice#email")]
    assert set(written[-2:]) == {(SLOT, "LIVE"), (SLOT, f"E#{ALERT}")}


def test_no_request_holds_an_alert_and_what_has_to_be_there_before(
    client: "DynamoDBClient", tmp_path: Path
) -> None:
    file = tmp_path / "backup.jsonl.gz"
    put(client, *KEPT)
    back_up(client, TABLE_NAME, file)
    empty(client)
    requests: list[list[str]] = []

    class Requests:
        """Notes what goes together, in any order."""

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as boto3 answers
            return getattr(client, name)

        def batch_write_item(self, RequestItems: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: N803 - as boto3 names it
            items = [each["PutRequest"]["Item"] for each in RequestItems[TABLE_NAME]]
            requests.append(sorted(item["sk"]["S"] for item in items))
            return client.batch_write_item(RequestItems=RequestItems)

    restore(Requests(), TABLE_NAME, file)

    assert requests[1:] == [["000001#001#0001#user:alice#email"], [f"E#{ALERT}", "LIVE"]]


def test_what_storage_did_not_take_is_sent_again(client: "DynamoDBClient", tmp_path: Path) -> None:
    file = tmp_path / "backup.jsonl.gz"
    put(client, *KEPT)
    back_up(client, TABLE_NAME, file)
    empty(client)

    class Throttled:
        """Takes one item a call."""

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as boto3 answers
            return getattr(client, name)

        def batch_write_item(self, RequestItems: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: N803 - as boto3 names it
            first, *rest = RequestItems[TABLE_NAME]
            client.batch_write_item(RequestItems={TABLE_NAME: [first]})
            return {"UnprocessedItems": {TABLE_NAME: rest} if rest else {}}

    restore(Throttled(), TABLE_NAME, file)

    assert set(items_of(client)) == set(KEPT)


def test_a_stack_with_alerts_is_left_alone(client: "DynamoDBClient", tmp_path: Path) -> None:
    file = tmp_path / "backup.jsonl.gz"
    put(client, *KEPT)
    back_up(client, TABLE_NAME, file)

    with pytest.raises(OperationError, match="restore into a new stack"):
        restore(client, TABLE_NAME, file)


DAMAGED = bytearray(gzip.compress(b'{"pk": {"S": "x"}, "sk": {"S": "x"}}\n' * 50))
DAMAGED[15] ^= 0xFF


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no gzip",
        gzip.compress(b"no json\n"),
        gzip.compress(b"[1]\n"),
        gzip.compress(b"{}\n"),
        gzip.compress(b"[" * 200_000 + b"\n"),
        gzip.compress(b'{"pk": {"N": "1"}, "sk": {"S": "x"}}\n'),
        gzip.compress(b'{"pk": {"S": "x"}, "sk": {"S": "x"}}\n' * 50)[:-9],
        bytes(DAMAGED),
    ],
    ids=lambda content: f"{len(content)} bytes",
)
def test_a_file_that_is_no_backup_changes_nothing(
    client: "DynamoDBClient", tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "other"
    file.write_bytes(content)

    with pytest.raises(OperationError, match="is no backup"):
        restore(client, TABLE_NAME, file)

    assert items_of(client) == {}


def test_a_backup_that_fails_keeps_the_one_before(tmp_path: Path) -> None:
    file = tmp_path / "backup.jsonl.gz"
    file.write_bytes(b"the one before")

    class Away:
        def get_paginator(self, _name: str) -> Any:  # noqa: ANN401 - as boto3 answers
            raise ConnectionError

    with pytest.raises(ConnectionError):
        back_up(Away(), TABLE_NAME, file)

    assert file.read_bytes() == b"the one before"
