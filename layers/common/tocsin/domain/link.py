"""Links in notifications: their readers act on an alert without a login."""

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
"""From the making of the message: a mail that is found later opens nothing."""
LINK_SNOOZE: Final = timedelta(hours=1)
"""Duration of a snooze by a link that says nothing else."""
AWAKE: Final = "I'm awake"
AWAKE_MEANS: Final = "one quiet summary every 5 min in place of pages"
LINK_PATH: Final = "/act/"
BY_LIMIT_BYTES: Final = 64

_VERSION: Final = 1
_PURPOSE: Final = b"tocsin link\0"
"""Part of the signed text, so that no signature made with this key for another purpose opens a
link."""
_SIGNATURE_BYTES: Final = 16
"""Half of SHA-256's, the least that RFC 2104 recommends: a link has to fit into an SMS."""
_ID_BYTES: Final = 16
_TIME_BYTES: Final = 6
_LEAST_BYTES: Final = 1 + _ID_BYTES + _TIME_BYTES + 1


class LinkAction(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    RESOLVE = "resolve"
    VIEW = "view"
    """Shows the alert, and offers what its state allows."""
    UNACKNOWLEDGE = "unacknowledge"
    UNSNOOZE = "unsnooze"
    DIGEST = "digest"
    """Lists the alerts of a digest, whose id the link has, and acknowledges them."""
    AWAKE = "awake"
    """Of the alert or digest in whose message it was."""
    SWAP = "swap"
    """Shows a swap of shifts, whose id the link has, and accepts or declines it."""


_NUMBERS: Final = {
    LinkAction.ACKNOWLEDGE: 1,
    LinkAction.SNOOZE: 2,
    LinkAction.RESOLVE: 3,
    LinkAction.VIEW: 4,
    LinkAction.UNACKNOWLEDGE: 5,
    LinkAction.UNSNOOZE: 6,
    LinkAction.DIGEST: 7,
    LinkAction.AWAKE: 8,
    LinkAction.SWAP: 9,
}
"""In the link's bytes; a number is never used for another action."""
ACTING: Final = frozenset(
    (
        *(LinkAction.ACKNOWLEDGE, LinkAction.SNOOZE, LinkAction.RESOLVE),
        *(LinkAction.UNACKNOWLEDGE, LinkAction.UNSNOOZE),
    )
)
"""What may be chosen on the page of an alert: all of these change the alert."""
_ACTIONS: Final = {number: action for action, number in _NUMBERS.items()}
_IN_MESSAGES: Final = (
    *(LinkAction.ACKNOWLEDGE, LinkAction.SNOOZE, LinkAction.RESOLVE),
    LinkAction.VIEW,
)
"""The links of `Links`; a page to a person has `AWAKE` too."""


class LinkUnknownError(Exception):
    """The signature is wrong: forged, cut short, or made with an earlier key."""


class LinkKeyError(Exception):
    """The stored link key is malformed and must be replaced."""


class LinkExpiredError(Exception):
    """The signature is right, but the link has expired."""

    def __init__(self, expired_at: datetime) -> None:
        super().__init__(f"The link expired at {expired_at.isoformat()}.")
        self.expired_at = expired_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link: the alert, the action, the reader."""

    action: LinkAction
    alert_id: AlertId
    by: str
    """The reader: the name of a user or a channel."""
    expires_at: datetime
    """To the millisecond, so that two messages to the same person hold different links."""

    @property
    def actor(self) -> Actor:
        """The actor on the timeline."""
        return Actor(f"link:{self.by}")

    def allows(self, action: LinkAction) -> bool:
        return action is self.action or self.action is LinkAction.VIEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    acknowledge: str
    snooze: str
    resolve: str
    view: str
    awake: str | None = None
    """None: the reader is a channel, or it is no page."""


@dataclass(frozen=True, slots=True)
class LinkSigner:
    """Makes and reads links of one stack."""

    key: bytes = field(repr=False)
    """32 random bytes; secret."""
    public_url: str
    """The stack's URL, without path."""

    def links(self, alert_id: AlertId, *, by: str, at: datetime, has_awake: bool = False) -> Links:
        """Make the links of one message.

        Args:
            alert_id: The alert.
            by: The reader: the name of a user or a channel, 64 bytes at most.
            at: Now, to the millisecond.
            has_awake: Whether "I'm awake" is among them: of a page to a person.

        Raises:
            ValueError: The name is empty or too long, or the alert's id is malformed.
        """
        actions = (*_IN_MESSAGES, LinkAction.AWAKE) if has_awake else _IN_MESSAGES
        spelled = {
            action.value: self.url(self.token(action, alert_id, by=by, at=at)) for action in actions
        }
        return Links(**spelled)

    def token(
        self,
        action: LinkAction,
        alert_id: AlertId,
        *,
        by: str,
        at: datetime,
        life: timedelta = LINK_LIFE,
    ) -> str:
        """Make the token of one link: for a button in a chat message.

        Raises:
            ValueError: As `links`.
        """
        link = Link(action=action, alert_id=alert_id, by=by, expires_at=at + life)
        return sealed(self.key, _PURPOSE, _packed(link))

    def url(self, token: str) -> str:
        return f"{self.public_url.rstrip('/')}{LINK_PATH}{token}"

    def read(self, token: str, at: datetime) -> Link:
        """Verify and read a token.

        Raises:
            LinkUnknownError: The signature is wrong.
            LinkExpiredError: It has expired.
        """
        link = _unpacked(unsealed(self.key, _PURPOSE, token, least_bytes=_LEAST_BYTES))
        if at >= link.expires_at:
            raise LinkExpiredError(link.expires_at)
        return link


def sealed(key: bytes, purpose: bytes, payload: bytes) -> str:
    """Spell a token that only `unsealed` with the same key and purpose opens."""
    return _spelled(payload + _signature(key, purpose, payload))


def unsealed(key: bytes, purpose: bytes, token: str, *, least_bytes: int) -> bytes:
    """Read the payload of a token, of at least so many bytes without its signature.

    Raises:
        LinkUnknownError: The signature is wrong.
    """
    signed = _bytes_of(token, least_bytes + _SIGNATURE_BYTES)
    payload, signature = signed[:-_SIGNATURE_BYTES], signed[-_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(key, purpose, payload)):
        raise LinkUnknownError
    return payload


def _signature(key: bytes, purpose: bytes, payload: bytes) -> bytes:
    return hmac.digest(key, purpose + payload, "sha256")[:_SIGNATURE_BYTES]


def spell_link_key(random_bytes: bytes) -> str:
    return base64.b64encode(random_bytes).decode("ascii")


def read_link_key(written: str) -> bytes:
    """The inverse of `spell_link_key`.

    Raises:
        LinkKeyError: Not base64 of 32 bytes.
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
    """Read a token whose signature is right."""
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


def _bytes_of(token: str, least_bytes: int) -> bytes:
    """Decode a token; only one spelling is valid, since a link is used once by its spelling."""
    try:
        data = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (UnicodeEncodeError, binascii.Error):
        raise LinkUnknownError from None
    if len(data) < least_bytes or _spelled(data) != token:
        raise LinkUnknownError
    return data
