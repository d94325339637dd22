"""Prices of a million alerts, from measured units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.metering import Consumed

READ_ON: Final = "November 2026"
WRITE_UNITS: Final = 0.625
READ_UNITS: Final = 0.125
HTTP_REQUESTS: Final = 1.00
QUEUE_REQUESTS: Final = 0.40
REQUESTS_A_MESSAGE: Final = 3
"""Of a message: sent, received, deleted."""
STARTS: Final = 0.20
GIGABYTE_SECOND: Final = 0.0000133334
LOGGED_GIGABYTE: Final = 0.50
"""Taken in by CloudWatch Logs, standard class."""
RUN_SECONDS: Final = 0.020
"""Billed for one run; ours take less than half."""
REQUEST_GIGABYTES: Final = 0.5
FOLLOW_UP_GIGABYTES: Final = 1.0
"""Of the stream's function and of the notifier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """USD for a million, us-east-1, on demand."""

    what: str
    http_requests: int
    runs: int
    messages: int
    write_units: float
    read_units: float

    @property
    def functions(self) -> float:
        follow_ups = self.runs - self.http_requests
        gigabytes = self.http_requests * REQUEST_GIGABYTES + follow_ups * FOLLOW_UP_GIGABYTES
        return self.runs * STARTS + RUN_SECONDS * 1_000_000 * gigabytes * GIGABYTE_SECOND

    @property
    def queues(self) -> float:
        return self.messages * REQUESTS_A_MESSAGE * QUEUE_REQUESTS

    @property
    def table(self) -> float:
        return self.write_units * WRITE_UNITS + self.read_units * READ_UNITS

    @property
    def whole(self) -> float:
        return self.http_requests * HTTP_REQUESTS + self.functions + self.queues + self.table


def bills(consumed: Mapping[str, Consumed]) -> list[Bill]:
    """Price alerts and repeats.

    Args:
        consumed: By measure, as `Units` names them.
    """
    lives = ("first event of a key", "acknowledge", "resolve by event")
    follow_ups = (
        "an alert that fired, with one delivery",
        "a delivery that was made",
        "an acknowledgement",
        "a recovery",
    )
    whole = "alerts that fire, page one channel, are acknowledged by API and recover"
    return [
        _bill(whole, consumed, lives, follow_ups, deliveries=("a delivery",)),
        _bill("repeats of open alerts", consumed, ("repeat",), ("a repeat",)),
    ]


def _bill(
    what: str,
    consumed: Mapping[str, Consumed],
    requests: Sequence[str],
    follow_ups: Sequence[str],
    deliveries: Sequence[str] = (),
) -> Bill:
    of_requests = [consumed[f"{name}, captured event"] for name in requests]
    of_stream = [consumed[f"stream: {name}"] for name in follow_ups]
    of_queue = [consumed[name] for name in deliveries]
    all_of_it = [*of_requests, *of_stream, *of_queue]
    return Bill(
        what=what,
        http_requests=len(of_requests),
        # One run of the stream's function a change is the most: it takes up to 100 at a time.
        runs=len(all_of_it),
        messages=len(of_queue),
        write_units=sum(it.write_units for it in all_of_it),
        read_units=sum(it.read_units for it in all_of_it),
    )
