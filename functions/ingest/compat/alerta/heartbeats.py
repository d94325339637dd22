"""Heartbeats: report and list. What Alerta calls origin is the heartbeat's name here."""

from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from functions.ingest.compat import CompatCall
from functions.ingest.compat.alerta.alert import base_of, told
from functions.ingest.compat.heartbeats import configured_elsewhere, find, hear, name_of, shown
from functions.ingest.compat.integration_alerts import IntegrationAlerts, written
from functions.ingest.compat.refusals import nothing_here
from functions.ingest.request_and_answer import Taken
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.errors import HeartbeatNotFoundError, InvalidInputError, Problem
from tocsin.domain.heartbeat import Heartbeat, HeartbeatStatus

MAX_LATENCY_MILLISECONDS: Final = 2_000


def take_heartbeat(call: CompatCall, own: IntegrationAlerts, path: tuple[str, ...]) -> Taken:
    match call.request.method, path:
        case "POST", ():
            return _report(call, own)
        case "GET", (name,):
            view = _view(call, find(call, own.integration, name_of(name)), call.request.at)
            return told(own, {"status": "ok", "total": 1, "heartbeat": view})
        case "DELETE", (_,):
            raise configured_elsewhere()
        case _:
            raise nothing_here()


def take_heartbeats(call: CompatCall, own: IntegrationAlerts) -> Taken:
    if call.request.method != "GET":
        raise nothing_here()
    rows = [_view(call, it, call.request.at) for it in shown(call, own.integration)]
    pages = {"page": 1, "pageSize": len(rows), "pages": 1, "more": False, "total": len(rows)}
    return told(own, {"status": "ok", "heartbeats": rows, **pages})


def _report(call: CompatCall, own: IntegrationAlerts) -> Taken:
    body = call.object_in_body()
    origin = body.get("origin")
    if not isinstance(origin, str) or not origin:
        problem = Problem("origin", 'Missing mandatory value for "origin"')
        raise InvalidInputError("The body is no heartbeat.", [problem])
    try:
        heartbeat = hear(call, own.integration, name_of(origin))
    except HeartbeatNotFoundError as error:
        problem = Problem(
            "origin", f"there is no heartbeat {name_of(origin)}: make it by the API first"
        )
        raise HeartbeatUnknownError(problem) from error
    view = _view(call, heartbeat, read_time(body.get("createTime")) or call.request.at)
    view["origin"] = origin
    said = {"status": "ok", "id": heartbeat.name, "heartbeat": view}
    return told(own, said, HTTPStatus.CREATED)


class HeartbeatUnknownError(HeartbeatNotFoundError):
    """The reporting program has no heartbeat here, so its failure would go unnoticed."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.details = (problem,)


def _view(call: CompatCall, heartbeat: Heartbeat, created_at: datetime) -> dict[str, Any]:
    at = call.request.at
    heard_at = heartbeat.heard_at or heartbeat.created_at
    is_overdue = heartbeat.status(at) is HeartbeatStatus.OVERDUE
    return {
        "id": heartbeat.name,
        "href": f"{base_of(call)}/heartbeat/{heartbeat.name}",
        "origin": heartbeat.name,
        "tags": [],
        "attributes": {"severity": heartbeat.severity},
        "type": "Heartbeat",
        "createTime": written(min(created_at, at)),
        "receiveTime": written(heard_at),
        "timeout": int((heartbeat.deadline - heard_at).total_seconds()),
        "customer": None,
        "latency": max(0, round((at - created_at).total_seconds() * 1000)),
        "maxLatency": MAX_LATENCY_MILLISECONDS,
        "since": max(0, int((at - heard_at).total_seconds())),
        "status": "expired" if is_overdue else "ok",
    }
