"""The table's stream as Lambda reads it: in order for an item, in any order between items."""

import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from tocsin_cli.simulated.table import Record

SHARDS = 2
_LONGEST_PAUSE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Reading:
    """How Lambda reads a stream, as the template's event source says."""

    batch_size: int
    at_once: int
    """Batches of one shard that are worked on side by side; one item is in one of them."""
    attempts_limit: int | None
    """Further attempts for a batch; None: no end of them."""
    longest_age: timedelta | None
    """What is older is given up; None: nothing is, within the stream's 24 hours."""

    @classmethod
    def declared(cls, properties: Mapping[str, Any]) -> "Reading":
        """Read the event source."""
        attempts = properties.get("MaximumRetryAttempts", -1)
        age = properties.get("MaximumRecordAgeInSeconds", -1)
        return cls(
            batch_size=properties["BatchSize"],
            at_once=properties.get("ParallelizationFactor", 1),
            attempts_limit=None if attempts < 0 else attempts,
            longest_age=None if age < 0 else timedelta(seconds=age),
        )


@dataclass
class Shard:
    """Some items; a batch that fails holds up what comes after it."""

    reading: Reading
    records: list[Record] = field(default_factory=list)
    given_up: list[Record] = field(default_factory=list)
    ready_at: datetime | None = None
    is_busy: bool = False
    attempts: int = 0
    arrived: dict[str, datetime] = field(default_factory=dict)
    _limit: int | None = None

    def batch(self, now: datetime) -> list[Record]:
        """What the function gets next; what is too old is given up."""
        oldest = self.reading.longest_age
        while oldest is not None and self.records and now - self._arrival(0) > oldest:
            self._give_up(1)
        return self.records[: self._limit or self.reading.batch_size]

    def succeeded(self, batch: Sequence[Record], failed: Sequence[str], now: datetime) -> None:
        """Go on from the lowest record that failed, or after all of them."""
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        done = min((numbers.index(each) for each in failed), default=len(batch))
        for number in numbers[:done]:
            self.arrived.pop(number, None)
        self.records = self.records[done:]
        self._limit = None
        if failed:
            self._count_attempt(1, now)
        else:
            self.attempts, self.ready_at = 0, None

    def failed(self, batch: Sequence[Record], now: datetime) -> None:
        """Try again, with half of it first."""
        self._limit = max(1, len(batch) // 2)
        self._count_attempt(len(batch), now)

    def _count_attempt(self, number: int, now: datetime) -> None:
        self.attempts += 1
        limit = self.reading.attempts_limit
        if limit is not None and self.attempts > limit:
            self._give_up(number)
            self.attempts, self.ready_at = 0, None
            return
        self.ready_at = now + min(_SECOND * 2 ** min(self.attempts - 1, 6), _LONGEST_PAUSE)

    def _arrival(self, position: int) -> datetime:
        return self.arrived[self.records[position]["dynamodb"]["SequenceNumber"]]

    def _give_up(self, number: int) -> None:
        self.given_up += self.records[:number]
        self.records = self.records[number:]


@dataclass
class SimulatedStream:
    """Takes over what the table tells."""

    filters: Sequence["Pattern"]
    """Patterns of the event source in the template."""
    chance: random.Random
    shards: tuple[Shard, ...]

    @property
    def given_up(self) -> list[Record]:
        """Records that nobody will work on."""
        return [record for shard in self.shards for record in shard.given_up]

    def take(self, records: Iterable[Record], now: datetime) -> list[Record]:
        """Share out what was written among the shards; items may overtake one another.

        Returns:
            What a filter lets through.
        """
        taken = [it for it in records if any(holds(it) for holds in self.filters)]
        for record in taken:
            place = record["dynamodb"]["Keys"]
            shard = self.shards[crc32(repr(place).encode()) % len(self.shards)]
            waiting = shard.records
            first = 0 if not shard.is_busy and not shard.attempts else len(waiting)
            last = [at for at, it in enumerate(waiting) if it["dynamodb"]["Keys"] == place]
            earliest = max(first, last[-1] + 1 if last else 0)
            waiting.insert(self.chance.randint(earliest, len(waiting)), record)
            shard.arrived[record["dynamodb"]["SequenceNumber"]] = now
        return taken


type Pattern = Callable[[Any], bool]


def filters_of(events: Mapping[str, Any]) -> list[Pattern]:
    """Which records a function is called for that the template gives these events."""
    filters = events["TableChange"]["Properties"]["FilterCriteria"]["Filters"]
    return [pattern(json.loads(each["Pattern"])) for each in filters]


def pattern(written: Any) -> Pattern:  # noqa: ANN401 - any JSON
    """Understand a filter of an event source."""
    if isinstance(written, list):
        choices = [_choice(each) for each in written]
        return lambda value: any(choice(value) for choice in choices)
    inner = [(name, pattern(each)) for name, each in written.items()]
    return lambda value: (
        isinstance(value, dict)
        and all(name in value and holds(value[name]) for name, holds in inner)
    )


def _choice(written: Any) -> Pattern:  # noqa: ANN401 - any JSON
    if isinstance(written, str):
        return lambda value: bool(value == written)
    ((operator, operand),) = written.items()
    match operator:
        case "prefix":
            return lambda value: str(value).startswith(operand)
        case "exists" if operand:
            return lambda _: True
        case "anything-but":
            others = operand if isinstance(operand, list) else [operand]
            return lambda value: value not in others
        case _:
            raise NotImplementedError(written)
