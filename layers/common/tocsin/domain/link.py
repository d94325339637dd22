"""Links by which whoever was told of an alert acts on it, without a login."""

import base64
import binascii
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tocsin.domain.ids import Actor, AlertId, instant, milliseconds, ulid_bytes, ulid_from

LINK_KEY_BYTES: Final = 32
LINK_LIFE: Final = timedelta(hours=24)
"""From when the message was made: a mail that is found later opens nothing."""
LINK_SNOOZE: Final = timedelta(hours=1)
"""What a snooze link asks for: a button has no room for more."""
LINK_PATH: Final = "/act/"
BY_LIMIT_BYTES: Final = 64

_VERSION: Final = 1
_PURPOSE: Final = b"tocsin link\0"
"""Signed along, so that no signature made with this key for another purpose opens a link."""
_SIGNATURE_BYTES: Final = 16
"""Half of SHA-256's, the least that RFC 2104 recommends: a link has to fit into an SMS."""
_ID_BYTES: Final = 16
_TIME_BYTES: Final = 6
_LEAST_BYTES: Final = 1 + _ID_BYTES + _TIME_BYTES + 1 + _SIGNATURE_BYTES


class LinkAction(StrEnum):
    """What a link is for."""

    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    RESOLVE = "resolve"
    VIEW = "view"
    """Shows the alert, and offers the other three."""


_NUMBERS: Final = {
    LinkAction.ACKNOWLEDGE: 1,
    LinkAction.SNOOZE: 2,
    LinkAction.RESOLVE: 3,
    LinkAction.VIEW: 4,
}
"""As links spell them; never given to another action."""
_ACTIONS: Final = {number: action for action, number in _NUMBERS.items()}


class LinkUnknownError(Exception):
    """Nothing that we signed: forged, cut short, or signed with an earlier key."""


class LinkKeyError(Exception):
    """What should be the key is none: whoever wrote it there has to write another."""


class LinkExpiredError(Exception):
    """We made it, but its time is over; only who holds a true link ever meets this."""

    def __init__(self, expired_at: datetime) -> None:
        super().__init__(f"The link expired at {expired_at.isoformat()}.")
        self.expired_at = expired_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What one link lets its holder do."""

    action: LinkAction
    alert_id: AlertId
    by: str
    """For whom it was made: the name of a user or a channel."""
    expires_at: datetime
    """To the millisecond, so that two messages to the same person hold different links."""

    @property
    def actor(self) -> Actor:
        """How an action by this link appears on the timeline."""
        return Actor(f"link:{self.by}")

    def allows(self, action: LinkAction) -> bool:
        """Whether its holder may do that."""
        return action is self.action or self.action is LinkAction.VIEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The addresses that one message holds."""

    acknowledge: str
    snooze: str
    resolve: str
    view: str


@dataclass(frozen=True, slots=True)
class LinkSigner:
    """Makes and reads links of one stack."""

    key: bytes = field(repr=False)
    """32 random bytes, which nobody but those who make and read links may know."""
    public_url: str
    """Where the stack is reached, without path."""

    def links(self, alert_id: AlertId, *, by: str, at: datetime) -> Links:
        """Make the links of one message.

        Args:
            alert_id: What it tells of.
            by: To whom it goes: the name of a user or a channel, 64 bytes at most.
            at: When it is made, to the millisecond.

        Raises:
            ValueError: There is no such name, or no such alert can be.
        """
        spelled = {
            action.value: self.url(self.token(action, alert_id, by=by, at=at))
            for action in LinkAction
        }
        return Links(**spelled)

    def token(self, action: LinkAction, alert_id: AlertId, *, by: str, at: datetime) -> str:
        """Make one link without its address: what a button in a chat message carries.

        Raises:
            ValueError: As `links`.
        """
        link = Link(action=action, alert_id=alert_id, by=by, expires_at=at + LINK_LIFE)
        payload = _packed(link)
        return _spelled(payload + self._signature(payload))

    def url(self, token: str) -> str:
        """Where a token leads."""
        return f"{self.public_url.rstrip('/')}{LINK_PATH}{token}"

    def read(self, token: str, at: datetime) -> Link:
        """Understand a link that somebody holds.

        Raises:
            LinkUnknownError: It is none of ours.
            LinkExpiredError: It was.
        """
        signed = _bytes_of(token)
        payload, signature = signed[:-_SIGNATURE_BYTES], signed[-_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(payload)):
            raise LinkUnknownError
        link = _unpacked(payload)
        if at >= link.expires_at:
            raise LinkExpiredError(link.expires_at)
        return link

    def _signature(self, payload: bytes) -> bytes:
        return hmac.digest(self.key, _PURPOSE + payload, "sha256")[:_SIGNATURE_BYTES]


def spell_link_key(random_bytes: bytes) -> str:
    """Write a key as it is kept."""
    return base64.b64encode(random_bytes).decode("ascii")


def read_link_key(written: str) -> bytes:
    """The inverse of `spell_link_key`.

    Raises:
        LinkKeyError: It is no base64 of 32 bytes.
    """
    try:
        key = base64.b64decode(written, validate=True)
    except ValueError:
        key = b""
    if len(key) != LINK_KEY_BYTES:
        raise LinkKeyError(f"The link key must be base64 of {LINK_KEY_BYTES} bytes.")
    return key


def _packed(link: Link) -> bytes:
    by = link.by.encode()
    if not 0 < len(by) <= BY_LIMIT_BYTES:
        raise ValueError(f"a link is for a name of 1 to {BY_LIMIT_BYTES} bytes, not {len(by)}")
    kind = _VERSION << 4 | _NUMBERS[link.action]
    expiry = milliseconds(link.expires_at).to_bytes(_TIME_BYTES)
    return bytes((kind,)) + ulid_bytes(link.alert_id) + expiry + by


def _unpacked(payload: bytes) -> Link:
    """Read what has been found to be ours."""
    version, number = divmod(payload[0], 1 << 4)
    if version != _VERSION or number not in _ACTIONS:
        raise LinkUnknownError
    after_id = 1 + _ID_BYTES
    after_time = after_id + _TIME_BYTES
    return Link(
        action=_ACTIONS[number],
        alert_id=AlertId(ulid_from(payload[1:after_id])),
        by=payload[after_time:].decode(),
        expires_at=instant(int.from_bytes(payload[after_id:after_time])),
    )


def _spelled(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _bytes_of(token: str) -> bytes:
    """Decode a token that is spelled as we spell it: what is used once has one spelling."""
    try:
        data = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (UnicodeEncodeError, binascii.Error):
        raise LinkUnknownError from None
    if len(data) < _LEAST_BYTES or _spelled(data) != token:
        raise LinkUnknownError
    return data
