"""Ports of signing in, wired in app.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from tocsin.domain.configuration import Configured
    from tocsin.domain.people import User
    from tocsin.usecases.ports import (
        ConfigurationRepository,
        DeliveryQueue,
        KeyRepository,
        KnockRepository,
        NewWriteId,
        SessionRepository,
        SignInRepository,
    )


class Secrets(Protocol):
    """Secrets by the names of their SSM parameters."""

    def get(self, name: str, *, at: datetime) -> str:
        """Give one that was read in the last five minutes."""

    def get_anew(self, name: str, *, at: datetime) -> str:
        """Give one that was read in the last 10 s, for when the known one did not fit."""


class Fetch(Protocol):
    """JSON of the identity provider."""

    def __call__(
        self,
        url: str,
        form: Mapping[str, str] | None = None,
        credentials: tuple[str, str] | None = None,
    ) -> Mapping[str, Any]:
        """Get it, or post a form.

        Raises:
            IssuerError: It cannot be reached, or answers with an error or something else.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """Parameters of the template, by which people sign in at an identity provider."""

    issuer: str
    client_id: str
    secret_parameter: str
    """Empty: a public client, which has PKCE only."""
    domains: frozenset[str]
    """Of e-mail addresses that are let in, in lower case; empty: all."""
    discovery_url: str

    @property
    def name(self) -> str:
        """What the button is labelled with: the host of the issuer."""
        return urlsplit(self.issuer).hostname or self.issuer


class Log(Protocol):
    def info(self, message: str, **facts: object) -> None: ...

    def exception(self, message: str, **facts: object) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    sessions: SessionRepository
    keys: KeyRepository
    users: ConfigurationRepository[Configured[User]]
    knocks: KnockRepository
    sign_ins: SignInRepository
    deliveries: Callable[[], DeliveryQueue]
    has_slack: Callable[[], bool]
    """Whether there is a Slack app, which writes to people; reads the channels."""
    secrets: Secrets
    fetch: Callable[[], Fetch]
    """Made when somebody signs in at the identity provider."""
    oidc: OidcSettings | None
    link_key_parameter: str
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    """So many of them."""
    new_write_id: NewWriteId
    log: Log
    public_url: str
    """The stack's address; empty: the address of each request."""
    team: str
    stage: str
    sends_email: bool
    """Whether the stack has an address to send from."""
    is_shadow: bool = False
    """Whether no message leaves, so that no link does."""

    @property
    def mails_links(self) -> bool:
        return self.sends_email and not self.is_shadow

    def slacks_links(self) -> bool:
        """Reads the channels, as `has_slack` does."""
        return not self.is_shadow and self.has_slack()
