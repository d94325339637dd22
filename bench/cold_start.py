"""INIT: what a function needs before its first event, beside a bare handler."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from bench.deployed import Function, built_functions, without_byte_code
from bench.figures import Figure, Verdict
from bench.request_cpu import HANDLERS
from bench.runtime_loop import running
from bench.samples import Samples, ratio
from local.stack.aws import REGION, ROOT_CREDENTIALS

INTAKE_TIMES: Final = 3
OTHERS_TIMES: Final = 6
INTAKE: Final = "IngestFunction"
BARE: Final = "bare handler"
SOURCES: Final = "without byte code"
NEVER_LOADED: Final = ("pydantic", "aws_lambda_powertools.event_handler", "aws_xray_sdk", "boto3")
LOADED: Final = "loaded.handler"


class ColdStarts:
    def __init__(self, runtime: Path, folder: Path) -> None:
        self._runtime = runtime
        self._folder = folder
        self._functions = built_functions()
        self._sources = built_functions(without_byte_code(folder))
        self.samples: dict[tuple[str, str], Samples] = {}
        self.modules: dict[str, frozenset[str]] = {}

    def run(self, starts: int) -> None:
        for _ in range(starts):
            self._start(BARE, "", None)
            for name, function in self._functions.items():
                self._start(name, "", function)
                self._start(name, SOURCES, self._sources[name])

    def figures(self) -> Iterator[Figure]:
        bare = self.samples[BARE, ""]
        yield Figure(measure=f"INIT: {BARE}", figure=self._written(BARE, bare))
        for name in self._functions:
            samples = self.samples[name, ""]
            times, most = ratio(samples, bare), INTAKE_TIMES if name == INTAKE else OTHERS_TIMES
            yield Figure(
                measure=f"INIT: {name}",
                target=f"≤ {most} x bare",
                figure=f"{times:.1f} x: {self._written(name, samples)}",
                verdict=Verdict.of(is_met=times <= most),
            )
        yield self._of_modules()
        for name in self._functions:
            samples = self.samples[name, SOURCES]
            times = ratio(samples, bare)
            figure = f"{times:.1f} x: min {samples.least:.0f} ms, median {samples.p50:.0f} ms"
            yield Figure(measure=f"INIT: {name}, {SOURCES}", figure=figure)

    def _of_modules(self) -> Figure:
        loaded = [name for name in NEVER_LOADED if name in self.modules[INTAKE]]
        return Figure(
            measure=f"INIT: {INTAKE}, slow packages",
            target="none of " + ", ".join(NEVER_LOADED),
            figure=", ".join(loaded) or "none",
            verdict=Verdict.of(is_met=not loaded),
            is_count=True,
        )

    def _written(self, name: str, samples: Samples) -> str:
        modules = len(self.modules[name])
        return f"min {samples.least:.0f} ms, median {samples.p50:.0f} ms, {modules} modules"

    def _start(self, name: str, how: str, function: Function | None) -> None:
        path = [*(function.path if function else ()), HANDLERS, self._runtime]
        environment = environment_of(function)
        with running(LOADED, path, environment, self._folder) as loop:
            loop.invoke({})
            used = loop.cpu_seconds()
            self.samples.setdefault((name, how), Samples()).milliseconds.append(used * 1000)
            if name not in self.modules:
                self.modules[name] = frozenset(loop.invoke({"modules": True}))


def environment_of(function: Function | None) -> Mapping[str, str]:
    """As on AWS: no endpoint is given, so a function prepares to speak TLS. It never does here."""
    return {
        **ROOT_CREDENTIALS,
        "AWS_REGION": REGION,
        "TABLE_NAME": "tocsin",
        "BENCH_HANDLER": function.handler if function else "",
        **(function.environment if function else {}),
    }
