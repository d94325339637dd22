"""What people and their tools ask for: the Lambda handler and its wiring."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from functions.alerts_api.ports import Ports
from functions.alerts_api.routes import build_api
from tocsin.adapters.aws_clients import aws_client
from tocsin.adapters.aws_json import DYNAMODB, SQS, SSM
from tocsin.adapters.dynamodb.activity.scribe import Scribe
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.configuration.key_repository import DynamoDBKeys
from tocsin.adapters.dynamodb.requests.answer_repository import DynamoDBAnswers
from tocsin.adapters.dynamodb.timeline.change_counter import DynamoDBChangeCounter
from tocsin.lambda_runtime.current_author import CurrentAuthor
from tocsin.lambda_runtime.observability import make_log
from tocsin.lambda_runtime.settings import Settings
from tocsin.lambda_runtime.time_left import Context, seconds_left

if TYPE_CHECKING:
    from functions.alerts_api.configuration_stores import Stores
    from tocsin.domain.awake import Awake
    from tocsin.domain.configuration import Configured
    from tocsin.domain.people import User
    from tocsin.usecases.ports import (
        ActivityRepository,
        ConfigurationRepository,
        DeliveryQueue,
        DigestRepository,
        IncidentRepository,
        NotificationRepository,
        PagingRepository,
        SecretStore,
        SessionRepository,
        StormRepository,
    )

PARAMETER_DESCRIPTION: Final = "Signs what Tocsin sends to a webhook; made with its channel"

settings = Settings.from_environment()
_dynamodb = aws_client(DYNAMODB, settings.aws)
_alerts = DynamoDBAlerts(_dynamodb.call, settings.table_name, settings.retention)


_acting = CurrentAuthor()
"""Who acts in the request of now."""


def _facts(kind: str, stored: object, at: datetime) -> Mapping[str, Any]:
    from tocsin.bodies.facts import facts_of

    return facts_of(kind, stored, at)


_scribe = Scribe(table_name=settings.table_name, author=_acting, facts=_facts)


def _now() -> datetime:
    return datetime.now(UTC)


def _incidents() -> IncidentRepository:
    from tocsin.adapters.dynamodb.incidents.incident_repository import DynamoDBIncidents

    return DynamoDBIncidents(_dynamodb.call, settings.table_name, settings.retention, _scribe)


def _configuration() -> Stores:
    from functions.alerts_api.configuration_stores import Stores
    from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
    from tocsin.adapters.dynamodb.configuration.configuration_repository import (
        DynamoDBConfiguration,
    )
    from tocsin.adapters.dynamodb.configuration.directory_items import CHANNELS, USERS
    from tocsin.adapters.dynamodb.configuration.feed_repository import DynamoDBFeeds
    from tocsin.adapters.dynamodb.configuration.heartbeat_repository import DynamoDBHeartbeats
    from tocsin.adapters.dynamodb.configuration.hold_items import SILENCES, WINDOWS
    from tocsin.adapters.dynamodb.configuration.integration_repository import DynamoDBIntegrations
    from tocsin.adapters.dynamodb.configuration.named_objects import NamedObjects
    from tocsin.adapters.dynamodb.configuration.override_repository import DynamoDBOverrides
    from tocsin.adapters.dynamodb.configuration.policy_items import POLICIES, ROUTES
    from tocsin.adapters.dynamodb.configuration.schedule_items import SCHEDULES
    from tocsin.adapters.dynamodb.configuration.settings_items import SETTINGS
    from tocsin.adapters.dynamodb.configuration.swap_repository import DynamoDBSwaps

    call, table = _dynamodb.call, settings.table_name
    return Stores(
        policies=DynamoDBConfiguration(call, table, POLICIES, _scribe),
        routes=DynamoDBConfiguration(call, table, ROUTES, _scribe),
        users=DynamoDBConfiguration(call, table, USERS, _scribe),
        channels=DynamoDBConfiguration(call, table, CHANNELS, _scribe),
        settings=DynamoDBConfiguration(call, table, SETTINGS, _scribe),
        schedules=DynamoDBConfiguration(call, table, SCHEDULES, _scribe),
        overrides=DynamoDBOverrides(call, table, _scribe),
        swaps=DynamoDBSwaps(call, table, scribe=_scribe),
        feeds=DynamoDBFeeds(call, table, scribe=_scribe),
        heartbeats=DynamoDBHeartbeats(call, table, scribe=_scribe),
        silences=NamedObjects(call, table, SILENCES, _scribe),
        windows=NamedObjects(call, table, WINDOWS, _scribe),
        integrations=DynamoDBIntegrations(call, table, scribe=_scribe),
        slots=DynamoDBSlots(call, table, settings.retention),
        alerts=_alerts,
    )


def _paging() -> PagingRepository:
    from tocsin.adapters.dynamodb.configuration.paging_repository import DynamoDBPaging

    return DynamoDBPaging(_dynamodb.call, settings.table_name, time_zone=settings.time_zone)


def _storms() -> StormRepository:
    from tocsin.adapters.dynamodb.timeline.storm_repository import DynamoDBStorms

    return DynamoDBStorms(_dynamodb.call, settings.table_name)


def _notifications() -> NotificationRepository:
    from tocsin.adapters.dynamodb.notifications.notification_repository import DynamoDBNotifications

    return DynamoDBNotifications(_dynamodb.call, settings.table_name, settings.retention)


def _digests() -> DigestRepository:
    from tocsin.adapters.dynamodb.notifications.digest_repository import DynamoDBDigests

    return DynamoDBDigests(_dynamodb.call, settings.table_name, settings.retention)


def _activity() -> ActivityRepository:
    from tocsin.adapters.dynamodb.activity.activity_repository import DynamoDBActivity

    return DynamoDBActivity(_dynamodb.call, settings.table_name)


def _awake() -> ConfigurationRepository[Awake]:
    from tocsin.adapters.dynamodb.configuration.awake_items import AWAKE
    from tocsin.adapters.dynamodb.configuration.named_objects import NamedObjects

    return NamedObjects(_dynamodb.call, settings.table_name, AWAKE)


def _sessions() -> SessionRepository:
    from tocsin.adapters.dynamodb.configuration.session_repository import DynamoDBSessions

    return DynamoDBSessions(_dynamodb.call, settings.table_name, _scribe)


def _users() -> ConfigurationRepository[Configured[User]]:
    from tocsin.adapters.dynamodb.configuration.configuration_repository import (
        DynamoDBConfiguration,
    )
    from tocsin.adapters.dynamodb.configuration.directory_items import USERS

    return DynamoDBConfiguration(_dynamodb.call, settings.table_name, USERS)


def _deliveries() -> DeliveryQueue:
    from tocsin.adapters.queues import SqsDeliveries

    return SqsDeliveries(aws_client(SQS, settings.aws).call, settings.deliveries_queue_url)


def _secrets() -> SecretStore:
    from tocsin.adapters.ssm_parameters import SsmParameters

    call = aws_client(SSM, settings.aws).call
    return SsmParameters(call, PARAMETER_DESCRIPTION, settings.secrets_key)


api = build_api(
    Ports(
        alerts=_alerts,
        incidents=_incidents,
        configuration=_configuration,
        paging=_paging,
        storms=_storms,
        notifications=_notifications,
        digests=_digests,
        awake=_awake,
        deliveries=_deliveries,
        secrets=_secrets,
        activity=_activity,
        acting=_acting,
        changes=DynamoDBChangeCounter(_dynamodb.call, settings.table_name),
        keys=DynamoDBKeys(_dynamodb.call, settings.table_name, _scribe),
        sessions=_sessions,
        users=_users,
        answers=DynamoDBAnswers(_dynamodb.call, settings.table_name),
        now=_now,
        random_bytes=secrets.token_bytes,
        log=make_log(settings.service, settings.log_level),
        wait=time.sleep,
        team=settings.team,
        stage=settings.stage,
        time_zone=settings.time_zone,
        public_url=settings.public_url,
        channel_secrets_prefix=settings.channel_secrets_prefix,
        allows_private_webhooks=settings.allows_private_webhooks,
        sends_email=settings.sends_email,
        has_last_resort=settings.has_last_resort,
        push_public_key=settings.push_public_key,
        is_shadow=settings.is_shadow,
    )
)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    _dynamodb.allow(seconds_left(context))
    return api(event)
