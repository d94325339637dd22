"""How many bytes DynamoDB charges for, by its published rules.

The embedded DynamoDB says what writes consume, but half a read unit for any read.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

type Item = Mapping[str, Mapping[str, Any]]

WRITE_UNIT_BYTES: Final = 1024
READ_UNIT_BYTES: Final = 4096
_CONTAINER_BYTES: Final = 3
_BASE64_RATIO: Final = 3 / 4


def item_bytes(item: Item) -> int:
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def read_units(items: Iterable[Item], *, is_consistent: bool) -> float:
    """What a read of these items consumes; nothing found costs as much as one small item."""
    units = max(1, math.ceil(sum(map(item_bytes, items)) / READ_UNIT_BYTES))
    return float(units) if is_consistent else units / 2


def refused_write_units(item: Item | None) -> float:
    """What a write consumes whose condition failed: the size of what it met."""
    return float(max(1, math.ceil(item_bytes(item or {}) / WRITE_UNIT_BYTES)))


def _value_bytes(value: Mapping[str, Any]) -> int:
    match value:
        case {"S": str(text)}:
            return len(text.encode())
        case {"N": str(digits)}:
            return (len(digits.lstrip("-").replace(".", "")) + 1) // 2 + 1
        case {"B": str(encoded)}:
            return int(len(encoded.rstrip("=")) * _BASE64_RATIO)
        case {"M": dict(members)}:
            return _CONTAINER_BYTES + len(members) + item_bytes(members)
        case {"L": list(members)}:
            return _CONTAINER_BYTES + len(members) + sum(map(_value_bytes, members))
        case _:
            return 1
