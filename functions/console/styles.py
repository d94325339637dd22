"""Makes one style sheet of several."""

import re
from collections.abc import Mapping
from typing import Final

from functions.console.unjoinable import JoinError


def joined_styles(sheets: Mapping[str, str]) -> str:
    """One sheet of several in their order, without comments and needless blanks.

    Raises:
        JoinError: A sheet imports another one, or something in it has no end.
    """
    return "".join(_squeezed_style(name, text) for name, text in sheets.items())


_STYLE: Final = re.compile(r'(/\*.*?\*/)|("(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\')', re.DOTALL)

_ENDS: Final = " {};,>~"
_NEEDLESS: Final = (
    (re.compile(r"\s+"), " "),
    (re.compile(r" ?([{};,>~]) ?"), r"\1"),
    # Before a colon a blank has a meaning: `a :hover` is another element than `a:hover`.
    (re.compile(r": "), ":"),
    (re.compile(r" !important"), "!important"),
    (re.compile(r";}"), "}"),
    (re.compile(r"(?<![\w.])0\.(?=\d)"), "."),
)


def _squeezed_style(name: str, text: str) -> str:
    sheet, at = "", 0
    for found in _STYLE.finditer(text):
        sheet = _added(sheet, _without_blanks(name, text, at, found.start())) + (found[2] or "")
        at = found.end()
    return _added(sheet, _without_blanks(name, text, at, len(text))).strip() + "\n"


def _added(sheet: str, part: str) -> str:
    """Where a comment stood between them, a blank may be left that means nothing."""
    is_needless = not sheet or sheet[-1] in _ENDS
    return sheet + (part.removeprefix(" ") if is_needless else part)


def _without_blanks(name: str, text: str, start: int, end: int) -> str:
    part = text[start:end]
    if wrong := re.search(r"@import|/\*|\*/|[\"']", part):
        line = text.count("\n", 0, start + wrong.start()) + 1
        raise JoinError(name, line, f"{wrong[0]} cannot be joined.")
    for pattern, kept in _NEEDLESS:
        part = pattern.sub(kept, part)
    return part
