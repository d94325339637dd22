"""CPU of requests and their targets."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bench.figures import Figure, Verdict
from bench.request_cpu import (
    ACKNOWLEDGE,
    BARE_HANDLER,
    FIRST,
    GET,
    LISTS,
    REPEAT,
    SDK_CALL,
    SEARCHES,
    Stored,
    name_of,
)
from bench.samples import Samples, ratio

INTAKE_MILLISECONDS: Final = 2.0
LIST_MILLISECONDS: Final = 8.0
SEARCH_MILLISECONDS: Final = 290.0
"""A second of the function, which has 0.29 of a core."""
REPEAT_SHARE: Final = 2 / 3
DRIFT: Final = 0.25


class CpuFigures:
    def __init__(self, samples: Mapping[str, Samples]) -> None:
        """Args: samples: By measure, see `name_of`."""
        self._samples = samples

    def of(self, tables: Sequence[Stored]) -> Iterator[Figure]:
        for name in (BARE_HANDLER, SDK_CALL):
            yield Figure(measure=f"CPU: {name}", figure=self._written(name))
        for stored in tables:
            yield from self._of_intake(stored)
        for stored in tables:
            yield from self._of_api(stored)
        yield from self._growth(*tables)

    def _of_intake(self, stored: Stored) -> Iterator[Figure]:
        first, repeat = (self._samples[name_of(it, stored)] for it in (FIRST, REPEAT))
        for name in (FIRST, REPEAT):
            yield self._at_most(name_of(name, stored), INTAKE_MILLISECONDS)
        share = ratio(repeat, first)
        yield Figure(
            measure=f"CPU: repeat / first event, {stored.alerts:,} stored",
            target=f"≤ {REPEAT_SHARE:.2f}",
            figure=f"{share:.2f}",
            verdict=Verdict.of(is_met=share <= REPEAT_SHARE),
        )

    def _of_api(self, stored: Stored) -> Iterator[Figure]:
        first = self._samples[name_of(FIRST, stored)]
        for name in (ACKNOWLEDGE, GET):
            yield self._at_most(name_of(name, stored), first.p50, "an intake, ")
        for name in LISTS:
            yield self._at_most(name_of(name, stored), LIST_MILLISECONDS)
        for name in SEARCHES:
            yield self._at_most(name_of(name, stored), SEARCH_MILLISECONDS)

    def _growth(self, small: Stored, large: Stored) -> Iterator[Figure]:
        for name in (FIRST, REPEAT, ACKNOWLEDGE, GET, *LISTS):
            times = ratio(self._samples[name_of(name, large)], self._samples[name_of(name, small)])
            yield Figure(
                measure=f"CPU: {name}, {large.alerts:,} / {small.alerts:,} stored",
                target=f"1 ± {DRIFT:.2f}",
                figure=f"{times:.2f}",
                verdict=Verdict.of(is_met=abs(times - 1) <= DRIFT),
            )

    def _at_most(self, name: str, limit: float, why: str = "") -> Figure:
        return Figure(
            measure=f"CPU: {name}",
            target=f"≤ {why}{limit:.1f} ms",
            figure=self._written(name),
            verdict=Verdict.of(is_met=self._samples[name].p50 <= limit),
        )

    def _written(self, name: str) -> str:
        """Seconds drift from hour to hour; the share of what the SDK takes does so less."""
        samples = self._samples[name]
        return f"{samples}, {ratio(samples, self._samples[SDK_CALL]):.2f} x boto3"
