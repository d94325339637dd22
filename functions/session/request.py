"""A request at a door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from urllib.parse import parse_qsl

from tocsin.domain.doors import neighbourhood
from tocsin.domain.errors import InvalidInputError, MalformedInputError, Problem
from tocsin.lambda_runtime import http
from tocsin.lambda_runtime.strict_json import read_json

BODY_LIMIT_BYTES: Final = 4_096
"""A key, an e-mail address or a token; the gateway would let 10 MB through."""
TEXT_LIMIT: Final = 1_000


@dataclass(frozen=True, kw_only=True)
class Request(http.Request):
    facts: dict[str, object] = field(default_factory=dict)
    """For the log; never a key, a token, a cookie or a code."""

    @property
    def path(self) -> str:
        return "/" + str(self.event["rawPath"]).strip("/")

    @property
    def neighbourhood(self) -> str:
        """Where it comes from, as the gateway saw it: no header can say another address."""
        return neighbourhood(str(self.event["requestContext"]["http"].get("sourceIp", "")))

    @cached_property
    def query(self) -> Mapping[str, str]:
        """Query parameters; of one that came several times, the first."""
        pairs = parse_qsl(self.event.get("rawQueryString") or "", keep_blank_values=True)
        return dict(reversed(pairs))

    def said(self, name: str) -> str:
        """Read one text of the body, a JSON object.

        Raises:
            MalformedInputError: The body is too long, or no JSON object.
            InvalidInputError: It has no such text, or one that is too long.
        """
        if len(self.body) > BODY_LIMIT_BYTES:
            raise MalformedInputError(f"The body is over {BODY_LIMIT_BYTES} bytes.")
        value: Any = read_json(self.body)
        if not isinstance(value, dict):
            raise MalformedInputError("The body must be a JSON object.")
        text = value.get(name)
        if not isinstance(text, str) or not 0 < len(text.strip()) <= TEXT_LIMIT:
            problem = Problem(name, f"must be a text of 1 to {TEXT_LIMIT} characters")
            raise InvalidInputError("The body is not as it should be.", [problem])
        return text.strip()
