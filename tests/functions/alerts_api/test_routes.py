"""How a path finds its route."""

import pytest

from functions.alerts_api.answers import with_json
from functions.alerts_api.request import Request
from functions.alerts_api.route import Access, Route, RouteTable
from tocsin.lambda_runtime.http import HttpAnswer


def work(_request: Request, *_values: str) -> HttpAnswer:
    return with_json(None)


def route(method: str, path: str) -> Route:
    return Route(method, path, "work", work, Access.OPEN)


def found(table: RouteTable, method: str, path: str) -> tuple[str | None, list[str]]:
    routes, values = table.find(method, path)
    return (routes[method].path if method in routes else None), values


@pytest.mark.parametrize(
    ("path", "expected", "values"),
    [
        pytest.param("/alerts", "/alerts", [], id="a fixed path"),
        pytest.param("/alerts/", "/alerts", [], id="with a slash at the end"),
        pytest.param("/alerts/1", "/alerts/{alert_id}", ["1"], id="a parameter"),
        pytest.param("/alerts/bulk", "/alerts/bulk", [], id="a fixed segment before a parameter"),
        pytest.param("/alerts/a%25b c", "/alerts/{alert_id}", ["a%b c"], id="an escaped percent"),
        pytest.param("/alerts/1/2", None, [], id="a path that is too long"),
        pytest.param("/", None, [], id="a path that is too short"),
        pytest.param("/ALERTS", None, [], id="a path in capitals"),
    ],
)
def test_a_path_leads_to_its_route(path: str, expected: str | None, values: list[str]) -> None:
    table = RouteTable(
        [route("GET", "/alerts"), route("GET", "/alerts/{alert_id}"), route("GET", "/alerts/bulk")]
    )

    assert found(table, "GET", path) == (expected, values)


def test_lazy_routes_are_read_once_and_only_when_they_are_needed() -> None:
    reads = []

    def lazy() -> list[Route]:
        reads.append("read")
        return [route("GET", "/keys"), route("POST", "/alerts/{alert_id}/create-incident")]

    table = RouteTable([route("GET", "/alerts/{alert_id}")], lazy)

    assert found(table, "GET", "/alerts/1") == ("/alerts/{alert_id}", ["1"])
    assert reads == []

    assert found(table, "GET", "/keys") == ("/keys", [])
    assert found(table, "POST", "/alerts/1/create-incident")[1] == ["1"]
    assert found(table, "GET", "/nothing") == (None, [])
    assert len(table.routes) == 3
    assert reads == ["read"]


def test_two_routes_cannot_share_a_method_and_a_path() -> None:
    with pytest.raises(ValueError, match="taken"):
        RouteTable([route("GET", "/alerts/{alert_id}"), route("GET", "/alerts/{name}")])
