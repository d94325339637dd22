"""Which path is whose: a token in the URL, or a key in a header."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from functions.ingest.intake import Intake, take_in
from functions.ingest.ports import Ports
from tocsin.domain.answer import Answer
from tocsin.domain.integration import Integration
from tocsin.lambda_runtime.error_answers import MethodNotAllowedError
from tocsin.lambda_runtime.gateway_event import body_of, method_of

URL_PATH: Final = "/i/"
EVENTS_PATH: Final = "/api/v1/events"


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
    if method_of(event) != "POST":
        raise MethodNotAllowedError("Alerts are sent by POST.", "POST")
    path = str(event["rawPath"]).rstrip("/")
    if path == EVENTS_PATH:
        from functions.ingest.by_key import take_by_key  # noqa: PLC0415 - most have a token

        return take_by_key(event, ports)
    # Whatever else came here is at most a token that nobody has.
    integration = ports.integrations.by_token(path.removeprefix(URL_PATH), ports.now())
    return take_body(body_of(event), integration, ports)


def take_body(body: bytes, integration: Integration, ports: Ports) -> Taken:
    """Take in what a known sender sent."""
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
