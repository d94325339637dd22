"""From a gateway's event to its answer: match, admit, work, answer, log."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from functions.alerts_api.answers import to_gateway
from functions.alerts_api.request import Request
from functions.alerts_api.route import Access, Route, RouteTable
from tocsin.domain.activity import Author
from tocsin.domain.answer import Answer, Claim
from tocsin.domain.credential import ApiKey, Scope
from tocsin.domain.errors import NotFoundError, TocsinError
from tocsin.lambda_runtime import http
from tocsin.lambda_runtime.current_author import CurrentAuthor
from tocsin.lambda_runtime.http import JSON, HttpAnswer, MethodNotAllowedError, refusal
from tocsin.usecases.answer_once import answer_once, hash_request

if TYPE_CHECKING:
    from tocsin.lambda_runtime.callers import Callers
    from tocsin.usecases.ports import AnswerRepository, NewWriteId

IDEMPOTENCY_KEY: Final = "idempotency-key"
REPLAYED: Final = "idempotent-replayed"


class Log(Protocol):
    def info(self, message: str, **facts: object) -> None: ...

    def exception(self, message: str, **facts: object) -> None: ...


class Api:
    """Called with the event of each request."""

    def __init__(  # noqa: PLR0913 - what a request needs, each by its name
        self,
        table: RouteTable,
        *,
        callers: Callers,
        answers: AnswerRepository,
        now: Callable[[], datetime],
        new_write_id: NewWriteId,
        log: Log,
        acting: CurrentAuthor | None = None,
    ) -> None:
        self._table = table
        self._callers = callers
        self._answers = answers
        self._now = now
        self._new_write_id = new_write_id
        self._log = log
        self._acting = acting or CurrentAuthor()

    @property
    def routes(self) -> tuple[Route, ...]:
        """All routes, in the order in which they are described."""
        return self._table.routes

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one request; every error becomes an answer too."""
        started = time.perf_counter()
        request = Request(event=event, at=self._now())
        self._acting.author = None
        facts: dict[str, object] = {
            "request_id": request.request_id,
            "method": request.method,
            "route": None,
            "key_id": None,
        }
        answer = http.respond(
            lambda: self._answer(request, facts),
            refuse=lambda error: refusal(error, request.request_id),
            fail=lambda error: refusal(error, request.request_id),
            log=self._log,
            facts=facts,
        )
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        status = int(answer.status)
        self._log.info("Request answered", **facts, status=status, milliseconds=milliseconds)
        if request.method == "HEAD":
            answer = replace(answer, body="")
        return to_gateway(answer, request.headers.get("accept-encoding", ""))

    def _answer(self, request: Request, facts: dict[str, object]) -> HttpAnswer:
        route, values = self._match(request)
        facts["route"] = route.path
        if route.access is not Access.OPEN:
            scope = route.access if isinstance(route.access, Scope) else None
            key = self._callers.admit(request, scope)
            facts["key_id"] = key.key_id
            if not isinstance(key, ApiKey):
                facts["session_id"] = key.session.session_id
            request = replace(request, key=key)
            self._acting.author = Author(key.actor, request.at)
        return self._work_once(request, lambda: _work(route, request, values))

    def _match(self, request: Request) -> tuple[Route, list[str]]:
        method = "GET" if request.method == "HEAD" else request.method
        routes, values = self._table.find(method, request.path)
        if method in routes:
            return routes[method], values
        if not routes:
            raise NotFoundError("There is nothing at this path. See /docs for what there is.")
        allowed = ", ".join((*routes, "HEAD") if "GET" in routes else routes)
        raise MethodNotAllowedError(f"This path takes {allowed}.", allowed)

    def _work_once(self, request: Request, work: Callable[[], HttpAnswer]) -> HttpAnswer:
        key = request.headers.get(IDEMPOTENCY_KEY)
        if key is None or request.method != "POST" or request.key is None:
            return work()
        claim = Claim(
            caller=request.actor,
            key=key,
            request_hash=hash_request(request.method, request.path.rstrip("/"), request.body),
            at=request.at,
            write_id=self._new_write_id(),
        )
        done: list[HttpAnswer] = []

        def work_once() -> Answer:
            done.append(work())
            status, body, body_again = done[0].status, done[0].body, done[0].body_again
            return Answer(status=status, body=body, body_again=body_again)

        answer = answer_once(claim, work_once, answers=self._answers)
        if done:
            return done[0]
        headers = {"content-type": JSON, REPLAYED: "true"}
        return HttpAnswer(status=answer.status, body=answer.body, headers=headers)


def _work(route: Route, request: Request, values: list[str]) -> HttpAnswer:
    try:
        return route.work(request, *values)
    except TocsinError as error:
        return refusal(error, request.request_id)
