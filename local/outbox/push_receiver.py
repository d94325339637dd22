"""The outbox as a browser that asked for push: it reads what is encrypted for it."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# No secret: it opens what never leaves this machine, and stays the same over starts.
_NUMBER: Final = int.from_bytes(b"tocsin: the outbox of this stack")
_AUTH: Final = b"tocsin's outbox."
NAME: Final = "The outbox"


class NotForUsError(Exception):
    """A push that is encrypted for another browser, or is none."""


def subscription(endpoint: str) -> dict[str, Any]:
    """What a page would tell the API."""
    point = _private().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    keys = {"p256dh": _spelled(point), "auth": _spelled(_AUTH)}
    return {"endpoint": endpoint, "keys": keys, "name": NAME}


def opened(body: bytes) -> Mapping[str, Any]:
    """Decrypt a push.

    Raises:
        NotForUsError: It is none, or another's.
    """
    try:
        text = http_ece.decrypt(
            body, private_key=_private(), auth_secret=_AUTH, version="aes128gcm"
        )
        said = json.loads(text)
    except (http_ece.ECEException, ValueError, TypeError, IndexError) as error:
        raise NotForUsError from error
    if not isinstance(said, dict):
        raise NotForUsError
    return said


@cache
def _private() -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(_NUMBER, ec.SECP256R1())


def _spelled(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
