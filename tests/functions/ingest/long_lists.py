"""Intake with a store that takes time, in threads whose time is virtual."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from typing import Any

from functions.ingest.ports import LongLists
from tests.functions.ingest.gateway import Gateway, Reply

SECONDS = 8.5
"""For a request; of the function's ten, one is kept for the answer, and reading takes some."""
THREADS = 16


class VirtualThreads(Executor):
    """So many threads; each has a clock, and the next work goes to the one that is free first."""

    def __init__(self, count: int = THREADS) -> None:
        self._clocks = [0.0] * count
        self._at_work: int | None = None

    @property
    def seconds(self) -> float:
        """Since the request came: by the clock of who asks."""
        return max(self._clocks) if self._at_work is None else self._clocks[self._at_work]

    def spend(self, seconds: float) -> None:
        if self._at_work is not None:
            self._clocks[self._at_work] += seconds

    def begin(self) -> None:
        self._clocks = [0.0] * len(self._clocks)

    def submit[**P, T](
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> "Future[T]":
        future: Future[T] = Future()
        self._at_work = self._clocks.index(min(self._clocks))
        future.set_result(fn(*args, **kwargs))
        self._at_work = None
        return future


class Slow:
    """Each request to it takes a while."""

    def __init__(
        self, slots: object, threads: VirtualThreads, seconds: Callable[[], float]
    ) -> None:
        self._slots, self._threads, self._seconds = slots, threads, seconds

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any of a repository's
        method = getattr(self._slots, name)

        def slowly(*args: object, **more: object) -> object:
            self._threads.spend(self._seconds())
            return method(*args, **more)

        return slowly


@dataclass
class SlowIntake:
    """A gateway before a store that takes so many seconds for each request."""

    gateway: Gateway
    seconds: float = 0.005
    threads: VirtualThreads = field(default_factory=VirtualThreads)
    attempts: int = 0

    def __post_init__(self) -> None:
        slots = Slow(self.gateway.world.slots, self.threads, lambda: self.seconds)
        beside = LongLists(
            threads=self.threads,
            slots=slots,
            paging=self.gateway.world.paging,
            progress=self.gateway.world.progress,
            seconds_left=lambda: max(0.0, SECONDS - self.threads.seconds),
        )
        self.gateway.ports = replace(self.gateway.ports, long_lists=lambda: beside)

    def post(self, body: object, **more: Any) -> Reply:  # noqa: ANN401 - as of the gateway
        self.threads.begin()
        self.attempts += 1
        return self.gateway.post(body, **more)

    def post_until_taken(self, body: object, *, at_most: int, **more: Any) -> Reply:  # noqa: ANN401 - likewise
        """Send as a sender does that repeats what is answered by 503."""
        for _ in range(at_most):
            reply = self.post(body, **more)
            if reply.status != 503:
                return reply
        raise AssertionError(f"not taken in by {at_most} attempts")
