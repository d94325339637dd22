"""A message as text that fits into two parts of an SMS."""

import unicodedata
from typing import Final

from tocsin.domain.message import Message
from tocsin.domain.signal import CUT_MARK

PARTS_LIMIT: Final = 2
GSM_UNITS: Final = 153
"""Septets of each of several parts, in the alphabet of GSM 03.38."""
WIDE_UNITS: Final = 67
"""UTF-16 units of each of several parts, if that alphabet lacks a character."""

_GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_ESCAPED: Final = frozenset("^{}\\[~]|€")
"""Written as two septets."""
_PLAIN: Final = {
    **dict.fromkeys((0x2018, 0x2019, 0x201A, 0x60, 0xB4, 0x2032), "'"),
    **dict.fromkeys((0x201C, 0x201D, 0x201E, 0xAB, 0xBB, 0x2033), '"'),
    **dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-"),
    ord(CUT_MARK): "...",
    ord("\N{REPLACEMENT CHARACTER}"): "?",
    ord("\N{NO-BREAK SPACE}"): " ",
}
"""Quotation marks and dashes, which GSM has in one form only."""


def short(message: Message) -> str:
    """Write the most important facts, in two parts of an SMS at most.

    A link is never cut, but the text before it is; a link that is too long by itself is left out.
    """
    link = message.links.view if message.links else ""
    details = [message.title]
    since, next_ = message.line("Since"), message.line("Next")
    details += [f"Since {since}."] if since else []
    details += [f"Next {next_}."] if next_ else []
    said = " ".join(details)
    plain = _plain(said)
    room = GSM_UNITS if _is_gsm(plain + link) else WIDE_UNITS
    left = PARTS_LIMIT * room - (units(f"\n{link}") if link else 0)
    if left < room // 2:
        return _cut(plain, PARTS_LIMIT * room)
    cut = _cut(plain, left)
    return f"{cut}\n{link}" if link else cut


def units(text: str) -> int:
    """Length of a text in units of its alphabet."""
    if _is_gsm(text):
        return len(text) + sum(character in _GSM_ESCAPED for character in text)
    return len(text.encode("utf-16-le")) // 2


def _is_gsm(text: str) -> bool:
    return all(character in _GSM or character in _GSM_ESCAPED for character in text)


def _plain(text: str) -> str:
    """Replace characters that GSM lacks by similar ones."""
    translated = text.translate(_PLAIN)
    if _is_gsm(translated):
        return translated
    bare = "".join(
        character if _is_gsm(character) else unicodedata.normalize("NFKD", character)[0]
        for character in translated
    )
    return bare if _is_gsm(bare) else translated


def _cut(text: str, limit: int) -> str:
    if _takes(text, text) <= limit:
        return text
    mark = "..." if _is_gsm(text) else CUT_MARK
    kept = text
    while kept and _takes(kept + mark, text) > limit:
        kept = kept[:-1]
    return kept + mark


def _takes(text: str, written_as: str) -> int:
    """Length of a beginning of a text, in the alphabet that the whole text needs."""
    return units(text) if _is_gsm(written_as) else len(text.encode("utf-16-le")) // 2
