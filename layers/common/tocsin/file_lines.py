"""The lines of a file that CloudFormation does not keep: which path of it stands where."""

import base64
import json
import re
import zlib
from collections.abc import Mapping
from typing import Final

LIMIT_BYTES: Final = 1_000_000
"""Of the unpacked text."""
_LAST_PART: Final = re.compile(r"(?:\.[^.\[\]]*|\[\d+\])$|^[^.\[\]]+$")


def packed(lines: Mapping[str, int]) -> str:
    """Write lines by path, such as `users[2].email`, as a short text."""
    written = json.dumps(lines, separators=(",", ":")).encode()
    return base64.b64encode(zlib.compress(written, 9)).decode("ascii")


def unpacked(text: str) -> Mapping[str, int]:
    """The inverse of `packed`; what cannot be read has no lines."""
    try:
        expanding = zlib.decompressobj()
        written = expanding.decompress(base64.b64decode(text, validate=True), LIMIT_BYTES)
        lines = json.loads(written)
    except (ValueError, zlib.error):
        return {}
    return lines if isinstance(lines, dict) else {}


def line_of(path: str, lines: Mapping[str, int]) -> int | None:
    """The line of a path, or of the nearest one around it."""
    while path and path not in lines:
        around = _LAST_PART.sub("", path, count=1)
        path = "" if around == path else around
    return lines.get(path)
