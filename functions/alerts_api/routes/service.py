"""Health, version, and the caller."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from functions.alerts_api.answers import with_data, with_json
from functions.alerts_api.request import Request
from functions.alerts_api.route import Access, Route
from tocsin.domain.alert_json import written
from tocsin.domain.credential import ApiKey
from tocsin.domain.errors import UnauthorizedError
from tocsin.lambda_runtime.http import HttpAnswer
from tocsin.version import VERSION

if TYPE_CHECKING:
    from functions.alerts_api.ports import Ports
    from tocsin.domain.session import Session
    from tocsin.lambda_runtime.callers import Caller


def service_routes(ports: Ports) -> tuple[Route, ...]:
    return (
        Route("GET", "/health", "show_health", show_health, Access.OPEN),
        Route("GET", "/api/v1/version", "show_version", show_version, Access.OPEN),
        Route(
            "GET", "/api/v1/me", "show_caller", partial(show_caller, ports=ports), Access.ANY_KEY
        ),
    )


def show_health(_request: Request) -> HttpAnswer:
    return with_json({"status": "ok"})


def show_version(_request: Request) -> HttpAnswer:
    """Open as the document is, which names the version too."""
    return with_data({"version": VERSION})


def show_caller(request: Request, *, ports: Ports) -> HttpAnswer:
    caller = request.key
    if caller is None:
        raise UnauthorizedError("This needs an API key.")
    user = ports.users().find(caller.user) if caller.user else None
    session = _session_of(caller)
    is_person = session is not None and session.key_id is None
    return with_data(
        {
            "key_id": caller.key_id,
            "name": caller.name,
            "user": caller.user,
            "actor": caller.actor,
            "scopes": sorted(caller.scopes),
            "role": user.value.role if user and is_person else None,
            "time_zone": user.value.time_zone if user else ports.time_zone,
            "team": ports.team,
            "stage": ports.stage,
            "session": session and _view_session(session),
            "created_at": written(caller.created_at),
            "last_used_at": written(caller.last_used_at),
            "paging": "shadow" if ports.is_shadow else "on",
        }
    )


def _session_of(caller: Caller) -> Session | None:
    return None if isinstance(caller, ApiKey) else caller.session


def _view_session(session: Session) -> dict[str, Any]:
    return {
        "id": session.session_id,
        "door": session.door,
        "created_at": written(session.created_at),
        "expires_at": written(session.expires_at),
        "ends_at": written(session.ends_at),
    }
