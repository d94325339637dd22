"""Intake: the Lambda handler and its wiring."""

import os
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from functions.ingest.answers import respond
from functions.ingest.integrations import Integrations
from functions.ingest.ports import LongLists, Ports
from tocsin.adapters.aws_clients import aws_client
from tocsin.adapters.aws_json import DYNAMODB
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.adapters.dynamodb.configuration.integration_repository import DynamoDBIntegrations
from tocsin.adapters.dynamodb.configuration.paging_repository import DynamoDBPaging
from tocsin.domain.ids import WriteId
from tocsin.lambda_runtime.log_lines import Log
from tocsin.lambda_runtime.settings import Settings
from tocsin.lambda_runtime.time_left import Context, TimeLeft

if TYPE_CHECKING:
    from functions.ingest.sns.endpoint import SnsEndpoint
    from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
    from tocsin.adapters.dynamodb.configuration.heartbeat_repository import DynamoDBHeartbeats
    from tocsin.adapters.dynamodb.requests.answer_repository import DynamoDBAnswers
    from tocsin.domain.silence import Silence
    from tocsin.lambda_runtime.callers import Callers
    from tocsin.lambda_runtime.sessions import Sessions
    from tocsin.usecases.ports import ConfigurationRepository, KeyRepository

THREADS: Final = 16
"""Entries of a long list that are taken in at the same time: each waits for DynamoDB most of the
time, and each thread's first call costs a handshake."""

settings = Settings.from_environment()
_dynamodb = aws_client(DYNAMODB, settings.aws)
_time_left = TimeLeft()


@cache
def _callers() -> "Callers":
    from tocsin.adapters.dynamodb.configuration.key_repository import DynamoDBKeys
    from tocsin.lambda_runtime.callers import Callers

    keys = DynamoDBKeys(_dynamodb.call, settings.table_name)
    return Callers(keys, lambda: _sessions(keys), public_url=settings.public_url)


def _sessions(keys: "KeyRepository") -> "Sessions":
    """Intake only reads them: the API, which pages ask all the time, writes that they are used."""
    from tocsin.adapters.dynamodb.configuration.configuration_repository import (
        DynamoDBConfiguration,
    )
    from tocsin.adapters.dynamodb.configuration.directory_items import USERS
    from tocsin.adapters.dynamodb.configuration.session_repository import DynamoDBSessions
    from tocsin.lambda_runtime.sessions import Sessions

    call, table = _dynamodb.call, settings.table_name
    return Sessions(
        sessions=DynamoDBSessions(call, table),
        users=DynamoDBConfiguration(call, table, USERS),
        keys=keys,
        marks_use=False,
    )


@cache
def _answers() -> "DynamoDBAnswers":
    from tocsin.adapters.dynamodb.requests.answer_repository import DynamoDBAnswers

    return DynamoDBAnswers(_dynamodb.call, settings.table_name)


@cache
def _alerts() -> "DynamoDBAlerts":
    from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts

    return DynamoDBAlerts(_dynamodb.call, settings.table_name, settings.retention)


@cache
def _sns() -> "SnsEndpoint":
    from functions.ingest.sns.endpoint import SnsEndpoint

    return SnsEndpoint()


@cache
def _heartbeats() -> "DynamoDBHeartbeats":
    from tocsin.adapters.dynamodb.configuration.heartbeat_repository import DynamoDBHeartbeats

    return DynamoDBHeartbeats(_dynamodb.call, settings.table_name)


@cache
def _silences() -> "ConfigurationRepository[Silence]":
    from tocsin.adapters.dynamodb.activity.scribe import Scribe
    from tocsin.adapters.dynamodb.configuration.hold_items import SILENCES
    from tocsin.adapters.dynamodb.configuration.named_objects import NamedObjects
    from tocsin.bodies.facts import facts_of
    from tocsin.domain.activity import Author

    scribe = Scribe(
        table_name=settings.table_name,
        author=lambda silence: Author(silence.author, datetime.now(UTC)),
        facts=facts_of,
    )
    return NamedObjects(_dynamodb.call, settings.table_name, SILENCES, scribe)


@cache
def _long_lists() -> LongLists:
    from concurrent.futures import ThreadPoolExecutor

    from functions.ingest.long_lists import NOTE_SECONDS
    from tocsin.adapters.dynamodb.requests.progress_repository import DynamoDBProgress
    from tocsin.adapters.thread_calls import ThreadCalls

    call = ThreadCalls(
        lambda: aws_client(DYNAMODB, settings.aws),
        seconds_left=lambda: max(0.0, _time_left() - NOTE_SECONDS),
    )
    return LongLists(
        threads=ThreadPoolExecutor(THREADS, thread_name_prefix="entry"),
        slots=DynamoDBSlots(call, settings.table_name, settings.retention),
        paging=DynamoDBPaging(call, settings.table_name, time_zone=settings.time_zone),
        progress=DynamoDBProgress(_dynamodb.call, settings.table_name),
        seconds_left=_time_left,
    )


ports = Ports(
    slots=DynamoDBSlots(_dynamodb.call, settings.table_name, settings.retention),
    integrations=Integrations(DynamoDBIntegrations(_dynamodb.call, settings.table_name)),
    paging=DynamoDBPaging(_dynamodb.call, settings.table_name, time_zone=settings.time_zone),
    callers=_callers,
    answers=_answers,
    alerts=_alerts,
    sns=_sns,
    heartbeats=_heartbeats,
    silences=_silences,
    now=lambda: datetime.now(UTC),
    new_write_id=lambda: WriteId(os.urandom(8).hex()),
    log=Log(settings.service, settings.log_level),
    service=settings.service,
    long_lists=_long_lists,
)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Take in what a monitoring tool sends; results in the answer have been written before."""
    _begin(context)
    return respond(event, ports)


def compat_handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    from functions.ingest.compat.answers import respond_as_product

    _begin(context)
    return respond_as_product(event, ports)


def _begin(context: Context) -> None:
    _time_left.begin(context)
    _dynamodb.allow(_time_left())
