"""Conditions of other products as matchers."""

from __future__ import annotations

from tocsin.domain.errors import InvalidInputError
from tocsin.domain.matcher import Matcher


def parsed(written: str) -> str | None:
    """Spell a matcher as the file has it; None: it is none, or no pattern of linear time."""
    try:
        return str(Matcher.parse(written))
    except InvalidInputError:
        return None
