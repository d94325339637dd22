"""How long cold starts and a first event take in the part of a core that a function has."""

import time
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Final

from bench.cold_start import LOADED, environment_of
from bench.cpu_quota import Group, NoQuotaError, Throttled, quota, share_of
from bench.deployed import Function, built_functions
from bench.figures import Figure
from bench.gateway_events import intake
from bench.request_cpu import (
    FIRST,
    HANDLERS,
    RequestCpu,
    Stored,
    distinct,
    name_of,
)
from bench.runtime_loop import running
from bench.samples import Samples

WARM_UPS: Final = 3
_INTAKE: Final = "IngestFunction"


class SmallCore:
    """Times every function with a whole core and with its part of one."""

    def __init__(self, runtime: Path, folder: Path, requests: RequestCpu, stored: Stored) -> None:
        self._runtime = runtime
        self._folder = folder
        self._requests = requests
        self._stored = stored
        self._functions = built_functions()

    def figures(self, count: int) -> Iterator[Figure]:
        """One row for each function and one for intake; one that says why, if there is no quota."""
        try:
            for name, function in self._functions.items():
                share = share_of(function.memory_megabytes)
                figure = self._timed(function, share, count)
                yield Figure(measure=f"cold start in {share:.2f} of a core: {name}", figure=figure)
            yield self._of_a_first_event(count)
        except NoQuotaError as error:
            yield Figure(measure="in a part of a core", figure=f"not run: {error}")

    def _of_a_first_event(self, samples: int) -> Figure:
        """By wall clock, warm, with many alerts stored.

        Lists and searches wait longer for the embedded DynamoDB than for their own core: their CPU
        beside a whole core (`bench.cpu_figures`) says what 0.29 of one takes for them.
        """
        share = share_of(self._functions[_INTAKE].memory_megabytes)
        took = Samples()
        with (
            quota(share) as group,
            self._requests.started(_INTAKE, self._stored, group) as loop,
        ):
            for number in range(-WARM_UPS, samples):
                event = intake(distinct(token_hex(32)))
                began_at = time.perf_counter()
                loop.invoke(event)
                if number >= 0:
                    took.milliseconds.append((time.perf_counter() - began_at) * 1000)
        measure = f"in {share:.2f} of a core: {name_of(FIRST, self._stored)}"
        return Figure(measure=measure, figure=str(took))

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
