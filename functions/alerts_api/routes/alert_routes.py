"""Routes of alerts: which escalation policy an alert is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from functions.alerts_api.configured import ConfiguredRoutes, Members, Noun
from functions.alerts_api.request import Request, validated
from functions.alerts_api.route import Route
from tocsin.domain.credential import Scope
from tocsin.domain.routing import Route as AlertRoute
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from functions.alerts_api.references import Stores
    from tocsin.usecases.ports import NewWriteId

ROUTES: Final = "/api/v1/routes"
ROUTE: Final = f"{ROUTES}/{{name}}"


@dataclass(frozen=True, slots=True)
class AlertRouteRoutes:
    """The team's routes."""

    work: ConfiguredRoutes[AlertRoute]

    @classmethod
    def over(cls, stores: Stores, new_write_id: NewWriteId) -> AlertRouteRoutes:
        """Make them for these stores."""
        noun = Noun(
            words="route",
            read=read_route,
            settings=settings_of_route,
            problems=lambda route: stores.unknown_policy(route.escalation_policy),
        )
        return cls(
            ConfiguredRoutes(
                noun=noun,
                repository=stores.routes,
                open_alerts=stores.open_alerts,
                new_write_id=new_write_id,
            )
        )

    def routes(self) -> tuple[Route, ...]:
        """Name the routes of this module."""
        read, write = Scope.CONFIG_READ, Scope.CONFIG_WRITE
        return (
            Route("GET", ROUTES, self.list_routes, read),
            Route("GET", ROUTE, self.get_route, read),
            Route("PUT", ROUTE, self.put_route, write),
            Route("PATCH", ROUTE, self.change_route, write),
            Route("DELETE", ROUTE, self.delete_route, write),
        )

    def list_routes(self, request: Request) -> HttpAnswer:
        return self.work.page(request)

    def get_route(self, _request: Request, name: str) -> HttpAnswer:
        return self.work.show(name)

    def put_route(self, request: Request, name: str) -> HttpAnswer:
        return self.work.put(request, name)

    def change_route(self, request: Request, name: str) -> HttpAnswer:
        return self.work.change(request, name)

    def delete_route(self, request: Request, name: str) -> HttpAnswer:
        return self.work.remove(request, name)


def read_route(name: str, members: Members) -> AlertRoute:
    """Read a body."""
    from functions.alerts_api.schemas.alert_routes import (  # noqa: PLC0415 - brings pydantic
        RouteBody,
    )

    return validated(RouteBody, members).named(name)


def settings_of_route(route: AlertRoute) -> dict[str, Any]:
    """What PUT takes, as it would take it."""
    return {
        "match": [str(matcher) for matcher in route.match],
        "escalation_policy": route.escalation_policy,
        "position": route.position,
    }
