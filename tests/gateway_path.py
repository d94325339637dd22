"""A request's path as an HTTP API hands it over: decoded, but for an escaped percent sign."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

_ESCAPED = re.compile(r"(?:%(?!25)[0-9A-Fa-f]{2})+")
_NEVER_SENT = re.compile(r"%(?!25)")


def arrived(path: str) -> str:
    """What becomes of the path that a client sends."""
    return _ESCAPED.sub(lambda escaped: unquote(escaped[0]), path)


def expect_arrived(event: Mapping[str, Any]) -> None:
    """Hold an event to what the gateway sends."""
    path = event["rawPath"]
    assert not _NEVER_SENT.search(path), f"no gateway sends an escape but %25: {path!r}"
