"""Who sends and who asks: one integration and one API key, in a table of their own."""

from datetime import UTC, datetime
from typing import Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.integration_repository import DynamoDBIntegrations
from tocsin.adapters.dynamodb.key_repository import DynamoDBKeys
from tocsin.domain.credential import ApiKey, Scope, hash_secret
from tocsin.domain.ids import Actor, WriteId
from tocsin.domain.integration import Integration, IntegrationType, Token

INTEGRATION: Final = "prod-prometheus"
TOKEN: Final = "6f1d0c9e8a7b4c5d9e3f2a1b0c9d8e7f"  # noqa: S105 - opens nothing but this table
API_KEY: Final = "tocsin_bench-0123456789abcdefghijklmnopqrstuvwx"
_BEGAN: Final = datetime(2026, 1, 1, tzinfo=UTC)


def register(call: Call, table_name: str) -> None:
    """Store both, as the API would."""
    integration = Integration(
        name=INTEGRATION,
        type=IntegrationType.EVENTS,
        created_at=_BEGAN,
        tokens=(Token.of(TOKEN),),
    )
    key = ApiKey(
        key_id="bench",
        name="bench",
        scopes=frozenset({Scope.ALERTS_READ, Scope.ALERTS_WRITE, Scope.EVENTS}),
        user="alice",
        created_at=_BEGAN,
        created_by=Actor("bench"),
        secret_hash=hash_secret(API_KEY),
    )
    DynamoDBIntegrations(call, table_name).put(
        None, integration, write_id=WriteId(f"{table_name}-1")
    )
    DynamoDBKeys(call, table_name).add(key, write_id=WriteId(f"{table_name}-2"))
