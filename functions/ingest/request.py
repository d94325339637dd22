"""What came in: the gateway's event (HTTP API, payload format 2.0), read on demand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from functions.ingest.senders import Sent
from tocsin.lambda_runtime.gateway_event import body_of, headers_of, method_of, request_id_of


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request."""

    event: Mapping[str, Any]
    at: datetime

    @property
    def request_id(self) -> str:
        """The gateway's id of it."""
        return request_id_of(self.event)

    @property
    def method(self) -> str:
        """The verb, in capitals."""
        return method_of(self.event)

    @property
    def path(self) -> str:
        """The path as sent, without query; a slash at its end is nothing."""
        return str(self.event["rawPath"]).rstrip("/")

    @property
    def source_ip(self) -> str:
        """The address that the gateway saw."""
        return str(self.event["requestContext"]["http"].get("sourceIp", ""))

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """All headers, names in lower case."""
        return headers_of(self.event)

    @cached_property
    def query(self) -> Mapping[str, str]:
        """Query parameters; of one that came several times, the last."""
        written = self.event.get("rawQueryString") or ""
        if not written:
            return {}
        from urllib.parse import parse_qsl  # noqa: PLC0415 - most senders have no query

        return dict(parse_qsl(written, keep_blank_values=True))

    @cached_property
    def body(self) -> bytes:
        """The body as sent, which the gateway may have wrapped in base64.

        Raises:
            MalformedInputError: The wrapping is broken.
        """
        return body_of(self.event)

    @property
    def sent(self) -> Sent:
        """The part that readers look at."""
        return Sent(
            body=self.body,
            headers=self.headers,
            query=self.query,
            method=self.method,
            at=self.at,
        )
