"""Templates of elements without what htm drops when it reads them."""

import re
from typing import Final

TEXT: Final = "text"
_TAG: Final = "tag"
_COMMENT: Final = "comment"
_ENDS: Final = {_COMMENT: "-->", '"': '"', "'": "'"}
"""Of what stays as it is: a comment, and what is within quotes."""
_IN_TAG: Final = re.compile(r"""[^>"']+""")
_LINE_END: Final = re.compile(r"[ \t\r]*\n[ \t\r\n]*")
_CLOSES: Final = re.compile(r"</[^>]+")
_AT_THE_EDGES: Final = re.compile(r"^\s*\n\s*|\s*\n\s*$")


def without_needless(text: str, mode: str) -> tuple[str, str]:
    """Shorten a part of a template, between two of its values.

    Line ends go that are beside a tag or a value. In a tag, where they part its properties, a blank
    takes their place; within quotes they stay. A closing tag loses its name: it always closes the
    element that is open.

    Args:
        text: The part.
        mode: What it begins in: `TEXT`, or what was returned of the part before it.

    Returns:
        The part, and what it ends in.
    """
    kept = []
    at = 0
    while at < len(text):
        end, after = _piece(text, at, mode)
        kept.append(_shortened(text[at:end], mode))
        at, mode = end, after
    return "".join(kept), mode


def _piece(text: str, at: int, mode: str) -> tuple[int, str]:
    """Where what is in one mode ends, and the mode after it."""
    if mode == TEXT:
        end = text.find("<", at)
        if end < 0:
            return len(text), TEXT
        return (end, _TAG) if not text.startswith("<!--", end) else (end, _COMMENT)
    if mode == _TAG:
        if found := _IN_TAG.match(text, at):
            return found.end(), _TAG
        return at + 1, TEXT if text[at] == ">" else text[at]
    end = text.find(_ENDS[mode], at)
    if end < 0:
        return len(text), mode
    return end + len(_ENDS[mode]), TEXT if mode == _COMMENT else _TAG


def _shortened(piece: str, mode: str) -> str:
    if mode == TEXT:
        return _AT_THE_EDGES.sub("", piece)
    if mode == _TAG:
        return "</" if _CLOSES.fullmatch(piece) else _LINE_END.sub(" ", piece)
    return piece
