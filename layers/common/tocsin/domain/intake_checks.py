"""Checks of a sender beside the token in its URL."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tocsin.domain.credential import SecretHash

SECRET_MINIMUM: Final = 8
"""Characters of a signature's secret, which the sender's product may have made up."""
PASSWORD_MINIMUM: Final = 16
"""Characters of a password or token. Only a fast hash is stored, since each event is checked; that
is safe for random secrets, not for a short password."""


class SignatureAlgorithm(StrEnum):
    """The hash of an HMAC."""

    SHA1 = "sha1"
    SHA256 = "sha256"
    SHA512 = "sha512"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """An HMAC over the body as sent, in a header, in hex."""

    header: str
    """In lower case, like every name of a header here."""
    algorithm: SignatureAlgorithm = SignatureAlgorithm.SHA256
    prefix: str = ""
    """What the header has before the hex digits: `sha256=`."""
    timestamp_header: str | None = None
    """If given, the HMAC is over `<its value>:<body>`, and the value is a time in seconds since
    1970 that may be 5 minutes old."""
    secret: str = field(repr=False)
    """Computing a signature takes the secret itself (docs/adr/0011-sender-secrets.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basic:
    """HTTP basic authentication."""

    user: str
    password_hash: SecretHash = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderToken:
    header: str
    token_hash: SecretHash = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeChecks:
    """Each check is optional; all that are set must pass."""

    signature: Signature | None = None
    basic: Basic | None = None
    header_token: HeaderToken | None = None
    allowed_cidrs: tuple[str, ...] = ()
    """Networks of the sender's address; empty: any."""


NO_CHECKS: Final = IntakeChecks()
