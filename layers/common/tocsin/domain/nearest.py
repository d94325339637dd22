"""The known name that a misspelt one was probably meant to be."""

from collections.abc import Iterable
from typing import Final

WORD_LIMIT: Final = 64
"""Characters of a word that are compared: the time grows with their square."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like a word; None: none is like it."""
    from difflib import get_close_matches

    names = {name.lower(): name for name in known if len(name) <= WORD_LIMIT}
    found = get_close_matches(word[:WORD_LIMIT].lower(), names, n=1)
    return names[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean email?`, or nothing."""
    meant = nearest(word, known)
    return f"; did you mean {meant}?" if meant else ""
