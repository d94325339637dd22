"""Ids: a ULID whose time is when an alert fired and whose other 80 bits are its fingerprint."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NewType

AlertId = NewType("AlertId", str)
IncidentId = NewType("IncidentId", str)
Fingerprint = NewType("Fingerprint", str)
"""80 bits as 16 letters of Crockford's base 32: names the slot of an integration's dedup key."""
WriteId = NewType("WriteId", str)
"""Fresh for every write, so that a writer recognises its own write after a lost reply."""
Actor = NewType("Actor", str)
"""An actor as stored: a user's name, `link:{user}`, `slack:{user}`, `slack:{id of Slack}`,
`key:{id}`, `integration:{name}` or `auto`. Clients see `by_whom` and `via_of`."""


class Via(StrEnum):
    """By what a person or a tool acted."""

    API = "api"
    LINK = "link"
    SLACK = "slack"
    PHONE = "phone"
    CONSOLE = "console"
    INTEGRATION = "integration"


ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FINGERPRINT_LENGTH: Final = 16
ULID_LENGTH: Final = 26
_ULID_BYTES: Final = 16
_TIME_LENGTH: Final = 10
_LAST_TIME: Final = "76EZ91ZPZZ"
"""The last millisecond of the year 9999: Python counts no further."""
_FINGERPRINT_BYTES: Final = 10
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_VALUES: Final = {letter: value for value, letter in enumerate(ALPHABET)}
AUTO: Final = Actor("auto")
_WAYS_OF_USERS: Final = frozenset((Via.LINK, Via.SLACK, Via.PHONE, Via.CONSOLE))
_SLACK_ID: Final = re.compile(r"[A-Z0-9]+")


def user_of(actor: Actor | None) -> str | None:
    """The user who acted, by any way; of another actor, a text that is no user's name."""
    kind, _, name = (actor or "").partition(":")
    if kind not in _WAYS_OF_USERS or (kind == Via.SLACK and _SLACK_ID.fullmatch(name)):
        return actor
    return name


def person_of(actor: Actor | None) -> str | None:
    """The name of the person who acted; None: a key, an integration or a timer did."""
    name = user_of(actor)
    return None if name is None or ":" in name or name == AUTO else name


def by_whom(actor: Actor | None) -> str:
    """The actor as clients see it: a user's name, however the user acted; or as stored."""
    return user_of(actor) or "nobody"


def via_of(actor: Actor) -> Via | None:
    """By what the actor acted; None: a timer did."""
    if actor == AUTO:
        return None
    kind, colon, _ = actor.partition(":")
    return Via(kind) if colon and kind in set(Via) else Via.API


def by_slack(slack_id: str, user: str | None) -> Actor:
    """The actor behind a button in Slack.

    A user whose name looks like an id of Slack is stored as one who used a link.
    """
    if user is None:
        return Actor(f"{Via.SLACK}:{slack_id}")
    way = Via.LINK if _SLACK_ID.fullmatch(user) else Via.SLACK
    return Actor(f"{way}:{user}")


def milliseconds(instant: datetime) -> int:
    """Milliseconds since 1970, rounded down: the resolution of everything stored."""
    return (instant - _EPOCH) // _MILLISECOND


def instant(milliseconds_since_1970: int) -> datetime:
    """The inverse of `milliseconds`."""
    return _EPOCH + milliseconds_since_1970 * _MILLISECOND


def fingerprint(integration: str, dedup_key: str) -> Fingerprint:
    """Name the slot that all episodes of a dedup key share.

    The length of the first part goes into the hash, so that no other split of the two
    texts gives the same bytes.
    """
    source = integration.encode("utf-8", "surrogatepass")
    key = dedup_key.encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(b"%d:%b:%b" % (len(source), source, key)).digest()
    return Fingerprint(
        _encode(int.from_bytes(digest[:_FINGERPRINT_BYTES], "big"), FINGERPRINT_LENGTH)
    )


def ulid(at: datetime, entropy: Fingerprint) -> str:
    """Spell a ULID of 80 given bits; ids sort as their times do."""
    return _encode(milliseconds(at), _TIME_LENGTH) + entropy


def entropy(random_bytes: bytes) -> Fingerprint:
    """Spell ten random bytes, for ids of things that have no dedup key."""
    return Fingerprint(
        _encode(int.from_bytes(random_bytes[:_FINGERPRINT_BYTES], "big"), FINGERPRINT_LENGTH)
    )


def is_ulid(text: str) -> bool:
    """Whether it is a possible id; any other text is an unknown id, not an error."""
    is_spelled = len(text) == ULID_LENGTH and all(letter in _VALUES for letter in text)
    return is_spelled and text[:_TIME_LENGTH] <= _LAST_TIME


def fingerprint_of(alert_id: AlertId) -> Fingerprint:
    """The slot of an alert, from its id."""
    return Fingerprint(alert_id[_TIME_LENGTH:])


def time_of(identifier: str) -> datetime:
    """The time in a ULID."""
    return instant(_decode(identifier[:_TIME_LENGTH]))


def ulid_bytes(identifier: str) -> bytes:
    """Pack a ULID into its 16 bytes.

    Raises:
        ValueError: Not a ULID.
    """
    if not is_ulid(identifier):
        raise ValueError("this is no ULID")
    return _decode(identifier).to_bytes(_ULID_BYTES)


def ulid_from(data: bytes) -> str:
    """The inverse of `ulid_bytes`."""
    return _encode(int.from_bytes(data), ULID_LENGTH)


def _decode(text: str) -> int:
    value = 0
    for letter in text:
        value = value * 32 + _VALUES[letter]
    return value


def _encode(value: int, length: int) -> str:
    letters = [""] * length
    for position in range(length - 1, -1, -1):
        value, remainder = divmod(value, 32)
        letters[position] = ALPHABET[remainder]
    return "".join(letters)
