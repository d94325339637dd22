"""From a gateway's event to its answer: take in, answer, log, count."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from functions.ingest.intake import Intake
from functions.ingest.ports import Ports
from functions.ingest.routes import take
from tocsin.domain.errors import TocsinError
from tocsin.domain.reception import Outcome
from tocsin.lambda_runtime.error_answers import (
    MethodNotAllowedError,
    error_body,
    headers_of_status,
    internal_error_body,
    status_of,
)
from tocsin.lambda_runtime.gateway_event import method_of, request_id_of


def respond(event: Mapping[str, Any], ports: Ports) -> dict[str, Any]:
    """Answer one request; every error becomes an answer too."""
    request_id = request_id_of(event)
    try:
        taken = take(event, ports)
    except TocsinError as error:
        return _refusal(error, request_id, ports)
    except Exception:
        ports.log.exception("Intake failed", request_id=request_id, method=method_of(event))
        return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, internal_error_body(request_id), {})
    if taken.intake is None:
        ports.log.info("Earlier answer repeated", request_id=request_id)
    else:
        _note(taken.intake, taken.integration, request_id, ports)
    return _answer(taken.answer.status, taken.answer.body, {})


def _refusal(error: TocsinError, request_id: str, ports: Ports) -> dict[str, Any]:
    status = status_of(error)
    facts = {"request_id": request_id, "status": int(status), "code": error.code}
    if error.__cause__ is not None:
        # Never its text, which may quote what was sent.
        facts["cause"] = getattr(error.__cause__, "code", type(error.__cause__).__name__)
    ports.log.warning("Events refused", **facts)
    ports.count({"EventsRejected": 1})
    headers = dict(headers_of_status(status))
    if isinstance(error, MethodNotAllowedError):
        headers["allow"] = error.allowed
    return _answer(status, error_body(error, request_id), headers)


def _note(intake: Intake, integration: str, request_id: str, ports: Ports) -> None:
    outcomes = intake.outcomes
    ports.log.info(
        "Events taken in",
        request_id=request_id,
        integration=integration,
        outcomes=outcomes,
        alert_ids=[it["alert_id"] for it in intake.results if it["alert_id"]],
    )
    rejected = outcomes.get(Outcome.REJECTED, 0)
    opened = outcomes.get(Outcome.OPENED, 0) + outcomes.get(Outcome.REOPENED, 0)
    accepted = sum(outcomes.values()) - rejected
    ports.count({"EventsAccepted": accepted, "EventsRejected": rejected, "AlertsOpened": opened})


def _answer(status: int, body: str, headers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "statusCode": int(status),
        "headers": {"content-type": "application/json", **headers},
        "body": body,
    }
