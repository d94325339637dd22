"""Credentials: API keys with scopes, and the tokens in integration URLs."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType

from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.ids import Actor

SecretHash = NewType("SecretHash", str)
"""SHA-256 in hex, the only stored form of a key or token. They have 128 random bits and more, so a
slow hash would add nothing."""

KEY_PREFIX: Final = "tocsin_"
"""So that a scanner finds a key that was published by mistake."""
TOKEN_LENGTH: Final = 32
TOKEN_PREFIX_LENGTH: Final = 4
SECRET_BYTES: Final = 32
"""Random bytes behind a key."""
OVERLAP: Final = timedelta(hours=24)
"""How long the old URL works after a rotation, unless the caller says otherwise."""


class Scope(StrEnum):
    """What a key may do."""

    ALERTS_READ = "alerts:read"
    ALERTS_WRITE = "alerts:write"
    INCIDENTS = "incidents"
    CONFIG_READ = "config:read"
    CONFIG_WRITE = "config:write"
    EVENTS = "events"
    SILENCES = "silences"
    ADMIN = "admin"


_SHORTHANDS: Final = {
    "alerts": frozenset((Scope.ALERTS_READ, Scope.ALERTS_WRITE)),
    "config": frozenset((Scope.CONFIG_READ, Scope.CONFIG_WRITE)),
}
SCOPE_WORDS: Final = (*_SHORTHANDS, *Scope)
"""All that a list of scopes may have."""


def read_scopes(words: Iterable[str]) -> frozenset[Scope]:
    """Parse scopes; an empty list grants nothing.

    Raises:
        InvalidInputError: A word is not a scope.
    """
    scopes: set[Scope] = set()
    for position, word in enumerate(words):
        if word in _SHORTHANDS:
            scopes |= _SHORTHANDS[word]
            continue
        try:
            scopes.add(Scope(word))
        except ValueError:
            known = ", ".join(SCOPE_WORDS)
            problem = Problem(f"scopes[{position}]", f"is not a scope; known are {known}")
            message = "The key's scopes are wrong."
            raise InvalidInputError(message, [problem]) from None
    return frozenset(scopes)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """An API key; its secret is not stored."""

    key_id: str
    name: str
    scopes: frozenset[Scope]
    user: str | None = None
    created_at: datetime
    created_by: Actor
    last_used_at: datetime | None = None
    """Rounded to the minute."""
    secret_hash: SecretHash
    version: int = 1

    @property
    def is_admin(self) -> bool:
        """Whether it may make and revoke keys."""
        return Scope.ADMIN in self.scopes

    @property
    def actor(self) -> Actor:
        """Actor on timelines: its owner, or the key itself if it has none."""
        return Actor(self.user or f"key:{self.key_id}")

    def grants(self, scope: Scope) -> bool:
        """`admin` grants everything."""
        return scope in self.scopes or self.is_admin


def spell_key(random_bytes: bytes) -> str:
    """Write 32 random bytes as the text of a key."""
    return KEY_PREFIX + base64.urlsafe_b64encode(random_bytes).rstrip(b"=").decode("ascii")


def hash_secret(secret: str) -> SecretHash:
    """Hash a key as it was sent."""
    return SecretHash(hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest())


def hash_token(token: str) -> SecretHash:
    """Hash an integration's token, written with or without dashes, in any case."""
    return hash_secret(token.replace("-", "").lower())
