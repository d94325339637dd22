"""JSON of the identity provider, over a connection of its own for each request."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from tocsin.domain.oidc import ProviderError

SECONDS: Final = 4
"""Of each of the three requests of a sign-in: the function has 15."""
LIMIT_BYTES: Final = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetching:
    """Implements `Fetch`. Redirects are not followed: an address is that of the configuration, or of
    the provider's own document."""

    allows_http: bool = False
    """For an identity provider on a developer's machine."""
    tls: ssl.SSLContext | None = None
    """None: the authorities that the machine trusts."""

    def __call__(
        self,
        url: str,
        form: Mapping[str, str] | None = None,
        credentials: tuple[str, str] | None = None,
    ) -> Mapping[str, Any]:
        """As `Fetch`."""
        try:
            return self._fetched(url, form, credentials)
        except (OSError, http.client.HTTPException, ValueError) as error:
            # The text may hold a code or a secret, the type does not.
            raise ProviderError(f"no answer of the provider: {type(error).__name__}") from None

    def _fetched(
        self, url: str, form: Mapping[str, str] | None, credentials: tuple[str, str] | None
    ) -> Mapping[str, Any]:
        connection = self._connection(url)
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"accept": "application/json"}
        if credentials is not None:
            spelled = base64.b64encode(":".join(credentials).encode()).decode("ascii")
            headers["authorization"] = f"Basic {spelled}"
        try:
            if form is None:
                connection.request("GET", path, headers=headers)
            else:
                headers["content-type"] = "application/x-www-form-urlencoded"
                connection.request("POST", path, urlencode(form), headers)
            response = connection.getresponse()
            body = response.read(LIMIT_BYTES + 1)
        finally:
            connection.close()
        if response.status != HTTPStatus.OK or len(body) > LIMIT_BYTES:
            raise ProviderError(f"the provider answered {response.status}")
        value = json.loads(body)
        if not isinstance(value, dict):
            raise ProviderError("the provider answered with no JSON object")
        return value

    def _connection(self, url: str) -> http.client.HTTPConnection:
        parts = urlsplit(url)
        if parts.hostname is None or parts.username is not None:
            raise ProviderError("an address of the provider is no URL")
        if parts.scheme == "https":
            tls = self.tls or ssl.create_default_context()
            return http.client.HTTPSConnection(
                parts.hostname, parts.port, timeout=SECONDS, context=tls
            )
        if parts.scheme == "http" and self.allows_http:
            return http.client.HTTPConnection(parts.hostname, parts.port, timeout=SECONDS)
        raise ProviderError("an address of the provider is not https")
