"""The outcome of a storm: its targets, and whether they are met."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.figures import Figure, Verdict
from bench.samples import Samples
from bench.storm.consumed import Consumed
from bench.storm.sending import Accepted
from bench.storm.storm_bill import StormBill
from bench.storm.told import Told

NAMED_SECONDS: Final = 60
BYSTANDER_SECONDS: Final = 3
MESSAGES_LIMIT: Final = 20
"""To one person by one method."""
TURNS_AN_ALERT: Final = 5
"""At the line of one destination."""
COST_LIMIT: Final = 0.05
"""USD."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    severity: str
    accepted: Sequence[Accepted]
    listed: int
    """Accepted alerts that the API lists."""
    bystanders: int
    """Alerts of bystanders that were accepted."""
    bystander: Samples
    """From just before such an alert is sent until its person was told."""
    told: Sequence[Told]
    consumed: Consumed
    bill: StormBill

    @property
    def seconds(self) -> float:
        """From the first request to the last answer."""
        return max(it.answered_at for it in self.accepted) - min(it.sent_at for it in self.accepted)

    @property
    def requests_a_second(self) -> float:
        return sum(it.requests for it in self.accepted) / self.seconds

    @property
    def answered(self) -> Samples:
        return Samples([(it.answered_at - it.sent_at) * 1000 for it in self.accepted])

    @property
    def lost(self) -> int:
        return sum(it.lost for it in self.told)

    @property
    def lost_accepted(self) -> int:
        return len(self.accepted) - self.listed

    @property
    def twice(self) -> int:
        return sum(it.twice for it in self.told)

    @property
    def messages_of_a_person(self) -> int:
        """The most by one method."""
        return max(it.messages for it in self.told if it.place.is_person)

    @property
    def turns_an_alert(self) -> float:
        """At one line: each alert has one to pass for each destination that is bundled."""
        passages = len(self.accepted) * len(self.told) + self.bystanders
        return self.consumed.asked.gate_turns / passages

    @property
    def is_met(self) -> bool:
        return all(it.verdict is not Verdict.MISSED for it in self.figures())

    def figures(self) -> Iterator[Figure]:
        """Those that have a target, then others."""
        yield self._named()
        yield _figure(
            "a bystander's page, p99",
            f"≤ {BYSTANDER_SECONDS} s, none lost",
            f"{_times(self.bystander)}; {self._bystanders_lost} lost",
            is_met=not self._bystanders_lost and _p99(self.bystander) <= BYSTANDER_SECONDS,
        )
        yield _figure(
            "messages to a person by one method",
            f"≤ {MESSAGES_LIMIT}",
            f"{self.messages_of_a_person:,}",
            is_met=self.messages_of_a_person <= MESSAGES_LIMIT,
        )
        yield _figure(
            "lost: accepted and not listed; never named",
            "0; 0",
            f"{self.lost_accepted:,}; {self.lost:,}",
            is_met=not self.lost and not self.lost_accepted,
        )
        yield _figure("told twice", "0", f"{self.twice:,}", is_met=not self.twice)
        yield self._arrived()
        turns = self.consumed.asked.gate_turns
        yield _figure(
            "turns at a line, for each alert and destination",
            f"≤ {TURNS_AN_ALERT}",
            f"{self.turns_an_alert:.2f} ({turns:,} in all)",
            is_met=self.turns_an_alert <= TURNS_AN_ALERT,
        )
        yield _figure(
            "our own cost of the storm",
            f"≤ {COST_LIMIT} USD",
            f"{self.bill.whole:.4f} USD",
            is_met=self.bill.whole <= COST_LIMIT,
        )
        yield from self._beside()

    def _named(self) -> Figure:
        worst = max(self.told, key=lambda it: _p99(it.named))
        is_critical = self.severity == "critical"
        p99 = f"p99 {_seconds(_p99(worst.named))} ({worst.place.name}, {worst.place.channel})"
        return Figure(
            measure=f"every {self.severity} named, from its acceptance",
            target=f"p99 ≤ {NAMED_SECONDS} s at each destination" if is_critical else "",
            figure=p99,
            verdict=Verdict.of(is_met=_p99(worst.named) <= NAMED_SECONDS)
            if is_critical
            else Verdict.BESIDE,
        )

    def _arrived(self) -> Figure:
        other = [it for it in self.told if it.arrived != it.messages]
        said = ", ".join(
            f"{it.place.name} {it.place.channel}: {it.arrived} of {it.messages}" for it in other
        )
        return _figure(
            "arrived as the ledger says", "everywhere", said or "everywhere", is_met=not other
        )

    @property
    def _bystanders_lost(self) -> int:
        return self.bystanders - len(self.bystander.milliseconds)

    def _beside(self) -> Iterator[Figure]:
        asked, bill = self.consumed.asked, self.bill
        yield _beside(
            "intake",
            f"{len(self.accepted):,} alerts in {self.seconds:.1f} s, "
            f"{self.requests_a_second:.0f} requests/s, answered in {_answers(self.answered)}",
        )
        yield _beside(
            "table",
            f"{asked.requests:,} requests, {asked.write_units:,.0f} WU, "
            f"{asked.read_units:,.0f} RU, {bill.table:.4f} USD",
        )
        shares = (f"{name} {units:,.0f}" for name, units in asked.write_units_of.items() if units)
        yield _beside("of it by function", f"WU: {', '.join(shares)}")
        if asked.gate_turns:
            a_turn = asked.gate_write_units / asked.gate_turns
            yield _beside(
                "of it at lines", f"{asked.gate_write_units:,.0f} WU, {a_turn:.2f} a turn"
            )
        yield _beside(
            "functions",
            f"{bill.runs:,} runs, {bill.gigabyte_seconds:,.0f} GB-s, {bill.functions:.4f} USD",
        )
        yield _beside("queues", f"{bill.queue_requests:,} requests, {bill.queues:.4f} USD")
        yield _beside(
            "HTTP API and logs",
            f"{bill.http_requests:,} requests, {bill.gateway:.4f} USD; "
            f"{bill.logged_bytes / 1e6:.1f} MB, {bill.logs:.4f} USD",
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "accepted": len(self.accepted),
            "lost_accepted": self.lost_accepted,
            "lost": self.lost,
            "twice": self.twice,
            "bystanders_lost": self._bystanders_lost,
            "bystander_p99_seconds": _p99(self.bystander),
            "gate_turns": self.consumed.asked.gate_turns,
            "cost_usd": self.bill.whole,
            "places": [_place(it) for it in self.told],
            "targets": {it.measure: it.verdict.value for it in self.figures()},
        }


PLACE_TITLES: Final = (
    *("to", "by", "messages", "digests", "arrived", "first after"),
    *("named p50", "p99", "max", "in order", "lost", "twice"),
)


def place_cells(told: Told) -> Sequence[str]:
    """A row below `PLACE_TITLES`."""
    return (
        told.place.name,
        told.place.channel if told.place.is_person else "-",
        f"{told.messages:,}",
        f"{told.digests:,}",
        f"{told.arrived:,}",
        "never" if told.first is None else _seconds(told.first),
        *(_seconds(it) for it in _spread(told.named)),
        f"{told.in_order:.1%}",
        f"{told.lost:,}",
        f"{told.twice:,}",
    )


def _place(told: Told) -> Mapping[str, Any]:
    return {
        "target": told.place.target,
        "channel": told.place.channel,
        "messages": told.messages,
        "digests": told.digests,
        "arrived": told.arrived,
        "named": len(told.named.milliseconds),
        "named_p99_seconds": _p99(told.named),
        "lost": told.lost,
        "twice": told.twice,
    }


def _figure(measure: str, target: str, figure: str, *, is_met: bool) -> Figure:
    return Figure(measure=measure, target=target, figure=figure, verdict=Verdict.of(is_met=is_met))


def _beside(measure: str, figure: str) -> Figure:
    return Figure(measure=measure, figure=figure)


def _spread(samples: Samples) -> tuple[float, float, float]:
    """Median, p99 and the most, in seconds; endless without samples."""
    if not samples.milliseconds:
        return (float("inf"),) * 3
    most = max(samples.milliseconds)
    return samples.p50 / 1000, samples.p99 / 1000, most / 1000


def _p99(samples: Samples) -> float:
    return _spread(samples)[1]


def _seconds(seconds: float) -> str:
    return "never" if seconds == float("inf") else f"{seconds:.1f} s"


def _times(samples: Samples) -> str:
    p50, p99, most = map(_seconds, _spread(samples))
    return f"p50 {p50}, p99 {p99}, at most {most}"


def _answers(samples: Samples) -> str:
    return f"p50 {samples.p50:.0f} ms, p95 {samples.p95:.0f} ms"
