"""Alertmanager's API v1, which old programs still post alerts to, and its health checks."""

import json
from http import HTTPStatus
from typing import Final

from functions.ingest.compat import CompatCall, Product
from functions.ingest.compat.alertmanager import take_alerts
from functions.ingest.compat.refusals import headers_of
from functions.ingest.request_and_answer import Taken
from functions.ingest.routes import BY_POST
from tocsin.domain.errors import InvalidInputError, MalformedInputError, NotFoundError, TocsinError
from tocsin.lambda_runtime.http import HttpAnswer, status_of

_SUCCESS: Final = json.dumps({"status": "success"})
_HEALTH: Final = ("-/healthy", "-/ready")
_PLAIN_TEXT: Final = {"content-type": "text/plain; charset=utf-8"}


def take(call: CompatCall) -> Taken:
    """Take in a list of alerts of any content type, or answer a health check."""
    integration = call.integration()
    is_get = call.request.method in ("GET", "HEAD")
    if call.path in _HEALTH and is_get:
        reply = HttpAnswer(status=HTTPStatus.OK, body="OK", headers=_PLAIN_TEXT)
        return Taken(reply=reply, integration=integration.name)
    if call.path != "api/v1/alerts":
        raise NotFoundError("There is nothing at this path.")
    call.request.expect_method(*BY_POST)
    return take_alerts(call, integration, answer=_SUCCESS, refuse=refuse)


def refuse(error: TocsinError, _request_id: str) -> HttpAnswer:
    status = status_of(error)
    is_bad_data = isinstance(error, (InvalidInputError, MalformedInputError))
    if is_bad_data:
        status = HTTPStatus.BAD_REQUEST
    kind = "bad_data" if is_bad_data else "server_error"
    said = {"status": "error", "errorType": kind, "error": error.message}
    headers = headers_of(error)
    return HttpAnswer(status=status, body=json.dumps(said, ensure_ascii=False), headers=headers)


PRODUCT: Final = Product(take=take, refuse=refuse)
