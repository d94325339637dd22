"""From a gateway's event to its answer: take in, answer, log, count."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from functions.ingest.exchange import Intake, Taken
from functions.ingest.ports import Ports
from functions.ingest.request import Request
from functions.ingest.routes import take
from tocsin.domain.errors import (
    InvalidInputError,
    MalformedInputError,
    PayloadTooLargeError,
    SenderNotTrustedError,
    TocsinError,
)
from tocsin.domain.integration import EVENTBRIDGE
from tocsin.domain.reception import Outcome
from tocsin.lambda_runtime.error_answers import (
    error_body,
    error_headers,
    internal_error,
    status_of,
)
from tocsin.lambda_runtime.http import HttpAnswer

ALERTS_LOGGED: Final = 100
"""Of one request: CloudWatch cuts long lines."""
_HEADERS: Final = {
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}

type Refuse = Callable[[TocsinError, str], HttpAnswer]


def respond(event: Mapping[str, Any], ports: Ports) -> dict[str, Any]:
    """Answer one request; every error becomes an answer too.

    Raises:
        TryAgainError: Storage refuses for now, and nobody waits for an answer: an event of
            EventBridge, which Lambda hands over again.
    """
    if "requestContext" not in event:
        return _take_handed_over(event, ports)
    request = Request(event=event, at=ports.now())
    return answer(request, lambda: take(request, ports), ports)


def answer(
    request: Request, work: Callable[[], Taken], ports: Ports, refuse: Refuse | None = None
) -> dict[str, Any]:
    """Do the work that a request asks for, log it, and spell its answer for the gateway.

    Args:
        request: Only named in the log.
        work: May raise anything; a `TocsinError` is a refusal.
        ports: Of which log and metrics are used.
        refuse: Spells a refusal as a product would; None: as our own API does. Also given what
            a client may know of a fault of ours.
    """
    refuse = refuse or _refusal
    request_id = request.request_id
    try:
        taken = work()
    except TocsinError as error:
        return _refused(error, refuse, request_id, ports)
    except Exception:
        ports.log.exception("Intake failed", request_id=request_id, method=request.method)
        return _to_gateway(refuse(internal_error(), request_id))
    if taken.intake is None:
        ports.log.info(taken.what, request_id=request_id, integration=taken.integration)
    else:
        _note(taken.intake, taken.integration, request_id, ports)
    return _to_gateway(taken.reply)


def _take_handed_over(event: Mapping[str, Any], ports: Ports) -> dict[str, Any]:
    from functions.ingest.by_rule import take_by_rule  # noqa: PLC0415 - most come by HTTP

    event_id = str(event.get("id"))[:64]
    try:
        intake = take_by_rule(event, ports)
    except (InvalidInputError, MalformedInputError, PayloadTooLargeError) as refusal:
        # It would not be better the next time.
        ports.log.warning("Event refused", event_id=event_id, code=refusal.code)
        ports.count({"EventsRejected": 1})
        return {}
    _note(intake, EVENTBRIDGE, event_id, ports)
    return {}


def _refused(error: TocsinError, refuse: Refuse, request_id: str, ports: Ports) -> dict[str, Any]:
    reply = refuse(error, request_id)
    facts = {"request_id": request_id, "status": int(reply.status), "code": error.code}
    if error.__cause__ is not None:
        # Never its text, which may quote what was sent.
        facts["cause"] = getattr(error.__cause__, "code", type(error.__cause__).__name__)
    if isinstance(error, SenderNotTrustedError):
        facts["check"] = error.check
    ports.log.warning("Events refused", **facts)
    ports.count({"EventsRejected": 1})
    return _to_gateway(reply)


def _refusal(error: TocsinError, request_id: str) -> HttpAnswer:
    body = error_body(error, request_id)
    return HttpAnswer(status=status_of(error), body=body, headers=error_headers(error))


def _note(intake: Intake, integration: str, request_id: str, ports: Ports) -> None:
    outcomes = intake.outcomes
    ports.log.info(
        "Events taken in",
        request_id=request_id,
        integration=integration,
        outcomes=outcomes,
        alert_ids=[it["alert_id"] for it in intake.results if it["alert_id"]][:ALERTS_LOGGED],
    )
    rejected = outcomes.get(Outcome.REJECTED, 0)
    accepted = sum(outcomes.values()) - rejected
    ports.count(
        {"EventsAccepted": accepted, "EventsRejected": rejected, "AlertsOpened": intake.opened}
    )


def _to_gateway(reply: HttpAnswer) -> dict[str, Any]:
    return {
        "statusCode": int(reply.status),
        "headers": {**_HEADERS, **reply.headers},
        "body": reply.body,
    }
