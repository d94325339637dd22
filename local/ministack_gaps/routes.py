"""The routes of an HTTP API, read from the OpenAPI description that SAM writes for it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.stack.aws import Client

ANY_METHOD = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace", ANY_METHOD}
LAMBDA_REFERENCE = re.compile(r"\$\{(\w+)\.Arn\}|\$\{(\w+)\}/invocations")


@dataclass(frozen=True, order=True)
class Route:
    """Args: key: As API Gateway spells it: `POST /path`, `ANY /path/{proxy+}` or `$default`."""

    key: str
    function_arn: str
    payload_format: str


def routes_of(body: Mapping[str, Any], function_arns: Mapping[str, str]) -> list[Route]:
    """Args: function_arns: By logical id, for the references in the description."""
    return sorted(
        Route(
            key=_route_key(path, method),
            function_arn=function_arns[_function(operation[INTEGRATION]["uri"])],
            payload_format=operation[INTEGRATION].get("payloadFormatVersion", "2.0"),
        )
        for path, methods in body["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    )


def _route_key(path: str, method: str) -> str:
    if path.strip("/") == "$default":
        return "$default"
    return f"{'ANY' if method == ANY_METHOD else method.upper()} {path}"


def _function(uri: str | Mapping[str, Any]) -> str:
    """The logical id in an integration's address: `Fn::Sub` of an ARN with `${Function.Arn}`."""
    text = uri if isinstance(uri, str) else uri["Fn::Sub"]
    found = LAMBDA_REFERENCE.search(text)
    if not found:
        raise ValueError(f"no function in the integration's address {uri!r}")
    return (found[1] or found[2]).removesuffix("Aliaslive")


def set_routes(client: Client, api_id: str, wanted: Sequence[Route]) -> None:
    """Make the API's routes exactly those wanted; leaves alone what is right already."""
    integrations = dict(_integrations(client, api_id))
    found = dict(_routes(client, api_id, integrations))
    for route in set(found) - set(wanted):
        client.delete_route(ApiId=api_id, RouteId=found[route])
    for route in sorted(set(wanted) - set(found)):
        integration = client.create_integration(
            ApiId=api_id,
            IntegrationType="AWS_PROXY",
            IntegrationUri=route.function_arn,
            PayloadFormatVersion=route.payload_format,
        )
        client.create_route(
            ApiId=api_id,
            RouteKey=route.key,
            Target=f"integrations/{integration['IntegrationId']}",
        )


def _integrations(client: Client, api_id: str) -> Iterator[tuple[str, tuple[str, str]]]:
    for page in client.get_paginator("get_integrations").paginate(ApiId=api_id):
        for item in page["Items"]:
            target = (item.get("IntegrationUri", ""), item.get("PayloadFormatVersion", ""))
            yield f"integrations/{item['IntegrationId']}", target


def _routes(
    client: Client, api_id: str, integrations: Mapping[str, tuple[str, str]]
) -> Iterator[tuple[Route, str]]:
    for page in client.get_paginator("get_routes").paginate(ApiId=api_id):
        for item in page["Items"]:
            arn, payload_format = integrations.get(item.get("Target", ""), ("", ""))
            yield Route(item["RouteKey"], arn, payload_format), item["RouteId"]
