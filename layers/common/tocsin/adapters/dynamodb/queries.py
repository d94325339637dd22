"""Consistent reads of items and partitions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.alerts.items import Item, text
from tocsin.adapters.dynamodb.keys import Key, configuration_key
from tocsin.domain.errors import TryAgainError

BATCH_LIMIT: Final = 100
"""Items of one BatchGetItem."""
BATCH_ATTEMPTS: Final = 5
SORT_KEY_LIMIT_BYTES: Final = 1024
"""DynamoDB refuses to read a longer one, and an empty one."""


def get_item(call: Call, table_name: str, key: Key) -> Item | None:
    request = {"TableName": table_name, "Key": key, "ConsistentRead": True}
    item: Item | None = call("GetItem", request).get("Item")
    return item


def get_configured(call: Call, table_name: str, kind: str, name: str) -> Item | None:
    """Read a named object of the configuration; a name too long for a key is unknown."""
    if not 0 < len(name.encode()) <= SORT_KEY_LIMIT_BYTES:
        return None
    return get_item(call, table_name, configuration_key(kind, name))


def query_all(call: Call, table_name: str, partition: str, prefix: str = "") -> Iterator[Item]:
    """Read all items of a partition, in the order of their sort keys."""
    if not prefix:
        return _query(call, table_name, partition)
    return _query(call, table_name, partition, " AND begins_with(sk, :prefix)", prefix=prefix)


def query_after(call: Call, table_name: str, partition: str, after: str) -> Iterator[Item]:
    """Read the items of a partition whose sort keys follow one, in their order."""
    return _query(call, table_name, partition, " AND sk > :after", after=after)


def _query(
    call: Call, table_name: str, partition: str, condition: str = "", **values: str
) -> Iterator[Item]:
    request: dict[str, Any] = {
        "TableName": table_name,
        "KeyConditionExpression": f"pk = :pk{condition}",
        "ExpressionAttributeValues": {
            ":pk": text(partition),
            **{f":{name}": text(value) for name, value in values.items()},
        },
        "ConsistentRead": True,
    }
    while True:
        answer = call("Query", request)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def query_some(call: Call, request: Mapping[str, Any], wanted: int) -> list[Item]:
    """Read the first items of a query, in as many requests as that takes.

    Ask for one more than is shown: DynamoDB returns a last key whenever it stops at a limit, even
    if nothing follows, and it may stop after 1 MB before the limit.
    """
    found: list[Item] = []
    start: Mapping[str, Any] = {}
    while len(found) < wanted:
        answer = call("Query", {**request, **start, "Limit": wanted - len(found)})
        found += answer["Items"]
        if "LastEvaluatedKey" not in answer:
            break
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
    return found


def get_items(call: Call, table_name: str, wanted: Sequence[Key]) -> Iterator[Item]:
    """Read items by keys, in no order; missing ones are left out.

    Raises:
        TryAgainError: The table answered only a part, in all attempts.
    """
    waiting = list(wanted)
    for _ in range(BATCH_ATTEMPTS + len(wanted) // BATCH_LIMIT):
        if not waiting:
            return
        batch, waiting = waiting[:BATCH_LIMIT], waiting[BATCH_LIMIT:]
        request = {"RequestItems": {table_name: {"Keys": batch, "ConsistentRead": True}}}
        answer = call("BatchGetItem", request)
        yield from answer["Responses"].get(table_name, ())
        waiting += answer.get("UnprocessedKeys", {}).get(table_name, {}).get("Keys", ())
    if waiting:
        raise TryAgainError
