"""The caller's API key and its scopes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tocsin.domain.credential import ApiKey, Scope, SecretHash, hash_secret
from tocsin.domain.errors import ScopeMissingError, TryAgainError, UnauthorizedError

if TYPE_CHECKING:
    from tocsin.usecases.ports import KeyRepository

REMEMBERED_FOR: Final = timedelta(seconds=30)
"""How long a revoked key may still work in a process that has it cached."""
REMEMBERED_KEYS: Final = 500
MARKED_EVERY: Final = timedelta(minutes=1)


class Callers:
    """Finds the key of a request; caches it for 30 s."""

    def __init__(self, keys: KeyRepository) -> None:
        self._keys = keys
        self._known: dict[SecretHash, tuple[ApiKey, datetime]] = {}

    def admit(self, headers: Mapping[str, str], scope: Scope | None, at: datetime) -> ApiKey:
        """Find the caller's key, if it grants the scope; None: any key.

        Raises:
            UnauthorizedError: There is no key in the headers, or an unknown one.
            ScopeMissingError: The key lacks the scope.
        """
        secret = _secret_in(headers)
        if not secret:
            message = "Send an API key: Authorization: Bearer <key>, or X-API-Key: <key>."
            raise UnauthorizedError(message)
        key = self._find(hash_secret(secret), at)
        if scope is not None and not key.grants(scope):
            raise ScopeMissingError(f"This needs a key with the scope {scope}.")
        return self._marked_used(key, at)

    def _find(self, secret_hash: SecretHash, at: datetime) -> ApiKey:
        key, read_at = self._known.get(secret_hash, (None, at))
        if key is not None and at - read_at < REMEMBERED_FOR:
            return key
        key = self._keys.by_hash(secret_hash)
        if key is None:
            self._known.pop(secret_hash, None)
            raise UnauthorizedError("Nobody has this API key, or it was revoked.")
        self._remember(key, at)
        return key

    def _remember(self, key: ApiKey, read_at: datetime) -> None:
        if len(self._known) >= REMEMBERED_KEYS:
            self._known.clear()
        self._known[key.secret_hash] = (key, read_at)

    def _marked_used(self, key: ApiKey, at: datetime) -> ApiKey:
        if key.last_used_at is not None and at - key.last_used_at < MARKED_EVERY:
            return key
        try:
            self._keys.mark_used(key, at=at)
        except TryAgainError:
            # Recording the use must not refuse the request: the next one records it.
            return key
        used = replace(key, last_used_at=at)
        _, read_at = self._known[key.secret_hash]
        self._remember(used, read_at)
        return used


def _secret_in(headers: Mapping[str, str]) -> str:
    scheme, _, secret = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return secret.strip()
    return headers.get("x-api-key", "").strip()
