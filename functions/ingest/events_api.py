"""`POST /api/v1/events`: authenticated by API key, made idempotent by `Idempotency-Key`."""

from datetime import UTC, datetime
from typing import Final

from functions.ingest.intake import take_sent
from functions.ingest.ports import Ports
from functions.ingest.request_and_answer import Request, Taken
from tocsin.domain.answer import Answer, Claim
from tocsin.domain.credential import Scope
from tocsin.domain.integration import EVENTS_API, Integration, IntegrationType
from tocsin.lambda_runtime.http import HttpAnswer
from tocsin.lambda_runtime.strict_json import expect_size
from tocsin.usecases.answer_once import answer_once, hash_request

IDEMPOTENCY_KEY: Final = "idempotency-key"

_INTEGRATION: Final = Integration(
    name=EVENTS_API, type=IntegrationType.EVENTS, created_at=datetime(2026, 1, 1, tzinfo=UTC)
)


def take_events(request: Request, ports: Ports) -> Taken:
    """Take in events, or repeat what was answered when they came with the same Idempotency-Key.

    Raises:
        TocsinError: Refused; nothing was written, unless it is a `TryAgainError`.
    """
    key = ports.callers().admit(request, Scope.EVENTS)
    body = request.body
    if IDEMPOTENCY_KEY not in request.headers:
        return take_sent(request, _INTEGRATION, ports)
    expect_size(body)
    claim = Claim(
        caller=key.actor,
        key=request.headers[IDEMPOTENCY_KEY],
        request_hash=hash_request(request.method, request.path, body),
        at=request.at,
        write_id=ports.new_write_id(),
    )
    done: list[Taken] = []

    def work() -> Answer:
        done.append(take_sent(request, _INTEGRATION, ports))
        return Answer(status=done[0].reply.status, body=done[0].reply.body)

    answer = answer_once(claim, work, answers=ports.answers())
    if done:
        return done[0]
    repeated = HttpAnswer(status=answer.status, body=answer.body)
    return Taken(reply=repeated, integration=EVENTS_API, what="Earlier answer repeated")
