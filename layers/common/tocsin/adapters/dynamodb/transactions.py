"""Writes of any items: one with a condition, several all or nothing, many without a condition."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from tocsin.adapters.aws_json import AwsError, Call
from tocsin.adapters.dynamodb.alerts.items import Item
from tocsin.adapters.dynamodb.keys import Key
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import WriteId

type Action = dict[str, Any]
"""One entry of `TransactItems`."""

_CANCELLED: Final = "TransactionCanceledException"
CONDITION_FAILED: Final = "ConditionalCheckFailedException"
FAILED_IN_TRANSACTION: Final = "ConditionalCheckFailed"
IS_NEW: Final = "attribute_not_exists(pk)"
BATCH_LIMIT: Final = 25
"""Items of one BatchWriteItem."""
BATCH_ATTEMPTS: Final = 5
_MARKS: Final = ("write_id", "earlier_write_id", "repeat_id")
"""Of the last change of state and the one before; of an alert also of the last repeat."""


class TransactionRefusedError(Exception):
    """At least one condition failed, and nothing was written."""

    def __init__(self, met: Sequence[Item | None]) -> None:
        super().__init__("a condition of the transaction failed")
        self.met = tuple(met)
        """For each action whose condition failed the item that it met, {} for none; None for the
        others."""

    def met_nothing(self, position: int) -> bool:
        """Whether this action failed since its item does not exist."""
        return self.met[position] == {}


def write_if(call: Call, operation: str, request: Mapping[str, Any]) -> bool:
    """Make a conditional write; False: its condition failed."""
    try:
        call(operation, request)
    except AwsError as error:
        if error.code != CONDITION_FAILED:
            raise
        return False
    return True


def put_all(call: Call, table_name: str, items: Iterable[Item]) -> None:
    """Put items whose keys say all that they hold, in as few requests as DynamoDB allows.

    They are not written all or nothing; to put them again is harmless.

    Raises:
        TryAgainError: The table took only a part, in all attempts.
    """
    waiting = list({(it["pk"]["S"], it["sk"]["S"]): it for it in items}.values())
    for _ in range(BATCH_ATTEMPTS + len(waiting) // BATCH_LIMIT):
        if not waiting:
            return
        batch, waiting = waiting[:BATCH_LIMIT], waiting[BATCH_LIMIT:]
        puts = [{"PutRequest": {"Item": item}} for item in batch]
        answer = call("BatchWriteItem", {"RequestItems": {table_name: puts}})
        left = answer.get("UnprocessedItems", {}).get(table_name, ())
        waiting += [each["PutRequest"]["Item"] for each in left]
    if waiting:
        raise TryAgainError


def transact(call: Call, actions: Sequence[Action], *, write_id: WriteId, attempt: int = 1) -> None:
    """Write all or nothing.

    Args:
        call: DynamoDB.
        actions: Each with a condition; at least one of the items has the write id.
        write_id: Of these writes. Also the token by which DynamoDB recognises a repetition, for ten
            minutes.
        attempt: Distinguishes a second transaction with the same write id, after the first failed.

    Raises:
        TransactionRefusedError: A condition failed, and not because of this same write.
    """
    token = write_id if attempt == 1 else f"{write_id[:33]}#{attempt}"
    try:
        call("TransactWriteItems", {"TransactItems": list(actions), "ClientRequestToken": token})
    except AwsError as error:
        if error.code != _CANCELLED:
            raise
        met = [_met(reason) for reason in error.reasons]
        if all(item is None for item in met):
            raise
        if not any(item and is_ours(item, write_id) for item in met):
            raise TransactionRefusedError(met) from error


def put(
    table_name: str, item: Item, condition: str, values: Mapping[str, Any] | None = None
) -> Action:
    return {"Put": {"TableName": table_name, "Item": item} | _expected(condition, values)}


def delete(
    table_name: str, key: Key, condition: str, values: Mapping[str, Any] | None = None
) -> Action:
    return {"Delete": {"TableName": table_name, "Key": key} | _expected(condition, values)}


def check(
    table_name: str, key: Key, condition: str, values: Mapping[str, Any] | None = None
) -> Action:
    """Expect something of an item, without a write."""
    return {"ConditionCheck": {"TableName": table_name, "Key": key} | _expected(condition, values)}


def _expected(condition: str, values: Mapping[str, Any] | None) -> Action:
    expected: Action = {
        "ConditionExpression": condition,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    if values:
        expected["ExpressionAttributeValues"] = dict(values)
    return expected


def _met(reason: Mapping[str, Any]) -> Item | None:
    if reason.get("Code") != FAILED_IN_TRANSACTION:
        return None
    met: Item = reason.get("Item") or {}
    return met


def is_ours(item: Item, write_id: WriteId) -> bool:
    """Whether this same write was made, and its item not overwritten since."""
    return {"S": write_id} in (item.get(name) for name in _MARKS)
