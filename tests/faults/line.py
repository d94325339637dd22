"""What lies between the functions and AWS, or a provider: here the faults happen."""

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from functions.notifier.outbound import Outbound
from tests.faults.functions import DELIVERIES, LINK_KEY, TIMERS
from tests.faults.plans import (
    ALL_ALONG,
    AT_PROVIDER,
    IN_A_ROW,
    OUTAGES,
    Fault,
    Function,
    Kind,
    Plan,
    fits,
)
from tests.faults.scheduler import DeathError, Scheduler, current
from tests.held_requests import hold
from tests.role_oracle import RECORD
from tests.simulated_aws.queue import SimulatedQueue
from tocsin.adapters.aws_json import DYNAMODB, SQS, SSM, AwsJsonClient, Call, Service
from tocsin.adapters.aws_signature import Credentials
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.http_connection import Reply
from tocsin.channels.ports import Answer
from tocsin.domain.alert import Alert
from tocsin.domain.digest_message import DigestMessage
from tocsin.domain.ids import AlertId
from tocsin.domain.last_resort import TopicMessage
from tocsin.domain.link import spell_link_key
from tocsin.domain.message import Message
from tocsin.domain.notification import Notification
from tocsin.domain.on_call.notice import Notice
from tocsin.domain.people import Channel
from tocsin.usecases.refusals import DeliveryFailedError
from tocsin_cli.simulated.table import RefusedError, SimulatedTable

LATENCY = timedelta(milliseconds=3)
COMMIT = timedelta(milliseconds=4)
"""For which a transaction holds its items."""
PAUSE = timedelta(milliseconds=50)
PROVIDER_PATIENCE = timedelta(seconds=10)
THROTTLED_OFTEN = 3
"""One of so many requests, or more, is refused."""
PROVIDER = "provider"
END = "end"
LINK_SECRET = spell_link_key(bytes(range(32)))

type Outcome = dict[str, Any] | Reply | OSError


@dataclass
class Run:
    """One run of one function."""

    function: Function
    number: int
    began_at: datetime
    deadline: datetime | None
    faults: Sequence[Fault]
    again: Callable[[], object]
    """Works on the same event once more, beside this run."""
    asked: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    """Messages that a provider took."""
    is_dead: bool = False


@dataclass(frozen=True)
class Arrival:
    """One request that a receiver took."""

    at: datetime
    key: str
    alert_id: AlertId
    event: str
    is_flapping: bool = False


@dataclass(frozen=True)
class Attempt:
    """One attempt to bring a message to a provider."""

    at: datetime
    key: str


@dataclass
class Line:
    """Passes everything on, unless the plan says otherwise."""

    table: SimulatedTable
    queues: Mapping[str, SimulatedQueue]
    plan: Plan
    chance: random.Random
    clock: Scheduler
    received: list[Arrival] = field(default_factory=list)
    digests: dict[str, tuple[AlertId, ...]] = field(default_factory=dict)
    """The alerts of each digest, by its key."""
    published: list[tuple[datetime, str]] = field(default_factory=list)
    """What the last resort's topic was told."""
    attempts: list[Attempt] = field(default_factory=list)
    dropped: "Counter[str]" = field(default_factory=Counter)
    """Messages that a provider took without saying so."""
    happened: "Counter[Kind]" = field(default_factory=Counter)
    held_up: timedelta = timedelta()
    """For how long all faults together may have held up a message."""
    answers: list[Kind] = field(default_factory=list)
    """How the provider treats the next messages; a story may give some."""
    arrives_after: list[timedelta] = field(default_factory=list)
    """How long the next messages are on their way to the provider."""
    answers_after: timedelta = timedelta()
    """How long the provider takes for an answer once it has a message."""
    loses: list[tuple[Function, str]] = field(default_factory=list)
    """Requests whose reply a story lets get lost."""
    latency: timedelta = LATENCY
    """Of each request to AWS, unless a plan says otherwise."""
    refuses: Callable[[str, Mapping[str, Any]], bool] | None = None
    """Says which requests DynamoDB refuses for good."""
    notes_outage: Callable[[datetime], None] = lambda until: None  # noqa: ARG005 - nobody listens
    """Is told when a service goes away, and until when."""
    corrections: int = 0
    """Of the numbers of open alerts, by sweeps."""
    set_aside: list[tuple[str, str]] = field(default_factory=list)
    """Queues of failures, and what was put there."""
    _used: set[tuple[Fault, int]] = field(default_factory=set)
    _away_until: dict[Kind, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        along = [fault for fault in self.plan if fault.kind in ALL_ALONG]
        kinds = {fault.kind for fault in along}
        self._throttled_each = [it.times for it in along if it.kind is Kind.THROTTLE_EVERY]
        self._has_jitter = Kind.JITTER in kinds
        self._is_stale = Kind.STALE in kinds
        self._lag = timedelta(
            seconds=max((it.seconds for it in along if it.kind is Kind.GSI_LAG), default=0)
        )
        self.disorder = self.chance if Kind.REORDER in kinds else None
        for fault in along:
            if fault.kind is not Kind.SKEW:
                self.note(fault)

    def note(self, fault: Fault) -> None:
        """Count a fault that happens, and what it may hold up."""
        self.happened[fault.kind] += 1
        self.held_up += _holds_up(fault)

    def begin(
        self, function: Function, number: int, timeout: timedelta, again: Callable[[], object]
    ) -> Run:
        """Count what a run asks for from now on."""
        faults = [
            each
            for each in self.plan
            if (each.function, each.run) == (function, number) and each.kind not in _NOT_WITHIN
        ]
        now = self.clock.now
        return Run(function, number, now, now + timeout, faults, again)

    def end(self, run: Run) -> bool:
        """The last chance to die, before the caller hears that all is done.

        Returns:
            Whether the caller is told.
        """
        fault = self._boundary(run, END)
        run.asked.pop()
        return fault is not Kind.LOST_DELETE

    def is_away(self, kind: Kind) -> bool:
        """Whether a service is away for now."""
        until = self._away_until.get(kind)
        return until is not None and self.clock.now < until

    def back_at(self, kind: Kind) -> datetime:
        """When a service is there again that is away for now."""
        return self._away_until[kind]

    def go_away(self, kind: Kind, duration: timedelta) -> None:
        """Let a service be away for a while."""
        self._away_until[kind] = max(
            self._away_until.get(kind, self.clock.now), self.clock.now + duration
        )
        self.clock.at(self._away_until[kind], _nothing)
        self.notes_outage(self._away_until[kind])

    def call_of(self, service: Service) -> Call:
        """The functions' own client; its patience is asked only where something goes wrong."""

        def call(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
            outcome = self.outcome(service, operation, parameters)
            if isinstance(outcome, dict):
                return outcome
            return RetryingClient(service, self, operation, parameters, outcome).call(
                operation, parameters
            )

        return call

    def look(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Ask the table for a story's own sake: at once, and without faults.

        Raises:
            RefusedError: DynamoDB would refuse it.
        """
        return self.table.answer(operation, parameters)

    def outcome(self, service: Service, operation: str, parameters: Mapping[str, Any]) -> Outcome:
        """One attempt of a request."""
        run = current().run_of
        assert isinstance(run, Run)
        if not self.plan:
            hold(service.name, operation, parameters, role=ROLE_OF[run.function])
        elif service is DYNAMODB:
            RECORD.note(ROLE_OF[run.function], operation, parameters)
        fault = self._boundary(run, operation)
        self.clock.sleep(self._latency())
        if (refusal := self._refusal_of(service, operation, parameters, fault)) is not None:
            return refusal
        if fault is Kind.REFUSE_PART:
            return self._refuse_first(parameters)
        try:
            answer = self._do(service, operation, parameters)
        except RefusedError as refused:
            return _refusal(400, refused.code, **refused.answer)
        if run.function is Function.TICK and operation == "UpdateItem":
            self.corrections += parameters["Key"]["pk"]["S"] == keys.COUNT_PARTITION
        if (run.function, operation) in self.loses:
            self.loses.remove((run.function, operation))
            fault = Kind.LOSE_REPLY
        if fault is Kind.LOSE_REPLY:
            return ConnectionResetError()
        if fault is Kind.CUT_REPLY:
            return {"Successful": answer.get("Successful", ())[1:]}
        return answer

    def _refusal_of(
        self, service: Service, operation: str, parameters: Mapping[str, Any], fault: Kind | None
    ) -> Reply | None:
        """What a service answers that does nothing."""
        away = Kind.STORAGE_OUT if service is DYNAMODB else Kind.QUEUES_OUT
        if service is DYNAMODB and self._is_throttled():
            fault = Kind.THROTTLE
        if service is not SSM and self.is_away(away):
            return _refusal(500, "InternalServerError")
        if fault is Kind.THROTTLE:
            return _refusal(400, "ThrottlingException")
        if fault in {Kind.CONFLICT, Kind.WRITE_CONFLICT}:
            return _conflict(parameters)
        if self.refuses is not None and self.refuses(operation, parameters):
            return _refusal(400, "ValidationException")
        return None

    def _latency(self) -> timedelta:
        if not self._has_jitter:
            return self.latency
        return timedelta(milliseconds=self.chance.choice((1, 2, 3, 5, 8, 20, 60, 200, 900)))

    def _is_throttled(self) -> bool:
        often = self._throttled_each
        return bool(often) and self.chance.randrange(min(often)) == 0

    def _refuse_first(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        first, *others = parameters["Entries"]
        answer = self._do(SQS, "SendMessageBatch", {**parameters, "Entries": others})
        return {**answer, "Failed": [{"Id": first["Id"], "Code": "InternalError"}]}

    def provide(self, key: str, alert_id: AlertId, event: str, *, is_flapping: bool = False) -> int:
        """One request to a provider; the status of its answer.

        Raises:
            DeliveryFailedError: There is none.
        """
        run = current().run_of
        assert isinstance(run, Run)
        self.attempts.append(Attempt(self.clock.now, key))
        fault = self._boundary(run, PROVIDER)
        if fault in AT_PROVIDER and fault is not None:
            first = next(it for it in run.faults if it.kind is fault)
            self.answers = [fault] * first.times
        trouble = self.answers.pop(0) if self.answers else None
        if trouble is Kind.REFUSE:
            self.clock.sleep(LATENCY)
            return 403
        if self.arrives_after:
            self.clock.sleep(self.arrives_after.pop(0))
        if trouble is Kind.ANSWER_500 or self.is_away(Kind.PROVIDER_OUT):
            self.clock.sleep(LATENCY)
            return 500
        if trouble is Kind.HANG:
            self.clock.sleep(PROVIDER_PATIENCE)
            raise DeliveryFailedError("no answer in time", is_retryable=True)
        self.received.append(Arrival(self.clock.now, key, alert_id, event, is_flapping))
        if trouble is Kind.DROP:
            self.dropped[key] += 1
            raise DeliveryFailedError("the host closed the connection", is_retryable=True)
        run.accepted.append(key)
        slow = [it for it in run.faults if it.kind is Kind.SLOW] if trouble is Kind.SLOW else ()
        pause = timedelta(seconds=max((it.seconds for it in slow), default=0))
        self.clock.sleep(LATENCY + max(pause, self.answers_after))
        return 200

    def publish(self, text: str) -> int:
        """One request to the last resort's topic, which refuses nothing for good.

        Raises:
            DeliveryFailedError: There is no answer.
        """
        run = current().run_of
        assert isinstance(run, Run)
        fault = self._boundary(run, PROVIDER)
        if fault in {Kind.REFUSE, Kind.ANSWER_500} or self.is_away(Kind.PROVIDER_OUT):
            self.clock.sleep(LATENCY)
            return 500
        if fault is Kind.HANG:
            self.clock.sleep(PROVIDER_PATIENCE)
            raise DeliveryFailedError("no answer in time", is_retryable=True)
        self.published.append((self.clock.now, text))
        if fault is Kind.DROP:
            raise DeliveryFailedError("the host closed the connection", is_retryable=True)
        self.clock.sleep(LATENCY + self.answers_after)
        return 200

    def _boundary(self, run: Run, request: str) -> Kind | None:
        """Let the faults of this boundary happen; answer the one that concerns the request."""
        if run.is_dead:
            raise DeathError
        boundary = len(run.asked)
        run.asked.append(request)
        if not run.faults:
            return None
        found: Kind | None = None
        for fault in run.faults:
            if (fault, boundary) in self._used or not _is_here(fault, boundary):
                continue
            if not fits(fault.kind, run.function, request):
                continue
            self._used.add((fault, boundary))
            self.note(fault)
            match fault.kind:
                case Kind.DIE:
                    run.is_dead = True
                    raise DeathError
                case Kind.PAUSE:
                    self.clock.sleep(timedelta(seconds=fault.seconds, milliseconds=1))
                case Kind.TWICE_AT_ONCE:
                    run.again()
                case _ if fault.kind in OUTAGES:
                    self.go_away(fault.kind, timedelta(seconds=fault.seconds))
                case _:
                    found = fault.kind
        return found

    def _do(
        self, service: Service, operation: str, parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        if service is DYNAMODB:
            return self._ask_table(operation, parameters)
        if service is SSM:
            assert (operation, parameters["Name"]) == ("GetParameter", LINK_KEY)
            return {"Parameter": {"Value": LINK_SECRET}}
        if operation == "SendMessage":
            self.set_aside.append((parameters["QueueUrl"], parameters["MessageBody"]))
            return {}
        assert (service, operation) == (SQS, "SendMessageBatch")
        return self.queues[parameters["QueueUrl"]].send_batch(parameters["Entries"], self.clock.now)

    def _ask_table(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if operation == "TransactWriteItems":
            with self.table.locked(parameters):
                self.clock.sleep(COMMIT)
                return self.table.answer(operation, parameters)
        age = self._age(operation, parameters)
        if age:
            return self.table.read_late(operation, parameters, age)
        return self.table.answer(operation, parameters)

    def _age(self, operation: str, parameters: Mapping[str, Any]) -> timedelta:
        if operation == "BatchGetItem":
            ((_, parameters),) = parameters["RequestItems"].items()
        elif operation not in {"GetItem", "Query"}:
            return timedelta()
        if parameters.get("IndexName"):
            return self._lag
        if not self._is_stale or parameters.get("ConsistentRead"):
            return timedelta()
        return timedelta(milliseconds=self.chance.choice((0, 100, 1000)))


class RetryingClient(AwsJsonClient):
    """The functions' own client, at the end of the line, after a first attempt that failed."""

    def __init__(
        self,
        service: Service,
        line: Line,
        operation: str,
        parameters: Mapping[str, Any],
        first: Outcome,
    ) -> None:
        super().__init__(
            service,
            region="eu-central-1",
            credentials=lambda: Credentials(access_key="", secret_key=""),
            endpoint="http://simulated.invalid",
        )
        self._line = line
        self._request = operation, parameters
        self._first: Outcome | None = first

    def _send(self, operation: str, body: bytes) -> Reply:
        assert (operation, bool(body)) == (self._request[0], True)
        first, self._first = self._first, None
        outcome = first or self._line.outcome(self._service, *self._request)
        if isinstance(outcome, OSError):
            raise outcome
        return outcome if isinstance(outcome, Reply) else _reply(200, outcome)

    def _pause(self, attempt: int) -> None:
        self._line.clock.sleep(PAUSE * 2**attempt)


class Wire(Outbound):
    """To receivers of webhooks."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one request."""
        assert url
        told = json.loads(body)
        alert = told["data"]["alert"]
        is_flapping = bool(alert["flapping"])
        status = self._line.provide(
            headers["webhook-id"], alert["id"], told["type"], is_flapping=is_flapping
        )
        return Answer(status)


@dataclass
class LineTopic:
    """Implements `Topic`."""

    line: Line

    def publish(self, message: TopicMessage) -> str:
        """Hand it over."""
        status = self.line.publish(message.text)
        if status != 200:
            reason = f"AWS refused: {status}"
            raise DeliveryFailedError(reason, is_retryable=status >= 500)
        return f"sns-{len(self.line.published)}"


@dataclass
class Personal:
    """Implements `MessageSender` for e-mail and SMS."""

    line: Line

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        """Hand it over."""
        assert message.subject
        assert channel.settings["to"]
        delivery = notification.delivery
        status = self.line.provide(delivery.key, alert.alert_id, delivery.event)
        if status != 200:
            reason = f"the provider answered {status}"
            raise DeliveryFailedError(reason, is_retryable=status >= 500)
        return f"provider-{delivery.key}"

    def send_digest(
        self, notification: Notification, message: DigestMessage, channel: Channel
    ) -> str | None:
        assert message.subject
        assert channel.settings["to"]
        delivery, digest = notification.delivery, message.digest
        self.line.digests[delivery.key] = digest.alert_ids
        status = self.line.provide(delivery.key, delivery.alert_id, delivery.event)
        if status != 200:
            reason = f"the provider answered {status}"
            raise DeliveryFailedError(reason, is_retryable=status >= 500)
        return f"provider-{delivery.key}"

    def send_notice(
        self, notification: Notification, notice: Notice, link: str | None, channel: Channel
    ) -> str | None:
        raise NotImplementedError


ROLE_OF = {
    Function.INGEST: "IngestRole",
    Function.API: "AlertsApiRole",
    Function.TABLE_CHANGE: "TableChangeRole",
    Function.TICK: "TickRole",
    Function.TIMER: "TimerRole",
    Function.NOTIFIER: "NotifierRole",
}

QUEUES = {TIMERS: "TimersQueue", DELIVERIES: "DeliveriesQueue"}
"""By URL, their names in the template."""

_NOT_WITHIN = ALL_ALONG | {Kind.TWICE, Kind.LATE}
"""What does not happen at a boundary of a run."""
_VISIBILITY = timedelta(seconds=180)
"""For which a message stays away whose run failed, as in the template."""


def _holds_up(fault: Fault) -> timedelta:  # noqa: PLR0911 - one for each kind
    seconds = timedelta(seconds=abs(fault.seconds))
    minute = timedelta(minutes=1)
    match fault.kind:
        case (
            Kind.DIE
            | Kind.THROTTLE
            | Kind.CONFLICT
            | Kind.WRITE_CONFLICT
            | Kind.LOSE_REPLY
            | Kind.LOST_DELETE
        ):
            return _VISIBILITY + minute
        case Kind.THROTTLE_EVERY:
            # A call gives up after four refusals, so a run of ten calls fails at one of n = 3 in
            # one of ten times, and each time its message is away for the queue's visibility.
            failures = 5 if fault.times <= THROTTLED_OFTEN else 2
            return failures * (_VISIBILITY + minute)
        case Kind.JITTER:
            return 2 * (_VISIBILITY + minute)
        case Kind.STORAGE_OUT | Kind.QUEUES_OUT:
            return seconds + 2 * (_VISIBILITY + minute)
        case Kind.PAUSE | Kind.SLOW:
            return seconds + _VISIBILITY + minute
        case Kind.PROVIDER_OUT | Kind.ANSWER_500 | Kind.HANG | Kind.DROP:
            return seconds + 5 * minute
        case Kind.SKEW:
            return 2 * seconds + minute
        case _:
            return seconds + minute


def _is_here(fault: Fault, boundary: int) -> bool:
    times = fault.times if fault.kind in IN_A_ROW else 1
    if fault.kind is Kind.LOST_DELETE:
        return True
    return fault.boundary <= boundary < fault.boundary + times


def _conflict(parameters: Mapping[str, Any]) -> Reply:
    if "TransactItems" not in parameters:
        return _refusal(400, "TransactionConflictException")
    reasons = [{"Code": "TransactionConflict"} for _ in parameters["TransactItems"]]
    return _refusal(400, "TransactionCanceledException", CancellationReasons=reasons)


def _reply(status: int, answer: Mapping[str, Any]) -> Reply:
    reply = Reply(f"HTTP/1.1 {status} -\r\n")
    reply.body = json.dumps(answer).encode()
    return reply


def _refusal(status: int, code: str, **more: Any) -> Reply:  # noqa: ANN401 - any JSON
    return _reply(status, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **more})


def _nothing() -> None:
    """A time at which the clock stops, so that others look again."""
