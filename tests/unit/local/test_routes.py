"""Routes of an HTTP API from the OpenAPI description that SAM makes of template.yaml."""

from typing import Any

import pytest

from local.ministack_gaps.routes import Route, routes_of, set_routes

INGEST, ALERTS_API = "arn:aws:lambda:x:0:function:ingest", "arn:aws:lambda:x:0:function:alerts"
ARNS = {"IngestFunction": INGEST, "AlertsApiFunction": ALERTS_API}


def operation(function: str, **more: object) -> dict[str, Any]:
    uri = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        f"${{{function}.Arn}}/invocations"
    )
    integration = {"type": "aws_proxy", "uri": {"Fn::Sub": uri}, "payloadFormatVersion": "2.0"}
    return {"x-amazon-apigateway-integration": integration, "responses": {}, **more}


def test_each_operation_is_a_route_to_its_function() -> None:
    paths = {
        "/health": {"get": operation("AlertsApiFunction")},
        "/api/v1/events": {"post": operation("IngestFunction")},
    }

    assert routes_of({"paths": paths}, ARNS) == [
        Route("GET /health", ALERTS_API, "2.0"),
        Route("POST /api/v1/events", INGEST, "2.0"),
    ]


def test_any_method_and_a_greedy_path_keep_their_spelling() -> None:
    paths = {"/i/{proxy+}": {"x-amazon-apigateway-any-method": operation("IngestFunction")}}

    assert routes_of({"paths": paths}, ARNS) == [Route("ANY /i/{proxy+}", INGEST, "2.0")]


@pytest.mark.parametrize("path", ["$default", "/$default"])
def test_the_default_route_has_neither_method_nor_path(path: str) -> None:
    default = operation("AlertsApiFunction", isDefaultRoute=True)
    paths = {path: {"x-amazon-apigateway-any-method": default}}

    assert routes_of({"paths": paths}, ARNS) == [Route("$default", ALERTS_API, "2.0")]


def test_what_belongs_to_all_operations_of_a_path_is_no_route() -> None:
    paths = {"/health": {"get": operation("AlertsApiFunction"), "parameters": []}}

    assert [route.key for route in routes_of({"paths": paths}, ARNS)] == ["GET /health"]


def test_an_address_without_a_function_is_refused() -> None:
    elsewhere = {"x-amazon-apigateway-integration": {"uri": "https://example.com"}}

    with pytest.raises(ValueError, match=r"https://example\.com"):
        routes_of({"paths": {"/x": {"get": elsewhere}}}, ARNS)


class FakeApiGateway:
    def __init__(self) -> None:
        self.integrations: dict[str, dict[str, Any]] = {}
        self.routes: dict[str, dict[str, Any]] = {}
        self.created = 0

    def create_integration(self, **integration: object) -> dict[str, Any]:
        self.created += 1
        made = integration | {"IntegrationId": f"i{self.created}"}
        return self.integrations.setdefault(f"i{self.created}", made)

    def create_route(self, **route: object) -> None:
        self.created += 1
        self.routes[f"r{self.created}"] = route | {"RouteId": f"r{self.created}"}

    def delete_route(self, *, RouteId: str, **_: object) -> None:  # noqa: N803  # spelled by AWS
        del self.routes[RouteId]

    def get_paginator(self, operation_name: str) -> "FakePaginator":
        found = {"get_routes": self.routes, "get_integrations": self.integrations}[operation_name]
        return FakePaginator(list(found.values()))


class FakePaginator:
    def __init__(self, items: list[dict[str, Any]]) -> None:
        self._items = items

    def paginate(self, **_: object) -> list[dict[str, Any]]:
        return [{"Items": [item]} for item in self._items]


OLD, NEW = Route("GET /old", ALERTS_API, "2.0"), Route("GET /new", INGEST, "2.0")
KEPT = Route("$default", ALERTS_API, "2.0")


def test_routes_that_are_missing_are_made_and_those_too_many_removed() -> None:
    client = FakeApiGateway()
    set_routes(client, "api", [OLD, KEPT])

    set_routes(client, "api", [NEW, KEPT])

    assert {route["RouteKey"] for route in client.routes.values()} == {"GET /new", "$default"}


def test_a_route_moves_when_its_function_is_another() -> None:
    client = FakeApiGateway()
    set_routes(client, "api", [KEPT])

    set_routes(client, "api", [Route("$default", INGEST, "2.0")])

    (route,) = client.routes.values()
    integration = client.integrations[route["Target"].removeprefix("integrations/")]
    assert integration["IntegrationUri"] == INGEST


def test_nothing_is_made_anew_when_all_is_right() -> None:
    client = FakeApiGateway()
    set_routes(client, "api", [OLD, KEPT])
    made = client.created

    set_routes(client, "api", [OLD, KEPT])

    assert client.created == made
