"""How long a cold start keeps somebody waiting in the part of a core that a function has."""

import time
from collections.abc import Iterator
from pathlib import Path

from bench.cold_start import LOADED, environment_of
from bench.cpu_quota import Group, NoQuotaError, Throttled, quota, share_of
from bench.deployed import Function, built_functions
from bench.figures import Figure
from bench.request_cpu import HANDLERS
from bench.runtime_loop import running
from bench.samples import Samples


class SmallCore:
    """Starts every function with a whole core and with its part of one."""

    def __init__(self, runtime: Path, folder: Path) -> None:
        self._runtime = runtime
        self._folder = folder
        self._functions = built_functions()

    def figures(self, starts: int) -> Iterator[Figure]:
        """One row for each function; where there is no quota, one that says why."""
        for name, function in self._functions.items():
            share = share_of(function.memory_megabytes)
            measure = f"cold start in {share:.2f} of a core: {name}"
            try:
                figure = self._timed(function, share, starts)
            except NoQuotaError as error:
                yield Figure(measure="cold starts in a part of a core", figure=f"not run: {error}")
                return
            yield Figure(measure=measure, figure=figure)

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
