"""`/i/{token}/heartbeat`: a heartbeat's own URL, or an integration's and the heartbeat's name.

A request that reports a failure is no ping: `heartbeat_failures.py`.
"""

import json
from http import HTTPStatus
from typing import Any, Final

from functions.ingest.authentication import admit_elsewhere
from functions.ingest.heartbeat_failures import failure_reported
from functions.ingest.ports import Ports
from functions.ingest.request_and_answer import Request, Taken
from tocsin.domain.credential import hash_token
from tocsin.domain.errors import HeartbeatNotFoundError, InvalidInputError, Problem, TocsinError
from tocsin.domain.integration import HEARTBEATS
from tocsin.domain.reception import Outcome
from tocsin.lambda_runtime.http import HttpAnswer
from tocsin.usecases.run_heartbeat import HeartbeatStores, find_pinged, hear_heartbeat

NAME_LIMIT: Final = 64
HEARD: Final = "heard"
"""The outcome of a ping that had no alert to resolve."""


def take_heartbeat(request: Request, token: str, ports: Ports) -> Taken:
    """Record a ping, unless the request reports a failure.

    Raises:
        IntegrationNotFoundError: Neither a heartbeat nor an integration has this token.
        HeartbeatNotFoundError: There is no heartbeat of this name that the token may ping.
        InvalidInputError: An integration's token says which one by `name`, and there is none.
    """
    request.expect_method("Heartbeats are sent by POST, GET or HEAD.", "POST", "GET", "HEAD")
    heartbeats = ports.heartbeats()
    name = heartbeats.name_of(hash_token(token))
    by = None
    if name is None:
        by = admit_elsewhere(token, request, ports).name
        name = _name_in(request)
    body = _body_of(request)
    why = failure_reported(body, request.query)
    if why is not None:
        heartbeats.get(name) if by is None else find_pinged(name, by, heartbeats)
        said = {"name": name, "outcome": Outcome.IGNORED, "reason": why}
        return _taken(request, said, what="Heartbeat not heard")
    stores = HeartbeatStores(
        heartbeats=heartbeats,
        slots=ports.slots,
        paging=ports.paging,
        new_write_id=ports.new_write_id,
    )
    receipt = hear_heartbeat(name, at=request.at, stores=stores, by=by)
    answer: dict[str, Any] = {"name": name, "outcome": HEARD}
    if receipt is not None:
        answer |= {"alert_id": receipt.alert_id, "outcome": receipt.outcome}
    return _taken(request, answer, what="Heartbeat heard")


def _taken(request: Request, answer: dict[str, Any], *, what: str) -> Taken:
    body = "" if request.method == "HEAD" else json.dumps({"data": answer})
    reply = HttpAnswer(status=HTTPStatus.ACCEPTED, body=body)
    return Taken(reply=reply, integration=HEARTBEATS, what=what)


def _body_of(request: Request) -> object:
    """The body as read; None where it cannot be read, for a ping may have any body."""
    try:
        return request.sent.value if request.content.strip() else None
    except TocsinError:
        return None


def _name_in(request: Request) -> str:
    name: object = request.query.get("name")
    if not name and request.content.strip():
        body = request.sent.value
        name = body.get("name") if isinstance(body, dict) else None
    if not isinstance(name, str) or not name:
        problem = Problem("name", "is missing: which heartbeat is it? Add ?name=nightly-backup")
        raise InvalidInputError("An integration's URL needs the heartbeat's name.", [problem])
    if len(name) > NAME_LIMIT:
        raise HeartbeatNotFoundError
    return name
