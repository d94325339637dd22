"""Configuration of routes from alerts to escalation policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.alerts_api.configuration_routes import Members, Noun, ValueRoutes
from functions.alerts_api.request import validated
from functions.alerts_api.route import Route
from tocsin.bodies.hours import settings_of_hours
from tocsin.bodies.routes import RouteBody
from tocsin.domain.duration import spelled
from tocsin.domain.routing import Route as AlertRoute

if TYPE_CHECKING:
    from functions.alerts_api.configuration_stores import Stores
    from functions.alerts_api.ports import Ports


def route_routes(ports: Ports, stores: Stores) -> tuple[Route, ...]:
    return ValueRoutes(
        noun=Noun(words="route", plural="routes"),
        repository=stores.routes,
        stores=stores,
        ports=ports,
        read_value=read_route,
        settings_of=settings_of_route,
        resolve=lambda route: (route, stores.unknown_policy(route.escalation_policy)),
    ).routes()


def read_route(name: str, members: Members) -> AlertRoute:
    return validated(RouteBody, members).named(name)


def settings_of_route(route: AlertRoute) -> dict[str, Any]:
    return {
        "match": [str(matcher) for matcher in route.match],
        "escalation_policy": route.escalation_policy,
        "severity": route.severity,
        "hold": spelled(route.hold),
        "close_after": spelled(route.close_after) if route.close_after else None,
        "only": [settings_of_hours(hours) for hours in route.only],
        "time_zone": route.time_zone,
        "position": route.position,
    }
