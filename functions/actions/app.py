"""Acting from a notification: the Lambda handler and its wiring."""

import secrets
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from functions.actions.answers import respond
from functions.actions.people import DynamoDBPeople
from functions.actions.ports import DigestWork, Ports
from functions.actions.slack_directory import DynamoDBSlackDirectory
from tocsin.adapters.aws_clients import aws_client
from tocsin.adapters.aws_json import DYNAMODB, SSM
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.configuration.verified_addresses import DynamoDBVerifiedAddresses
from tocsin.adapters.dynamodb.requests.answer_repository import DynamoDBAnswers
from tocsin.adapters.dynamodb.requests.link_repository import DynamoDBShortLinks
from tocsin.adapters.ssm_secrets import SsmSecrets
from tocsin.domain.activity import Author
from tocsin.domain.ids import AUTO, Actor, Via, WriteId
from tocsin.lambda_runtime.observability import make_log
from tocsin.lambda_runtime.settings import Settings
from tocsin.lambda_runtime.time_left import Context, TimeLeft, seconds_left

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tocsin.adapters.dynamodb.activity.scribe import Scribe
    from tocsin.domain.awake import Awake
    from tocsin.domain.configuration import Configured
    from tocsin.domain.on_call.schedule import ScheduleOverride
    from tocsin.domain.on_call.swap import Swap
    from tocsin.domain.people import User
    from tocsin.usecases.change_on_call import OnCallWork
    from tocsin.usecases.ports import ConfigurationRepository

THREADS: Final = 16
"""Alerts of a digest that are acknowledged at the same time: each waits for DynamoDB most of the
time."""

settings = Settings.from_environment()
_dynamodb = aws_client(DYNAMODB, settings.aws)
_ssm = aws_client(SSM, settings.aws)
_time_left = TimeLeft()
_log = make_log(settings.service, settings.log_level)


def _tell_in_slack(response_url: str, said: str) -> None:
    from http.client import HTTPException

    from functions.actions.slack_reply import tell_in_slack

    try:
        tell_in_slack(response_url, said)
    except (OSError, HTTPException) as error:
        _log.warning("Slack did not take an answer", kind=type(error).__name__)


def _new_write_id() -> WriteId:
    return WriteId(secrets.token_hex(9))


@cache
def _digests() -> DigestWork:
    from concurrent.futures import ThreadPoolExecutor

    from tocsin.adapters.dynamodb.notifications.digest_repository import DynamoDBDigests
    from tocsin.adapters.thread_calls import ThreadCalls

    call = ThreadCalls(lambda: aws_client(DYNAMODB, settings.aws), seconds_left=_time_left)
    return DigestWork(
        digests=DynamoDBDigests(_dynamodb.call, settings.table_name, settings.retention),
        alerts=DynamoDBAlerts(call, settings.table_name, settings.retention),
        threads=ThreadPoolExecutor(THREADS, thread_name_prefix="alert"),
        seconds_left=_time_left,
    )


@cache
def _awake() -> "ConfigurationRepository[Awake]":
    from tocsin.adapters.dynamodb.configuration.awake_items import AWAKE
    from tocsin.adapters.dynamodb.configuration.named_objects import NamedObjects

    return NamedObjects(_dynamodb.call, settings.table_name, AWAKE)


@cache
def _on_call() -> "OnCallWork":
    from tocsin.adapters.aws_json import SQS
    from tocsin.adapters.dynamodb.configuration.on_call_work import on_call_work
    from tocsin.adapters.dynamodb.configuration.paging_repository import DynamoDBPaging
    from tocsin.adapters.queues import SqsDeliveries

    call, table = _dynamodb.call, settings.table_name
    queue = SqsDeliveries(aws_client(SQS, settings.aws).call, settings.deliveries_queue_url)
    return on_call_work(
        call,
        table,
        directory=lambda at: DynamoDBPaging(call, table).directory(at),
        deliveries=lambda: queue,
        new_write_id=_new_write_id,
        scribe=_scribe(lambda stored: Author(_answerer_of(stored), datetime.now(UTC))),
    )


def _answerer_of(stored: "Swap | ScheduleOverride") -> Actor:
    """Who presses a button of a swap: it says so itself, as do the overrides that it makes."""
    by = stored.override.made_by if hasattr(stored, "override") else stored.answered_by
    return Actor(by or AUTO)


def _scribe(author: "Callable[[Any], Author]") -> "Scribe":
    from tocsin.adapters.dynamodb.activity.scribe import Scribe

    return Scribe(table_name=settings.table_name, author=author, facts=_facts)


def _facts(kind: str, stored: object, at: datetime) -> "Mapping[str, Any]":
    from tocsin.bodies.facts import facts_of

    return facts_of(kind, stored, at)


def _confirmed_by(stored: "Configured[User]") -> Author:
    return Author(Actor(f"{Via.LINK}:{stored.name}"), datetime.now(UTC))


ports = Ports(
    people=DynamoDBPeople(_dynamodb.call, settings.table_name),
    alerts=DynamoDBAlerts(_dynamodb.call, settings.table_name, settings.retention),
    digests=_digests,
    awake=_awake,
    on_call=_on_call,
    answers=DynamoDBAnswers(_dynamodb.call, settings.table_name),
    secrets=SsmSecrets(_ssm.call),
    short_links=DynamoDBShortLinks(_dynamodb.call, settings.table_name),
    slack=DynamoDBSlackDirectory(_dynamodb.call, settings.table_name, settings.secrets_prefix),
    verified_addresses=DynamoDBVerifiedAddresses(
        _dynamodb.call, settings.table_name, _scribe(_confirmed_by)
    ),
    tell_in_slack=_tell_in_slack,
    link_key_parameter=settings.link_key_parameter,
    public_url=settings.public_url,
    zone=settings.time_zone,
    now=lambda: datetime.now(UTC),
    new_write_id=_new_write_id,
    log=_log,
)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    _time_left.begin(context)
    _dynamodb.allow(seconds_left(context))
    _ssm.allow(seconds_left(context))
    return respond(event, ports)
