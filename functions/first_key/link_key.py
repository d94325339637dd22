"""The key that signs links in notifications."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.first_key.resource import Resource
from tocsin.domain.link import LINK_KEY_BYTES, spell_link_key

if TYPE_CHECKING:
    from tocsin.usecases.ports import SecretStore


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkKey:
    """Acts on requests of CloudFormation; a new key ends all links made before."""

    parameters: SecretStore
    random_bytes: Callable[[int], bytes]

    def make(self, resource: Resource) -> None:
        key = spell_link_key(self.random_bytes(LINK_KEY_BYTES))
        self.parameters.put(resource.parameter_name, key)

    def replace(self, before: Resource, after: Resource) -> None:
        """Create another key if the resource changed; else links go on working."""
        if before != after:
            self.make(after)

    def remove(self, resource: Resource) -> None:
        """Delete the key, which ends all links."""
        self.parameters.delete(resource.parameter_name)
