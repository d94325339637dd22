"""Links by which people confirm that messages reach them at an address."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from tocsin.domain.ids import instant, milliseconds
from tocsin.domain.link import LinkExpiredError, LinkUnknownError, sealed, unsealed
from tocsin.domain.people import ContactMethod, User, hash_address

VERIFICATION_LIFE: Final = timedelta(days=7)
"""From the making of the message; the link does nothing but this."""
VERIFY_PATH: Final = "/verify/"

_PURPOSE: Final = b"tocsin verification\0"
"""Another than that of links to alerts: neither opens the other."""
_VERSION: Final = 1
_HASH_BYTES: Final = 8
_TIME_BYTES: Final = 6
_LEAST_BYTES: Final = 1 + _TIME_BYTES + _HASH_BYTES + 1
_NUMBERS: Final = {ContactMethod.EMAIL: 1, ContactMethod.SMS: 2, ContactMethod.SLACK: 3}
"""In the link's bytes; a number is never used for another method."""
_METHODS: Final = {number: method for method, number in _NUMBERS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """That one user is reached by one contact method at one address."""

    user: str
    method: ContactMethod
    address_hash: str
    expires_at: datetime

    def is_for(self, user: User) -> bool:
        """Whether the user still has this address."""
        address = user.address_of(self.method)
        return address is not None and hash_address(address) == self.address_hash


@dataclass(frozen=True, slots=True)
class VerificationSigner:
    """Makes and reads the links of one stack."""

    key: bytes = field(repr=False)
    """That of the stack's links; secret."""
    public_url: str
    """The stack's URL, without path."""

    def url(self, user: User, method: ContactMethod, *, at: datetime) -> str | None:
        """Make a link; None: the user has no such address.

        Args:
            user: Whose name has 64 bytes at most.
            method: By which the link is sent.
            at: Now, to the millisecond.
        """
        address = user.address_of(method)
        if address is None:
            return None
        verification = Verification(
            user=user.name,
            method=method,
            address_hash=hash_address(address),
            expires_at=at + VERIFICATION_LIFE,
        )
        token = sealed(self.key, _PURPOSE, _packed(verification))
        return f"{self.public_url.rstrip('/')}{VERIFY_PATH}{token}"

    def read(self, token: str, at: datetime) -> Verification:
        """Verify and read a token.

        Raises:
            LinkUnknownError: The signature is wrong.
            LinkExpiredError: It has expired.
        """
        verification = _unpacked(unsealed(self.key, _PURPOSE, token, least_bytes=_LEAST_BYTES))
        if at >= verification.expires_at:
            raise LinkExpiredError(verification.expires_at)
        return verification


def _packed(it: Verification) -> bytes:
    kind = _VERSION << 4 | _NUMBERS[it.method]
    expiry = milliseconds(it.expires_at).to_bytes(_TIME_BYTES)
    return bytes((kind,)) + expiry + bytes.fromhex(it.address_hash) + it.user.encode()


def _unpacked(payload: bytes) -> Verification:
    """Read a token whose signature is right."""
    version, number = divmod(payload[0], 1 << 4)
    if version != _VERSION or number not in _METHODS:
        raise LinkUnknownError
    after_time = 1 + _TIME_BYTES
    after_hash = after_time + _HASH_BYTES
    return Verification(
        user=payload[after_hash:].decode(),
        method=_METHODS[number],
        address_hash=payload[after_time:after_hash].hex(),
        expires_at=instant(int.from_bytes(payload[1:after_time])),
    )
