"""Samples of one measure, in milliseconds."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Samples:
    milliseconds: list[float] = field(default_factory=list)

    @property
    def p50(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def p95(self) -> float:
        return self._at(0.95)

    @property
    def p99(self) -> float:
        return self._at(0.99)

    def _at(self, part: float) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))]

    @property
    def least(self) -> float:
        return min(self.milliseconds)

    def __str__(self) -> str:
        return f"p50 {self.p50:.2f} ms, p99 {self.p99:.2f} ms"


def ratio(of: Samples, to: Samples) -> float:
    """The ratio of the medians."""
    return of.p50 / to.p50


def rounds(total: int, size: int) -> Sequence[int]:
    """Split samples into rounds, so that a slow minute of the machine falls on all measures."""
    whole, rest = divmod(total, size)
    return [size] * whole + ([rest] if rest else [])
