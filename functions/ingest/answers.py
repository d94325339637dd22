"""From a gateway's event to its answer: take in, answer, log, count."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from functions.ingest.ports import Ports
from functions.ingest.request_and_answer import Intake, Request, Taken
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
from tocsin.lambda_runtime import http
from tocsin.lambda_runtime.http import JSON, HttpAnswer, refusal, to_gateway

ALERTS_LOGGED: Final = 100
"""Of one request: CloudWatch cuts long lines."""
HEADERS: Final = {
    "content-type": JSON,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}

type Refuse = Callable[[TocsinError, str], HttpAnswer]


def respond(event: Mapping[str, Any], ports: Ports) -> dict[str, Any]:
    """Answer one request; every error becomes an answer too.

    Raises:
        TryAgainError: Storage refuses for now, and the event came from EventBridge: Lambda hands it
            over again.
    """
    if "requestContext" not in event:
        return _take_handed_over(event, ports)
    request = Request(event=event, at=ports.now())
    return answer(request, lambda: take(request, ports), ports)


def answer(
    request: Request, work: Callable[[], Taken], ports: Ports, refuse: Refuse = refusal
) -> dict[str, Any]:
    """Do the work that a request asks for, log it, and spell its answer for the gateway.

    Args:
        request: Only named in the log.
        work: May raise anything; a `TocsinError` is a refusal.
        ports: Of which log and metrics are used.
        refuse: Spells a refusal as a product would, and what a client may know of a fault of ours.
    """
    request_id = request.request_id

    def take_and_note() -> HttpAnswer:
        taken = work()
        if taken.intake is None:
            ports.log.info(taken.what, request_id=request_id, integration=taken.integration)
        else:
            _note(taken.intake, taken.integration, request_id, ports)
        return taken.reply

    def refuse_and_note(error: TocsinError) -> HttpAnswer:
        reply = refuse(error, request_id)
        _note_refusal(error, reply.status, request_id, ports)
        return reply

    reply = http.respond(
        take_and_note,
        refuse=refuse_and_note,
        fail=lambda error: refuse(error, request_id),
        log=ports.log,
        facts={"request_id": request_id, "method": request.method},
    )
    return to_gateway(reply, HEADERS)


def _take_handed_over(event: Mapping[str, Any], ports: Ports) -> dict[str, Any]:
    from functions.ingest.eventbridge_target import take_eventbridge_event

    event_id = str(event.get("id"))[:64]
    try:
        intake = take_eventbridge_event(event, ports)
    except (InvalidInputError, MalformedInputError, PayloadTooLargeError) as refusal:
        # It would not be better the next time.
        ports.log.warning("Event refused", event_id=event_id, code=refusal.code)
        ports.count({"EventsRejected": 1})
        return {}
    _note(intake, EVENTBRIDGE, event_id, ports)
    return {}


def _note_refusal(error: TocsinError, status: int, request_id: str, ports: Ports) -> None:
    facts = {"request_id": request_id, "status": int(status), "code": error.code}
    if error.__cause__ is not None:
        # Never its text, which may quote what was sent.
        facts["cause"] = getattr(error.__cause__, "code", type(error.__cause__).__name__)
    if isinstance(error, SenderNotTrustedError):
        facts["check"] = error.check
    ports.log.warning("Events refused", **facts)
    ports.count({"EventsRejected": 1})


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
