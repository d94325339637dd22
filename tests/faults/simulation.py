"""The whole of Tocsin in one process: real functions, a clock that jumps, and a plan of faults."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from functions.escalator.due_timers import run_messages, sweep, tick
from functions.escalator.table_changes import follow_records
from functions.ingest.answers import respond
from functions.notifier.deliveries import deliver_messages
from tests.examples import MINUTE, NINE
from tests.fakes.write_ids import WriteIds
from tests.faults.functions import DELIVERIES, TIMERS, Process, Quiet
from tests.faults.line import QUEUES, Client, DeathError, Line, Personal, Wire
from tests.faults.plans import Function, Kind, Plan
from tests.faults.queue import SimulatedQueue
from tests.faults.stream import ATTEMPTS_LIMIT, Shard, SimulatedStream
from tests.faults.table import SimulatedTable
from tocsin.adapters.aws_json import DYNAMODB, Call, Service
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.notification_items import notification_from
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import instant
from tocsin.domain.next_action import LOOK_AHEAD
from tocsin.domain.notification import DeliveryState
from tocsin.domain.sweep import SWEEP_EVERY

SETTLE = timedelta(minutes=30)
"""After the end of a story, and all that it left."""
EVENTS_LIMIT = 5000
BATCH_LIMIT = 10

type Wait = timedelta | Callable[[], bool]
type Script = Iterator[Wait]
type Template = Mapping[str, Any]


class StuckError(Exception):
    """What a story waits for never comes, or the system never rests."""


@dataclass
class World:
    """Runs one story under one plan."""

    template: Template
    plan: Plan = ()
    seed: int = 0
    boundaries: dict[tuple[Function, int], list[str]] = field(default_factory=dict)
    ambiguous: "Counter[str]" = field(default_factory=Counter)
    """Messages that a provider took, from a run that did not write that down."""
    redelivered: int = 0
    log: Quiet = field(default_factory=Quiet)

    def __post_init__(self) -> None:
        resources = self.template["Resources"]
        self.queues = {
            url: SimulatedQueue.declared(resources[name]["Properties"])
            for url, name in QUEUES.items()
        }
        table = SimulatedTable(resources["Table"]["Properties"])
        self.line = Line(table, self.queues, self.plan, NINE, self._meanwhile)
        source = resources["TableChangeFunction"]["Properties"]["Events"]["TableChange"]
        patterns = source["Properties"]["FilterCriteria"]["Filters"]
        filters = [json.loads(each["Pattern"]) for each in patterns]
        self.stream = SimulatedStream(filters, random.Random(self.seed))  # noqa: S311 - the same in every run
        self.call: Call = Client(DYNAMODB, self.line).call
        self.new_write_id = WriteIds()
        self._numbers: defaultdict[Function, int] = defaultdict(int)
        self._processes: dict[tuple[Function, int], Process] = {}
        self._script: Script | None = None
        self._wait: Wait | None = None
        self._resumes_at = NINE
        self._ticked_at = NINE - MINUTE
        self._told_at = NINE
        self._late: set[object] = set()
        self._extra: list[tuple[datetime, Callable[[], None]]] = []

    @property
    def now(self) -> datetime:
        return self.line.now

    # The loop

    def play(self, script: Script) -> None:
        """Let a story happen, and everything that follows from it.

        Raises:
            StuckError: It does not come to its end.
        """
        self._script = script
        rests_at: datetime | None = None
        for _ in range(EVENTS_LIMIT):
            self.stream.take(self._written())
            at, event = self._next()
            rests_at = self._rests_at(rests_at)
            if rests_at is not None and (at is None or at > rests_at):
                return
            if at is None:
                raise StuckError("nothing happens any more, and the story waits")
            self.line.now = max(self.now, at)
            event()
        raise StuckError(f"no rest after {EVENTS_LIMIT} events")

    def _rests_at(self, before: datetime | None) -> datetime | None:
        """When it may be said that nothing happens any more; None while something does."""
        has_messages = any(queue.messages for queue in self.queues.values())
        has_records = any(shard.records for shard in self.stream.shards)
        if self._script is not None or has_messages or has_records or self._extra:
            return None
        return before or self.now + SETTLE

    def _written(self) -> list[dict[str, Any]]:
        written, self.line.table.records = self.line.table.records, []
        if written:
            self._told_at = self.now
        return written

    def _next(self) -> tuple[datetime | None, Callable[[], None]]:
        """Whatever comes first."""
        events = list(self._waiting())
        if not events:
            return None, _nothing
        return min(events, key=lambda event: event[0])

    def _waiting(
        self, *, is_tick_too: bool = True
    ) -> Iterator[tuple[datetime, Callable[[], None]]]:
        if self._script is not None:
            if self._wait is None or isinstance(self._wait, timedelta):
                yield self._resumes_at, self._resume
            elif self._wait():
                yield self.now, self._resume
        for shard in self.stream.shards:
            if shard.records and not shard.is_busy:
                yield max(self.now, shard.ready_at or self.now), partial(self._follow, shard)
        if (at := self.queues[TIMERS].next_at) is not None:
            yield at, self._work_on_timers
        if (at := self.queues[DELIVERIES].next_at) is not None:
            yield at, self._deliver
        for extra in self._extra:
            yield extra[0], partial(self._do_extra, extra)
        if is_tick_too and (at := self._next_tick()) is not None:
            yield at, self._tick

    def _meanwhile(self) -> None:
        """Everything that could happen now happens, within a run that is under way."""
        self.stream.take(self._written())
        events = [event for at, event in self._waiting(is_tick_too=False) if at <= self.now]
        for event in events:
            event()
            self.stream.take(self._written())

    # People and senders

    def _resume(self) -> None:
        script, self._script = self._script, None
        assert script is not None
        self._wait = next(script, None)
        if self._wait is None:
            return
        self._script = script
        if isinstance(self._wait, timedelta):
            self._resumes_at = self.now + self._wait

    def post(self, event: Mapping[str, Any]) -> int:
        """A sender sends; the status that it gets."""
        try:
            answer = self._run(Function.INGEST, lambda it: respond(event, it.ingest), _nothing)
        except DeathError:
            return 502
        return int(answer["statusCode"])

    def ask[T](self, work: Callable[[Process], T]) -> T:
        """Somebody uses the API.

        Raises:
            DeathError: There is no answer.
        """
        return self._run(Function.API, work, _nothing)

    # Functions

    def _follow(self, shard: Shard) -> None:
        if (seconds := self._held_back(Function.TABLE_CHANGE)) is not None:
            shard.ready_at = self.now + timedelta(seconds=seconds)
            return
        batch = shard.batch()

        def work(process: Process) -> list[str]:
            return follow_records(batch, process.escalator)

        def again() -> None:
            self._quietly(Function.TABLE_CHANGE, work)

        shard.is_busy = True
        try:
            failed = self._run(Function.TABLE_CHANGE, work, again)
        except (DeathError, TryAgainError):
            self.redelivered += 1
            shard.failed(batch, self.now)
        else:
            self.redelivered += bool(failed)
            shard.succeeded(batch, failed)
        finally:
            shard.is_busy = False
        if shard.attempts > ATTEMPTS_LIMIT:
            raise StuckError("a record of the stream is given up")

    def _work_on_timers(self) -> None:
        self._work_on(
            TIMERS,
            Function.TIMER,
            lambda records: lambda process: run_messages(records, process.escalator),
        )

    def _deliver(self) -> None:
        self._work_on(
            DELIVERIES,
            Function.NOTIFIER,
            lambda records: lambda process: deliver_messages(records, process.notifier),
        )

    def _work_on(
        self,
        url: str,
        function: Function,
        handler: Callable[[list[dict[str, Any]]], Callable[[Process], list[str]]],
    ) -> None:
        queue = self.queues[url]
        if (seconds := self._held_back(function)) is not None:
            first = min(queue.messages, key=lambda message: message.available_at)
            first.available_at = self.now + timedelta(seconds=seconds)
            return
        messages = queue.receive(self.now, BATCH_LIMIT)
        if not messages:
            return
        self.redelivered += sum(message.receives > 1 for message in messages)
        work = handler([message.as_record for message in messages])
        try:
            failed = self._run(function, work, lambda: self._quietly(function, work))
        except DeathError:
            return
        for message in messages:
            if message.message_id not in failed:
                queue.delete(message)

    def _tick(self) -> None:
        self._ticked_at = self.now - (self.now - NINE) % MINUTE
        if (seconds := self._held_back(Function.TICK)) is not None:
            self._ticked_at += timedelta(seconds=seconds) // MINUTE * MINUTE
            return
        self._quietly(
            Function.TICK,
            lambda process: (tick(process.escalator), sweep(process.escalator, lambda: False)),
        )

    def _next_tick(self) -> datetime | None:
        """The next full minute at which a tick finds something, or looks for what is forgotten.

        A sweep after the last change sees what all others after it would see.
        """
        swept_at = self._told_at + (NINE - self._told_at) % SWEEP_EVERY
        ticks = [swept_at] if swept_at > self._ticked_at else []
        smallest = self.line.table.smallest("due")
        if smallest is not None:
            found_at = instant(int(smallest["N"])) - LOOK_AHEAD + timedelta(milliseconds=1)
            ticks.append(found_at + (NINE - found_at) % MINUTE)
        return max(min(ticks), self._ticked_at + MINUTE) if ticks else None

    def _quietly[T](self, function: Function, work: Callable[[Process], T]) -> None:
        """Nobody looks at how it ends."""
        try:
            self._run(function, work, lambda: self._quietly(function, work))
        except (DeathError, TryAgainError):
            self.redelivered += 1

    def _run[T](
        self, function: Function, work: Callable[[Process], T], again: Callable[[], None]
    ) -> T:
        number = self._numbers[function]
        self._numbers[function] += 1
        depth = sum(run.function is function for run in self.line.runs)
        if (function, depth) not in self._processes:
            self._processes[function, depth] = self._process(function)
        process = self._processes[function, depth]
        run = self.line.begin(function, number, again)
        self._repeat_later(function, number, work)
        try:
            answer = work(process)
            self.line.end()
        except DeathError:
            del self._processes[function, depth]
            raise
        else:
            return answer
        finally:
            self.line.runs.pop()
            self.boundaries[function, number] = run.asked
            self._note_unmarked(run.accepted)

    def _process(self, function: Function) -> Process:
        wrong = [it for it in self.plan if (it.kind, it.function) == (Kind.SKEW, function)]
        skew = timedelta(seconds=sum(it.seconds for it in wrong))
        self.line.happened[Kind.SKEW] += len(wrong)
        clients: dict[Service, Call] = {}

        def calls(service: Service) -> Call:
            return clients.setdefault(service, Client(service, self.line).call)

        return Process(
            calls=calls,
            now=lambda: self.now + skew,
            wait=self._pass_time,
            new_write_id=self.new_write_id,
            outbound=Wire(self.line),
            personal=Personal(self.line),
            log=self.log,
        )

    def _pass_time(self, seconds: float) -> None:
        self.line.now += timedelta(seconds=seconds)

    def _held_back(self, function: Function) -> int | None:
        """For how long the next run of a function has to wait, if the plan says so."""
        number = self._numbers[function]
        for fault in self.plan:
            is_next = (fault.kind, fault.function, fault.run) == (Kind.LATE, function, number)
            if is_next and fault not in self._late:
                self._late.add(fault)
                self.line.happened[Kind.LATE] += 1
                return fault.seconds
        return None

    def _repeat_later[T](
        self, function: Function, number: int, work: Callable[[Process], T]
    ) -> None:
        for fault in self.plan:
            if (fault.kind, fault.function, fault.run) == (Kind.TWICE, function, number):
                self.line.happened[Kind.TWICE] += 1
                at = self.now + timedelta(seconds=fault.seconds)
                self._extra.append((at, lambda: self._quietly(function, work)))

    def _do_extra(self, extra: tuple[datetime, Callable[[], None]]) -> None:
        self._extra.remove(extra)
        self.redelivered += 1
        extra[1]()

    def _note_unmarked(self, accepted: list[str]) -> None:
        if not accepted:
            return
        sent = {
            notification.delivery.key
            for item in self.line.table.items
            if item["pk"]["S"].startswith(keys.LEDGER_FROM)
            for notification in [notification_from(item)]
            if notification.state is DeliveryState.SENT
        }
        self.ambiguous.update(key for key in accepted if key not in sent)


def _tick_and_sweep(process: Process) -> None:
    tick(process.escalator)
    sweep(process.escalator, lambda: False)


def _nothing() -> None:
    """No event, or none that could come again."""
