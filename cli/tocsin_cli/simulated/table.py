"""DynamoDB's table in this process: fast enough for thousands of runs, and with its stream.

`tests/faults/test_table.py` holds it to the embedded DynamoDB of the local stack, call by call.
"""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from tocsin_cli.simulated.expressions import (
    Attribute,
    Item,
    MissingAttributeError,
    Scope,
    changes,
    comparable,
    condition,
)

type Parameters = Mapping[str, Any]
type Record = dict[str, Any]
type Place = tuple[str, str]
type Older = Mapping[Place, Item | None]
"""Items as a read that is not up to date still sees them; None: not there yet."""

REMEMBERED_FOR = timedelta(seconds=30)
"""How old a read may be at most."""

_BATCH = 25
"""Items of one BatchWriteItem."""
_FAILED = "The conditional request failed"


class RefusedError(Exception):
    """DynamoDB's answer is an error."""

    def __init__(self, code: str, message: str, **more: Any) -> None:  # noqa: ANN401 - JSON
        super().__init__(f"{code}: {message}")
        self.code = code
        self.answer = {"message": message, **more}


@dataclass(frozen=True)
class _Index:
    hash_name: str
    range_name: str
    projected: frozenset[str] | None
    """None: everything."""

    def holds(self, item: Item) -> bool:
        return self.hash_name in item and self.range_name in item


@dataclass
class SimulatedTable:
    """Implements what `Call` asks of DynamoDB."""

    declared: Mapping[str, Any]
    """The table's properties in the template."""
    now: Callable[[], datetime]
    records: list[Record] = field(default_factory=list)
    """The stream; its reader takes the records out."""
    _items: "defaultdict[str, dict[str, Item]]" = field(default_factory=lambda: defaultdict(dict))
    writes: int = 0
    _tokens: dict[str, Parameters] = field(default_factory=dict)
    _recent: "deque[tuple[datetime, Place, Item | None]]" = field(default_factory=deque)
    """What items were before their latest writes."""
    _locked: set[Place] = field(default_factory=set)
    _smallest: dict[str, Attribute | None] = field(default_factory=dict)
    _older: Older = field(default_factory=dict)
    _indexed: "defaultdict[tuple[str, str], set[Place]]" = field(
        default_factory=lambda: defaultdict(set)
    )
    _sequence: int = 0

    def __post_init__(self) -> None:
        self._indexes: dict[str | None, _Index] = {None: _Index("pk", "sk", None)}
        for index in self.declared["GlobalSecondaryIndexes"]:
            hash_name, range_name = (part["AttributeName"] for part in index["KeySchema"])
            keys = {"pk", "sk", hash_name, range_name}
            projected = frozenset(keys | set(index["Projection"].get("NonKeyAttributes", ())))
            self._indexes[index["IndexName"]] = _Index(hash_name, range_name, projected)
        self._operations: dict[str, Callable[[Parameters], dict[str, Any]]] = {
            "BatchGetItem": self._batch_get,
            "BatchWriteItem": self._batch_put,
            "DeleteItem": lambda it: self._write({"Delete": it}),
            "GetItem": self._get,
            "PutItem": lambda it: self._write({"Put": it}),
            "Query": self._query,
            "Scan": lambda _: {"Items": self.items},
            "TransactWriteItems": self._transact,
            "UpdateItem": lambda it: self._write({"Update": it}),
        }

    def answer(self, operation: str, parameters: Parameters) -> dict[str, Any]:
        """Do what is asked.

        Raises:
            RefusedError: DynamoDB would refuse it.
        """
        return self._operations[operation](parameters)

    def read_late(self, operation: str, parameters: Parameters, age: timedelta) -> dict[str, Any]:
        """Answer as the table was a while ago.

        Raises:
            RefusedError: DynamoDB would refuse it.
        """
        since = self.now() - age
        older: dict[Place, Item | None] = {}
        for at, place, before in reversed(self._recent):
            if at <= since:
                break
            older[place] = before
        self._older = older
        try:
            return self._operations[operation](parameters)
        finally:
            self._older = {}

    @contextmanager
    def locked(self, parameters: Parameters) -> Iterator[None]:
        """Hold the items of a transaction while it is under way: other writes are refused.

        Args:
            parameters: Of the transaction.

        Raises:
            RefusedError: Another transaction holds one of them.
        """
        places = [
            _place(details["Item"] if kind == "Put" else details["Key"])
            for action in parameters["TransactItems"]
            for kind, details in action.items()
        ]
        met = [place in self._locked for place in places]
        if any(met):
            reasons = [{"Code": "TransactionConflict" if it else "None"} for it in met]
            raise RefusedError("TransactionCanceledException", "", CancellationReasons=reasons)
        self._locked.update(places)
        try:
            yield
        finally:
            self._locked.difference_update(places)

    @property
    def items(self) -> list[Item]:
        """Everything, by key."""
        return [items[sk] for _, items in sorted(self._items.items()) for sk in sorted(items)]

    def starting_with(self, prefix: str) -> Iterator[Item]:
        """The items of some partitions."""
        for pk, items in self._items.items():
            if pk.startswith(prefix):
                yield from items.values()

    def smallest(self, index_name: str) -> Attribute | None:
        """The smallest sort key of an index, of all partitions."""
        if index_name in self._smallest:
            return self._smallest[index_name]
        index = self._indexes[index_name]
        ranges = [
            self._items[pk][sk][index.range_name]
            for (name, _), places in self._indexed.items()
            if name == index_name
            for pk, sk in places
        ]
        smallest = min(ranges, key=comparable, default=None)
        self._smallest[index_name] = smallest
        return smallest

    # Reading

    def _find(self, key: Item) -> Item | None:
        return self._items[key["pk"]["S"]].get(key["sk"]["S"])

    def _seen(self, key: Item) -> Item | None:
        place = _place(key)
        return self._older[place] if place in self._older else self._find(key)

    def _get(self, parameters: Parameters) -> dict[str, Any]:
        item = self._seen(parameters["Key"])
        return {} if item is None else {"Item": item}

    def _batch_get(self, parameters: Parameters) -> dict[str, Any]:
        ((table_name, wanted),) = parameters["RequestItems"].items()
        found = [self._seen(key) for key in wanted["Keys"]]
        items = [item for item in found if item is not None]
        return {"Responses": {table_name: items}, "UnprocessedKeys": {}}

    def _query(self, parameters: Parameters) -> dict[str, Any]:
        _expect_known(parameters, _QUERY)
        index_name = parameters.get("IndexName")
        if index_name is not None and parameters.get("ConsistentRead"):
            raise RefusedError("ValidationException", "an index is never read consistently")
        index = self._indexes[index_name]
        values = parameters["ExpressionAttributeValues"]
        expression = parameters["KeyConditionExpression"]
        hash_value, _, rest = _split(expression, index.hash_name)
        found = self._partition(index_name, values[hash_value]["S"])
        if rest:
            holds, names = condition(rest), parameters.get("ExpressionAttributeNames", {})
            found = [item for item in found if holds(Scope(item, names, values))]
        is_backward = not parameters.get("ScanIndexForward", True)
        found.sort(key=lambda it: _order(it, index), reverse=is_backward)
        if start := parameters.get("ExclusiveStartKey"):
            limit = _order(start, index)
            found = [it for it in found if (_order(it, index) < limit) is is_backward]
            found = [it for it in found if _order(it, index) != limit]
        answer = self._page(found, index, parameters.get("Limit"))
        if wanted := parameters.get("FilterExpression"):
            holds, names = condition(wanted), parameters.get("ExpressionAttributeNames", {})
            answer["Items"] = [it for it in answer["Items"] if holds(Scope(it, names, values))]
            answer["Count"] = len(answer["Items"])
        return answer

    def _page(self, found: Sequence[Item], index: _Index, limit: int | None) -> dict[str, Any]:
        page = found if limit is None else found[:limit]
        shown = [
            {name: it[name] for name in it if index.projected is None or name in index.projected}
            for it in page
        ]
        answer = {"Items": shown, "Count": len(shown), "ScannedCount": len(shown)}
        # DynamoDB stops at the limit before it knows whether anything follows.
        if limit is not None and len(found) >= limit:
            names = {"pk", "sk", index.hash_name, index.range_name}
            answer["LastEvaluatedKey"] = {name: page[-1][name] for name in names}
        return answer

    def _partition(self, index_name: str | None, partition: str) -> list[Item]:
        items = self._items
        if index_name is None:
            if not self._older:
                return list(items[partition].values())
            found = {(partition, sk): item for sk, item in items[partition].items()}
        else:
            found = {(pk, sk): items[pk][sk] for pk, sk in self._indexed[index_name, partition]}
        index = self._indexes[index_name]
        for place, before in self._older.items():
            found.pop(place, None)
            if before is None or not index.holds(before):
                continue
            if before[index.hash_name]["S"] == partition:
                found[place] = before
        return list(found.values())

    # Writing

    def _write(self, action: Parameters) -> dict[str, Any]:
        ((kind, parameters),) = action.items()
        if self._locked and _place(parameters.get("Item") or parameters["Key"]) in self._locked:
            raise RefusedError("TransactionConflictException", "a transaction has the item")
        before, after = self._decide(kind, parameters)
        self._store(before, after)
        returned = {"NONE": None, "ALL_NEW": after, "ALL_OLD": before}
        item = returned[parameters.get("ReturnValues", "NONE")]
        return {} if item is None else {"Attributes": item}

    def _batch_put(self, parameters: Parameters) -> dict[str, Any]:
        ((table_name, puts),) = parameters["RequestItems"].items()
        items = [each["PutRequest"]["Item"] for each in puts]
        if not 0 < len(items) <= _BATCH or len({_place(item) for item in items}) < len(items):
            raise RefusedError("ValidationException", f"not 1 to {_BATCH} different items")
        for item in items:
            self._write({"Put": {"TableName": table_name, "Item": item}})
        return {"UnprocessedItems": {}}

    def _decide(self, kind: str, parameters: Parameters) -> tuple[Item | None, Item | None]:
        """What is there, and what shall be.

        Raises:
            RefusedError: The condition fails.
        """
        _expect_known(parameters, _WRITE)
        key = parameters["Item"] if kind == "Put" else parameters["Key"]
        before = self._find(key)
        names = parameters.get("ExpressionAttributeNames", {})
        scope = Scope(before or {}, names, parameters.get("ExpressionAttributeValues", {}))
        expected = parameters.get("ConditionExpression")
        if expected is not None and not condition(expected)(scope):
            raise _condition_failed(before, parameters)
        match kind:
            case "Put":
                return before, dict(parameters["Item"])
            case "Delete":
                return before, None
            case "ConditionCheck":
                return before, before
            case _:
                return before, _changed(key, before, parameters["UpdateExpression"], scope)

    def _transact(self, parameters: Parameters) -> dict[str, Any]:
        _expect_known(parameters, {"TransactItems", "ClientRequestToken"})
        token = parameters.get("ClientRequestToken")
        if token is not None and token in self._tokens:
            if self._tokens[token] != parameters:
                raise RefusedError("IdempotentParameterMismatchException", "another request")
            return {}
        decided: list[tuple[Item | None, Item | None]] = []
        reasons: list[dict[str, Any]] = []
        for action in parameters["TransactItems"]:
            ((kind, details),) = action.items()
            try:
                decided.append(self._decide(kind, details))
                reasons.append({"Code": "None"})
            except RefusedError as refused:
                item = {"Item": refused.answer["Item"]} if "Item" in refused.answer else {}
                reasons.append({"Code": "ConditionalCheckFailed", "Message": _FAILED, **item})
        if len(decided) != len(reasons):
            codes = ", ".join(reason["Code"] for reason in reasons)
            message = f"Transaction cancelled, please refer cancellation reasons [{codes}]"
            raise RefusedError("TransactionCanceledException", message, CancellationReasons=reasons)
        for before, after in decided:
            self._store(before, after)
        if token is not None:
            self._tokens[token] = parameters
        return {}

    def _store(self, before: Item | None, after: Item | None) -> None:
        if before == after:
            return
        known = after or before or {}
        pk, sk = known["pk"]["S"], known["sk"]["S"]
        self.writes += 1
        now = self.now()
        while self._recent and now - self._recent[0][0] > REMEMBERED_FOR:
            self._recent.popleft()
        self._recent.append((now, (pk, sk), before))
        for name, index in self._indexes.items():
            if name is None:
                continue
            self._smallest.pop(name, None)
            if before is not None and index.holds(before):
                self._indexed[name, before[index.hash_name]["S"]].discard((pk, sk))
            if after is not None and index.holds(after):
                self._indexed[name, after[index.hash_name]["S"]].add((pk, sk))
        if after is None:
            del self._items[pk][sk]
        else:
            self._items[pk][sk] = after
        self._tell(before, after, {"pk": known["pk"], "sk": known["sk"]})

    def _tell(self, before: Item | None, after: Item | None, keys: Item) -> None:
        self._sequence += 1
        told: dict[str, Any] = {"Keys": keys, "SequenceNumber": f"{self._sequence:021}"}
        told |= {"OldImage": before} if before is not None else {}
        told |= {"NewImage": after} if after is not None else {}
        name = "INSERT" if before is None else "REMOVE" if after is None else "MODIFY"
        self.records.append({"eventName": name, "dynamodb": told})


_QUERY = frozenset(
    (
        *("TableName", "IndexName", "KeyConditionExpression", "ExpressionAttributeValues"),
        *("ExpressionAttributeNames", "ConsistentRead", "ScanIndexForward", "Limit"),
        *("ExclusiveStartKey", "FilterExpression"),
    )
)
_WRITE = frozenset(
    (
        *("TableName", "Item", "Key", "UpdateExpression", "ConditionExpression"),
        *("ExpressionAttributeValues", "ExpressionAttributeNames", "ReturnValues"),
        "ReturnValuesOnConditionCheckFailure",
    )
)


def _expect_known(parameters: Parameters, known: frozenset[str] | set[str]) -> None:
    if unknown := parameters.keys() - known:
        raise NotImplementedError(f"the simulated table does not know {sorted(unknown)}")
    if parameters.get("ReturnValues", "NONE") not in {"NONE", "ALL_NEW", "ALL_OLD"}:
        raise NotImplementedError(parameters["ReturnValues"])


@cache
def _split(expression: str, hash_name: str) -> tuple[str, str, str]:
    """The partition's value in a condition of keys, and what is said of the sort key."""
    found = re.fullmatch(rf"{hash_name} = (:\w+)(?:( AND )(.+))?", expression)
    if found is None:
        raise NotImplementedError(expression)
    value, joined, rest = found.groups(default="")
    return value, joined, rest


def _place(key: Item) -> Place:
    return key["pk"]["S"], key["sk"]["S"]


def _order(item: Item, index: _Index) -> tuple[Any, ...]:
    return tuple(comparable(item[name]) for name in (index.range_name, "pk", "sk"))


def _changed(key: Item, before: Item | None, expression: str, scope: Scope) -> Item:
    after = dict(before or key)
    try:
        for change in changes(expression):
            change(scope, after)
    except MissingAttributeError:
        message = "The provided expression refers to an attribute that does not exist in the item"
        raise RefusedError("ValidationException", message) from None
    return after


def _condition_failed(before: Item | None, parameters: Parameters) -> RefusedError:
    is_asked = parameters.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    met = {"Item": before} if is_asked and before is not None else {}
    return RefusedError("ConditionalCheckFailedException", _FAILED, **met)
