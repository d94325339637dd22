"""What was asked, and what is answered (HTTP API, payload format 2.0)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from urllib.parse import parse_qs

from tocsin.lambda_runtime.http import body_of, headers_of, method_of, request_id_of

FIELDS_LIMIT: Final = 20


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request."""

    event: Mapping[str, Any]
    at: datetime
    facts: dict[str, object] = field(default_factory=dict)
    """What the log is told of it; never the token, nor a path that holds one."""

    @property
    def request_id(self) -> str:
        """The gateway's id of it."""
        return request_id_of(self.event)

    @property
    def method(self) -> str:
        """The verb, in capitals."""
        return method_of(self.event)

    @property
    def segments(self) -> list[str]:
        """The path's parts; none of ours needs escaping."""
        return str(self.event["rawPath"]).strip("/").split("/")

    @property
    def host(self) -> str:
        """The name by which it came."""
        return str(self.event["requestContext"]["domainName"])

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """Names in lower case."""
        return headers_of(self.event)

    @cached_property
    def body(self) -> bytes:
        """Exactly as it was sent: signatures are made of that."""
        return body_of(self.event)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """What is answered."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def form_value(body: bytes, name: str) -> str | None:
    """Read one field of a form; None if it is missing, twice there, or the form is none."""
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=FIELDS_LIMIT)
    except ValueError:
        return None
    values = fields.get(name, ())
    return values[0] if len(values) == 1 else None
