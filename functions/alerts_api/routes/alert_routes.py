"""Configuration of routes from alerts to escalation policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.alerts_api.configuration_routes import Members, Noun, ValueRoutes
from functions.alerts_api.request import validated
from functions.alerts_api.route import Route
from tocsin.bodies.facts import settings_of_route
from tocsin.bodies.routes import RouteBody
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
