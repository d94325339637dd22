"""The console's files: the Lambda handler. It asks nobody, and logs nothing but what fails."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from functions.console.answers import respond
from functions.console.site import read_site
from functions.console.to_gateway import to_gateway

_site = read_site(Path(__file__).parent / "site")


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    request = event["requestContext"]["http"]
    headers: Mapping[str, str] = event.get("headers") or {}
    answer = respond(
        request["method"],
        event["rawPath"],
        {name.lower(): str(text) for name, text in headers.items()},
        _site.get,
    )
    return to_gateway(answer)
