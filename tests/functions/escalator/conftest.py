"""The escalator's handlers over a table in moto, a queue in memory and a clock that tests move."""

import base64
import importlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from functions.escalator.ports import Ports
from tests.captured_log import captured_log
from tests.examples import NINE
from tests.fakes.failures import InMemoryFailures
from tocsin.adapters.aws_json import AwsUnavailableError, Call
from tocsin.adapters.dynamodb.activity.activity_repository import DynamoDBActivity
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.adapters.dynamodb.configuration.awake_items import AWAKE
from tocsin.adapters.dynamodb.configuration.heartbeat_repository import DynamoDBHeartbeats
from tocsin.adapters.dynamodb.configuration.hold_items import KIND_OF
from tocsin.adapters.dynamodb.configuration.named_objects import NamedObjects
from tocsin.adapters.dynamodb.configuration.on_call_work import on_call_work
from tocsin.adapters.dynamodb.configuration.paging_repository import DynamoDBPaging
from tocsin.adapters.dynamodb.incidents.incident_repository import DynamoDBIncidents
from tocsin.adapters.dynamodb.notifications.digest_repository import DynamoDBDigests
from tocsin.adapters.dynamodb.notifications.line_repository import DynamoDBLines
from tocsin.adapters.dynamodb.notifications.notification_repository import DynamoDBNotifications
from tocsin.adapters.dynamodb.timeline.change_counter import DynamoDBChangeCounter
from tocsin.adapters.dynamodb.timeline.storm_repository import DynamoDBStorms
from tocsin.adapters.dynamodb.timeline.timeline_repository import DynamoDBTimeline
from tocsin.adapters.dynamodb.timers.due_repository import DynamoDBDue
from tocsin.adapters.dynamodb.timers.sweep_repository import DynamoDBSweeps
from tocsin.adapters.queues import SqsTimers
from tocsin.channels.by_type import is_bundled
from tocsin.domain.alert import Alert
from tocsin.domain.ids import AlertId
from tocsin.domain.next_action import with_timer
from tocsin.domain.reception import Source
from tocsin.domain.signal import Signal
from tocsin.domain.timeline import Change
from tocsin.domain.timers import AnyTimer
from tocsin.usecases.receive_signal import receive_signal
from tocsin_cli.simulated.deliveries import InMemoryDeliveries
from tocsin_cli.simulated.timers import InMemoryTimers
from tocsin_cli.simulated.write_ids import WriteIds

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

EVENTS = Path(__file__).parents[3] / "events"
TABLE = "tocsin"
RETENTION = timedelta(days=90)
NUMBERS = count()

type Event = dict[str, Any]
type Record = dict[str, Any]
type Logged = Callable[[], list[dict[str, Any]]]
type ReplacePort = Callable[..., None]


def example(name: str) -> Event:
    """An event as Lambda delivers it."""
    event: Event = json.loads((EVENTS / f"escalator_{name}.json").read_text())
    return event


def message(timer: AnyTimer) -> dict[str, Any]:
    """A timer as SQS delivers it."""
    sent: list[dict[str, Any]] = []

    def sqs(_operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        sent.extend(parameters["Entries"])
        return {"Successful": parameters["Entries"]}

    SqsTimers(sqs, "").send([timer], now=NINE)
    [record] = example("timer")["Records"]
    return {**record, "messageId": f"message-{next(NUMBERS)}", "body": sent[0]["MessageBody"]}


def away(_operation: str, _parameters: Mapping[str, Any]) -> dict[str, Any]:
    """DynamoDB during an outage."""
    raise AwsUnavailableError


@dataclass
class Escalator:
    """The deployed handlers, and the world around them."""

    app: ModuleType
    call: Call
    table: "Table"
    timers: InMemoryTimers
    deliveries: InMemoryDeliveries
    failures: InMemoryFailures
    now: datetime = NINE
    new_write_id: WriteIds = field(default_factory=WriteIds)
    _read: int = 0

    @property
    def slots(self) -> DynamoDBSlots:
        return DynamoDBSlots(self.call, TABLE, RETENTION)

    @property
    def paging(self) -> DynamoDBPaging:
        return DynamoDBPaging(self.call, TABLE)

    @property
    def alerts(self) -> DynamoDBAlerts:
        return DynamoDBAlerts(self.call, TABLE, RETENTION)

    def signal(self, signal: Signal, source: Source) -> AlertId:
        receipt = receive_signal(
            signal,
            source,
            at=self.now,
            slots=self.slots,
            paging=self.paging,
            new_write_id=self.new_write_id,
        )
        assert receipt.alert_id is not None
        return receipt.alert_id

    def change(self, alert_id: AlertId, of: Callable[[Alert], Alert]) -> None:
        before = self.alerts.get(alert_id)
        self.alerts.update(before, with_timer(of(before)), write_id=self.new_write_id())

    def wait(self, seconds: float) -> None:
        assert 0 < seconds < 1
        self.now += timedelta(seconds=seconds)

    def written(self) -> list[Record]:
        """Take what the stream has told since the last time."""
        records = stream_of(self.table)
        new, self._read = records[self._read :], len(records)
        return new

    def follow(self, records: Sequence[Mapping[str, Any]], **more: object) -> list[str]:
        """Deliver a batch of the stream; the sequence numbers that failed."""
        answer = self.app.on_table_change({"Records": list(records), **more}, None)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def timeline(self, alert_id: AlertId) -> tuple[Change, ...]:
        return self.alerts.timeline(alert_id, cursor=None, limit=1000).changes

    def happened(self, alert_id: AlertId) -> list[str]:
        return [change.type.value for change in self.timeline(alert_id)]

    def everything(self) -> dict[str, Any]:
        """All that the table holds, by key."""
        items = self.table.scan(ConsistentRead=True)["Items"]
        return {" ".join((str(item["pk"]), str(item["sk"]))): item for item in items}


def stream_of(table: "Table") -> list[Record]:
    """What the table's stream tells, as Lambda delivers it."""
    client = boto3.client("dynamodbstreams")
    arn = table.latest_stream_arn
    assert arn is not None
    shards = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    records: list[Record] = []
    for shard in shards:
        iterator = client.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records += client.get_records(ShardIterator=iterator)["Records"]
    return [_as_delivered(record) for record in records]


def _as_delivered(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Lambda delivers JSON: bytes in base64, times as numbers."""
    match value:
        case dict():
            return {name: _as_delivered(inner) for name, inner in value.items()}
        case list():
            return [_as_delivered(inner) for inner in value]
        case bytes():
            return base64.b64encode(value).decode()
        case datetime():
            return value.timestamp()
        case _:
            return value


@pytest.fixture(scope="session")
def app() -> ModuleType:
    """functions/escalator/app.py, imported as Lambda does it."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TABLE_NAME", TABLE)
        environment.setenv("TIMERS_QUEUE_URL", "https://sqs.example.com/timers")
        environment.setenv("DELIVERIES_QUEUE_URL", "https://sqs.example.com/deliveries")
        environment.setenv("POWERTOOLS_SERVICE_NAME", "escalator")
        return importlib.import_module("functions.escalator.app")


@pytest.fixture(scope="session")
def threads() -> Iterator[Executor]:
    """What timers are worked on in."""
    with ThreadPoolExecutor(5) as threads:
        yield threads


@pytest.fixture
def escalator(
    app: ModuleType,
    call: Call,
    table: "Table",
    threads: Executor,
    monkeypatch: pytest.MonkeyPatch,
) -> Escalator:
    timers, deliveries, failures = InMemoryTimers(), InMemoryDeliveries(), InMemoryFailures()
    escalator = Escalator(
        app=app,
        call=call,
        table=table,
        timers=timers,
        deliveries=deliveries,
        failures=failures,
    )
    ports = Ports(
        timeline=DynamoDBTimeline(call, TABLE, RETENTION),
        activity=lambda: DynamoDBActivity(call, TABLE),
        changes=DynamoDBChangeCounter(call, TABLE),
        slots=DynamoDBSlots(call, TABLE, RETENTION),
        due=DynamoDBDue(call, TABLE),
        timers=timers,
        paging=DynamoDBPaging(call, TABLE),
        notifications=DynamoDBNotifications(call, TABLE, RETENTION),
        deliveries=deliveries,
        heartbeats=lambda: DynamoDBHeartbeats(call, TABLE),
        silences=lambda kind: NamedObjects(call, TABLE, KIND_OF[kind]),
        awake=lambda: NamedObjects(call, TABLE, AWAKE),
        digests=lambda: DynamoDBDigests(call, TABLE, RETENTION),
        lines=lambda: DynamoDBLines(call, TABLE, lambda: escalator.now),
        is_bundled=is_bundled,
        alerts=lambda: DynamoDBAlerts(call, TABLE, RETENTION),
        sweeps=lambda: DynamoDBSweeps(call, TABLE),
        storms=lambda: DynamoDBStorms(call, TABLE),
        incidents=lambda: DynamoDBIncidents(call, TABLE, RETENTION),
        on_call=lambda: on_call_work(
            call,
            TABLE,
            directory=DynamoDBPaging(call, TABLE).directory,
            deliveries=lambda: deliveries,
            new_write_id=escalator.new_write_id,
        ),
        threads=lambda: threads,
        now=lambda: escalator.now,
        wait=escalator.wait,
        new_write_id=escalator.new_write_id,
        log=captured_log("escalator"),
        service="escalator",
        failures=failures,
    )
    monkeypatch.setattr(app, "ports", ports)
    return escalator


@pytest.fixture
def replace_port(app: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ReplacePort:
    """Let the handlers see another world: `replace_port(timers=...)`."""
    return lambda **ports: monkeypatch.setattr(app, "ports", replace(app.ports, **ports))


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Logged:
    """What was logged since the last time, each line JSON."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
