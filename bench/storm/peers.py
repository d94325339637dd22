"""What another product publishes of its own load, beside ours: the same rows."""

from collections.abc import Sequence
from typing import Final

from bench import machine
from bench.figures import Verdict
from bench.storm.outcome import Outcome

TITLES: Final = ("", "OpsKnight 2.0.0, published on 29 September 2026", "Tocsin, this run")
"""Of its repository's `docs/benchmarks/load-certification.md`."""


def rows(outcome: Outcome) -> Sequence[Sequence[str]]:
    """Rows below `TITLES`."""
    figures = [it for it in outcome.figures() if it.verdict is not Verdict.BESIDE]
    missed = [it.measure for it in figures if it.verdict is Verdict.MISSED]
    said = f"{len(figures) - len(missed)} of {len(figures)} targets met"
    return (
        ("machine", "10 cores, 16 GB", machine.describe()),
        ("verdict", "20 topologies, all failed", said),
        ("why", "mostly: critical notifications starved in their queue", "; ".join(missed) or "-"),
        ("requests/s at the peak", "1.7 to 485", f"{outcome.requests_a_second:.0f}"),
        ("p95 of an answer", "4 to 42 s", f"{outcome.answered.p95 / 1000:.2f} s"),
        (
            "accepted alerts that were lost",
            "0 of up to 18,002",
            f"{outcome.lost_accepted:,} of {len(outcome.accepted):,}",
        ),
    )
