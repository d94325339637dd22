"""One integration, key, channel, person, policy and heartbeat, stored in a table."""

from datetime import UTC, datetime, timedelta
from typing import Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.configuration.directory_items import CHANNELS, USERS
from tocsin.adapters.dynamodb.configuration.heartbeat_repository import DynamoDBHeartbeats
from tocsin.adapters.dynamodb.configuration.integration_repository import DynamoDBIntegrations
from tocsin.adapters.dynamodb.configuration.key_repository import DynamoDBKeys
from tocsin.adapters.dynamodb.configuration.policy_items import POLICIES
from tocsin.domain.configuration import Configured, Named
from tocsin.domain.credential import ApiKey, Scope, hash_secret
from tocsin.domain.escalation import (
    DEFAULT_POLICY,
    EscalationPolicy,
    Step,
    Target,
    TargetKind,
)
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.ids import Actor, WriteId
from tocsin.domain.integration import Integration, IntegrationType, Token
from tocsin.domain.people import Channel, User

INTEGRATION: Final = "prod-prometheus"
TOKEN: Final = "6f1d0c9e8a7b4c5d9e3f2a1b0c9d8e7f"  # noqa: S105 - opens nothing but this table
API_KEY: Final = "tocsin_bench-0123456789abcdefghijklmnopqrstuvwx"
HEARTBEAT_TOKEN: Final = "0c9d8e7f6f1d0c9e8a7b4c5d9e3f2a1b"  # noqa: S105 - likewise
CHANNEL: Final = Channel(name="on-call", type="console", rate_per_minute=100_000)
"""Of a type without a provider: only our own cost of a delivery is measured."""
PERSON: Final = User(name="bob", email="bob@example.com")
DELAY: Final = timedelta(minutes=15)
POLICY: Final = EscalationPolicy(
    name=DEFAULT_POLICY,
    steps=tuple(
        Step(name=name, targets=(Target(TargetKind.CHANNEL, CHANNEL.name),), delay=DELAY)
        for name in ("first", "second")
    ),
)
_BEGAN: Final = datetime(2026, 1, 1, tzinfo=UTC)


def register(call: Call, table_name: str) -> None:
    integration = Integration(
        name=INTEGRATION,
        type=IntegrationType.EVENTS,
        created_at=_BEGAN,
        tokens=(Token.of(TOKEN),),
    )
    key = ApiKey(
        key_id="bench",
        name="bench",
        scopes=frozenset({Scope.ALERTS_READ, Scope.ALERTS_WRITE, Scope.CONFIG_READ, Scope.EVENTS}),
        user="alice",
        created_at=_BEGAN,
        created_by=Actor("bench"),
        secret_hash=hash_secret(API_KEY),
    )
    DynamoDBIntegrations(call, table_name).put(
        None, integration, write_id=WriteId(f"{table_name}-1")
    )
    DynamoDBKeys(call, table_name).add(key, write_id=WriteId(f"{table_name}-2"))
    _register_paged(call, table_name)


def _register_paged(call: Call, table_name: str) -> None:
    channels = DynamoDBConfiguration(call, table_name, CHANNELS)
    channels.put(None, _configured(CHANNEL), write_id=WriteId(f"{table_name}-3"))
    users = DynamoDBConfiguration(call, table_name, USERS)
    users.put(None, _configured(PERSON), write_id=WriteId(f"{table_name}-6"))
    policies = DynamoDBConfiguration(call, table_name, POLICIES)
    policies.put(None, _configured(POLICY), write_id=WriteId(f"{table_name}-4"))
    now = datetime.now(UTC)
    heartbeat = Heartbeat(
        name="nightly-backup",
        period=timedelta(days=1),
        created_at=now,
        token=Token.of(HEARTBEAT_TOKEN),
        heard_at=now,
    )
    heartbeats = DynamoDBHeartbeats(call, table_name)
    heartbeats.put(None, heartbeat.watched(now), write_id=WriteId(f"{table_name}-5"))


def _configured[T: Named](value: T) -> Configured[T]:
    return Configured(value=value, created_at=_BEGAN)
