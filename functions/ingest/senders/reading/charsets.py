"""Bytes as text: UTF-8 where they are, else by what they call themselves or look like.

Nothing is refused: what cannot be read becomes the replacement character, and a note says so.
"""

import codecs
import json
from typing import Final

NOT_UTF8: Final = "body: not UTF-8, read as {}"
LOST: Final = "body: holds characters that were lost on the way, for it was not UTF-8"
HALVES: Final = "body: half a character was replaced"

_REPLACED: Final = "\N{REPLACEMENT CHARACTER}"
_CHARSETS: Final = frozenset(
    (
        *("ascii", "iso8859-1", "iso8859-2", "iso8859-3", "iso8859-4", "iso8859-5", "iso8859-6"),
        *("iso8859-7", "iso8859-8", "iso8859-9", "iso8859-10", "iso8859-13", "iso8859-14"),
        *("iso8859-15", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256"),
        *("cp1257", "cp1258", "cp437", "cp850", "cp852", "cp866", "koi8-r", "koi8-u"),
        *("mac-roman", "shift_jis", "cp932", "euc_jp", "euc_kr", "cp949", "gb2312", "gbk"),
        *("gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be", "utf-32"),
    )
)
"""Charsets that decode in linear time, by Python's names; of the others some do not."""
_WIDE: Final = ("utf-16", "utf-32")


def charset_of(content_type: str) -> str | None:
    """The charset that a content type names, if it is one that is read here."""
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return _known(value.strip().strip("\"'"))
    return None


def text_of(body: bytes, charset: str | None = None) -> tuple[str, tuple[str, ...]]:
    """Read bytes, and say what was repaired."""
    seen = json.detect_encoding(body)
    if seen.startswith(_WIDE):
        return _whole(body.decode(seen, "replace")), (NOT_UTF8.format(seen.upper()),)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _otherwise(body, charset)
    return text, (LOST,) if _REPLACED in text else ()


def _otherwise(body: bytes, charset: str | None) -> tuple[str, tuple[str, ...]]:
    if charset is not None:
        return _whole(body.decode(charset, "replace")), (NOT_UTF8.format(charset),)
    try:
        halves = body.decode("utf-8-sig", "surrogatepass")
    except UnicodeDecodeError:
        pass
    else:
        return _whole(halves), (HALVES,)
    replaced = body.decode("utf-8-sig", "replace")
    if replaced.replace(_REPLACED, "").isascii():
        # Not one letter beyond ASCII is UTF-8: Windows PowerShell sends ISO-8859-1.
        return _western(body), (NOT_UTF8.format("ISO-8859-1"),)
    return replaced, (LOST,)


def _western(body: bytes) -> str:
    """ISO-8859-1, with the letters that Windows has in place of its control characters."""
    try:
        return body.decode("cp1252")
    except UnicodeDecodeError:
        return body.decode("latin-1")


def _whole(text: str) -> str:
    """Join halves of characters that belong together; replace the others."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _known(charset: str) -> str | None:
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return None
    return name if name in _CHARSETS else None
