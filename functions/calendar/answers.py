"""From a gateway's event to its answer: the calendar behind a token, or that it is unchanged."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Protocol

from tocsin.domain.errors import NotFoundError
from tocsin.domain.on_call.feed import FEED_PATH
from tocsin.lambda_runtime import http
from tocsin.lambda_runtime.http import HttpAnswer, Request, refusal, to_gateway

if TYPE_CHECKING:
    from functions.calendar.feeds import Feeds

ENDING: Final = ".ics"
MAX_AGE_SECONDS: Final = 300
_ROUTE: Final = "/cal/{token}"
_HEADERS: Final = {
    "cache-control": f"private, max-age={MAX_AGE_SECONDS}",
    "x-content-type-options": "nosniff",
}
_KEPT_NOWHERE: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class Log(Protocol):
    def info(self, message: str, **facts: object) -> None: ...

    def exception(self, message: str, **facts: object) -> None: ...


def respond(event: Mapping[str, Any], feeds: Feeds, *, at: datetime, log: Log) -> dict[str, Any]:
    """Answer one request; its path is a credential, and is not logged."""
    request = Request(event=event, at=at)
    facts: dict[str, object] = {
        "request_id": request.request_id,
        "method": request.method,
        "route": _ROUTE,
    }
    answer = http.respond(
        lambda: _work(request, feeds, facts),
        refuse=lambda error: refusal(error, request.request_id),
        fail=lambda error: refusal(error, request.request_id),
        log=log,
        facts=facts,
    )
    log.info("Request answered", **facts, status=int(answer.status))
    if request.method == "HEAD":
        answer = replace(answer, body="")
    return to_gateway(answer, _KEPT_NOWHERE)


def _work(request: Request, feeds: Feeds, facts: dict[str, object]) -> HttpAnswer:
    request.expect_method("This path takes GET, HEAD.", "GET", "HEAD")
    token = str(request.event["rawPath"]).rstrip("/").removeprefix(FEED_PATH).removesuffix(ENDING)
    feed = feeds.find(token)
    if feed is None:
        raise NotFoundError("There is no calendar behind this URL.")
    facts["feed"] = feed.name
    body = feeds.calendar(feed, at=request.at)
    tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    headers = {**_HEADERS, "etag": tag}
    if _is_known(tag, request.headers.get("if-none-match", "")):
        return HttpAnswer(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers |= {
        "content-type": "text/calendar; charset=utf-8",
        "content-disposition": 'inline; filename="on-call.ics"',
    }
    return HttpAnswer(status=HTTPStatus.OK, body=body, headers=headers)


def _is_known(tag: str, said: str) -> bool:
    """Whether the client has this body, by the weak comparison of RFC 9110."""
    tags = (each.strip().removeprefix("W/") for each in said.split(","))
    return any(each in {tag, "*"} for each in tags)
