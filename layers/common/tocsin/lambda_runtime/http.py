"""The front of the functions that answer requests of an HTTP API (payload format 2.0)."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tocsin.domain.errors import MalformedInputError

GZIP_MAGIC: Final = b"\x1f\x8b"
"""The first bytes of a gzip (RFC 1952)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """What is answered."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""


def method_of(event: Mapping[str, Any]) -> str:
    """The verb, in capitals."""
    return str(event["requestContext"]["http"]["method"])


def request_id_of(event: Mapping[str, Any]) -> str:
    """The gateway's id of the request."""
    return str(event["requestContext"]["requestId"])


def headers_of(event: Mapping[str, Any]) -> dict[str, str]:
    """All headers, names in lower case."""
    return {name.lower(): str(text) for name, text in (event.get("headers") or {}).items()}


def body_of(event: Mapping[str, Any]) -> bytes:
    """The body as sent: the gateway wraps in base64 what does not call itself text.

    Raises:
        MalformedInputError: The wrapping is broken.
    """
    text = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return bytes(text, "utf-8", "surrogatepass")
    try:
        return base64.b64decode(text)
    except ValueError:
        message = "The body is not what the gateway says: base64."
        raise MalformedInputError(message) from None
