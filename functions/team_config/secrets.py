"""Secrets that are made for objects of the file."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from tocsin.channels.webhook import SECRET_PREFIX
from tocsin.domain.credential import TOKEN_LENGTH
from tocsin.domain.errors import InvalidInputError, Problem

SIGNING_SECRET_BYTES: Final = 32
_TOKEN: Final = re.compile(r"/i/([0-9a-f]{32})(?:/heartbeat)?$")


class SecretParameters(Protocol):
    """Parameters of the stack."""

    def find(self, name: str) -> str | None:
        """Read a secret; None: there is none of this name."""

    def keep(self, name: str, value: str) -> str:
        """Write a secret unless there is one; returns the one that is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """Each secret has a parameter of its own; what is made twice is the same both times."""

    parameters: SecretParameters
    stack: str
    """Begins the names of the stack's parameters: `/tocsin/<stack>`."""
    api_url: str
    random_bytes: Callable[[int], bytes]

    def integration_token(self, name: str) -> str:
        """The token of a new integration, whose URL its parameter holds."""
        return self._token(f"{self.stack}/integrations/{name}", "")

    def heartbeat_token(self, name: str) -> str:
        """The token of a new heartbeat, whose URL its parameter holds."""
        return self._token(f"{self.stack}/heartbeats/{name}", "/heartbeat")

    def _token(self, parameter: str, below: str) -> str:
        token = self.random_bytes(TOKEN_LENGTH // 2).hex()
        url = self.parameters.keep(parameter, f"{self.api_url}/i/{token}{below}")
        found = _TOKEN.search(url)
        if found is None:
            problem = f"the parameter {parameter} holds no URL of ours: delete it"
            raise InvalidInputError("The URL cannot be used.", [Problem("name", problem)])
        return found[1]

    def signing_secret(self, channel: str) -> str:
        """Make a secret that signs a channel's webhooks; returns its parameter."""
        random = self.random_bytes(SIGNING_SECRET_BYTES)
        secret = SECRET_PREFIX + base64.b64encode(random).decode("ascii")
        name = f"{self.generated}/{channel}.file"
        self.parameters.keep(name, secret)
        return name

    def is_generated(self, parameter: str | None) -> bool:
        return parameter is not None and parameter.startswith(f"{self.generated}/")

    @property
    def generated(self) -> str:
        """Where secrets lie that were made for channels."""
        return f"{self.stack}/channels"
