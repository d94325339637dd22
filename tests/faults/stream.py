"""The table's stream as Lambda reads it: in order for an item, in any order between items."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from tests.faults.table import Record

SHARDS = 2
BATCH_LIMIT = 100
ATTEMPTS_LIMIT = 10
RETRY_AFTER = timedelta(seconds=1)


@dataclass
class Shard:
    """Some partitions; a batch that fails holds up what comes after it."""

    records: list[Record] = field(default_factory=list)
    ready_at: datetime | None = None
    is_busy: bool = False
    attempts: int = 0
    _batch_limit: int = BATCH_LIMIT

    def batch(self) -> list[Record]:
        """What the function gets next."""
        return self.records[: self._batch_limit]

    def succeeded(self, batch: Sequence[Record], failed: Sequence[str]) -> None:
        """Go on from the lowest record that failed, or after all of them."""
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        done = min((numbers.index(each) for each in failed), default=len(batch))
        self.records = self.records[done:]
        self.attempts = self.attempts + 1 if failed else 0
        self._batch_limit = BATCH_LIMIT

    def failed(self, batch: Sequence[Record], now: datetime) -> None:
        """Try again, with half of it first."""
        self.attempts += 1
        self._batch_limit = max(1, len(batch) // 2)
        self.ready_at = now + RETRY_AFTER


@dataclass
class SimulatedStream:
    """Takes over what the table tells."""

    filters: Sequence[Mapping[str, Any]]
    """Patterns of the event source in the template."""
    chance: random.Random
    shards: tuple[Shard, ...] = field(default_factory=lambda: tuple(Shard() for _ in range(SHARDS)))

    def take(self, records: Iterable[Record]) -> None:
        """Share out what was written among the shards; items may overtake one another."""
        for record in records:
            if not any(matches(pattern, record) for pattern in self.filters):
                continue
            place = record["dynamodb"]["Keys"]
            shard = self.shards[crc32(place["pk"]["S"].encode()) % SHARDS]
            waiting = shard.records
            first = 0 if not shard.is_busy and not shard.attempts else len(waiting)
            last = [at for at, it in enumerate(waiting) if it["dynamodb"]["Keys"] == place]
            earliest = max(first, last[-1] + 1 if last else 0)
            waiting.insert(self.chance.randint(earliest, len(waiting)), record)


def matches(pattern: Any, value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether a record passes a filter of an event source."""
    if isinstance(pattern, list):
        return any(_is_one(choice, value) for choice in pattern)
    return isinstance(value, dict) and all(
        name in value and matches(inner, value[name]) for name, inner in pattern.items()
    )


def _is_one(choice: Any, value: Any) -> bool:  # noqa: ANN401 - any JSON
    if isinstance(choice, str):
        return bool(choice == value)
    ((operator, prefix),) = choice.items()
    if operator != "prefix":
        raise NotImplementedError(choice)
    return str(value).startswith(prefix)
