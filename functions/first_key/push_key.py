"""The pair of keys that web pushes are signed with (RFC 8292)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from functions.first_key.resource import Resource

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

PRIVATE_BYTES: Final = 32


class KeptSecrets(Protocol):
    """Where the private key lies."""

    def put(self, name: str, value: str) -> None:
        """Write or overwrite a secret."""

    def find(self, name: str) -> str | None:
        """Read a secret; None: there is none of this name."""

    def delete(self, name: str) -> None:
        """Remove it, if it exists."""


@dataclass(frozen=True, slots=True)
class PushKeyMade:
    """What the template may read."""

    public_key: str
    """base64url of an uncompressed point of P-256, as browsers take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushKey:
    """Acts on requests of CloudFormation; a new pair ends all subscriptions made before.

    Browsers subscribe anew when their console is next opened.
    """

    parameters: KeptSecrets

    def make(self, resource: Resource) -> PushKeyMade:
        from cryptography.hazmat.primitives.asymmetric import ec

        private = ec.generate_private_key(ec.SECP256R1())
        self.parameters.put(resource.parameter_name, _spelled_private(private))
        return PushKeyMade(_spelled_public(private))

    def replace(self, before: Resource, after: Resource) -> PushKeyMade:
        """Make another pair if the resource changed, or its parameter is gone."""
        known = self.parameters.find(after.parameter_name) if before == after else None
        return self.make(after) if known is None else PushKeyMade(public_of(known))

    def remove(self, resource: Resource) -> None:
        """Delete the key, which ends all subscriptions."""
        self.parameters.delete(resource.parameter_name)


def public_of(private: str) -> str:
    """The public key of a private one, as it is in its parameter."""
    from cryptography.hazmat.primitives.asymmetric import ec

    number = int.from_bytes(base64.urlsafe_b64decode(private + "=" * (-len(private) % 4)))
    return _spelled_public(ec.derive_private_key(number, ec.SECP256R1()))


def _spelled_private(private: EllipticCurvePrivateKey) -> str:
    number = private.private_numbers().private_value
    return _spelled(number.to_bytes(PRIVATE_BYTES))


def _spelled_public(private: EllipticCurvePrivateKey) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return _spelled(point)


def _spelled(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
