"""From a gateway's event to its answer: find the route, work, answer, log."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from functions.actions.link_pages import answer_link, failed
from functions.actions.ports import Ports
from functions.actions.request import Request
from functions.actions.slack import answer_slack
from tocsin.domain.errors import NotFoundError, TocsinError
from tocsin.domain.short_link import read_short
from tocsin.lambda_runtime import http
from tocsin.lambda_runtime.http import HttpAnswer, refusal, to_gateway

LINK: Final = "/act/{token}"
VERIFY: Final = "/verify/{token}"
SHORT_LINK: Final = "/s/{token}"
SLACK: Final = "/slack/{channel}/actions"
_KEPT_NOWHERE: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def respond(event: Mapping[str, Any], ports: Ports) -> dict[str, Any]:
    request = Request(event=event, at=ports.now())
    request.facts.update(request_id=request.request_id, method=request.method, route=None)
    answer = http.respond(
        lambda: _work(request, ports),
        refuse=lambda error: _refusal(error, request),
        fail=lambda error: _failure(error, request),
        log=ports.log,
        facts=request.facts,
    )
    ports.log.info("Request answered", **request.facts, status=int(answer.status))
    return to_gateway(replace(answer, body="") if request.method == "HEAD" else answer)


def _work(request: Request, ports: Ports) -> HttpAnswer:
    match request.segments:
        case ["act", token]:
            request.facts["route"] = LINK
            request.expect_method("This path takes GET, HEAD, POST.", "GET", "HEAD", "POST")
            return answer_link(request, token, ports)
        case ["verify", token]:
            from functions.actions.verification import answer_verification

            request.facts["route"] = VERIFY
            request.expect_method("This path takes GET, HEAD, POST.", "GET", "HEAD", "POST")
            return answer_verification(request, token, ports)
        case ["s", written]:
            request.facts["route"] = SHORT_LINK
            request.expect_method("This path takes GET, HEAD, POST.", "GET", "HEAD", "POST")
            return answer_link(request, read_short(written) or written, ports)
        case ["slack", channel, "actions"]:
            request.facts["route"] = SLACK
            request.expect_method("This path takes POST.", "POST")
            return answer_slack(request, channel, ports)
        case _:
            raise NotFoundError("There is nothing at this path.")


def _refusal(error: TocsinError, request: Request) -> HttpAnswer:
    answer = refusal(error, request.request_id)
    return replace(answer, headers={**_KEPT_NOWHERE, **answer.headers})


def _failure(error: TocsinError, request: Request) -> HttpAnswer:
    if request.facts["route"] in {LINK, SHORT_LINK, VERIFY}:
        return failed(request.request_id)
    return _refusal(error, request)
