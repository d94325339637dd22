"""Counts what each function asks of DynamoDB and SQS, by the kind of item: requests and units.

ministack says what a write consumes only when asked, half a read unit for any read, and nothing of
a write that it refuses. There the sizes of the items count, as at DynamoDB.
"""

import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

type Item = Mapping[str, Any]
type Answer = tuple[int, Mapping[str, str], bytes | str]
type Handle = Callable[..., Awaitable[Answer]]

READS: Final = frozenset(("GetItem", "BatchGetItem", "Query"))
WRITES: Final = frozenset(
    ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")
)
WRITTEN_SECONDS: Final = 0.5
_WRITE_UNIT_BYTES: Final = 1024
_READ_UNIT_BYTES: Final = 4096
_TRANSACTION_FACTOR: Final = 2
_OK: Final = 200
_REFUSALS: Final = ("ConditionalCheckFailedException", "TransactionCanceledException")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What ministack knows."""

    stored: Callable[[str, Item], Item | None]
    """Takes a table's name and a key, or an item."""
    size_of: Callable[[Item], int]
    """In bytes."""
    partitions_in: Callable[[Mapping[str, Any]], list[str]]
    """The partition keys that a request names, but for those of a transaction."""


@dataclass(slots=True)
class Counts:
    rows: dict[tuple[str, str, str], list[float]] = field(default_factory=dict)
    """By function, operation and kind of item: requests, write units, read units."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(
        self, where: tuple[str, str, str], write_units: float = 0, read_units: float = 0
    ) -> None:
        with self._lock:
            row = self.rows.setdefault(where, [0, 0, 0])
            for place, more in enumerate((1, write_units, read_units)):
                row[place] += more

    def as_json(self) -> str:
        with self._lock:
            return json.dumps([[*where, *row] for where, row in sorted(self.rows.items())])

    def keep_in(self, file: Path) -> None:
        """Write them for as long as the process runs, whenever they have changed."""
        written = ""
        while True:
            if (text := self.as_json()) != written:
                beside = file.with_suffix(".new")
                beside.write_text(text, encoding="utf-8")
                beside.replace(file)
                written = text
            time.sleep(WRITTEN_SECONDS)


def counted(
    handle: Handle,
    counts: Counts,
    function_of: Callable[[Mapping[str, str]], str | None],
    table: Table | None,
) -> Handle:
    """Count what a function asks before it is answered as ever.

    Args:
        handle: ministack's handler of a service.
        counts: Where.
        function_of: Takes the headers of a request; None: nobody's who is counted.
        table: None: the service is not DynamoDB.
    """

    async def handled(
        method: str, path: str, headers: Mapping[str, str], body: bytes, *rest: object
    ) -> Answer:
        function = function_of(headers)
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        if function is None or not operation:
            return await handle(method, path, headers, body, *rest)
        if table is None:
            answer = await handle(method, path, headers, body, *rest)
            counts.add((function, operation, ""))
            return answer
        asked = json.loads(body or b"{}")
        more = {"ReturnConsumedCapacity": "TOTAL"} if operation in READS | WRITES else {}
        answer = await handle(method, path, headers, json.dumps(asked | more).encode(), *rest)
        where = (function, operation, kinds_in(asked, table))
        counts.add(where, *units(operation, asked, answer, table))
        return answer

    return handled


def kinds_in(asked: Mapping[str, Any], table: Table) -> str:
    """The beginnings of the partition keys that a request names, such as `G` of `G#ops`."""
    requests = _writes_in(asked) or [asked]
    partitions = [name for each in requests for name in table.partitions_in(each)]
    return "+".join(sorted({name.partition("#")[0] for name in partitions}))


def units(
    operation: str, asked: Mapping[str, Any], answer: Answer, table: Table
) -> tuple[float, float]:
    """Write units and read units."""
    status, _, body = answer
    told = json.loads(body)
    if operation in WRITES:
        if status != _OK:
            return _refused_units(asked, told, table), 0
        consumed = told.get("ConsumedCapacity", [])
        each = [consumed] if isinstance(consumed, dict) else consumed
        return sum(it["CapacityUnits"] for it in each), 0
    if operation not in READS or status != _OK:
        return 0, 0
    return 0, _read_units(operation, asked, told, table)


def _read_units(
    operation: str, asked: Mapping[str, Any], told: Mapping[str, Any], table: Table
) -> float:
    if operation == "BatchGetItem":
        # Each item is rounded up by itself, and one that is not there counts as a small one.
        requested = asked["RequestItems"]
        return sum(
            _units_of([item], table, is_consistent=bool(asked_of.get("ConsistentRead")))
            for name, asked_of in requested.items()
            for item in _padded(told["Responses"].get(name, []), len(asked_of["Keys"]))
        )
    items = told["Items"] if "Items" in told else [told.get("Item", {})]
    return _units_of(items, table, is_consistent=bool(asked.get("ConsistentRead")))


def _padded(items: list[Item], count: int) -> list[Item]:
    return items + [{}] * (count - len(items))


def _units_of(items: Iterable[Item], table: Table, *, is_consistent: bool) -> float:
    size = sum(map(table.size_of, items))
    whole = max(1, -(-size // _READ_UNIT_BYTES))
    return float(whole) if is_consistent else whole / 2


def _refused_units(asked: Mapping[str, Any], told: Mapping[str, Any], table: Table) -> float:
    """What a write consumes whose condition failed: the size of what it met."""
    if not str(told.get("__type", "")).endswith(_REFUSALS):
        return 0
    writes = _writes_in(asked)
    met = sum(_size_met(each, table) for each in writes or [asked])
    return float(met * _TRANSACTION_FACTOR if writes else met)


def _size_met(asked: Mapping[str, Any], table: Table) -> int:
    stored = table.stored(asked["TableName"], asked.get("Key") or asked["Item"])
    return max(1, -(-table.size_of(stored or {}) // _WRITE_UNIT_BYTES))


def _writes_in(asked: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Those of a transaction."""
    return [each for item in asked.get("TransactItems", ()) for each in item.values()]
