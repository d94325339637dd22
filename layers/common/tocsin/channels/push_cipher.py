"""The cipher and the signature of web push; loaded with the first push."""

from __future__ import annotations

import binascii
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Self
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02, VapidException

from tocsin.domain.push_device import decoded
from tocsin.usecases.refusals import DeliveryFailedError

TOKEN_LIFE: Final = timedelta(hours=12)
"""RFC 8292, 2: 24 hours at most; Apple refuses more."""
_RENEWED_BEFORE: Final = timedelta(hours=1)
_SALT_BYTES: Final = 16


@dataclass(slots=True)
class Signer:
    """Signs requests with the stack's key."""

    vapid: Vapid02 = field(repr=False)
    subject: str
    _signed: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    """By push service: a header that is good until then. Apple asks that it be used again."""

    @classmethod
    def of(cls, private: str, name: str, subject: str) -> Self:
        """Read the private key: base64url of 32 bytes.

        Raises:
            DeliveryFailedError: It is none; with the name of its parameter.
        """
        try:
            return cls(Vapid02.from_raw(private.encode()), subject)
        except (binascii.Error, ValueError) as error:
            message = f"the secret {name} is no private key of P-256"
            raise DeliveryFailedError(message, is_retryable=False) from error

    def authorization(self, endpoint: str, at: datetime) -> str:
        """The header for one push service; signed anew every eleven hours.

        Raises:
            DeliveryFailedError: The subject or the address is not one to sign for.
        """
        parts = urlsplit(endpoint)
        audience = f"{parts.scheme}://{parts.netloc}"
        known = self._signed.get(audience)
        if known is not None and at < known[1]:
            return known[0]
        expires_at = at + TOKEN_LIFE
        claims = {"sub": self.subject, "aud": audience, "exp": int(expires_at.timestamp())}
        try:
            header: str = self.vapid.sign(claims)["Authorization"]
        except VapidException as error:
            message = "the stack's address or EmailFrom is none that a push can be signed with"
            raise DeliveryFailedError(message, is_retryable=False) from error
        self._signed[audience] = header, expires_at - _RENEWED_BEFORE
        return header


def encrypted(payload: bytes, *, p256dh: str, auth: str) -> bytes:
    """Encrypt a payload for one browser, with a key pair and a salt of its own.

    Raises:
        DeliveryFailedError: The browser's key is no point of the curve.
    """
    try:
        body: bytes = http_ece.encrypt(
            payload,
            salt=secrets.token_bytes(_SALT_BYTES),
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=decoded(p256dh),
            auth_secret=decoded(auth),
            version="aes128gcm",
        )
    except (ValueError, http_ece.ECEException) as error:
        message = "not sent: the device's key is none; open /console/me/phone there again"
        raise DeliveryFailedError(message, is_retryable=False) from error
    return body
