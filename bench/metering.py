"""Every request of the functions to AWS, and the units that it consumes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from unittest.mock import patch

from bench.item_size import read_units, refused_write_units
from tocsin.adapters.aws_json import AwsError, AwsJsonClient

_READS: Final = frozenset(("GetItem", "Query"))
_WRITES: Final = frozenset(
    ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")
)
_TRANSACTION_FACTOR: Final = 2
"""Each write of a transaction is made twice: to prepare it and to do it."""


@dataclass(slots=True)
class Consumed:
    """Requests and units since the count began."""

    operations: list[str] = field(default_factory=list)
    write_units: float = 0
    read_units: float = 0

    @property
    def requests(self) -> int:
        return len(self.operations)


class Meter:
    def __init__(self) -> None:
        self._consumed = Consumed()

    @contextmanager
    def counting(self) -> Iterator[Consumed]:
        consumed = self._consumed = Consumed()
        yield consumed
        # Later requests are not counted.
        self._consumed = Consumed()

    def note(self, operation: str, parameters: Mapping[str, Any], answer: dict[str, Any]) -> None:
        self._consumed.operations.append(operation)
        capacity = answer.get("ConsumedCapacity", ())
        if operation in _WRITES:
            tables = [capacity] if isinstance(capacity, dict) else capacity
            self._consumed.write_units += sum(it["CapacityUnits"] for it in tables)
        elif operation in _READS:
            items = answer["Items"] if "Items" in answer else [answer.get("Item", {})]
            is_consistent = bool(parameters.get("ConsistentRead"))
            self._consumed.read_units += read_units(items, is_consistent=is_consistent)

    def note_refusal(self, operation: str, error: AwsError) -> None:
        """Add a request whose condition failed: DynamoDB charges for it too."""
        self._consumed.operations.append(operation)
        if operation == "TransactWriteItems":
            met = [reason.get("Item") for reason in error.reasons]
            units = _TRANSACTION_FACTOR * sum(map(refused_write_units, met))
        else:
            units = refused_write_units(error.item)
        self._consumed.write_units += units


@contextmanager
def metered() -> Iterator[Meter]:
    """Put a meter into every client; the functions must be imported only now."""
    meter = Meter()
    original = AwsJsonClient.call

    def call(
        client: AwsJsonClient, operation: str, parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        asked = dict(parameters)
        if operation in _READS | _WRITES:
            asked["ReturnConsumedCapacity"] = "INDEXES"
        try:
            answer = original(client, operation, asked)
        except AwsError as error:
            meter.note_refusal(operation, error)
            raise
        meter.note(operation, parameters, answer)
        return answer

    with patch.object(AwsJsonClient, "call", call):
        yield meter
