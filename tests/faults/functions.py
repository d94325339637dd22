"""The functions as their app.py wires them, each with its real code, in one process."""

import sys
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any

from functions.escalator.ports import Ports as EscalatorPorts
from functions.ingest.integrations import Integrations
from functions.ingest.ports import LongLists
from functions.ingest.ports import Ports as IngestPorts
from functions.notifier.channel_senders import ChannelSenders
from functions.notifier.links import ParameterLinks, StoredShortLinks
from functions.notifier.newest_storm import NewestStorm
from functions.notifier.outbound import Outbound
from functions.notifier.parameters import Parameters
from functions.notifier.ports import Ports as NotifierPorts
from functions.notifier.recent_changes import RecentChanges
from tocsin.adapters.aws_json import DYNAMODB, SQS, SSM, Call, Service
from tocsin.adapters.dynamodb.activity.activity_repository import DynamoDBActivity
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.adapters.dynamodb.configuration.awake_items import AWAKE
from tocsin.adapters.dynamodb.configuration.heartbeat_repository import DynamoDBHeartbeats
from tocsin.adapters.dynamodb.configuration.hold_items import KIND_OF
from tocsin.adapters.dynamodb.configuration.integration_repository import DynamoDBIntegrations
from tocsin.adapters.dynamodb.configuration.named_objects import NamedObjects
from tocsin.adapters.dynamodb.configuration.on_call_work import on_call_work
from tocsin.adapters.dynamodb.configuration.paging_repository import DynamoDBPaging
from tocsin.adapters.dynamodb.configuration.push_devices import DynamoDBPushDevices
from tocsin.adapters.dynamodb.incidents.incident_repository import DynamoDBIncidents
from tocsin.adapters.dynamodb.notifications.channel_gate import DynamoDBGate
from tocsin.adapters.dynamodb.notifications.digest_repository import DynamoDBDigests
from tocsin.adapters.dynamodb.notifications.last_resort_repository import DynamoDBLastResort
from tocsin.adapters.dynamodb.notifications.line_repository import DynamoDBLines
from tocsin.adapters.dynamodb.notifications.notification_repository import DynamoDBNotifications
from tocsin.adapters.dynamodb.requests.link_repository import DynamoDBShortLinks
from tocsin.adapters.dynamodb.requests.progress_repository import DynamoDBProgress
from tocsin.adapters.dynamodb.timeline.change_counter import DynamoDBChangeCounter
from tocsin.adapters.dynamodb.timeline.storm_repository import DynamoDBStorms
from tocsin.adapters.dynamodb.timeline.timeline_repository import DynamoDBTimeline
from tocsin.adapters.dynamodb.timers.due_repository import DynamoDBDue
from tocsin.adapters.dynamodb.timers.sweep_repository import DynamoDBSweeps
from tocsin.adapters.failures_queue import SqsFailures
from tocsin.adapters.queues import SqsDeliveries, SqsTimers
from tocsin.adapters.ssm_secrets import SsmSecrets
from tocsin.channels.by_type import is_bundled
from tocsin.channels.ports import Wiring
from tocsin.domain.alert import Alert
from tocsin.domain.digest_message import DigestMessage
from tocsin.domain.errors import TocsinError
from tocsin.domain.message import Message
from tocsin.domain.notification import Notification
from tocsin.domain.on_call.notice import Notice
from tocsin.domain.people import Channel
from tocsin.html import render
from tocsin.lambda_runtime.log_lines import Log
from tocsin.lambda_runtime.observability import Measure
from tocsin.usecases.delivery_work import Work
from tocsin.usecases.ports import MessageSender, NewWriteId, Topic
from tocsin.usecases.refusals import DeliveryFailedError

TABLE = "tocsin"
RETENTION = timedelta(days=90)
TIMERS = "https://sqs.invalid/timers"
DELIVERIES = "https://sqs.invalid/deliveries"
TIMERS_DEAD = "https://sqs.invalid/timers-dead"
DELIVERIES_DEAD = "https://sqs.invalid/deliveries-dead"
TABLE_CHANGE_FAILURES = "https://sqs.invalid/table-change-failures"
LINK_KEY = "/tocsin/tocsin/link-key"
PUBLIC_URL = "https://tocsin.example.com"


class Quiet:
    """Keeps what is a fault of ours, and nothing else."""

    def __init__(self) -> None:
        self.unexpected: list[str] = []

    def info(self, message: str, **facts: object) -> None:
        """Not kept."""

    def warning(self, message: str, **facts: object) -> None:
        """Not kept."""

    def exception(self, message: str, **facts: object) -> None:
        """Kept, unless it is a refusal that another attempt mends."""
        error = sys.exc_info()[1]
        if not isinstance(error, TocsinError | DeliveryFailedError):
            self.unexpected.append(f"{message}: {error!r} {facts}")


class QuietLog(Log):
    """Likewise, for intake."""

    def __init__(self, quiet: Quiet) -> None:
        super().__init__("ingest", "CRITICAL")
        self._quiet = quiet

    def exception(self, message: str, **facts: object) -> None:
        """Kept."""
        self._quiet.exception(message, **facts)


class _Ingest(IngestPorts):
    def count(self, counts: object) -> None:
        """Metrics are not looked at."""


class _Escalator(EscalatorPorts):
    def measure(self, *measures: Measure) -> None:
        """Metrics are not looked at."""


class _Notifier(NotifierPorts):
    def measure(self, *measures: Measure) -> None:
        """Metrics are not looked at."""


@dataclass(frozen=True)
class _Texts:
    """Brings SMS, each with a short link."""

    personal: MessageSender
    short_links: StoredShortLinks

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        if message.links is not None:
            self.short_links.short_link(notification.delivery)
        return self.personal.send(notification, alert, message, channel)

    def send_digest(
        self, notification: Notification, message: DigestMessage, channel: Channel
    ) -> str | None:
        if message.links is not None:
            self.short_links.short_link(notification.delivery)
        return self.personal.send_digest(notification, message, channel)

    def send_notice(
        self, notification: Notification, notice: Notice, link: str | None, channel: Channel
    ) -> str | None:
        return self.personal.send_notice(notification, notice, link, channel)


@dataclass
class Process:
    """One process of one function, with all that it remembers between its runs."""

    calls: Callable[[Service], Call]
    now: Callable[[], datetime]
    wait: Callable[[float], None]
    threads: Executor
    new_write_id: NewWriteId
    outbound: Outbound
    personal: MessageSender
    """Brings e-mail and SMS."""
    topic: Topic
    log: Quiet
    seconds_left: Callable[[], float]
    failures_url: str

    @property
    def alerts(self) -> DynamoDBAlerts:
        """As functions/alerts_api/app.py."""
        return DynamoDBAlerts(self.calls(DYNAMODB), TABLE, RETENTION)

    @cached_property
    def ingest(self) -> IngestPorts:
        """As functions/ingest/app.py."""
        call = self.calls(DYNAMODB)
        heartbeats = DynamoDBHeartbeats(call, TABLE)
        return _Ingest(
            slots=DynamoDBSlots(call, TABLE, RETENTION),
            integrations=Integrations(DynamoDBIntegrations(call, TABLE)),
            paging=DynamoDBPaging(call, TABLE),
            callers=_unused,
            answers=_unused,
            alerts=lambda: DynamoDBAlerts(call, TABLE, RETENTION),
            sns=_unused,
            heartbeats=lambda: heartbeats,
            silences=_unused,
            now=self.now,
            new_write_id=self.new_write_id,
            log=QuietLog(self.log),
            service="ingest",
            long_lists=lambda: self._long_lists(call),
        )

    def _long_lists(self, call: Call) -> LongLists:
        return LongLists(
            threads=self.threads,
            slots=DynamoDBSlots(call, TABLE, RETENTION),
            paging=DynamoDBPaging(call, TABLE),
            progress=DynamoDBProgress(call, TABLE),
            seconds_left=self.seconds_left,
        )

    @cached_property
    def escalator(self) -> EscalatorPorts:
        """As functions/escalator/app.py."""
        call, queue = self.calls(DYNAMODB), self.calls(SQS)
        heartbeats = DynamoDBHeartbeats(call, TABLE)
        lines = DynamoDBLines(call, TABLE, self.now)
        return _Escalator(
            timeline=DynamoDBTimeline(call, TABLE, RETENTION),
            activity=lambda: DynamoDBActivity(call, TABLE),
            changes=DynamoDBChangeCounter(call, TABLE),
            slots=DynamoDBSlots(call, TABLE, RETENTION),
            due=DynamoDBDue(call, TABLE),
            timers=SqsTimers(queue, TIMERS),
            paging=DynamoDBPaging(call, TABLE),
            notifications=DynamoDBNotifications(call, TABLE, RETENTION),
            deliveries=SqsDeliveries(queue, DELIVERIES),
            heartbeats=lambda: heartbeats,
            silences=lambda kind: NamedObjects(call, TABLE, KIND_OF[kind]),
            awake=lambda: NamedObjects(call, TABLE, AWAKE),
            digests=lambda: DynamoDBDigests(call, TABLE, RETENTION),
            lines=lambda: lines,
            is_bundled=is_bundled,
            alerts=lambda: DynamoDBAlerts(call, TABLE, RETENTION),
            sweeps=lambda: DynamoDBSweeps(call, TABLE),
            storms=lambda: DynamoDBStorms(call, TABLE),
            incidents=lambda: DynamoDBIncidents(call, TABLE, RETENTION),
            on_call=lambda: on_call_work(
                call,
                TABLE,
                directory=DynamoDBPaging(call, TABLE).directory,
                deliveries=lambda: SqsDeliveries(queue, DELIVERIES),
                new_write_id=self.new_write_id,
            ),
            threads=lambda: self.threads,
            now=self.now,
            wait=self.wait,
            new_write_id=self.new_write_id,
            log=self.log,
            service="escalator",
            failures=SqsFailures(queue, self.failures_url),
        )

    @cached_property
    def notifier(self) -> NotifierPorts:
        """As functions/notifier/app.py."""
        call = self.calls(DYNAMODB)
        parameters = Parameters(SsmSecrets(self.calls(SSM)), self.now)
        ledger = DynamoDBNotifications(call, TABLE, RETENTION)
        short_links = StoredShortLinks(
            parameters=parameters,
            parameter_name=LINK_KEY,
            public_url=PUBLIC_URL,
            links=lambda: DynamoDBShortLinks(call, TABLE),
            now=self.now,
            random_bytes=lambda size: sha256(self.new_write_id().encode()).digest()[:size],
            new_write_id=self.new_write_id,
            log=self.log,
        )
        wiring = Wiring(
            outbound=self.outbound,
            secrets=parameters,
            ledger=ledger,
            email_from="",
            public_url=PUBLIC_URL,
            team="payments",
            render=render,
            ask_aws=_unused,
            short_links=short_links,
            push_devices=DynamoDBPushDevices(call, TABLE),
            slack_api_url="",
            now=self.now,
            log=self.log,
        )
        texts = _Texts(self.personal, short_links)
        senders = ChannelSenders(wiring, {"email": self.personal, "sms": texts})
        alerts = DynamoDBAlerts(call, TABLE, RETENTION)
        work = Work(
            ledger=ledger,
            alerts=alerts,
            paging=DynamoDBPaging(call, TABLE),
            lines=DynamoDBLines(call, TABLE, self.now),
            digests=DynamoDBDigests(call, TABLE, RETENTION),
            is_bundled=is_bundled,
            gate=DynamoDBGate(call, TABLE),
            queue=SqsDeliveries(self.calls(SQS), DELIVERIES),
            sender=senders,
            links=ParameterLinks(parameters, LINK_KEY, PUBLIC_URL, self.log),
            last_resort=DynamoDBLastResort(call, TABLE),
            topic=self.topic,
            newest_changes=RecentChanges(alerts, self.log).newest,
            newest_storm=NewestStorm(DynamoDBStorms(call, TABLE), self.log).newest,
            now=self.now,
            new_write_id=self.new_write_id,
            pause=lambda _: None,
        )
        return _Notifier(
            work=work,
            threads=self.threads,
            log=self.log,
            service="notifier",
            failures=SqsFailures(self.calls(SQS), self.failures_url),
        )


def _unused(*_: object, **__: object) -> Any:  # noqa: ANN401 - never made
    raise AssertionError("no story comes with an API key, or from SNS")
