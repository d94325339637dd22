"""Short links, for messages without room: random characters that name a stored link."""

import hmac
from typing import Final

from tocsin.domain.ids import ALPHABET

SHORT_PATH: Final = "/s/"
LENGTH: Final = 12
RANDOM_BYTES: Final = 8
"""As many as hold the 60 bits of twelve characters."""
_PURPOSE: Final = b"tocsin short link\0"
_MISREAD: Final = str.maketrans("ILO", "110")
"""Letters that Crockford's alphabet leaves out, since people take them for digits."""


def spell_short(random_bytes: bytes) -> str:
    """Spell 60 of the bits that were drawn."""
    value = int.from_bytes(random_bytes[:RANDOM_BYTES])
    return "".join(ALPHABET[value >> 5 * position & 31] for position in range(LENGTH))


def read_short(written: str) -> str | None:
    """Read what may have been typed from another screen; None: it is no short link."""
    characters = written.upper().translate(_MISREAD)
    is_short = (
        written.isascii()
        and len(characters) == LENGTH
        and all(each in ALPHABET for each in characters)
    )
    return characters if is_short else None


def stored_name(characters: str, link_key: bytes) -> str:
    """Name the stored link; who reads the name cannot tell the characters."""
    return hmac.digest(link_key, _PURPOSE + characters.encode(), "sha256").hex()
