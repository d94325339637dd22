"""An answer as an HTTP API takes it."""

import base64
from typing import Any

from functions.console.answers import Answer


def to_gateway(answer: Answer) -> dict[str, Any]:
    """In payload format 2.0, which takes bytes in base64 alone."""
    return {
        "statusCode": answer.status,
        "headers": dict(answer.headers),
        "body": base64.b64encode(answer.body).decode(),
        "isBase64Encoded": True,
    }
