"""Signing in to the console: the Lambda handler and its wiring."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from functions.session.answers import respond
from functions.session.ports import Ports
from tocsin.adapters.aws_clients import aws_client
from tocsin.adapters.aws_json import DYNAMODB
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.configuration.directory_items import USERS
from tocsin.adapters.dynamodb.configuration.key_repository import DynamoDBKeys
from tocsin.adapters.dynamodb.configuration.session_repository import DynamoDBSessions
from tocsin.adapters.dynamodb.requests.knock_repository import DynamoDBKnocks
from tocsin.domain.ids import WriteId
from tocsin.lambda_runtime.observability import make_log
from tocsin.lambda_runtime.settings import Settings
from tocsin.lambda_runtime.time_left import Context, seconds_left

settings = Settings.from_environment()
_dynamodb = aws_client(DYNAMODB, settings.aws)

ports = Ports(
    sessions=DynamoDBSessions(_dynamodb.call, settings.table_name),
    keys=DynamoDBKeys(_dynamodb.call, settings.table_name),
    users=DynamoDBConfiguration(_dynamodb.call, settings.table_name, USERS),
    knocks=DynamoDBKnocks(_dynamodb.call, settings.table_name),
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
