"""`make storm`: send many alerts at once; measure who is told of them, when, and at what cost."""

import argparse
import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from bench import report
from bench.samples import Samples
from bench.storm import peers
from bench.storm.consumed import Asked, Consumed, asked_until_now, read_logs
from bench.storm.outcome import PLACE_TITLES, Outcome, place_cells
from bench.storm.reading import Ledgers, ReadOutbox, listed_ids
from bench.storm.sending import Accepted, send_bystanders, send_storm
from bench.storm.storm_bill import StormBill
from bench.storm.storm_team import METHODS, StormTeam, receiving_end
from bench.storm.told import Place, named_at, told_at
from bench.team_on_stack import StackClient, started_stack
from local.stack.prerequisites import LocalStackError
from local.stack.start import Stack

BEGIN: Final = "<!-- Between these marks `make storm KEEP=1` writes. -->"
END: Final = "<!-- Here the storm ends. -->"
BYSTANDERS: Final = 20
LONGEST_SECONDS: Final = 1_800
"""What has not been told by then counts as lost."""
QUIET_SECONDS: Final = 6.0
"""The queue is empty and no message came for so long: the storm is over."""
_OUTBOX_SECONDS: Final = 5.0
_LINE_SECONDS: Final = 10.0
"""Between two lines of progress where no terminal shows it."""


def main(arguments: Sequence[str]) -> int:
    """Answer 1 if a target is missed."""
    said = _read(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # The stack is ended in order, however this is.
        signal.signal(number, signal.default_int_handler)
    try:
        outcome = run(said.alerts, said.severity, said.people, said.bystanders)
    except LocalStackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 2
    figures = list(outcome.figures())
    print(report.table_as_text(PLACE_TITLES, map(place_cells, outcome.told)))
    print(f"\n{report.as_text(figures)}")
    if said.result:
        said.result.write_text(json.dumps(outcome.as_json(), indent=2), encoding="utf-8")
    if said.keep:
        parts = report_parts(outcome, alerts=said.alerts, people=said.people)
        report.replace_between(BEGIN, END, parts)
    return 0 if outcome.is_met else 1


def report_parts(outcome: Outcome, *, alerts: int, people: int) -> Sequence[str]:
    """The paragraphs of docs/performance.md."""
    return (
        report.heading(f"make storm ALERTS={alerts} PEOPLE={people}"),
        report.table_of(list(outcome.figures())),
        report.markdown(PLACE_TITLES, map(place_cells, outcome.told)),
        report.markdown(peers.TITLES, peers.rows(outcome)),
    )


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make storm", description=__doc__)
    parser.add_argument("--alerts", type=_positive, default=1_000)
    parser.add_argument(
        "--severity",
        choices=list(METHODS),
        default="critical",
        help="info pages nobody whose rules do not ask for it",
    )
    parser.add_argument("--people", type=_positive, default=3)
    parser.add_argument("--bystanders", type=_positive, default=BYSTANDERS)
    parser.add_argument("--result", type=Path, help="a file for the figures, as JSON")
    parser.add_argument(
        "--keep", action="store_true", help="write the figures into docs/performance.md"
    )
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


WARM_UP_ALERTS: Final = 200
"""On AWS a function's instances start beside each other; here two cores start all of them. With
fewer alerts no page is planned apart, and the instances that do so start within the storm."""


def run(alerts: int, severity: str, people: int, bystanders: int) -> Outcome:
    """Start a stack, send the storm, wait until all is told, and measure."""
    with started_stack(_say, counts_requests=True) as stack:
        _say(f"a team of {people}, and {bystanders} bystanders")
        team = StormTeam.register(stack, people=people, bystanders=bystanders, severity=severity)
        _say(f"{WARM_UP_ALERTS} alerts before, so that the functions are started")
        warm = _Storm(stack, replace(team, storm=team.warm_up, bystanders=()), WARM_UP_ALERTS)
        warm.send(severity)
        storm = _Storm(stack, team, alerts)
        storm.send(severity)
        return storm.measure(severity)


@dataclass(slots=True)
class _Storm:
    stack: Stack
    team: StormTeam
    alerts: int
    accepted: list[Accepted] = field(default_factory=list)
    of_bystanders: list[Accepted] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    outbox: ReadOutbox = field(init=False)
    before: Asked = field(init=False)
    began: float = field(init=False)
    _shown_at: float = 0.0
    _outbox_at: float = 0.0

    def __post_init__(self) -> None:
        self.outbox = ReadOutbox(self.stack.url)
        self.before = asked_until_now(self.stack)
        self.began = time.time()

    def send(self, severity: str) -> None:
        """Send everything, and wait until the queue is empty and no message comes any more."""
        url, stopped = self.stack.url, threading.Event()

        def storm() -> None:
            send_storm(url, self.team.storm, self.alerts, severity, self.accepted.append)

        def bystanders() -> None:
            self.of_bystanders.extend(send_bystanders(url, self.team.bystanders, stopped))

        senders = [
            threading.Thread(target=self._or_fail, args=(it,), daemon=True)
            for it in (storm, bystanders)
        ]
        for sender in senders:
            sender.start()
        try:
            while any(sender.is_alive() for sender in senders) and not self.failures:
                self._look()
            if self.failures:
                raise self.failures[0]
            self._wait_until_quiet()
        finally:
            stopped.set()

    def _or_fail(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - raised where all wait
            self.failures.append(error)

    def _wait_until_quiet(self) -> None:
        quiet_since, last = time.monotonic(), self._activity()
        while time.monotonic() - quiet_since < QUIET_SECONDS and not self._is_late():
            self._look()
            now = self._activity()
            if now != last or now[0]:
                quiet_since, last = time.monotonic(), now

    def _activity(self) -> tuple[int, int]:
        """Messages in the queue, and what has arrived."""
        return self._queued(), self.outbox.counts.total()

    def _queued(self) -> int:
        attributes = self.stack.aws.client("sqs").get_queue_attributes(
            QueueUrl=self.stack.deployment.ids["DeliveriesQueue"], AttributeNames=["All"]
        )["Attributes"]
        names = ("", "NotVisible", "Delayed")
        return sum(int(attributes[f"ApproximateNumberOfMessages{it}"]) for it in names)

    def _is_late(self) -> bool:
        return time.time() - self.began > LONGEST_SECONDS

    def _look(self) -> None:
        """Read the outbox now and then, and say how far it is."""
        time.sleep(1)
        if time.monotonic() - self._outbox_at > _OUTBOX_SECONDS:
            self.outbox.read()
            self._outbox_at = time.monotonic()
        is_shown = sys.stderr.isatty()
        if is_shown or time.monotonic() - self._shown_at > _LINE_SECONDS:
            self._shown_at = time.monotonic()
            print(self._progress(), end="\r" if is_shown else "\n", file=sys.stderr, flush=True)

    def _progress(self) -> str:
        kinds: dict[str, int] = {}
        for (kind, _), count in self.outbox.counts.items():
            kinds[kind] = kinds.get(kind, 0) + count
        messages = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items()))
        return (
            f"storm: {time.time() - self.began:4.0f} s: {len(self.accepted):,} accepted, "
            f"{len(self.of_bystanders)} of bystanders; {messages or 'no message yet'}; "
            f"{self._queued():,} in the queue   "
        )

    def measure(self, severity: str) -> Outcome:
        """Read ledgers, digests and counts; what still waits is waited for."""
        client = StackClient(self.stack.url, self.stack.api_key)
        ledgers = Ledgers(client)
        ids = [it.alert_id for it in self.accepted]
        watched = [*ids, *(it.alert_id for it in self.of_bystanders)]
        while True:
            asked, ended = asked_until_now(self.stack), time.time()
            _say(f"ledgers of {len(watched):,} alerts")
            pages, digests = ledgers.read(watched)
            if ledgers.have_ended(watched) or self._is_late():
                break
            time.sleep(QUIET_SECONDS)
            self._wait_until_quiet()
        self.outbox.read()
        accepted = {it.alert_id: it.answered_at for it in self.accepted}
        runs, logged = read_logs(self.stack, self.began, ended)
        used = Consumed(asked=asked - self.before, runs=runs, logged_bytes=logged)
        sent_at = {it.alert_id: it.sent_at for it in self.of_bystanders}
        named = named_at(
            [it for it in pages if it.alert_id in sent_at],
            {it.digest_id: it for it in digests if it.is_sent},
        )
        took = Samples([(at - sent_at[it]) * 1000 for it, at in named.items()])
        requests = sum(it.requests for it in (*self.accepted, *self.of_bystanders))
        return Outcome(
            severity=severity,
            accepted=self.accepted,
            listed=len(accepted.keys() & listed_ids(client, "storm")),
            bystanders=len(self.of_bystanders),
            bystander=took,
            told=[
                told_at(it, accepted, pages, digests, self._arrived(it)) for it in self.team.places
            ],
            consumed=used,
            bill=StormBill.of(used, requests),
        )

    def _arrived(self, place: Place) -> int:
        return self.outbox.counts[receiving_end(place)]


def _say(text: str) -> None:
    print(f"storm: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
