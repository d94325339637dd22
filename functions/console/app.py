"""The console's files: the Lambda handler. It asks nobody, and logs nothing but what fails."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from functions.console.answers import Answer, respond
from functions.console.site import read_site

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


def to_gateway(answer: Answer) -> dict[str, Any]:
    """In payload format 2.0, which takes bytes in base64 alone."""
    return {
        "statusCode": answer.status,
        "headers": dict(answer.headers),
        "body": base64.b64encode(answer.body).decode(),
        "isBase64Encoded": True,
    }
