"""Everything that happens by itself: the Lambda handlers and their wiring."""

import secrets
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from functions.escalator.due_timers import run_messages, run_tick
from functions.escalator.ports import Ports
from functions.escalator.table_changes import follow_records
from tocsin.adapters.aws_clients import aws_client
from tocsin.adapters.aws_json import DYNAMODB, SQS, Service
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.adapters.dynamodb.configuration.paging_repository import DynamoDBPaging
from tocsin.adapters.dynamodb.notifications.notification_repository import DynamoDBNotifications
from tocsin.adapters.dynamodb.timeline.change_counter import DynamoDBChangeCounter
from tocsin.adapters.dynamodb.timeline.timeline_repository import DynamoDBTimeline
from tocsin.adapters.dynamodb.timers.due_repository import DynamoDBDue
from tocsin.adapters.failures_queue import SqsFailures
from tocsin.adapters.queues import SqsDeliveries, SqsTimers
from tocsin.adapters.thread_calls import ThreadCalls
from tocsin.domain.ids import WriteId
from tocsin.lambda_runtime.observability import make_log
from tocsin.lambda_runtime.settings import Settings
from tocsin.lambda_runtime.time_left import Context, seconds_left

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from tocsin.adapters.aws_json import Call
    from tocsin.adapters.dynamodb.activity.activity_repository import DynamoDBActivity
    from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
    from tocsin.adapters.dynamodb.configuration.heartbeat_repository import DynamoDBHeartbeats
    from tocsin.adapters.dynamodb.incidents.incident_repository import DynamoDBIncidents
    from tocsin.adapters.dynamodb.notifications.digest_repository import DynamoDBDigests
    from tocsin.adapters.dynamodb.notifications.line_repository import DynamoDBLines
    from tocsin.adapters.dynamodb.timeline.storm_repository import DynamoDBStorms
    from tocsin.adapters.dynamodb.timers.sweep_repository import DynamoDBSweeps
    from tocsin.domain.awake import Awake
    from tocsin.domain.hold import HoldKind
    from tocsin.domain.silence import Silence
    from tocsin.usecases.change_on_call import OnCallWork
    from tocsin.usecases.ports import ConfigurationRepository

type PartialFailures = dict[str, list[dict[str, str]]]

THREADS: Final = 5
"""Timers worked on at the same time: half of a full batch. They mostly wait for DynamoDB, and each
thread's first call costs a TLS handshake."""

PAGE_SECONDS: Final = 10.0
"""A page of the sweep takes less, unless all alerts on it have to be repaired."""

settings = Settings.from_environment()


def _calls(service: Service) -> "Call":
    """Load TLS at the start, before any work waits for it."""
    first = aws_client(service, settings.aws)
    return ThreadCalls(lambda: aws_client(service, settings.aws), here=first)


_call = _calls(DYNAMODB)
_sqs_call = _calls(SQS)


def _now() -> datetime:
    return datetime.now(UTC)


@cache
def _heartbeats() -> "DynamoDBHeartbeats":
    from tocsin.adapters.dynamodb.configuration.heartbeat_repository import DynamoDBHeartbeats

    return DynamoDBHeartbeats(_call, settings.table_name)


@cache
def _alerts() -> "DynamoDBAlerts":
    from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts

    return DynamoDBAlerts(_call, settings.table_name, settings.retention)


@cache
def _silences(kind: "HoldKind") -> "ConfigurationRepository[Silence]":
    from tocsin.adapters.dynamodb.configuration.hold_items import KIND_OF
    from tocsin.adapters.dynamodb.configuration.named_objects import NamedObjects

    return NamedObjects(_call, settings.table_name, KIND_OF[kind])


@cache
def _awake() -> "ConfigurationRepository[Awake]":
    from tocsin.adapters.dynamodb.configuration.awake_items import AWAKE
    from tocsin.adapters.dynamodb.configuration.named_objects import NamedObjects

    return NamedObjects(_call, settings.table_name, AWAKE)


def _is_bundled(type_: str) -> bool:
    from tocsin.channels.by_type import is_bundled

    return is_bundled(type_)


@cache
def _lines() -> "DynamoDBLines":
    from tocsin.adapters.dynamodb.notifications.line_repository import DynamoDBLines

    return DynamoDBLines(_call, settings.table_name, _now)


@cache
def _digests() -> "DynamoDBDigests":
    from tocsin.adapters.dynamodb.notifications.digest_repository import DynamoDBDigests

    return DynamoDBDigests(_call, settings.table_name, settings.retention)


@cache
def _sweeps() -> "DynamoDBSweeps":
    from tocsin.adapters.dynamodb.timers.sweep_repository import DynamoDBSweeps

    return DynamoDBSweeps(_call, settings.table_name)


@cache
def _storms() -> "DynamoDBStorms":
    from tocsin.adapters.dynamodb.timeline.storm_repository import DynamoDBStorms

    return DynamoDBStorms(_call, settings.table_name)


@cache
def _activity() -> "DynamoDBActivity":
    from tocsin.adapters.dynamodb.activity.activity_repository import DynamoDBActivity

    return DynamoDBActivity(_call, settings.table_name)


@cache
def _incidents() -> "DynamoDBIncidents":
    from tocsin.adapters.dynamodb.incidents.incident_repository import DynamoDBIncidents

    return DynamoDBIncidents(_call, settings.table_name, settings.retention)


@cache
def _on_call() -> "OnCallWork":
    from tocsin.adapters.dynamodb.configuration.on_call_work import on_call_work

    return on_call_work(
        _call,
        settings.table_name,
        directory=lambda _: ports.paging.directory(_now()),
        deliveries=lambda: ports.deliveries,
        new_write_id=ports.new_write_id,
    )


@cache
def _threads() -> "Executor":
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(THREADS, thread_name_prefix="timer")


ports = Ports(
    timeline=DynamoDBTimeline(_call, settings.table_name, settings.retention),
    activity=_activity,
    changes=DynamoDBChangeCounter(_call, settings.table_name),
    slots=DynamoDBSlots(_call, settings.table_name, settings.retention),
    due=DynamoDBDue(_call, settings.table_name),
    timers=SqsTimers(_sqs_call, settings.timers_queue_url),
    paging=DynamoDBPaging(_call, settings.table_name, time_zone=settings.time_zone),
    notifications=DynamoDBNotifications(_call, settings.table_name, settings.retention),
    deliveries=SqsDeliveries(_sqs_call, settings.deliveries_queue_url),
    heartbeats=_heartbeats,
    alerts=_alerts,
    silences=_silences,
    awake=_awake,
    digests=_digests,
    lines=_lines,
    is_bundled=_is_bundled,
    sweeps=_sweeps,
    storms=_storms,
    incidents=_incidents,
    on_call=_on_call,
    threads=_threads,
    now=_now,
    wait=time.sleep,
    new_write_id=lambda: WriteId(secrets.token_hex(8)),
    log=make_log(settings.service, settings.log_level),
    service=settings.service,
    failures=SqsFailures(_sqs_call, settings.failures_queue_url),
)


def on_table_change(event: dict[str, Any], context: object) -> PartialFailures:
    """Do what follows from each change of an alert (DynamoDB stream).

    Failing records are set aside, but reported where `make redrive` sets `redrive`.
    """
    told = replace(ports, failures=None) if event.get("redrive") else ports
    return _partial(follow_records(event["Records"], told))


def on_tick(event: dict[str, Any], context: Context) -> dict[str, int]:
    """Find what is due before the next tick, overdue, or forgotten (schedule, every minute)."""
    return run_tick(ports, lambda: seconds_left(context) < PAGE_SECONDS)


def on_timer(event: dict[str, Any], context: object) -> PartialFailures:
    """Do what is due now (timers queue)."""
    return _partial(run_messages(event["Records"], ports))


def _partial(failed: list[str]) -> PartialFailures:
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}
