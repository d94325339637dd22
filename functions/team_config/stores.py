"""The stores of what a file holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.configuration.directory_items import CHANNELS, USERS
from tocsin.adapters.dynamodb.configuration.heartbeat_repository import DynamoDBHeartbeats
from tocsin.adapters.dynamodb.configuration.hold_items import SILENCES, WINDOWS
from tocsin.adapters.dynamodb.configuration.integration_repository import DynamoDBIntegrations
from tocsin.adapters.dynamodb.configuration.named_objects import NamedObjects
from tocsin.adapters.dynamodb.configuration.override_repository import DynamoDBOverrides
from tocsin.adapters.dynamodb.configuration.paging_repository import DynamoDBPaging
from tocsin.adapters.dynamodb.configuration.policy_items import POLICIES, ROUTES
from tocsin.adapters.dynamodb.configuration.schedule_items import SCHEDULES
from tocsin.adapters.dynamodb.configuration.settings_items import SETTINGS
from tocsin.adapters.dynamodb.configuration.swap_repository import DynamoDBSwaps

if TYPE_CHECKING:
    from datetime import timedelta

    from tocsin.adapters.aws_json import Call
    from tocsin.adapters.dynamodb.activity.scribe import Scribe
    from tocsin.domain.configuration import Configured
    from tocsin.domain.escalation import EscalationPolicy
    from tocsin.domain.maintenance_window import MaintenanceWindow
    from tocsin.domain.on_call.schedule import Schedule
    from tocsin.domain.people import Channel, User
    from tocsin.domain.routing import Route
    from tocsin.domain.silence import Silence
    from tocsin.domain.team_settings import TeamSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    settings: NamedObjects[Configured[TeamSettings]]
    users: NamedObjects[Configured[User]]
    channels: NamedObjects[Configured[Channel]]
    schedules: NamedObjects[Configured[Schedule]]
    overrides: DynamoDBOverrides
    swaps: DynamoDBSwaps
    paging: DynamoDBPaging
    policies: NamedObjects[Configured[EscalationPolicy]]
    routes: NamedObjects[Configured[Route]]
    integrations: DynamoDBIntegrations
    heartbeats: DynamoDBHeartbeats
    silences: NamedObjects[Silence]
    windows: NamedObjects[MaintenanceWindow]
    alerts: DynamoDBAlerts


def stores_of(call: Call, table: str, retention: timedelta, scribe: Scribe | None = None) -> Stores:
    return Stores(
        settings=DynamoDBConfiguration(call, table, SETTINGS, scribe),
        users=DynamoDBConfiguration(call, table, USERS, scribe),
        channels=DynamoDBConfiguration(call, table, CHANNELS, scribe),
        schedules=DynamoDBConfiguration(call, table, SCHEDULES, scribe),
        overrides=DynamoDBOverrides(call, table),
        swaps=DynamoDBSwaps(call, table),
        paging=DynamoDBPaging(call, table),
        policies=DynamoDBConfiguration(call, table, POLICIES, scribe),
        routes=DynamoDBConfiguration(call, table, ROUTES, scribe),
        integrations=DynamoDBIntegrations(call, table, scribe=scribe),
        heartbeats=DynamoDBHeartbeats(call, table, scribe=scribe),
        silences=NamedObjects(call, table, SILENCES, scribe),
        windows=NamedObjects(call, table, WINDOWS, scribe),
        alerts=DynamoDBAlerts(call, table, retention),
    )
