"""The whole of Tocsin in one process: real functions, a clock that jumps, and a plan of faults.

Every run of a function is a task of its own, as is everybody who sends or acts. A task gives way
at each request, so that what is due meanwhile happens, to its end. Lambda's rules hold: one
batch of a shard at a time, as many of a queue as the template allows, and no run longer than its
function's timeout.
"""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from functions.escalator.due_timers import run_messages, run_tick, tick
from functions.escalator.table_changes import follow_records
from functions.ingest.answers import respond
from functions.notifier.deliveries import deliver_messages
from tests.examples import MINUTE, NINE
from tests.faults.functions import (
    DELIVERIES,
    DELIVERIES_DEAD,
    TABLE,
    TABLE_CHANGE_FAILURES,
    TIMERS,
    TIMERS_DEAD,
    Process,
    Quiet,
)
from tests.faults.line import QUEUES, Line, LineTopic, Personal, Wire
from tests.faults.plans import Function, Kind, Plan
from tests.faults.scheduler import DeathError, Scheduler, SideBySide, Task, current
from tests.simulated_aws.queue import Message, SimulatedQueue
from tests.simulated_aws.stream import SHARDS, Reading, Shard, SimulatedStream, filters_of
from tocsin.adapters.aws_json import AwsError
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.notifications.notification_items import notification_from
from tocsin.adapters.dynamodb.timeline.stream import record_from
from tocsin.adapters.dynamodb.timers.sweep_repository import DynamoDBSweeps
from tocsin.domain.errors import TocsinError
from tocsin.domain.ids import AlertId, instant
from tocsin.domain.next_action import LOOK_AHEAD
from tocsin.domain.notification import DeliveryState
from tocsin.domain.sweep import SWEEP_EVERY
from tocsin.lambda_runtime.time_left import RESERVE_SECONDS
from tocsin_cli.simulated.table import Record, RefusedError, SimulatedTable
from tocsin_cli.simulated.write_ids import WriteIds

PAGE_SECONDS = 10.0
"""As in functions/escalator/app.py, which cannot be loaded here."""
SETTLE = timedelta(minutes=30)
"""After the end of a story, and all that it left."""
EVENTS_LIMIT = 40_000
BATCH_LIMIT = 10
CONCURRENCY = 10
"""Runs of one queue's function at the same time, as the template has it."""
STREAM_DELAY = timedelta(milliseconds=150)
"""Lambda looks at a shard some times a second."""
QUEUE_DELAY = timedelta(milliseconds=10)
type Wait = timedelta | Callable[[], bool]
type Template = Mapping[str, Any]

_RESOURCES = {
    Function.INGEST: "IngestFunction",
    Function.API: "AlertsApiFunction",
    Function.TABLE_CHANGE: "TableChangeFunction",
    Function.TICK: "TickFunction",
    Function.TIMER: "TimerFunction",
    Function.NOTIFIER: "NotifierFunction",
}
_TIMES_OF_A_LINE = ("due_at", "claimed_until", "next_attempt_at")


class StuckError(Exception):
    """What a story waits for never comes, or the system never rests."""


class CrashedError(Exception):
    """A function ended with what it did not expect."""


_ENDED_BADLY = (DeathError, CrashedError, TocsinError)
"""Of a run: AWS gives it the same again."""


@dataclass
class Simulation:
    """Runs one story under one plan."""

    template: Template
    plan: Plan = ()
    seed: int = 0
    has_sweep: bool = True
    boundaries: dict[tuple[Function, int], list[str]] = field(default_factory=dict)
    ambiguous: "Counter[str]" = field(default_factory=Counter)
    """Messages that a provider took, from a run that did not write that down."""
    redelivered: int = 0
    resent: int = 0
    """Signals that came twice, because a gateway or a sender sent them again."""
    log: Quiet = field(default_factory=Quiet)

    def __post_init__(self) -> None:
        resources = self.template["Resources"]
        self.queues = {
            url: SimulatedQueue.declared(resources[name]["Properties"])
            for url, name in QUEUES.items()
        }
        self.chance = random.Random(self.seed)  # noqa: S311 - the same in every run
        self.clock = Scheduler(NINE, self._settle)
        table = SimulatedTable(resources["Table"]["Properties"], lambda: self.clock.now)
        self.line = Line(table, self.queues, self.plan, self.chance, self.clock)
        self.line.notes_outage = self._expect_sweeps_until
        events = resources["TableChangeFunction"]["Properties"]["Events"]
        reading = Reading.declared(events["TableChange"]["Properties"])
        self.stream = SimulatedStream(
            filters_of(events),
            self.chance,
            tuple(Shard(reading) for _ in range(SHARDS * reading.at_once)),
        )
        self.timeouts = {
            function: timedelta(seconds=resources[name]["Properties"]["Timeout"])
            for function, name in _RESOURCES.items()
        }
        self.new_write_id = WriteIds()
        self.loses_record: Callable[[Record], bool] | None = None
        """Says which records of the stream nobody ever works on."""
        self.holds_stream = False
        """Nobody reads the stream for now."""
        self.loses_message: Callable[[str], bool] | None = None
        """Says which messages of a queue vanish, by their body."""
        self.repeats_after: timedelta | None = None
        """After what time each message comes again."""
        self.given_back: defaultdict[AlertId, list[datetime]] = defaultdict(list)
        """When an acknowledgement of each alert ended, by a clock that is never wrong."""
        self._numbers: defaultdict[Function, int] = defaultdict(int)
        self._made: defaultdict[Function, int] = defaultdict(int)
        self._idle: defaultdict[Function, list[Process]] = defaultdict(list)
        self._waiting: list[tuple[Callable[[], bool], Task]] = []
        self._late: set[object] = set()
        self._seen = (-1, -1)
        self._ticked_at = NINE - MINUTE
        self._tick_at: datetime | None = None
        self.sweeps_after = 2
        """Sweeps only once something is there to find; others would see the same."""
        self.sweeps_refused = 0
        """Those that storage or a queue ended before their end."""
        self._sweeps: set[datetime] = set()
        self._actors = 0
        self._busy = 0

    @property
    def now(self) -> datetime:
        return self.clock.now

    # The loop

    def play(self, script: Callable[[], None]) -> None:
        """Let a story happen, and everything that follows from it.

        Raises:
            StuckError: It does not come to its end.
        """
        self.begin(script)
        rests_at: datetime | None = None
        for _ in range(EVENTS_LIMIT):
            self._settle()
            at = self.clock.next_at
            rests_at = self._rests_at(rests_at)
            if rests_at is not None and (at is None or at > rests_at):
                return
            if at is None:
                raise StuckError("nothing happens any more, and the story waits")
            self.clock.step()
        raise StuckError(f"no rest after {EVENTS_LIMIT} events")

    def begin(
        self, script: Callable[[], None], *, after: timedelta = timedelta()
    ) -> Callable[[], bool]:
        """Run a script beside all others; the answer tells whether it is done."""
        self._actors += 1
        is_done = [False]

        def act() -> None:
            self.clock.sleep(after)
            script()
            self._actors -= 1
            is_done[0] = True
            self._check_waiting()

        self.clock.spawn(act)
        return lambda: is_done[0]

    def wait(self, wait: Wait) -> None:
        """Let a time pass, or wait until something is so."""
        if isinstance(wait, timedelta):
            self.clock.sleep(wait)
            return
        if not wait():
            self._waiting.append((wait, current()))
            self.clock.park()

    def call(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Ask the table for a story's own sake."""
        try:
            return self.line.look(operation, parameters)
        except RefusedError as refused:
            raise AwsError(refused.code, "", item=refused.answer.get("Item")) from refused

    def _rests_at(self, before: datetime | None) -> datetime | None:
        """When it may be said that nothing happens any more; None while something does."""
        has_messages = any(queue.messages for queue in self.queues.values())
        has_records = any(shard.records for shard in self.stream.shards)
        if self._actors or self._busy or has_messages or has_records:
            return None
        rests_at = before or self.now + SETTLE
        return max(rests_at, *self._sweeps) if self._sweeps else rests_at

    def _settle(self) -> None:
        """Take over what was written and received since."""
        table = self.line.table
        seen = table.writes, len(self.line.received)
        if seen == self._seen:
            return
        self._seen = seen
        self._take_records()
        self._plan_tick()
        self._check_waiting()

    def _check_waiting(self) -> None:
        for waiting in [it for it in self._waiting if it[0]()]:
            self._waiting.remove(waiting)
            self.clock.wake(waiting[1])

    # People and senders

    def post(self, event: Mapping[str, Any]) -> int:
        """A sender sends; the status that it gets."""

        def again() -> None:
            self.resent += 1
            self.post(event)

        try:
            answer = self._run(Function.INGEST, lambda it: respond(event, it.ingest), again)
        except DeathError:
            return 502
        return int(answer["statusCode"])

    def ask[T](self, work: Callable[[Process], T]) -> T:
        """A request to the API.

        Raises:
            DeathError: There is no answer.
        """
        return self._run(Function.API, work, _nothing)

    # The stream

    def _take_records(self) -> None:
        records, self.line.table.records = self.line.table.records, []
        if not records:
            return
        for record in records:
            if _gives_back(record["dynamodb"]):
                alert_id = AlertId(record["dynamodb"]["NewImage"]["id"]["S"])
                self.given_back[alert_id].append(self.now)
        if self.loses_record is not None:
            kept = [record for record in records if not self.loses_record(record)]
            if len(kept) < len(records):
                self._expect_sweeps(self.now)
            records = kept
        taken = self.stream.take(records, self.now)
        if taken:
            self._expect_sweeps(self.now)
            self._note_lines(taken)
            for shard in self.stream.shards:
                self._look_at(shard)

    def _note_lines(self, records: Iterable[Record]) -> None:
        """When a sweep may find more than the one before it."""
        for record in records:
            image = record["dynamodb"].get("NewImage", {})
            if not record["dynamodb"]["Keys"]["pk"]["S"].startswith(keys.LEDGER_FROM):
                continue
            for name in _TIMES_OF_A_LINE:
                if name in image:
                    self._expect_sweeps(instant(int(image[name]["N"])))

    def _expect_sweeps(self, since: datetime) -> None:
        first = since + (NINE - since) % SWEEP_EVERY
        # A tick whose clock is wrong sweeps some minutes before or after.
        wrong = {-(it.seconds // 60) * MINUTE for it in self.plan if it.kind is Kind.SKEW}
        self._sweeps.update(
            first + number * SWEEP_EVERY + shift
            for number in range(self.sweeps_after)
            for shift in {timedelta(), *wrong}
        )

    def _expect_sweeps_until(self, until: datetime) -> None:
        at = self.now
        while at < until + SWEEP_EVERY:
            self._expect_sweeps(at)
            at += SWEEP_EVERY
        self._plan_tick()

    def _look_at(self, shard: Shard) -> None:
        if shard.records and not shard.is_busy and not self.holds_stream:
            at = max(self.now + STREAM_DELAY, shard.ready_at or self.now)
            self.clock.at(at, partial(self._follow, shard))

    def hold_stream(self, *, is_held: bool) -> None:
        """Let nobody read the stream, or go on."""
        self.holds_stream = is_held
        for shard in self.stream.shards:
            self._look_at(shard)

    def _follow(self, shard: Shard) -> None:
        is_early = shard.ready_at is not None and shard.ready_at > self.now
        if shard.is_busy or is_early or self.holds_stream:
            return
        if (seconds := self._held_back(Function.TABLE_CHANGE)) is not None:
            shard.ready_at = self.now + timedelta(seconds=seconds)
            self._look_at(shard)
            return
        batch = shard.batch(self.now)
        if not batch:
            return
        shard.is_busy = True

        def work(process: Process) -> list[str]:
            return follow_records(batch, process.escalator)

        def run() -> None:
            try:
                failed = self._run(
                    Function.TABLE_CHANGE, work, partial(self._quietly, Function.TABLE_CHANGE, work)
                )
            except _ENDED_BADLY:
                self.redelivered += 1
                shard.failed(batch, self.now)
            else:
                self.redelivered += bool(failed)
                shard.succeeded(batch, failed, self.now)
            shard.is_busy = False
            self._look_at(shard)

        self._spawn(run)

    # Queues

    def _look_into(self, url: str) -> None:
        queue = self.queues[url]
        if (at := queue.next_at) is not None and queue.busy < CONCURRENCY:
            self.clock.at(max(at, self.now) + QUEUE_DELAY, partial(self._receive, url))

    def _receive(self, url: str) -> None:
        queue, function = self.queues[url], _WORKERS[url]
        if queue.busy >= CONCURRENCY:
            return
        if self.line.is_away(Kind.QUEUES_OUT):
            self.clock.at(self.line.back_at(Kind.QUEUES_OUT), partial(self._receive, url))
            return
        if (at := queue.next_at) is None or at > self.now:
            return
        if (seconds := self._held_back(function)) is not None:
            first = min(queue.messages, key=lambda message: message.available_at)
            first.available_at = self.now + timedelta(seconds=seconds)
            self._look_into(url)
            return
        messages = queue.receive(self.now, BATCH_LIMIT, self.line.disorder)
        if self.loses_message is not None:
            for lost in [it for it in messages if self.loses_message(it.body)]:
                queue.delete(lost)
                messages.remove(lost)
        if messages:
            queue.busy += 1
            self._spawn(partial(self._work_on, url, messages))
        self._look_into(url)

    def _work_on(self, url: str, messages: list[Message]) -> None:
        queue, function = self.queues[url], _WORKERS[url]
        if self.repeats_after is not None:
            for message in messages:
                if message.receives == 1 and not message.is_repetition:
                    queue.repeat(message, self.now + self.repeats_after)
        self.redelivered += sum(message.receives > 1 for message in messages)
        records = [message.as_record for message in messages]

        def work(process: Process) -> list[str]:
            if function is Function.TIMER:
                return run_messages(records, process.escalator)
            return deliver_messages(records, process.notifier)

        deletes = [True]
        try:
            failed = self._run(
                function, work, partial(self._quietly, function, work), deletes=deletes
            )
        except _ENDED_BADLY:
            failed = [message.message_id for message in messages]
        for message in messages:
            if message.message_id not in failed and deletes[0]:
                queue.delete(message)
        queue.busy -= 1
        self._look_into(url)

    def redrive(self) -> None:
        """Bring back what was set aside, as `make redrive` does."""
        taken, self.line.set_aside = self.line.set_aside, []
        for url, body in taken:
            if url in _DEAD_LETTERS:
                queue = _DEAD_LETTERS[url]
                self.queues[queue].add(body, self.now)
                self._look_into(queue)
            elif not self._is_followed(json.loads(body)):
                self.line.set_aside.append((url, body))

    def _is_followed(self, kept: Mapping[str, Any]) -> bool:
        record = record_from(kept)
        assert record is not None

        def work(process: Process) -> list[str]:
            return follow_records([record], replace(process.escalator, failures=None))

        try:
            return not self._run(Function.TABLE_CHANGE, work, _nothing)
        except _ENDED_BADLY:
            return False

    # Ticks

    def _plan_tick(self) -> None:
        at = self._next_tick()
        if at is not None and at != self._tick_at:
            self.clock.at(at, partial(self._begin_tick, at))
        self._tick_at = at

    def _begin_tick(self, at: datetime) -> None:
        if at != self._tick_at:
            return
        self._tick_at = None
        self._ticked_at = self.now - (self.now - NINE) % MINUTE
        if (seconds := self._held_back(Function.TICK)) is not None:
            self._ticked_at += timedelta(seconds=seconds) // MINUTE * MINUTE
            # A sweep that was due at this tick is left out; there will be others.
            self._expect_sweeps(self._ticked_at)
        else:
            self._spawn(partial(self._quietly, Function.TICK, self._tick))
        self._plan_tick()

    def _tick(self, process: Process) -> None:
        self._note_sweeps_left_out()
        if self.has_sweep:
            begun_at = process.now()
            try:
                run_tick(process.escalator, lambda: process.seconds_left() < PAGE_SECONDS)
            finally:
                self._expect_another_sweep(begun_at)
        else:
            tick(process.escalator)

    def _expect_another_sweep(self, at: datetime) -> None:
        """Where storage or a queue refused one, the next may find more."""
        kept_at = DynamoDBSweeps(self.call, TABLE).state().kept_at
        is_sweep = not at.minute % (SWEEP_EVERY // MINUTE)
        if is_sweep and (kept_at is None or at - kept_at > MINUTE):
            self.sweeps_refused += 1
            self._expect_sweeps(self.now)
            self._plan_tick()

    def _note_sweeps_left_out(self) -> None:
        """Those that had found nothing are not run, but they did end."""
        last = self.now - (self.now - NINE) % SWEEP_EVERY
        if last == self.now - (self.now - NINE) % MINUTE:
            last -= SWEEP_EVERY
        if last in self._sweeps:
            return
        sweeps = DynamoDBSweeps(self.call, TABLE)
        state = sweeps.state()
        if state.kept_at is not None and state.kept_at < last:
            sweeps.keep(replace(state, kept_at=last))

    def _next_tick(self) -> datetime | None:
        """The next full minute at which a tick finds something, or a sweep may."""
        ticks = [at for at in self._sweeps if at > self._ticked_at]
        smallest = self.line.table.smallest("due")
        if smallest is not None:
            found_at = instant(int(smallest["N"])) - LOOK_AHEAD + timedelta(milliseconds=1)
            ticks.append(found_at + (NINE - found_at) % MINUTE)
        if not ticks:
            return None
        now = self.now
        return max(min(ticks), self._ticked_at + MINUTE, now + (NINE - now) % MINUTE)

    # Runs

    def _spawn(self, work: Callable[[], None]) -> None:
        def counted() -> None:
            self._busy += 1
            work()
            self._busy -= 1

        self.clock.spawn(counted)

    def _quietly[T](self, function: Function, work: Callable[[Process], T]) -> None:
        """Nobody looks at how it ends."""
        self.redelivered += function is not Function.TICK
        try:
            self._run(function, work, _nothing)
        except _ENDED_BADLY:
            self.redelivered += 1
            if function is Function.TICK:
                self._expect_sweeps(self.now)
                self._plan_tick()

    def _run[T](
        self,
        function: Function,
        work: Callable[[Process], T],
        again: Callable[[], None],
        *,
        deletes: list[bool] | None = None,
    ) -> T:
        number = self._numbers[function]
        self._numbers[function] += 1
        idle = self._idle[function]
        process = idle.pop() if idle else self._process(function)
        run = self.line.begin(
            function, number, self.timeouts[function], partial(self._spawn, again)
        )
        self._repeat_later(function, number, again)
        task = current()
        outer, task.run_of = task.run_of, run
        try:
            answer = work(process)
            is_told = self.line.end(run)
            if deletes is not None:
                deletes[0] = is_told
        except (CrashedError, TocsinError):
            raise
        except Exception as error:
            self.log.unexpected.append(f"{function} ended with {error!r}")
            raise CrashedError(str(function)) from error
        finally:
            task.run_of = outer
            if not run.is_dead:
                idle.append(process)
            self.boundaries[function, number] = run.asked
            self._note_unmarked(run.accepted)
            self._settle()
            for url in self.queues:
                self._look_into(url)
        return answer

    def _process(self, function: Function) -> Process:
        number = self._made[function]
        self._made[function] += 1
        wrong = [
            it
            for it in self.plan
            if (it.kind, it.function) == (Kind.SKEW, function) and number % 2 == it.run
        ]
        for fault in wrong:
            self.line.note(fault)
        skew = timedelta(seconds=sum(it.seconds for it in wrong))
        return Process(
            calls=self.line.call_of,
            now=lambda: self.clock.now + skew,
            wait=lambda seconds: self.clock.sleep(timedelta(seconds=seconds)),
            threads=SideBySide(self.clock, _THREADS.get(function, 1)),
            new_write_id=self.new_write_id,
            outbound=Wire(self.line),
            personal=Personal(self.line),
            topic=LineTopic(self.line),
            log=self.log,
            seconds_left=self._seconds_left,
            failures_url=_FAILURES.get(function, ""),
        )

    def _seconds_left(self) -> float:
        """Until the run that is under way is stopped, less what its answer takes."""
        run = current().run_of
        assert run is not None
        assert run.deadline is not None
        return max(0.0, (run.deadline - self.now).total_seconds() - RESERVE_SECONDS)

    def _held_back(self, function: Function) -> int | None:
        """For how long the next run of a function has to wait, if the plan says so."""
        number = self._numbers[function]
        for fault in self.plan:
            is_next = (fault.kind, fault.function, fault.run) == (Kind.LATE, function, number)
            if is_next and fault not in self._late:
                self._late.add(fault)
                self.line.note(fault)
                return fault.seconds
        return None

    def _repeat_later(self, function: Function, number: int, again: Callable[[], None]) -> None:
        for fault in self.plan:
            if (fault.kind, fault.function, fault.run) == (Kind.TWICE, function, number):
                self.line.note(fault)
                self._busy += 1

                def repeat() -> None:
                    self._busy -= 1
                    self._spawn(again)

                self.clock.at(self.now + timedelta(seconds=fault.seconds), repeat)

    def _note_unmarked(self, accepted: list[str]) -> None:
        if not accepted:
            return
        sent = {
            notification.delivery.key
            for item in self.line.table.starting_with(keys.LEDGER_FROM)
            for notification in [notification_from(item)]
            if notification.state is DeliveryState.SENT
        }
        self.ambiguous.update(key for key in accepted if key not in sent)


_FAILURES = {
    Function.TABLE_CHANGE: TABLE_CHANGE_FAILURES,
    Function.TIMER: TIMERS_DEAD,
    Function.NOTIFIER: DELIVERIES_DEAD,
}
_DEAD_LETTERS = {TIMERS_DEAD: TIMERS, DELIVERIES_DEAD: DELIVERIES}
_THREADS = {Function.INGEST: 16, Function.TIMER: 5, Function.NOTIFIER: 10}
"""As in each function's app.py, which cannot be loaded here."""
_WORKERS = {TIMERS: Function.TIMER, DELIVERIES: Function.NOTIFIER}


def _gives_back(change: Record) -> bool:
    """Whether a write makes an acknowledged alert fire again."""
    before, after = (
        change.get(name, {}).get("state_key", {"S": " "})["S"][0]
        for name in ("OldImage", "NewImage")
    )
    return (before, after) == ("A", "F")


def _nothing() -> None:
    """It cannot come again."""
