"""The first admin key: created, replaced and deleted with the stack."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from functions.first_key.resource import Resource
from tocsin.domain.credential import SECRET_BYTES, ApiKey, Scope, hash_secret, spell_key
from tocsin.domain.errors import ConcurrentUpdateError, KeyNotFoundError
from tocsin.domain.ids import AUTO, entropy

if TYPE_CHECKING:
    from tocsin.usecases.ports import KeyRepository, NewWriteId, SecretStore

NAME: Final = "first admin key"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstKey:
    """Acts on requests of CloudFormation, each of which may come twice.

    The key's id is derived from the resource, so a repeated request replaces the key that the
    first one created.
    """

    keys: KeyRepository
    parameters: SecretStore
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    new_write_id: NewWriteId

    def make(self, resource: Resource) -> str:
        """Create the key, write it to the deployer's parameter, and return its id."""
        secret = spell_key(self.random_bytes(SECRET_BYTES))
        key = ApiKey(
            key_id=key_id_of(resource),
            name=NAME,
            scopes=frozenset((Scope.ADMIN,)),
            created_at=self.now(),
            created_by=AUTO,
            secret_hash=hash_secret(secret),
        )
        try:
            self.keys.add(key, write_id=self.new_write_id())
        except ConcurrentUpdateError:
            self._revoke(key.key_id)
            self.keys.add(key, write_id=self.new_write_id())
        self.parameters.put(resource.parameter_name, secret)
        return key.key_id

    def replace(self, before: Resource, after: Resource) -> str:
        """Create another key if the resource changed, and return the id of the valid one.

        If the parameter changed, CloudFormation itself deletes the former resource after the
        update.
        """
        if before == after:
            return key_id_of(after)
        key_id = self.make(after)
        if before.parameter_name == after.parameter_name:
            self._revoke(key_id_of(before))
        return key_id

    def remove(self, resource: Resource) -> str:
        """Revoke the key, delete its parameter, and return its id."""
        self._revoke(key_id_of(resource))
        self.parameters.delete(resource.parameter_name)
        return key_id_of(resource)

    def _revoke(self, key_id: str) -> None:
        try:
            key = self.keys.get(key_id)
        except KeyNotFoundError:
            return
        self.keys.revoke(key, write_id=self.new_write_id())


def key_id_of(resource: Resource) -> str:
    parts = (
        resource.stack_id,
        resource.logical_id,
        resource.parameter_name,
        resource.generation,
    )
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return f"first-{entropy(digest).lower()}"
