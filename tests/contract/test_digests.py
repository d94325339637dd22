"""DigestRepository: a frozen set, of which the first one counts, and the messages of a digest."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import TABLE_NAME
from tests.contract.test_notifications import WITH_EVERY_FIELD
from tests.examples import MINUTE, NINE, TO_OPS
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.notifications.digest_repository import DynamoDBDigests
from tocsin.domain.digest import Digest, DigestId
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import AlertId, Fingerprint, WriteId, ulid
from tocsin.domain.notification import Delivery
from tocsin.domain.severity import Severity
from tocsin.usecases.ports import DigestRepository

RETENTION = timedelta(days=90)
ONE, OTHER = DigestId("01KJMWTPM0SWN6QZPBR1784CMA"), DigestId("01KJMWTPM0SWN6QZPBR1784CMB")
W1, W2 = WriteId("w1"), WriteId("w2")


@pytest.fixture(params=["replies arrive", "replies lost"])
def digests(request: pytest.FixtureRequest, call: Call) -> DigestRepository:
    reached = losing_replies(call) if "lost" in request.param else call
    return DynamoDBDigests(reached, TABLE_NAME, RETENTION)


def ids(count: int) -> tuple[AlertId, ...]:
    """Not sorted: a digest names the worst first."""
    slots = (Fingerprint(f"{number * 7_919 % count:016}") for number in range(count))
    return tuple(AlertId(ulid(NINE, slot)) for slot in slots)


def digest(count: int = 3, **changes: object) -> Digest:
    made = Digest(
        digest_id=ONE,
        target="user:alice",
        channel="sms",
        frozen_at=NINE + timedelta(milliseconds=1),
        alert_ids=ids(count),
        severity=Severity.CRITICAL,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("count", [0, 1, 1_000, 1_001, 2_500])
def test_a_digest_comes_back_whole_and_in_its_order(digests: DigestRepository, count: int) -> None:
    frozen = digests.freeze(digest(count), write_id=W1)

    assert frozen == digest(count)
    assert digests.get(ONE) == digest(count)
    assert digests.get(OTHER) is None


@pytest.mark.parametrize("count", [3, 2_500])
def test_the_first_set_that_is_frozen_stays(digests: DigestRepository, count: int) -> None:
    digests.freeze(digest(count), write_id=W1)
    later = digest(1_700, frozen_at=NINE + MINUTE, severity=Severity.WARNING)

    frozen = digests.freeze(later, write_id=W2)

    assert frozen == digest(count)
    assert digests.get(ONE) == digest(count)


def test_an_attempt_that_ended_before_its_item_leaves_nothing_in_the_set(call: Call) -> None:
    def without_item(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if operation == "PutItem":
            raise TimeoutError
        return call(operation, parameters)

    with pytest.raises(TimeoutError):
        DynamoDBDigests(without_item, TABLE_NAME, RETENTION).freeze(digest(2_500), write_id=W1)
    digests = DynamoDBDigests(call, TABLE_NAME, RETENTION)

    assert digests.get(ONE) is None
    assert digests.freeze(digest(1_700), write_id=W2) == digest(1_700)
    assert digests.get(ONE) == digest(1_700)


def test_a_digest_of_which_a_part_has_expired_is_gone(call: Call) -> None:
    digests = DynamoDBDigests(call, TABLE_NAME, RETENTION)
    digests.freeze(digest(2_500), write_id=W1)
    part = keys.digest_part_key(ONE, W1, 1)
    call(
        "DeleteItem",
        {"TableName": TABLE_NAME, "Key": part, "ConditionExpression": "attribute_exists(pk)"},
    )

    assert digests.get(ONE) is None


@pytest.mark.parametrize("name", ["", "x", "01KJMWTPM0SWN6QZPBR1784CMa", "B#1", "7" * 5_000])
def test_a_malformed_id_is_unknown(digests: DigestRepository, name: str) -> None:
    assert digests.get(DigestId(name)) is None


def test_a_message_that_is_added_twice_is_one(digests: DigestRepository) -> None:
    digests.add_members(ONE, [WITH_EVERY_FIELD.delivery], at=NINE)
    digests.add_members(ONE, [WITH_EVERY_FIELD.delivery], at=NINE + MINUTE)

    assert digests.members(ONE) == (WITH_EVERY_FIELD.delivery,)
    assert digests.members(OTHER) == ()


def members(number: int) -> list[Delivery]:
    return [replace(TO_OPS, alert_id=each) for each in sorted(ids(number))]


def test_members_are_added_in_as_few_requests_as_dynamodb_allows(call: Call) -> None:
    asked: list[str] = []

    def counted(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(operation)
        return call(operation, parameters)

    digests = DynamoDBDigests(counted, TABLE_NAME, RETENTION)
    digests.add_members(ONE, [*members(51), members(51)[0]], at=NINE)

    assert asked == ["BatchWriteItem"] * 3
    assert digests.members(ONE) == tuple(members(51))


def test_nothing_is_asked_for_no_members() -> None:
    DynamoDBDigests(never, TABLE_NAME, RETENTION).add_members(ONE, [], at=NINE)


def test_members_that_the_table_left_out_are_put_again(call: Call) -> None:
    def sparing(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        puts = parameters["RequestItems"][TABLE_NAME]
        call(operation, {"RequestItems": {TABLE_NAME: puts[:10]}})
        return {"UnprocessedItems": {TABLE_NAME: puts[10:]} if puts[10:] else {}}

    DynamoDBDigests(sparing, TABLE_NAME, RETENTION).add_members(ONE, members(40), at=NINE)

    assert DynamoDBDigests(call, TABLE_NAME, RETENTION).members(ONE) == tuple(members(40))


def test_members_that_the_table_never_takes_are_not_taken_for_added() -> None:
    def full(_operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return {"UnprocessedItems": parameters["RequestItems"]}

    with pytest.raises(TryAgainError):
        DynamoDBDigests(full, TABLE_NAME, RETENTION).add_members(ONE, members(1), at=NINE)


def never(operation: str, _parameters: Mapping[str, Any]) -> dict[str, Any]:
    raise AssertionError(operation)


def test_messages_of_one_alert_to_two_steps_are_two(digests: DigestRepository) -> None:
    later = replace(TO_OPS, step=2)
    digests.freeze(digest(2_500), write_id=W1)

    for each in (later, TO_OPS):
        digests.add_members(ONE, [each], at=NINE)

    assert digests.members(ONE) == (TO_OPS, later)


def test_members_that_fill_many_pages_are_all_read(call: Call) -> None:
    digests = DynamoDBDigests(in_pages(call, 7), TABLE_NAME, RETENTION)
    added = sorted(ids(50))
    for each in added:
        digests.add_members(ONE, [replace(TO_OPS, alert_id=each)], at=NINE)

    assert [each.alert_id for each in digests.members(ONE)] == added


def test_all_of_a_digest_expires_as_its_ledger_does(call: Call) -> None:
    digests = DynamoDBDigests(call, TABLE_NAME, RETENTION)
    digests.add_members(ONE, [TO_OPS], at=digest().frozen_at)
    digests.freeze(digest(2_500), write_id=W1)

    stored = call(
        "Query",
        {
            "TableName": TABLE_NAME,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": keys.digest_partition(ONE)}},
        },
    )["Items"]

    expected = str(int((digest().frozen_at + RETENTION).timestamp()))
    assert [each["expires_at"]["N"] for each in stored] == [expected] * 4


def in_pages(call: Call, size: int) -> Call:
    """Answer queries in small pages, as DynamoDB does beyond 1 MB."""

    def paged(operation: str, parameters: dict[str, object]) -> dict[str, object]:
        limit = {"Limit": size} if operation == "Query" else {}
        return call(operation, parameters | limit)

    return paged  # type: ignore[return-value]
