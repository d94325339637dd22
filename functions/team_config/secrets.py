"""Secrets of the file's objects: those that are made for them, and those that they name."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from tocsin.bodies.channel_settings import full_name_of_secret, problem_of_secret
from tocsin.channels.webhook import SECRET_PREFIX
from tocsin.domain.credential import TOKEN_LENGTH
from tocsin.domain.errors import InvalidInputError, Problem

SIGNING_SECRET_BYTES: Final = 32
IMPORTED_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{20,128}")
_TOKEN: Final = re.compile(r"/i/([0-9a-f]{32})(?:/heartbeat)?$")
_NOT_DONE: Final = "The secret cannot be used."


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
            raise InvalidInputError(_NOT_DONE, [Problem("name", problem)])
        return found[1]

    def imported_token(self, parameter: str) -> str:
        """The token of another product, which goes on as this integration's.

        Raises:
            InvalidInputError: There is none, or none that can be one.
        """
        token = self.named(parameter, "token").strip()
        if IMPORTED_TOKEN.fullmatch(token) is None:
            problem = (
                f"the parameter {self.full_name(parameter)} must hold 20 to 128 letters, digits, "
                "_ and -, and nothing else"
            )
            raise InvalidInputError(_NOT_DONE, [Problem("token", problem)])
        return token

    def named(self, parameter: str, field: str) -> str:
        """The secret of a parameter.

        Raises:
            InvalidInputError: It is not to be used, or there is none; names the field.
        """
        name = self.full_name(parameter)
        problem = self.problem(name)
        secret = None if problem else self.parameters.find(name)
        if secret is None:
            problem = problem or (
                f"there is no parameter {name}: write it with aws ssm put-parameter "
                f"--type SecureString --name {name}"
            )
            raise InvalidInputError(_NOT_DONE, [Problem(field, problem)])
        return secret

    def full_name(self, parameter: str) -> str:
        return full_name_of_secret(parameter, self.stack)

    def problem(self, name: str, *, is_known: bool = False) -> str | None:
        """Say why a parameter cannot be used; `is_known`: the object has it already."""
        return problem_of_secret(
            name, stack=self.stack, generated_below=self.generated, is_known=is_known
        )

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
