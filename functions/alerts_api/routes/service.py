"""Health, version, and the caller's own key."""

from functools import partial

from functions.alerts_api.answers import with_data, with_json
from functions.alerts_api.request import Request
from functions.alerts_api.route import Access, Route
from tocsin.domain.alert_json import written
from tocsin.domain.errors import UnauthorizedError
from tocsin.lambda_runtime.http import HttpAnswer
from tocsin.version import VERSION


def service_routes(*, is_shadow: bool) -> tuple[Route, ...]:
    """Args: is_shadow: Whether no message leaves, because another tool still pages."""
    paging = "shadow" if is_shadow else "on"
    return (
        Route("GET", "/health", "show_health", show_health, Access.OPEN),
        Route("GET", "/api/v1/version", "show_version", show_version, Access.OPEN),
        Route(
            "GET", "/api/v1/me", "show_caller", partial(show_caller, paging=paging), Access.ANY_KEY
        ),
    )


def show_health(_request: Request) -> HttpAnswer:
    return with_json({"status": "ok"})


def show_version(_request: Request) -> HttpAnswer:
    """Open as the document is, which names the version too."""
    return with_data({"version": VERSION})


def show_caller(request: Request, *, paging: str) -> HttpAnswer:
    key = request.key
    if key is None:
        raise UnauthorizedError("This needs an API key.")
    return with_data(
        {
            "key_id": key.key_id,
            "name": key.name,
            "user": key.user,
            "actor": key.actor,
            "scopes": sorted(key.scopes),
            "created_at": written(key.created_at),
            "last_used_at": written(key.last_used_at),
            "paging": paging,
        }
    )
