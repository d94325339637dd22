"""Which path is whose: a token in the URL, or a key in a header."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from functions.ingest.intake import Intake, take_in
from functions.ingest.integrations import Integrations
from tocsin.domain.answer import Answer, Claim
from tocsin.domain.credential import Scope
from tocsin.domain.errors import IntegrationNotFoundError, PayloadTooLargeError
from tocsin.domain.integration import EVENTS_API, Integration, IntegrationType
from tocsin.lambda_runtime.callers import Callers
from tocsin.lambda_runtime.error_answers import MethodNotAllowedError
from tocsin.lambda_runtime.gateway_event import body_of, headers_of, method_of
from tocsin.lambda_runtime.strict_json import BODY_LIMIT_BYTES

if TYPE_CHECKING:
    from tocsin.usecases.ports import AnswerRepository, NewWriteId, SlotRepository

URL_PATH: Final = "/i/"
EVENTS_PATH: Final = "/api/v1/events"
IDEMPOTENCY_KEY: Final = "idempotency-key"

_EVENTS_INTEGRATION: Final = Integration(
    name=EVENTS_API, type=IntegrationType.EVENTS, created_at=datetime(2026, 1, 1, tzinfo=UTC)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What intake needs of the world."""

    slots: SlotRepository
    integrations: Integrations
    callers: Callers
    answers: AnswerRepository
    now: Callable[[], datetime]
    new_write_id: NewWriteId


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An answer, and what the log and the metrics say about it."""

    answer: Answer
    integration: str
    intake: Intake | None = None
    """None if an earlier answer was repeated."""


def take(event: Mapping[str, Any], ports: Ports) -> Taken:
    """Take in one request.

    Raises:
        TocsinError: Refused; nothing was written, unless it is a `TryAgainError`.
    """
    path = str(event["rawPath"]).rstrip("/")
    if method_of(event) != "POST":
        raise MethodNotAllowedError("Alerts are sent by POST.", "POST")
    if path.startswith(URL_PATH):
        return _by_token(event, path, ports)
    return _by_key(event, ports)


def _by_token(event: Mapping[str, Any], path: str, ports: Ports) -> Taken:
    token, _, rest = path.removeprefix(URL_PATH).partition("/")
    integration = ports.integrations.by_token(unquote(token), ports.now())
    if rest:
        raise IntegrationNotFoundError
    return _taken(body_of(event), integration, ports)


def _by_key(event: Mapping[str, Any], ports: Ports) -> Taken:
    headers = headers_of(event)
    key = ports.callers.admit(headers, Scope.EVENTS, ports.now())
    body = body_of(event)
    if IDEMPOTENCY_KEY not in headers:
        return _taken(body, _EVENTS_INTEGRATION, ports)
    if len(body) > BODY_LIMIT_BYTES:
        message = f"The body has {len(body)} bytes; the limit is {BODY_LIMIT_BYTES}."
        raise PayloadTooLargeError(message)
    from functions.ingest.once import take_once  # noqa: PLC0415 - few senders ask for it
    from tocsin.usecases.answer_once import hash_request  # noqa: PLC0415 - likewise

    claim = Claim(
        caller=key.actor,
        key=headers[IDEMPOTENCY_KEY],
        request_hash=hash_request("POST", EVENTS_PATH, body),
        at=ports.now(),
        write_id=ports.new_write_id(),
    )
    return take_once(claim, lambda: _taken(body, _EVENTS_INTEGRATION, ports), answers=ports.answers)


def _taken(body: bytes, integration: Integration, ports: Ports) -> Taken:
    intake = take_in(
        body,
        integration,
        slots=ports.slots,
        now=ports.now,
        new_write_id=ports.new_write_id,
    )
    answer = json.dumps({"data": {"results": intake.results}}, ensure_ascii=False)
    return Taken(
        answer=Answer(status=HTTPStatus.ACCEPTED, body=answer),
        integration=integration.name,
        intake=intake,
    )
