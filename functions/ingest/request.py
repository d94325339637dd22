"""What came in: the gateway's event (HTTP API, payload format 2.0), read on demand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from functions.ingest.senders import Sent
from tocsin.lambda_runtime.error_answers import MethodNotAllowedError
from tocsin.lambda_runtime.http import GZIP_MAGIC, body_of, headers_of, method_of, request_id_of
from tocsin.lambda_runtime.strict_json import expect_size


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
    def raw_path(self) -> str:
        """The path without query; of all that is escaped, the gateway leaves `%25` alone."""
        return str(self.event["rawPath"]).replace("%25", "%")

    @cached_property
    def path(self) -> str:
        """Likewise, with single slashes and none at the end: a base URL may end with one."""
        return "".join(f"/{it}" for it in self.raw_path.split("/") if it)

    def expect_method(self, *allowed: str) -> None:
        """Refuse a request by another verb.

        Raises:
            MethodNotAllowedError: It is none of those allowed.
        """
        if self.method not in allowed:
            message = f"Alerts are sent by {' or '.join(allowed)}."
            raise MethodNotAllowedError(message, ", ".join(allowed))

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

    @cached_property
    def content(self) -> bytes:
        """The body as it was before it was compressed; what a sender signs is `body`.

        Raises:
            UnsupportedEncodingError: It is compressed in a way that is not read.
            MalformedInputError: The compressed data are broken.
            PayloadTooLargeError: What comes out is over 1 MiB.
        """
        expect_size(self.body)
        if "content-encoding" not in self.headers and self.body[:2] != GZIP_MAGIC:
            return self.body
        from functions.ingest.content_encoding import decoded  # noqa: PLC0415 - few compress

        return decoded(self.body, self.headers)

    @cached_property
    def sent(self) -> Sent:
        """The part that readers look at."""
        return Sent(
            body=self.content,
            headers=self.headers,
            query=self.query,
            method=self.method,
            at=self.at,
        )
