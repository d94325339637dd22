"""PagerDuty's Events API v2, for clients that cannot be told from it."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from functions.ingest.bodies import read_body
from functions.ingest.compat import CompatCall, Product
from functions.ingest.intake import settings_of
from functions.ingest.reply import Reply, Taken
from functions.ingest.senders import Entry
from functions.ingest.senders.events import read_event
from functions.ingest.senders.fields import kind_of
from tocsin.domain.errors import (
    IntegrationNotFoundError,
    InvalidInputError,
    MalformedInputError,
    NotFoundError,
    TocsinError,
)
from tocsin.lambda_runtime.error_answers import (
    MethodNotAllowedError,
    headers_of_status,
    status_of,
)

_ENQUEUE: Final = "v2/enqueue"


def take(call: CompatCall) -> Taken:
    """Take in one event."""
    if call.path != _ENQUEUE:
        raise NotFoundError("There is nothing at this path.")
    if call.request.method != "POST":
        raise MethodNotAllowedError("Events are sent by POST.", "POST")
    if call.path_token:
        call.integration()  # before the body is looked at
    event = _event_in(call)
    routing_key = event.get("routing_key")
    integration = call.integration(routing_key if isinstance(routing_key, str) else None)
    signal = read_event(event, settings_of(integration))
    intake = call.take_in([Entry(signal)], integration)
    said = {
        "status": "success",
        "message": "Event processed",
        "dedup_key": event.get("dedup_key") or signal.dedup_key,
    }
    reply = Reply(status=HTTPStatus.ACCEPTED, body=json.dumps(said, ensure_ascii=False))
    return Taken(reply=reply, integration=integration.name, intake=intake)


def refuse(error: TocsinError, _request_id: str) -> Reply:
    """Spell a refusal as PagerDuty does; its clients repeat what is 429 or 5xx."""
    status = status_of(error)
    match error:
        case MalformedInputError():
            said = _refusal("Unrecognized object", "Event object format is unrecognized", error)
        case InvalidInputError() | IntegrationNotFoundError():
            status = HTTPStatus.BAD_REQUEST
            said = _refusal("invalid event", "Event object is invalid", error)
        case _:
            said = _refusal("error", error.message, error)
    headers = dict(headers_of_status(status))
    if isinstance(error, MethodNotAllowedError):
        headers["allow"] = error.allowed
    return Reply(status=status, body=json.dumps(said, ensure_ascii=False), headers=headers)


def _event_in(call: CompatCall) -> Mapping[str, Any]:
    value = read_body(call.request.body, call.request.headers.get("content-type", ""))
    if not isinstance(value, dict):
        raise MalformedInputError(f"The body is {kind_of(value)}; an event is an object.")
    return value


def _refusal(status: str, message: str, error: TocsinError) -> dict[str, Any]:
    if isinstance(error, IntegrationNotFoundError):
        errors = ["'routing_key' is invalid: there is no integration with this key"]
    else:
        errors = [f"'{it.field}' {it.problem}" for it in error.details] or [error.message]
    return {"status": status, "message": message, "errors": errors}


PRODUCT: Final = Product(take=take, refuse=refuse)
