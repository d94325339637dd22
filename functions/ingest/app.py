"""Intake: the Lambda handler and its wiring."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from functions.ingest.integrations import Integrations
from functions.ingest.routes import Ports, Taken, take
from tocsin.adapters.aws_clients import aws_client
from tocsin.adapters.aws_json import DYNAMODB
from tocsin.adapters.dynamodb.answer_repository import DynamoDBAnswers
from tocsin.adapters.dynamodb.integration_repository import DynamoDBIntegrations
from tocsin.adapters.dynamodb.key_repository import DynamoDBKeys
from tocsin.adapters.dynamodb.slot_repository import DynamoDBSlots
from tocsin.domain.errors import TocsinError
from tocsin.domain.ids import WriteId
from tocsin.domain.reception import Outcome
from tocsin.lambda_runtime.callers import Callers
from tocsin.lambda_runtime.error_answers import (
    MethodNotAllowedError,
    error_body,
    headers_of_status,
    internal_error_body,
    status_of,
)
from tocsin.lambda_runtime.gateway_event import method_of, request_id_of
from tocsin.lambda_runtime.log_lines import Log, Measure, write_metrics
from tocsin.lambda_runtime.settings import Settings

settings = Settings.from_environment()
log = Log(settings.service, settings.log_level)
_call = aws_client(DYNAMODB, settings.aws).call


def _now() -> datetime:
    return datetime.now(UTC)


ports = Ports(
    slots=DynamoDBSlots(_call, settings.table_name, settings.retention),
    integrations=Integrations(DynamoDBIntegrations(_call, settings.table_name)),
    callers=Callers(DynamoDBKeys(_call, settings.table_name)),
    answers=DynamoDBAnswers(_call, settings.table_name),
    now=_now,
    new_write_id=lambda: WriteId(secrets.token_hex(8)),
)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Take in what a monitoring tool sends; what it is told has happened has been written."""
    return respond(event, ports)


def respond(event: Mapping[str, Any], using: Ports) -> dict[str, Any]:
    """Answer one request; every error becomes an answer too."""
    request_id = request_id_of(event)
    try:
        taken = take(event, using)
    except TocsinError as error:
        status = status_of(error)
        log.warning("Events refused", request_id=request_id, status=int(status), code=error.code)
        _count({"EventsRejected": 1}, using)
        headers = dict(headers_of_status(status))
        if isinstance(error, MethodNotAllowedError):
            headers["allow"] = error.allowed
        return _answer(int(status), error_body(error, request_id), headers)
    except Exception:
        log.exception("Intake failed", request_id=request_id, method=method_of(event))
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        return _answer(int(status), internal_error_body(request_id), {})
    _note(taken, request_id, using)
    return _answer(int(taken.answer.status), taken.answer.body, {})


def _note(taken: Taken, request_id: str, using: Ports) -> None:
    if taken.intake is None:
        log.info("Earlier answer repeated", request_id=request_id)
        return
    outcomes = taken.intake.outcomes
    log.info(
        "Events taken in",
        request_id=request_id,
        integration=taken.integration,
        outcomes=outcomes,
        alert_ids=[it["alert_id"] for it in taken.intake.results if it["alert_id"]],
    )
    rejected = outcomes.get(Outcome.REJECTED, 0)
    opened = outcomes.get(Outcome.OPENED, 0) + outcomes.get(Outcome.REOPENED, 0)
    accepted = sum(outcomes.values()) - rejected
    counts = {"EventsAccepted": accepted, "EventsRejected": rejected, "AlertsOpened": opened}
    _count(counts, using)


def _count(counts: Mapping[str, int], using: Ports) -> None:
    measured = {name: Measure(count, "Count") for name, count in counts.items() if count}
    write_metrics(settings.service, measured, at=using.now())


def _answer(status: int, body: str, headers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", **headers},
        "body": body,
    }
