"""The table of routes, by method and path."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from tocsin.domain.credential import Scope
from tocsin.lambda_runtime.http import HttpAnswer

type Work = Callable[..., HttpAnswer]
"""Takes the request and the path's parameters, in their order."""


class Access(Enum):
    """Of a route that needs no scope."""

    OPEN = auto()
    ANY_KEY = auto()


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    operation: str
    """Its name in the OpenAPI document, under which `schemas` describe it."""
    work: Work
    access: Scope | Access


@dataclass(slots=True)
class _Place:
    below: dict[str, "_Place"] = field(default_factory=dict)
    parameter: "_Place | None" = None
    routes: dict[str, Route] = field(default_factory=dict)


class RouteTable:
    """Finds routes segment by segment.

    Lazy routes are loaded by the first request that needs one: an acknowledgement in a new
    process does not wait for the code of the configuration.
    """

    def __init__(
        self, everyday: Iterable[Route], lazy: Callable[[], Iterable[Route]] = tuple
    ) -> None:
        self._routes = list(everyday)
        self._lazy: Callable[[], Iterable[Route]] | None = lazy
        self._root = _Place()
        for route in self._routes:
            self._add(route)

    @property
    def routes(self) -> tuple[Route, ...]:
        """Loads the lazy ones."""
        self._read_lazy()
        return tuple(self._routes)

    def find(self, method: str, path: str) -> tuple[Mapping[str, Route], list[str]]:
        """Find the routes of a path by method, and the values of its parameters.

        A fixed segment goes before a parameter; a slash at the end is ignored. An unknown path has
        no routes.
        """
        routes, values = self._find(path)
        if method not in routes and self._lazy is not None:
            self._read_lazy()
            return self._find(path)
        return routes, values

    def _find(self, path: str) -> tuple[Mapping[str, Route], list[str]]:
        place, values = self._root, list[str]()
        for segment in path.strip("/").split("/"):
            if segment in place.below:
                place = place.below[segment]
            elif place.parameter is not None:
                values.append(segment.replace("%25", "%"))  # the gateway has decoded the rest
                place = place.parameter
            else:
                return {}, []
        return place.routes, values

    def _read_lazy(self) -> None:
        if self._lazy is None:
            return
        read, self._lazy = self._lazy, None
        for route in read():
            self._routes.append(route)
            self._add(route)

    def _add(self, route: Route) -> None:
        place = self._root
        for segment in route.path.strip("/").split("/"):
            if segment.startswith("{"):
                place.parameter = place.parameter or _Place()
                place = place.parameter
            else:
                place = place.below.setdefault(segment, _Place())
        if route.method in place.routes:
            message = f"{route.method} {route.path} is taken."
            raise ValueError(message)
        place.routes[route.method] = route
