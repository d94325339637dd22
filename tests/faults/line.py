"""What lies between the functions and AWS, or a provider: here the faults happen."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from functions.notifier.outbound import Outbound
from tests.faults.functions import DELIVERIES, LINK_KEY, TIMERS
from tests.faults.plans import AT_PROVIDER, Fault, Function, Kind, Plan
from tests.faults.queue import SimulatedQueue
from tests.faults.table import RefusedError, SimulatedTable
from tests.functions.notifier.conftest import KEY
from tocsin.adapters.aws_json import DYNAMODB, SQS, SSM, AwsJsonClient, Service
from tocsin.adapters.aws_signature import Credentials
from tocsin.adapters.http_connection import Reply
from tocsin.domain.alert import Alert
from tocsin.domain.errors import DeliveryFailedError
from tocsin.domain.link import spell_link_key
from tocsin.domain.message import Message
from tocsin.domain.notification import Notification
from tocsin.domain.people import Channel

LATENCY = timedelta(milliseconds=3)
PAUSE = timedelta(milliseconds=50)
PROVIDER_PATIENCE = timedelta(seconds=10)
PROVIDER = "provider"


class DeathError(BaseException):
    """The process is gone: nothing after this line ran."""


@dataclass
class Run:
    """One run of one function."""

    function: Function
    number: int
    faults: Sequence[Fault]
    again: Callable[[], object]
    """Works on the same event once more."""
    asked: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    """Messages that a provider took."""


@dataclass(frozen=True)
class Received:
    """One request that a receiver took."""

    at: datetime
    key: str
    alert_id: str
    event: str


@dataclass
class Line:
    """Passes everything on, unless the plan says otherwise."""

    table: SimulatedTable
    queues: Mapping[str, SimulatedQueue]
    plan: Plan
    now: datetime
    meanwhile: Callable[[], None]
    """Does everything else that waits."""
    runs: list[Run] = field(default_factory=list)
    """Those that are under way, one within the other."""
    received: list[Received] = field(default_factory=list)
    happened: "Counter[Kind]" = field(default_factory=Counter)
    requests: int = 0
    _used: set[tuple[Fault, int]] = field(default_factory=set)
    _trouble: list[Kind] = field(default_factory=list)

    def begin(self, function: Function, number: int, again: Callable[[], object]) -> Run:
        """Count what a run asks for from now on."""
        faults = [each for each in self.plan if (each.function, each.run) == (function, number)]
        run = Run(function, number, faults, again)
        self.runs.append(run)
        return run

    def end(self) -> None:
        """The last chance to die, before the caller hears that all is done."""
        self._boundary("end")
        self.runs[-1].asked.pop()

    def answer(self, service: Service, operation: str, parameters: Mapping[str, Any]) -> Reply:
        """One request to AWS."""
        self.now += LATENCY
        if not self.runs:
            return _reply(200, self._do(service, operation, parameters))
        fault = self._boundary(operation)
        if service is DYNAMODB and self._is_throttled():
            fault = Kind.THROTTLE
        if fault is Kind.THROTTLE:
            return _refusal("ThrottlingException")
        if fault is Kind.CONFLICT:
            reasons = [{"Code": "TransactionConflict"} for _ in parameters["TransactItems"]]
            return _refusal("TransactionCanceledException", CancellationReasons=reasons)
        if fault is Kind.REFUSE_PART:
            return self._refuse_first(parameters)
        try:
            answer = self._do(service, operation, parameters)
        except RefusedError as refused:
            reply = _refusal(refused.code, **refused.answer)
        else:
            cut = {"Successful": answer.get("Successful", ())[1:]}
            reply = _reply(200, cut if fault is Kind.CUT_REPLY else answer)
        if fault is Kind.LOSE_REPLY:
            raise ConnectionResetError
        return reply

    def _is_throttled(self) -> bool:
        self.requests += 1
        is_turn = any(
            it.kind is Kind.THROTTLE_EVERY and self.requests % it.times == 0 for it in self.plan
        )
        self.happened[Kind.THROTTLE_EVERY] += is_turn
        return is_turn

    def _refuse_first(self, parameters: Mapping[str, Any]) -> Reply:
        first, *others = parameters["Entries"]
        answer = self._do(SQS, "SendMessageBatch", {**parameters, "Entries": others})
        return _reply(200, {**answer, "Failed": [{"Id": first["Id"], "Code": "InternalError"}]})

    def provide(self, key: str, alert_id: str, event: str) -> int:
        """One request to a provider; the status of its answer.

        Raises:
            DeliveryFailedError: There is none.
        """
        fault = self._boundary(PROVIDER)
        if fault in AT_PROVIDER and fault is not None:
            first = next(it for it in self.runs[-1].faults if it.kind is fault)
            self._trouble = [fault] * first.times
        trouble = self._trouble.pop(0) if self._trouble else None
        if trouble is Kind.ANSWER_500:
            return 500
        if trouble is Kind.HANG:
            self.now += PROVIDER_PATIENCE
            raise DeliveryFailedError("no answer in time", is_retryable=True)
        self._accept(key, alert_id, event)
        if trouble is Kind.DROP:
            raise DeliveryFailedError("the host closed the connection", is_retryable=True)
        return 200

    def _accept(self, key: str, alert_id: str, event: str) -> None:
        self.received.append(Received(self.now, key, alert_id, event))
        self.runs[-1].accepted.append(key)

    def _boundary(self, request: str) -> Kind | None:
        """Whatever the plan has for this place happens; what concerns the request is told."""
        run = self.runs[-1]
        boundary = len(run.asked)
        run.asked.append(request)
        found: Kind | None = None
        for fault in run.faults:
            if (fault, boundary) in self._used or not _is_here(fault, boundary):
                continue
            self._used.add((fault, boundary))
            match fault.kind:
                case Kind.DIE:
                    self.happened[Kind.DIE] += 1
                    raise DeathError
                case Kind.MEANWHILE:
                    self.meanwhile()
                case Kind.TWICE_AT_ONCE:
                    run.again()
                case _ if not _concerns(fault.kind, request):
                    continue
                case _:
                    found = fault.kind
            self.happened[fault.kind] += 1
        return found

    def _do(
        self, service: Service, operation: str, parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        if service is DYNAMODB:
            return self.table.answer(operation, parameters)
        if service is SSM:
            assert (operation, parameters["Name"]) == ("GetParameter", LINK_KEY)
            return {"Parameter": {"Value": spell_link_key(KEY)}}
        assert (service, operation) == (SQS, "SendMessageBatch")
        return self.queues[parameters["QueueUrl"]].send_batch(parameters["Entries"], self.now)


class Client(AwsJsonClient):
    """The functions' own client, with all its patience, at the end of the line."""

    def __init__(self, service: Service, line: Line) -> None:
        super().__init__(
            service,
            region="eu-central-1",
            credentials=lambda: Credentials(access_key="", secret_key=""),
            endpoint="http://simulated.invalid",
        )
        self._line = line

        self._parameters: Mapping[str, Any] = {}

    def call(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        self._parameters = parameters
        return super().call(operation, parameters)

    def _send(self, operation: str, body: bytes) -> Reply:
        assert body
        return self._line.answer(self._service, operation, self._parameters)

    def _pause(self, attempt: int) -> None:
        self._line.now += PAUSE * 2**attempt


class Wire(Outbound):
    """To receivers of webhooks."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send one request."""
        assert url
        told = json.loads(body)
        alert_id = told["data"]["alert"]["id"]
        status = self._line.provide(headers["webhook-id"], alert_id, told["type"])
        return Reply(f"HTTP/1.1 {status} -\r\n")


@dataclass
class Personal:
    """Implements `Sender` for e-mail and SMS."""

    line: Line

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        """Hand it over."""
        assert message.title
        assert channel.settings["to"]
        delivery = notification.delivery
        status = self.line.provide(delivery.key, alert.alert_id, delivery.event)
        if status != 200:
            raise DeliveryFailedError(f"the provider answered {status}", is_retryable=True)
        return f"provider-{delivery.key}"


QUEUES = {TIMERS: "TimersQueue", DELIVERIES: "DeliveriesQueue"}
"""By URL, their names in the template."""


def _is_here(fault: Fault, boundary: int) -> bool:
    in_a_row = fault.kind in {Kind.THROTTLE, Kind.CONFLICT, Kind.LOSE_REPLY}
    return fault.boundary <= boundary < fault.boundary + (fault.times if in_a_row else 1)


def _concerns(kind: Kind, request: str) -> bool:
    match kind:
        case Kind.CONFLICT:
            return request == "TransactWriteItems"
        case Kind.CUT_REPLY | Kind.REFUSE_PART:
            return request == "SendMessageBatch"
        case Kind.THROTTLE | Kind.LOSE_REPLY:
            return request not in {PROVIDER, "end"}
        case _:
            return kind in AT_PROVIDER and request == PROVIDER


def _reply(status: int, answer: Mapping[str, Any]) -> Reply:
    reply = Reply(f"HTTP/1.1 {status} -\r\n")
    reply.body = json.dumps(answer).encode()
    return reply


def _refusal(code: str, **more: Any) -> Reply:  # noqa: ANN401 - any JSON
    return _reply(400, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **more})
