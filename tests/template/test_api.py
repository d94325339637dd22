"""The HTTP API: routes, limits, and what its log may know."""

import json
import re
from pathlib import Path

import pytest

from tests.template.intrinsics import Template, short

DOCUMENTED = Path(__file__).parents[2] / "docs/adr/0002-http-api.md"


CALLED_SELDOM = {"SessionFunction"}
"""Has no version, and so no snapshot, which would have a standing charge."""


@pytest.fixture(scope="module")
def access_log(deployed: Template) -> dict[str, str]:
    stage = deployed.resources["HttpApiApiGatewayDefaultStage"]["Properties"]
    fields: dict[str, str] = json.loads(stage["AccessLogSettings"]["Format"])
    return fields


def routes(deployed: Template) -> dict[str, str]:
    """Function by route key, as API Gateway names it."""
    found = {}
    for path, methods in deployed.of_type("AWS::ApiGatewayV2::Api")["HttpApi"]["Body"][
        "paths"
    ].items():
        for method, operation in methods.items():
            integration = operation["x-amazon-apigateway-integration"]
            assert integration["payloadFormatVersion"] == "2.0"
            verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
            key = path if path == "$default" else f"{verb} {path}"
            uri = integration["uri"]["Fn::Sub"]
            target = re.search(r"functions/\$\{(\w+?)(Aliaslive|\.Arn)\}", uri)
            assert target, "a route must lead to a function"
            is_published = target[2] == "Aliaslive"
            assert is_published == (target[1] not in CALLED_SELDOM), "lead to a published version"
            found[key] = target[1]
    return found


def test_routes_are_those_of_the_documentation(deployed: Template) -> None:
    documented = re.findall(r"^\| `(.+?)` \| `(.+?)` \|", DOCUMENTED.read_text(), re.MULTILINE)

    assert routes(deployed) == dict(documented)
    assert len(documented) == 51


def test_the_access_log_knows_the_route_but_never_the_path(access_log: dict[str, str]) -> None:
    told = {value.removeprefix("$context.") for value in access_log.values()}

    assert "routeKey" in told
    assert not {name for name in told if "path" in name.lower()}


def test_the_access_log_tells_how_each_request_ended(access_log: dict[str, str]) -> None:
    assert access_log.keys() >= {
        "requestId",
        "routeKey",
        "status",
        "latency",
        "integrationError",
        "sourceIp",
    }


def test_the_access_log_has_one_line_of_json_a_request(deployed: Template) -> None:
    stage = deployed.resources["HttpApiApiGatewayDefaultStage"]["Properties"]

    assert "\n" not in stage["AccessLogSettings"]["Format"]
    assert short(stage["AccessLogSettings"]["DestinationArn"]) == "HttpApiLogs"


def test_every_route_is_limited_by_parameters(deployed: Template) -> None:
    limits = deployed.resources["HttpApiApiGatewayDefaultStage"]["Properties"][
        "DefaultRouteSettings"
    ]

    assert short(limits["ThrottlingRateLimit"]) == "ThrottlingRateLimit"
    assert short(limits["ThrottlingBurstLimit"]) == "ThrottlingBurstLimit"
