"""Alerta's API, as its command line and its senders use it."""

import json
from collections.abc import Mapping
from typing import Any, Final

from functions.ingest.compat import CompatCall, Product
from functions.ingest.compat.integration_alerts import IntegrationAlerts
from functions.ingest.compat.refusals import headers_of, nothing_here
from functions.ingest.request_and_answer import Taken
from tocsin.domain.errors import (
    IntegrationNotFoundError,
    InvalidInputError,
    NotFoundError,
    TocsinError,
    UnauthorizedError,
)
from tocsin.lambda_runtime.http import HttpAnswer, status_of

_STATUSES: Final = {
    IntegrationNotFoundError: 401,
    UnauthorizedError: 401,
    InvalidInputError: 400,
}
_KEY_SCHEMES: Final = frozenset(("key", "bearer"))


def take(call: CompatCall) -> Taken:
    if call.path == "config":
        return _config(call)
    integration = call.integration(_key_in(call))
    own = IntegrationAlerts(integration, call)
    match call.segments:
        case ("alert", *rest):
            from functions.ingest.compat.alerta.alert import take_alert

            return take_alert(call, own, tuple(rest))
        case ("alerts", *rest):
            from functions.ingest.compat.alerta.listing import take_list

            return take_list(call, own, tuple(rest))
        case ("heartbeat" | "heartbeats" as word, *rest):
            from functions.ingest.compat.alerta import heartbeats

            if word == "heartbeats" and not rest:
                return heartbeats.take_heartbeats(call, own)
            return heartbeats.take_heartbeat(call, own, tuple(rest))
        case _:
            raise nothing_here()


def refuse(error: TocsinError, request_id: str) -> HttpAnswer:
    status = next(
        (code for kind, code in _STATUSES.items() if isinstance(error, kind)),
        int(status_of(error)),
    )
    problems = [it.problem for it in error.details]
    said: dict[str, Any] = {
        "status": "error",
        "code": status,
        "message": problems[0] if problems else error.message,
        "errors": problems or None,
        "requestId": request_id,
    }
    match error:
        case IntegrationNotFoundError():
            said["message"] = "API key parameter is invalid"
        case NotFoundError() if not problems:
            said["message"] = "not found"
        case _:
            pass
    headers = {**headers_of(error), "x-request-id": request_id}
    return HttpAnswer(status=status, body=json.dumps(said, ensure_ascii=False), headers=headers)


def _config(call: CompatCall) -> Taken:
    """What the command line asks for before every command, and without a key."""
    from functions.ingest.compat.alerta.config import config

    call.request.expect_method("The configuration is read by GET.", "GET")
    name = call.integration().name if call.path_token is not None else ""
    body = json.dumps(config(call))
    return Taken(reply=HttpAnswer(status=200, body=body), integration=name)


def _key_in(call: CompatCall) -> str | None:
    """The key that the client sends, which below a token may be anything.

    Raises:
        UnauthorizedError: There is none.
    """
    if call.path_token is not None:
        return None
    key = _key_of(call.request.headers) or call.request.query.get("api-key")
    if not key:
        raise UnauthorizedError("Missing authorization API Key or Bearer Token")
    return key


def _key_of(headers: Mapping[str, str]) -> str:
    scheme, _, key = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() in _KEY_SCHEMES and key.strip():
        return key.strip()
    return headers.get("x-api-key", "").strip()


PRODUCT: Final = Product(take=take, refuse=refuse)
