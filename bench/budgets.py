"""The most that each operation may take."""

from dataclasses import dataclass, replace
from typing import Final

from bench.figures import Verdict
from bench.metering import Consumed
from tocsin.adapters.dynamodb import keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    requests: int
    write_units: float
    read_units: float
    excused: "Budget | None" = None
    """The budget that an ADR accepts in its place."""

    def __str__(self) -> str:
        return f"≤ {written(self.requests, self.write_units, self.read_units)}"

    def verdict(self, consumed: Consumed) -> Verdict:
        if self.excused and not self.holds(consumed) and self.excused.holds(consumed):
            return Verdict.EXCUSED
        return Verdict.of(is_met=self.holds(consumed))

    def holds(self, consumed: Consumed) -> bool:
        return (
            consumed.requests <= self.requests
            and consumed.write_units <= self.write_units
            and consumed.read_units <= self.read_units
        )


FIRST: Final = Budget(requests=3, write_units=6, read_units=0.5)
REPEAT: Final = Budget(requests=1, write_units=1, read_units=0)
RESOLVE: Final = Budget(requests=2, write_units=5, read_units=0)
ACTION: Final = Budget(requests=2, write_units=3, read_units=1)
"""People's actions and notes read the alert first (ADR 1)."""
_NOTE: Final = replace(ACTION, write_units=4)
NOTE: Final = replace(_NOTE, excused=replace(_NOTE, requests=3, read_units=2))
"""Like an action, and its row of activity with it, all or nothing (ADR 25); once in 30 s a person's
note also looks whether they are awake (ADR 21)."""
PAGE_BY_HAND: Final = Budget(requests=4, write_units=3, read_units=3)
"""Like an action, with users and channels as they are now."""
GET: Final = Budget(requests=1, write_units=0, read_units=1)
GET_BIG: Final = replace(GET, excused=replace(GET, requests=2, read_units=2))
"""An alert whose facts are too big for its slot: ADR 1 says why."""
LIST_OF_ALL: Final = Budget(requests=10, write_units=0, read_units=25)
_LIST_OF_ONE: Final = Budget(requests=4, write_units=0, read_units=10)
LIST_OF_ONE: Final = replace(_LIST_OF_ONE, excused=replace(_LIST_OF_ONE, read_units=12))
"""Of one status, or of one severity; where its three cells fill alike: ADR 15 has the figure."""
LIST_OF_CELL: Final = Budget(requests=2, write_units=0, read_units=10)
SEARCH: Final = Budget(requests=100, write_units=0, read_units=200)
"""For any rare value; the requests follow from the units."""

_STEP: Final = Budget(requests=3, write_units=5, read_units=2)
STEP: Final = replace(_STEP, excused=replace(_STEP, requests=4, read_units=3))
"""A timer that comes back: it reads the alert and its ledger, and writes the alert once. ADR 21:
and what holds it."""
PING: Final = Budget(requests=2, write_units=1, read_units=1)
"""Whose token it is, read, and when it was heard, written."""
_TICK: Final = Budget(requests=keys.DUE_SHARDS, write_units=0, read_units=0.5 * keys.DUE_SHARDS)
TICK: Final = replace(
    _TICK, excused=replace(_TICK, requests=_TICK.requests + 1, read_units=_TICK.read_units + 1)
)
"""One query a shard, whether anything is due or not; every fifth one asks for schedules too, whose
people are told of handoffs."""


def written(requests: int, write_units: float, read_units: float) -> str:
    noun = "request" if requests == 1 else "requests"
    return f"{requests} {noun}, {write_units:g} WU, {read_units:g} RU"
