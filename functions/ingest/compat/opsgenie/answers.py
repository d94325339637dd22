"""Answers in Opsgenie's shape."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from functions.ingest.compat import CompatCall
from functions.ingest.request_and_answer import Taken
from tocsin.lambda_runtime.http import HttpAnswer


def accepted(call: CompatCall, request_id: str) -> HttpAnswer:
    """Answer a write; the client can ask for its result by the id."""
    return _reply(call, {"result": "Request will be processed"}, HTTPStatus.ACCEPTED, request_id)


def told(
    call: CompatCall, integration: str, said: Mapping[str, Any], status: int = HTTPStatus.OK
) -> Taken:
    reply = _reply(call, said, status, call.request.request_id)
    return Taken(reply=reply, integration=integration)


def _reply(call: CompatCall, said: Mapping[str, Any], status: int, request_id: str) -> HttpAnswer:
    took = round((call.ports.now() - call.request.at).total_seconds(), 3)
    body = json.dumps({**said, "took": took, "requestId": request_id}, ensure_ascii=False)
    headers = {"x-request-id": request_id, "x-response-time": str(took)}
    return HttpAnswer(status=status, body=body, headers=headers)
