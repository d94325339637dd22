"""What a storm costs by published prices: our own part, without what providers of messages ask."""

from dataclasses import dataclass
from typing import Final, Self

from bench.prices import (
    GIGABYTE_SECOND,
    HTTP_REQUESTS,
    LOGGED_GIGABYTE,
    QUEUE_REQUESTS,
    READ_UNITS,
    STARTS,
    WRITE_UNITS,
)
from bench.storm.consumed import BEHIND_QUEUES, Consumed

REQUESTS_A_BATCH: Final = 2
"""Lambda receives a batch, and deletes it when the function is done."""
_MILLION: Final = 1_000_000
_GIGABYTE: Final = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class StormBill:
    """USD, us-east-1, on demand."""

    http_requests: int
    runs: int
    gigabyte_seconds: float
    queue_requests: int
    write_units: float
    read_units: float
    logged_bytes: int

    @classmethod
    def of(cls, consumed: Consumed, http_requests: int) -> Self:
        batches = sum(consumed.runs[name].count for name in BEHIND_QUEUES)
        return cls(
            http_requests=http_requests,
            runs=sum(runs.count for runs in consumed.runs.values()),
            gigabyte_seconds=sum(it.gigabyte_seconds for it in consumed.runs.values()),
            queue_requests=consumed.asked.sends + REQUESTS_A_BATCH * batches,
            write_units=consumed.asked.write_units,
            read_units=consumed.asked.read_units,
            logged_bytes=consumed.logged_bytes,
        )

    @property
    def table(self) -> float:
        units = self.write_units * WRITE_UNITS + self.read_units * READ_UNITS
        return units / _MILLION

    @property
    def functions(self) -> float:
        return self.runs * STARTS / _MILLION + self.gigabyte_seconds * GIGABYTE_SECOND

    @property
    def queues(self) -> float:
        return self.queue_requests * QUEUE_REQUESTS / _MILLION

    @property
    def gateway(self) -> float:
        return self.http_requests * HTTP_REQUESTS / _MILLION

    @property
    def logs(self) -> float:
        return self.logged_bytes / _GIGABYTE * LOGGED_GIGABYTE

    @property
    def whole(self) -> float:
        return self.gateway + self.functions + self.queues + self.table + self.logs
