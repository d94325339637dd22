"""A browser that asked for push: the other side of the cipher, and of a push service's checks."""

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Self

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import jwt

from tests.examples import NINE
from tocsin.domain.push_device import PushDevice, device_id_of

SERVER_PRIVATE = base64.urlsafe_b64encode(bytes(range(1, 33))).decode().rstrip("=")
"""The stack's key, as it is in its parameter."""


def spelled(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def public_of(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


SERVER_PUBLIC = spelled(
    public_of(ec.derive_private_key(int.from_bytes(bytes(range(1, 33))), ec.SECP256R1()))
)


@dataclass(frozen=True)
class Browser:
    """One subscription, with the key pair that only a browser has."""

    endpoint: str
    name: str = "Chrome on Android"
    auth: bytes = bytes(range(16))
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False
    )

    @cached_property
    def keys(self) -> dict[str, str]:
        return {"p256dh": spelled(public_of(self.private)), "auth": spelled(self.auth)}

    @property
    def subscription(self) -> dict[str, Any]:
        """What its page sends."""
        return {"endpoint": self.endpoint, "keys": self.keys, "name": self.name}

    def device(self, **changes: Any) -> PushDevice:  # noqa: ANN401 - fields of the device
        known: dict[str, Any] = {
            "device_id": device_id_of(self.endpoint),
            "endpoint": self.endpoint,
            "name": self.name,
            "created_at": NINE,
            **self.keys,
        }
        return PushDevice(**known | changes)

    def opened(self, body: bytes) -> dict[str, Any]:
        """Decrypt what arrived, as the browser does before its worker sees it."""
        plain = http_ece.decrypt(
            body, private_key=self.private, auth_secret=self.auth, version="aes128gcm"
        )
        opened: dict[str, Any] = json.loads(plain)
        return opened


@dataclass(frozen=True)
class Signed:
    """What a push service reads in `authorization`."""

    key: str
    claims: dict[str, Any]

    @classmethod
    def of(cls, header: str) -> Self:
        """Verify the signature with the key that stands beside it.

        Raises:
            InvalidSignature: It is another's.
        """
        scheme, _, rest = header.partition(" ")
        assert scheme == "vapid"
        parts = dict(part.split("=", 1) for part in rest.split(","))
        return cls(parts["k"], jwt.decode(parts["t"], parts["k"]))

    @property
    def expires_at(self) -> datetime:
        return datetime.fromtimestamp(self.claims["exp"], NINE.tzinfo)
