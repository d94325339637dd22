"""Texts of strangers, made fit for a terminal."""

import re
from typing import Final

_CONTROLS: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # C0 and C1: escapes, bells, backspaces
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # they turn the direction of what follows
    "\u2028\u2029"  # they break lines
    "\ud800-\udfff]"  # halves of characters, which no encoding takes
)


def clean(text: str, *, keep: str = "") -> str:
    """Leave out what moves a cursor, changes colours, or lets text look like other text.

    Args:
        text: Also one of a stranger's.
        keep: Control characters that may stay.
    """
    return _CONTROLS.sub(lambda found: found[0] if found[0] in keep else " ", text)


def escaped(json_text: str) -> str:
    """Escape in a JSON text what `clean` would leave out: such characters stand in strings only.

    Line breaks of the layout stay.
    """
    return _CONTROLS.sub(
        lambda found: found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}", json_text
    )


def shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
