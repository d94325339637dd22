"""The routes of the API, one module a noun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.alerts_api.api import Api
from functions.alerts_api.ports import Ports
from functions.alerts_api.route import Route, RouteTable
from functions.alerts_api.routes.alerts import AlertRoutes
from functions.alerts_api.routes.alerts_bulk import BulkRoutes
from functions.alerts_api.routes.changes import ChangeRoutes
from functions.alerts_api.routes.notifications import NotificationRoutes
from functions.alerts_api.routes.service import service_routes
from tocsin.lambda_runtime.callers import Callers

if TYPE_CHECKING:
    from tocsin.lambda_runtime.sessions import Sessions


def _sessions(ports: Ports) -> Sessions:
    from tocsin.lambda_runtime.sessions import Sessions

    return Sessions(sessions=ports.sessions(), users=ports.users(), keys=ports.keys)


def build_api(ports: Ports) -> Api:
    alerts = AlertRoutes(
        alerts=ports.alerts,
        awake=ports.awake,
        paging=ports.paging,
        new_write_id=ports.new_write_id,
    )
    bulk = BulkRoutes(alerts=ports.alerts, new_write_id=ports.new_write_id)
    notifications = NotificationRoutes(alerts=ports.alerts, notifications=ports.notifications)
    everyday = (
        *alerts.routes(),
        *bulk.routes(),
        *notifications.routes(),
        *ChangeRoutes(changes=ports.changes).routes(),
        *service_routes(ports),
    )

    def lazy() -> tuple[Route, ...]:
        from functions.alerts_api.routes.lazy_routes import lazy_routes

        return lazy_routes(ports, everyday)

    return Api(
        RouteTable(everyday, lazy),
        callers=Callers(ports.keys, lambda: _sessions(ports), public_url=ports.public_url),
        answers=ports.answers,
        now=ports.now,
        new_write_id=ports.new_write_id,
        log=ports.log,
        acting=ports.acting,
    )
