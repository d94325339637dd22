"""The signature of a message: RSA with PKCS #1 v1.5, over the fields that SNS names."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Final

from functions.ingest.sns.certificate import PublicKey

_NOTIFICATION: Final = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_SUBSCRIPTION: Final = (
    *("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
)
SIGNED_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "Notification": _NOTIFICATION,
    "SubscriptionConfirmation": _SUBSCRIPTION,
    "UnsubscribeConfirmation": _SUBSCRIPTION,
}
"""By type, in the order in which they are signed. The attributes of a message are not signed."""
OPTIONAL: Final = frozenset(("Subject",))
_DIGEST_INFOS: Final[Mapping[str, tuple[str, bytes]]] = {
    "1": ("sha1", bytes.fromhex("3021300906052b0e03021a05000414")),
    "2": ("sha256", bytes.fromhex("3031300d060960864801650304020105000420")),
}
"""By `SignatureVersion`: the hash, and how RFC 8017 says that it is named in a signature."""


def string_to_sign(message: Mapping[str, Any]) -> bytes:
    """Write what SNS signs.

    Raises:
        ValueError: A field is missing, or no text.
    """
    lines: list[str] = []
    for name in SIGNED_FIELDS.get(str(message.get("Type")), ()):
        value = message.get(name)
        if value is None and name in OPTIONAL:
            continue
        if not isinstance(value, str):
            raise ValueError(name)  # noqa: TRY004 - a wrong value, not a programming error
        lines += (name, value)
    if not lines:
        raise ValueError("Type")
    return ("\n".join(lines) + "\n").encode()


def is_signed_by(key: PublicKey, message: Mapping[str, Any]) -> bool:
    """Whether the key's owner signed this message.

    What the signature should be is built and compared as a whole: nothing of it is parsed, so
    there is no padding to be lenient about.
    """
    digest_info = _DIGEST_INFOS.get(str(message.get("SignatureVersion")))
    if digest_info is None:
        return False
    algorithm, prefix = digest_info
    try:
        signature = base64.b64decode(str(message.get("Signature")), validate=True)
        signed = string_to_sign(message)
    except ValueError:
        return False
    size = key.size_bytes
    number = int.from_bytes(signature, "big")
    if len(signature) != size or number >= key.modulus:
        return False
    opened = pow(number, key.exponent, key.modulus).to_bytes(size, "big")
    digest = prefix + hashlib.new(algorithm, signed, usedforsecurity=False).digest()
    padding = b"\xff" * (size - len(digest) - 3)
    return hmac.compare_digest(opened, b"\0\1" + padding + b"\0" + digest)
