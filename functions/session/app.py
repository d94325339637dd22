"""Signing in to the console: the Lambda handler and its wiring."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from functions.session.answers import respond
from functions.session.ports import OidcSettings, Ports
from tocsin.adapters.aws_clients import aws_client
from tocsin.adapters.aws_json import DYNAMODB, SQS, SSM
from tocsin.adapters.dynamodb.activity.scribe import Scribe
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.configuration.directory_items import CHANNELS, USERS
from tocsin.adapters.dynamodb.configuration.key_repository import DynamoDBKeys
from tocsin.adapters.dynamodb.configuration.session_repository import DynamoDBSessions
from tocsin.adapters.dynamodb.requests.knock_repository import DynamoDBKnocks
from tocsin.adapters.dynamodb.requests.sign_in_repository import DynamoDBSignIns
from tocsin.adapters.ssm_secrets import SsmSecrets
from tocsin.domain.activity import Author
from tocsin.domain.ids import WriteId
from tocsin.domain.people import ContactMethod
from tocsin.lambda_runtime.observability import make_log
from tocsin.lambda_runtime.settings import Settings
from tocsin.lambda_runtime.time_left import Context, seconds_left

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.session.ports import Fetch
    from tocsin.domain.session import Session
    from tocsin.usecases.ports import DeliveryQueue

settings = Settings.from_environment()
_dynamodb = aws_client(DYNAMODB, settings.aws)
_channels = DynamoDBConfiguration(_dynamodb.call, settings.table_name, CHANNELS)


def _signing_in_or_out(session: Session) -> Author:
    """Nobody else opens or ends a session at the doors."""
    return Author(session.actor, datetime.now(UTC))


def _facts(kind: str, stored: object, at: datetime) -> Mapping[str, Any]:
    from tocsin.bodies.facts import facts_of

    return facts_of(kind, stored, at)


_scribe = Scribe(table_name=settings.table_name, author=_signing_in_or_out, facts=_facts)


def _deliveries() -> DeliveryQueue:
    from tocsin.adapters.queues import SqsDeliveries

    return SqsDeliveries(aws_client(SQS, settings.aws).call, settings.deliveries_queue_url)


def _fetch() -> Fetch:
    from functions.session.fetching import Fetching

    return Fetching(allows_http=settings.allows_private_webhooks)


def _oidc() -> OidcSettings | None:
    if not (settings.oidc_issuer and settings.oidc_client_id):
        return None
    usual = f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration"
    secret = settings.oidc_client_secret
    return OidcSettings(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        secret_parameter=settings.secrets_prefix + secret if secret else "",
        domains=frozenset(settings.oidc_domains),
        discovery_url=settings.oidc_discovery_url or usual,
    )


ports = Ports(
    sessions=DynamoDBSessions(_dynamodb.call, settings.table_name, _scribe),
    keys=DynamoDBKeys(_dynamodb.call, settings.table_name),
    users=DynamoDBConfiguration(_dynamodb.call, settings.table_name, USERS),
    knocks=DynamoDBKnocks(_dynamodb.call, settings.table_name),
    sign_ins=DynamoDBSignIns(_dynamodb.call, settings.table_name),
    deliveries=_deliveries,
    has_slack=lambda: any(it.value.type == ContactMethod.SLACK for it in _channels.list()),
    is_shadow=settings.is_shadow,
    secrets=SsmSecrets(aws_client(SSM, settings.aws).call),
    fetch=_fetch,
    oidc=_oidc(),
    link_key_parameter=settings.link_key_parameter,
    now=lambda: datetime.now(UTC),
    random_bytes=secrets.token_bytes,
    new_write_id=lambda: WriteId(secrets.token_hex(9)),
    log=make_log(settings.service, settings.log_level),
    public_url=settings.public_url,
    team=settings.team,
    stage=settings.stage,
    sends_email=settings.sends_email,
)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    _dynamodb.allow(seconds_left(context))
    return respond(event, ports)
