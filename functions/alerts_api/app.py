"""What people and their tools ask for: the Lambda handler and its wiring."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from functions.alerts_api.routes import Ports, build_api
from tocsin.adapters.aws_clients import aws_client
from tocsin.adapters.aws_json import DYNAMODB
from tocsin.adapters.dynamodb.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.answer_repository import DynamoDBAnswers
from tocsin.adapters.dynamodb.key_repository import DynamoDBKeys
from tocsin.lambda_runtime.observability import PowertoolsLog
from tocsin.lambda_runtime.settings import Settings
from tocsin.lambda_runtime.time_left import Context, seconds_left

if TYPE_CHECKING:
    from tocsin.usecases.ports import IncidentRepository, IntegrationRepository

settings = Settings.from_environment()
_dynamodb = aws_client(DYNAMODB, settings.aws)


def _now() -> datetime:
    return datetime.now(UTC)


def _incidents() -> IncidentRepository:
    from tocsin.adapters.dynamodb.incident_repository import (  # noqa: PLC0415 - seldom needed
        DynamoDBIncidents,
    )

    return DynamoDBIncidents(_dynamodb.call, settings.table_name, settings.retention)


def _integrations() -> IntegrationRepository:
    from tocsin.adapters.dynamodb.integration_repository import (  # noqa: PLC0415 - seldom needed
        DynamoDBIntegrations,
    )

    return DynamoDBIntegrations(_dynamodb.call, settings.table_name)


api = build_api(
    Ports(
        alerts=DynamoDBAlerts(_dynamodb.call, settings.table_name, settings.retention),
        incidents=_incidents,
        integrations=_integrations,
        keys=DynamoDBKeys(_dynamodb.call, settings.table_name),
        answers=DynamoDBAnswers(_dynamodb.call, settings.table_name),
        now=_now,
        random_bytes=secrets.token_bytes,
        log=PowertoolsLog(settings.service, settings.log_level),
        public_url=settings.public_url,
    )
)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Answer one request."""
    _dynamodb.allow(seconds_left(context))
    return api(event)
