"""How long cold starts and requests take in the part of a core that a function has."""

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Final

from bench.cold_start import LOADED, environment_of
from bench.cpu_quota import Group, NoQuotaError, Throttled, quota, share_of
from bench.deployed import Function, built_functions
from bench.figures import Figure, Verdict
from bench.gateway_events import Event, intake
from bench.request_cpu import (
    FIRST,
    HANDLERS,
    READS,
    SEARCHES,
    RequestCpu,
    Stored,
    distinct,
    list_request,
    name_of,
)
from bench.runtime_loop import running
from bench.samples import Samples

WARM_UPS: Final = 3
SEARCH_MILLISECONDS: Final = 1_000.0
_REQUESTS: Final[Mapping[str, tuple[str, Callable[[], Event]]]] = {
    FIRST: ("IngestFunction", lambda: intake(distinct(token_hex(32)))),
    **{name: ("AlertsApiFunction", partial(list_request, query)) for name, query in READS.items()},
}


class SmallCore:
    """Times every function with a whole core and with its part of one."""

    def __init__(self, runtime: Path, folder: Path, requests: RequestCpu, stored: Stored) -> None:
        self._runtime = runtime
        self._folder = folder
        self._requests = requests
        self._stored = stored
        self._functions = built_functions()

    def figures(self, *, starts: int, samples: int) -> Iterator[Figure]:
        """One row for each function and request; where there is no quota, one that says why."""
        try:
            for name, function in self._functions.items():
                share = share_of(function.memory_megabytes)
                figure = self._timed(function, share, starts)
                yield Figure(measure=f"cold start in {share:.2f} of a core: {name}", figure=figure)
            yield from self._of_requests(samples)
        except NoQuotaError as error:
            yield Figure(measure="in a part of a core", figure=f"not run: {error}")

    def _of_requests(self, samples: int) -> Iterator[Figure]:
        """By wall clock, warm, with many alerts stored."""
        for name, (logical_id, next_event) in _REQUESTS.items():
            share = share_of(self._functions[logical_id].memory_megabytes)
            took = Samples()
            with (
                quota(share) as group,
                self._requests.started(logical_id, self._stored, group) as loop,
            ):
                for number in range(-WARM_UPS, samples):
                    event = next_event()
                    began_at = time.perf_counter()
                    loop.invoke(event)
                    if number >= 0:
                        took.milliseconds.append((time.perf_counter() - began_at) * 1000)
            limit = SEARCH_MILLISECONDS if name in SEARCHES else None
            yield Figure(
                measure=f"in {share:.2f} of a core: {name_of(name, self._stored)}",
                target=f"≤ {limit:,.0f} ms" if limit else "",
                figure=str(took),
                verdict=Verdict.of(is_met=took.p50 <= limit) if limit else Verdict.BESIDE,
            )

    def _timed(self, function: Function, share: float, starts: int) -> str:
        whole, part, throttled = Samples(), Samples(), Throttled(0, 0)
        for _ in range(starts):
            with quota(share) as group:
                part.milliseconds.append(self._start(function, group))
                throttled += group.throttled()
            whole.milliseconds.append(self._start(function, None))
        return (
            f"median {part.p50:.0f} ms, {whole.p50:.0f} ms in a whole one; "
            f"held back in {throttled.periods} of {throttled.of} periods"
        )

    def _start(self, function: Function, group: Group | None) -> float:
        path = [*function.path, HANDLERS, self._runtime]
        environment = environment_of(function)
        with running(LOADED, path, environment, self._folder, group=group) as loop:
            began_at = time.perf_counter()
            loop.invoke({})
            return (time.perf_counter() - began_at) * 1000
