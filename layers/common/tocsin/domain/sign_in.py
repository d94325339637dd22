"""Links by which people sign in: signed by the notifier, good for 15 minutes, and once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from tocsin.domain.configuration import Configured
from tocsin.domain.ids import instant, milliseconds, ulid_bytes, ulid_from
from tocsin.domain.link import LinkExpiredError, LinkUnknownError, sealed, unsealed
from tocsin.domain.people import ContactMethod, User, hash_address

SIGN_IN_LIFE: Final = timedelta(minutes=15)
"""From when it was asked for, however long its message was on the way."""
SIGN_IN_PATH: Final = "/console/sign-in/link"
"""Of the page that opens it. The token is behind `#`, so no server and no log is sent it before the
page itself sends it: a scanner that follows links of mails uses up none."""
NOBODY: Final = "-"
"""No user's name: the target of a message that is asked for an address that nobody has."""
METHODS: Final = (ContactMethod.EMAIL, ContactMethod.SLACK)
"""An SMS is left out: phone numbers are taken over."""

_PURPOSE: Final = b"tocsin sign-in\0"
"""Another than that of links to alerts: neither opens the other."""
_VERSION: Final = 1
_ID_BYTES: Final = 16
_TIME_BYTES: Final = 6
_HASH_BYTES: Final = 8
_LEAST_BYTES: Final = 1 + _ID_BYTES + _TIME_BYTES + _HASH_BYTES + 1
_NUMBERS: Final = {ContactMethod.EMAIL: 1, ContactMethod.SLACK: 2}
"""In the link's bytes; a number is never used for another method."""
_BY_NUMBER: Final = {number: method for method, number in _NUMBERS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLink:
    """That whoever holds it is one user, reached by one contact method at one address."""

    link_id: str
    """A ULID: of all messages that were asked for at once. Using one of them uses up all."""
    user: str
    method: ContactMethod
    address_hash: str
    expires_at: datetime

    def is_for(self, user: User) -> bool:
        """Whether the user still has this address, and has verified it."""
        address = user.address_of(self.method)
        is_same = address is not None and hash_address(address) == self.address_hash
        return is_same and user.is_verified(self.method)


@dataclass(frozen=True, slots=True)
class SignInSigner:
    """Makes and reads the links of one stack."""

    key: bytes = field(repr=False)
    """That of the stack's links; secret."""
    public_url: str
    """The stack's URL, without path."""

    def url(self, link_id: str, user: User, method: ContactMethod, *, asked_at: datetime) -> str:
        """Make a link to a verified address.

        Args:
            link_id: A ULID.
            user: Whose name has 64 bytes at most.
            method: By which the link is sent.
            asked_at: To the millisecond.

        Raises:
            ValueError: The user has no such address.
        """
        address = user.address_of(method)
        if address is None or method not in _NUMBERS:
            raise ValueError(f"no link to sign in goes to {user.name} by {method}")
        link = SignInLink(
            link_id=link_id,
            user=user.name,
            method=method,
            address_hash=hash_address(address),
            expires_at=asked_at + SIGN_IN_LIFE,
        )
        token = sealed(self.key, _PURPOSE, _packed(link))
        return f"{self.public_url.rstrip('/')}{SIGN_IN_PATH}#{token}"

    def read(self, token: str, at: datetime) -> SignInLink:
        """Verify and read a token.

        Raises:
            LinkUnknownError: The signature is wrong.
            LinkExpiredError: It has expired.
        """
        link = _unpacked(unsealed(self.key, _PURPOSE, token, least_bytes=_LEAST_BYTES))
        if at >= link.expires_at:
            raise LinkExpiredError(link.expires_at)
        return link


def person_of_address(
    email: str, users: Iterable[Configured[User]]
) -> Configured[User] | None:
    """The one person with this verified e-mail address, in any case; None: nobody, or several."""
    wanted = email.lower()
    found = [
        it
        for it in users
        if (it.value.email or "").lower() == wanted and it.value.is_verified(ContactMethod.EMAIL)
    ]
    return found[0] if len(found) == 1 else None


def _packed(it: SignInLink) -> bytes:
    kind = _VERSION << 4 | _NUMBERS[it.method]
    expiry = milliseconds(it.expires_at).to_bytes(_TIME_BYTES)
    head = bytes((kind,)) + ulid_bytes(it.link_id) + expiry
    return head + bytes.fromhex(it.address_hash) + it.user.encode()


def _unpacked(payload: bytes) -> SignInLink:
    """Read a token whose signature is right."""
    version, number = divmod(payload[0], 1 << 4)
    if version != _VERSION or number not in _BY_NUMBER:
        raise LinkUnknownError
    after_id = 1 + _ID_BYTES
    after_time = after_id + _TIME_BYTES
    after_hash = after_time + _HASH_BYTES
    return SignInLink(
        link_id=ulid_from(payload[1:after_id]),
        user=payload[after_hash:].decode(),
        method=_BY_NUMBER[number],
        address_hash=payload[after_time:after_hash].hex(),
        expires_at=instant(int.from_bytes(payload[after_id:after_time])),
    )
