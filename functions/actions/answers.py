"""From a gateway's event to its answer: find the route, work, answer, log."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from functions.actions.link_pages import answer_link, failed
from functions.actions.ports import Ports
from functions.actions.request import HttpAnswer, Request
from functions.actions.slack import answer_slack
from tocsin.domain.errors import NotFoundError, TocsinError
from tocsin.lambda_runtime.error_answers import (
    MethodNotAllowedError,
    error_body,
    error_headers,
    internal_error_body,
    status_of,
)

LINK: Final = "/act/{token}"
SLACK: Final = "/slack/{channel}/actions"
_LINK_METHODS: Final = ("GET", "HEAD", "POST")
_JSON: Final = {
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}


def respond(event: Mapping[str, Any], ports: Ports) -> dict[str, Any]:
    """Answer one request; every error becomes an answer too."""
    request = Request(event=event, at=ports.now())
    request.facts.update(request_id=request.request_id, method=request.method, route=None)
    try:
        answer = _work(request, ports)
    except TocsinError as error:
        answer = _refusal(error, request)
    except Exception:
        ports.log.exception("Request failed", **request.facts)
        answer = _failure(request)
    ports.log.info("Request answered", **request.facts, status=int(answer.status))
    body = "" if request.method == "HEAD" else answer.body
    return {"statusCode": int(answer.status), "headers": dict(answer.headers), "body": body}


def _work(request: Request, ports: Ports) -> HttpAnswer:
    match request.segments:
        case ["act", token]:
            request.facts["route"] = LINK
            _expect_method(request, _LINK_METHODS)
            return answer_link(request, token, ports)
        case ["slack", channel, "actions"]:
            request.facts["route"] = SLACK
            _expect_method(request, ("POST",))
            return answer_slack(request, channel, ports)
        case _:
            raise NotFoundError("There is nothing at this path.")


def _expect_method(request: Request, allowed: tuple[str, ...]) -> None:
    if request.method not in allowed:
        methods = ", ".join(allowed)
        raise MethodNotAllowedError(f"This path takes {methods}.", methods)


def _refusal(error: TocsinError, request: Request) -> HttpAnswer:
    headers = {**_JSON, **error_headers(error)}
    body = error_body(error, request.request_id)
    return HttpAnswer(status=status_of(error), body=body, headers=headers)


def _failure(request: Request) -> HttpAnswer:
    if request.facts["route"] == LINK:
        return failed(request.request_id)
    body = internal_error_body(request.request_id)
    return HttpAnswer(status=HTTPStatus.INTERNAL_SERVER_ERROR, body=body, headers=_JSON)
