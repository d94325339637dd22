"""Texts of senders and users, made harmless for a message; channels escape them afterwards."""

from typing import Final
from unicodedata import combining, normalize

from tocsin.domain.signal import CUT_MARK, printable

NAME_SHOWN: Final = 60
"""Characters of a person's or a link's name."""


def one_line(text: str, limit: int) -> str:
    """Put a text on one line, and cut it at a word to so many characters."""
    return cut(" ".join(normalize("NFC", printable(text)).split()), limit)


def with_lines(text: str, limit: int) -> str:
    """Keep line breaks, all as one character, and the spaces within lines."""
    lines = (printable(line).rstrip() for line in text.splitlines())
    return cut(normalize("NFC", "\n".join(lines)).strip("\n"), limit)


def ended(text: str) -> str:
    """End a text as a sentence, if it does not end as one."""
    return text if text.endswith((CUT_MARK, ".", "!", "?")) else f"{text}."


def cut(text: str, limit: int) -> str:
    """Cut at a word, if one ends in the second half of what there is room for."""
    if len(text) <= limit:
        return text
    room = limit - len(CUT_MARK)
    end = next((at for at in range(room, room // 2 - 1, -1) if text[at].isspace()), room)
    while end > 1 and combining(text[end]):
        end -= 1
    return text[:end].rstrip() + CUT_MARK
