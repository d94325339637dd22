"""The paths below `/v2/heartbeats`."""

from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from functions.ingest.compat import CompatCall
from functions.ingest.compat.heartbeats import configured_elsewhere, find, hear, name_of, shown
from functions.ingest.compat.opsgenie.answers import told
from functions.ingest.compat.refusals import nothing_here
from functions.ingest.request_and_answer import Taken
from tocsin.domain.errors import HeartbeatNotFoundError
from tocsin.domain.heartbeat import Heartbeat, HeartbeatStatus
from tocsin.domain.integration import Integration
from tocsin.domain.severity import Severity

_PRIORITY_OF: Final = {Severity.CRITICAL: "P1", Severity.WARNING: "P3", Severity.INFO: "P5"}
_UNITS: Final = (
    ("days", timedelta(days=1)),
    ("hours", timedelta(hours=1)),
    ("minutes", timedelta(minutes=1)),
)


def take_heartbeats(call: CompatCall, integration: Integration, path: tuple[str, ...]) -> Taken:
    at = call.request.at
    match call.request.method, path:
        case "GET" | "POST" | "PUT" | "PATCH", (name, "ping"):
            # Opsgenie says so of names that it does not know, too.
            with suppress(HeartbeatNotFoundError):
                hear(call, integration, name_of(name))
            said = {"result": "PONG - Heartbeat received"}
            return told(call, integration.name, said, HTTPStatus.ACCEPTED)
        case "GET", ():
            views = [view_heartbeat(it, at) for it in shown(call, integration)]
            return told(call, integration.name, {"data": {"heartbeats": views}})
        case "GET", (name,):
            heartbeat = find(call, integration, name_of(name))
            return told(call, integration.name, {"data": view_heartbeat(heartbeat, at)})
        case (("POST" | "PATCH" | "PUT" | "DELETE"), () | (_,) | (_, "enable" | "disable")):
            raise configured_elsewhere()
        case _:
            raise nothing_here()


def view_heartbeat(heartbeat: Heartbeat, at: datetime) -> dict[str, Any]:
    """Show a heartbeat; one of less than a minute lasts one, Opsgenie's least.

    Of a cron expression, which Opsgenie has not, the interval is the time from the last ping to the
    next that is expected.
    """
    heard_at = heartbeat.heard_at or heartbeat.created_at
    period = heartbeat.period or heartbeat.expected_at - heard_at
    unit, length = next(
        ((unit, length) for unit, length in _UNITS if not period % length), _UNITS[-1]
    )
    return {
        "name": heartbeat.name,
        "description": "",
        "interval": max(1, period // length),
        "intervalUnit": unit,
        "enabled": True,
        "expired": heartbeat.status(at) is HeartbeatStatus.OVERDUE,
        "alertMessage": f"{heartbeat.name} is expired",
        "alertTags": [],
        "alertPriority": _PRIORITY_OF[heartbeat.severity],
    }
