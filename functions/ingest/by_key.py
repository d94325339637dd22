"""`POST /api/v1/events`: an API key instead of a token, and once instead of twice."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from functions.ingest.ports import Ports
from functions.ingest.routes import EVENTS_PATH, Taken, take_body
from tocsin.domain.answer import Answer, Claim
from tocsin.domain.credential import Scope
from tocsin.domain.integration import EVENTS_API, Integration, IntegrationType
from tocsin.lambda_runtime.gateway_event import body_of, headers_of
from tocsin.lambda_runtime.strict_json import expect_size
from tocsin.usecases.answer_once import answer_once, hash_request

IDEMPOTENCY_KEY: Final = "idempotency-key"

_INTEGRATION: Final = Integration(
    name=EVENTS_API, type=IntegrationType.EVENTS, created_at=datetime(2026, 1, 1, tzinfo=UTC)
)


def take_by_key(event: Mapping[str, Any], ports: Ports) -> Taken:
    """Take in events, or repeat what was answered when they came with the same Idempotency-Key.

    Raises:
        TocsinError: Refused; nothing was written, unless it is a `TryAgainError`.
    """
    headers = headers_of(event)
    key = ports.callers().admit(headers, Scope.EVENTS, ports.now())
    body = body_of(event)
    if IDEMPOTENCY_KEY not in headers:
        return take_body(body, _INTEGRATION, ports)
    expect_size(body)
    claim = Claim(
        caller=key.actor,
        key=headers[IDEMPOTENCY_KEY],
        request_hash=hash_request("POST", EVENTS_PATH, body),
        at=ports.now(),
        write_id=ports.new_write_id(),
    )
    done: list[Taken] = []

    def work() -> Answer:
        done.append(take_body(body, _INTEGRATION, ports))
        return done[0].answer

    answer = answer_once(claim, work, answers=ports.answers())
    return done[0] if done else Taken(answer=answer, integration=EVENTS_API)
