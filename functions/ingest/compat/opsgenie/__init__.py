"""Opsgenie's Alert API, for its own clients."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from functions.ingest.compat import CompatCall, Product
from functions.ingest.compat.refusals import headers_of, nothing_here
from functions.ingest.request_and_answer import Taken
from tocsin.domain.credential import TOKEN_LENGTH
from tocsin.domain.errors import (
    AlertNotFoundError,
    IntegrationNotFoundError,
    InvalidInputError,
    TocsinError,
    UnauthorizedError,
)
from tocsin.domain.integration import Integration
from tocsin.lambda_runtime.http import HttpAnswer, status_of

_HEX: Final = frozenset("0123456789abcdef")
_NOT_PROCESSABLE: Final = "Request body is not processable. Please check the errors."


class KeyFormatError(InvalidInputError):
    """What was sent as a key can be none."""


def take(call: CompatCall) -> Taken:
    integration = _integration(call)
    match call.segments:
        case ("v2", "alerts", *_):
            from functions.ingest.compat.opsgenie.alerts import take_alerts

            return take_alerts(call, integration)
        case ("v2", "heartbeats", *rest):
            from functions.ingest.compat.opsgenie.heartbeats import take_heartbeats

            return take_heartbeats(call, integration, tuple(rest))
        case _:
            raise nothing_here()


def refuse(error: TocsinError, request_id: str) -> HttpAnswer:
    status: int = status_of(error)
    said: dict[str, Any] = {"message": error.message, "took": 0.0, "requestId": request_id}
    match error:
        case KeyFormatError():
            pass
        case UnauthorizedError() | IntegrationNotFoundError():
            status, said["message"] = HTTPStatus.UNAUTHORIZED, "Could not authenticate"
        case AlertNotFoundError():
            said["message"] = "Alert does not exist"
        case InvalidInputError(details=details) if details:
            said |= {
                "message": _NOT_PROCESSABLE,
                "errors": {it.field: it.problem for it in details},
            }
        case _:
            pass
    headers = {**headers_of(error), "x-request-id": request_id}
    return HttpAnswer(status=status, body=json.dumps(said, ensure_ascii=False), headers=headers)


def _integration(call: CompatCall) -> Integration:
    """Find whose request it is; a key that another product made may be no UUID.

    Raises:
        UnauthorizedError: There is no key.
        KeyFormatError: It is unknown, and no UUID.
        IntegrationNotFoundError: It is unknown.
    """
    key = _key_in(call)
    try:
        return call.integration(key)
    except IntegrationNotFoundError as error:
        digits = "" if key is None else key.replace("-", "").lower()
        if key is not None and (len(digits) != TOKEN_LENGTH or not _HEX.issuperset(digits)):
            raise KeyFormatError("Key format is not valid!") from error
        raise


def _key_in(call: CompatCall) -> str | None:
    """The key that the client sends, which below a token may be anything.

    Raises:
        UnauthorizedError: There is none.
    """
    if call.path_token is not None:
        return None
    key = _key_of(call.request.headers) or call.request.query.get("apiKey")
    if not key:
        raise UnauthorizedError("Send the integration's key: Authorization: GenieKey <key>.")
    return key


def _key_of(headers: Mapping[str, str]) -> str | None:
    scheme, _, key = headers.get("authorization", "").strip().partition(" ")
    return key.strip() if scheme.lower() == "geniekey" else None


PRODUCT: Final = Product(take=take, refuse=refuse)
