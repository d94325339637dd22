"""Sends messages: the Lambda handler and its wiring."""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from functions.notifier.channel_senders import ChannelSenders
from functions.notifier.deliveries import deliver_messages
from functions.notifier.links import ParameterLinks, StoredShortLinks
from functions.notifier.outbound import Outbound
from functions.notifier.parameters import Parameters
from functions.notifier.ports import LatePushDevices, Ports
from functions.notifier.recent_changes import RecentChanges
from functions.notifier.topic import SnsTopic
from tocsin.adapters.aws_clients import aws_client
from tocsin.adapters.aws_json import DYNAMODB, SQS, SSM, Service
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.configuration.paging_repository import DynamoDBPaging
from tocsin.adapters.dynamodb.notifications.channel_gate import DynamoDBGate
from tocsin.adapters.dynamodb.notifications.digest_repository import DynamoDBDigests
from tocsin.adapters.dynamodb.notifications.last_resort_repository import DynamoDBLastResort
from tocsin.adapters.dynamodb.notifications.line_repository import DynamoDBLines
from tocsin.adapters.dynamodb.notifications.notification_repository import DynamoDBNotifications
from tocsin.adapters.failures_queue import SqsFailures
from tocsin.adapters.queues import SqsDeliveries
from tocsin.adapters.ssm_secrets import SsmSecrets
from tocsin.adapters.thread_calls import ThreadCalls
from tocsin.channels.ports import Wiring
from tocsin.domain.ids import WriteId
from tocsin.lambda_runtime.observability import make_log
from tocsin.lambda_runtime.settings import Settings
from tocsin.usecases.delivery_work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tocsin.adapters.aws_json import Call
    from tocsin.channels.ports import AskAws, PushDevices
    from tocsin.domain.team_storm import TeamStorm
    from tocsin.usecases.ports import ShortLinkRepository

THREADS: Final = 10
"""A full batch: each waits for one provider at most."""

settings = Settings.from_environment()
log = make_log(settings.service, settings.log_level)


def _now() -> datetime:
    return datetime.now(UTC)


def _new_write_id() -> WriteId:
    return WriteId(secrets.token_hex(8))


def _calls(service: Service) -> "Call":
    return ThreadCalls(lambda: aws_client(service, settings.aws))


@cache
def _sdk() -> "AskAws":
    from functions.notifier.aws_sdk import AwsSdk

    return AwsSdk(settings.aws["AWS_REGION"])


def _ask_aws(service: str, operation: str, **arguments: Any) -> "Mapping[str, Any]":  # noqa: ANN401 - of any operation
    return _sdk()(service, operation, **arguments)


def _is_bundled(type_: str) -> bool:
    from tocsin.channels.by_type import is_bundled

    return is_bundled(type_)


def _render(template: str, **values: object) -> str:
    from tocsin.html import render

    return render(template, **values)


def _short_links(call: "Call") -> "ShortLinkRepository":
    from tocsin.adapters.dynamodb.requests.link_repository import DynamoDBShortLinks

    return DynamoDBShortLinks(call, settings.table_name)


def _push_devices(call: "Call") -> "PushDevices":
    from tocsin.adapters.dynamodb.configuration.push_devices import DynamoDBPushDevices

    return DynamoDBPushDevices(call, settings.table_name)


def _newest_storm(call: "Call") -> "TeamStorm | None":
    from functions.notifier.newest_storm import NewestStorm
    from tocsin.adapters.dynamodb.timeline.storm_repository import DynamoDBStorms

    return NewestStorm(DynamoDBStorms(call, settings.table_name), log).newest()


def _wire() -> Ports:
    call, sqs = _calls(DYNAMODB), _calls(SQS)
    parameters = Parameters(SsmSecrets(_calls(SSM)), _now, settings.secrets_prefix)
    ledger = DynamoDBNotifications(call, settings.table_name, settings.retention)
    wiring = Wiring(
        outbound=Outbound(allow_private=settings.allows_private_webhooks),
        secrets=parameters,
        ledger=ledger,
        email_from=settings.email_from,
        public_url=settings.public_url,
        team=settings.team,
        render=_render,
        ask_aws=_ask_aws,
        short_links=StoredShortLinks(
            parameters=parameters,
            parameter_name=settings.link_key_parameter,
            public_url=settings.public_url,
            links=lambda: _short_links(call),
            now=_now,
            random_bytes=secrets.token_bytes,
            new_write_id=_new_write_id,
            log=log,
        ),
        push_devices=LatePushDevices(lambda: _push_devices(call)),
        push_key_parameter=settings.push_key_parameter,
        slack_api_url=settings.slack_api_url,
        now=_now,
        log=log,
    )
    alerts = DynamoDBAlerts(call, settings.table_name, settings.retention)
    work = Work(
        ledger=ledger,
        alerts=alerts,
        paging=DynamoDBPaging(call, settings.table_name),
        lines=DynamoDBLines(call, settings.table_name, _now),
        digests=DynamoDBDigests(call, settings.table_name, settings.retention),
        is_bundled=_is_bundled,
        gate=DynamoDBGate(call, settings.table_name),
        queue=SqsDeliveries(sqs, settings.deliveries_queue_url),
        sender=ChannelSenders(wiring),
        links=ParameterLinks(parameters, settings.link_key_parameter, settings.public_url, log),
        last_resort=DynamoDBLastResort(call, settings.table_name),
        topic=SnsTopic(_ask_aws, settings.last_resort_topic)
        if settings.last_resort_topic
        else None,
        newest_changes=RecentChanges(alerts, log).newest,
        newest_storm=lambda: _newest_storm(call),
        now=_now,
        new_write_id=_new_write_id,
        pause=lambda pause: time.sleep(pause.total_seconds()),
        zone=settings.time_zone,
        is_shadow=settings.is_shadow,
    )
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="delivery")
    return Ports(
        work=work,
        threads=threads,
        log=log,
        service=settings.service,
        failures=SqsFailures(sqs, settings.failures_queue_url),
    )


ports = _wire()


def on_delivery(event: dict[str, Any], context: object) -> dict[str, list[dict[str, str]]]:
    """Send each message of a batch (deliveries queue)."""
    failed = deliver_messages(event["Records"], ports)
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}
