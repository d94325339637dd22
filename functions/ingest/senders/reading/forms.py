"""Forms, read in one pass and with their limits from the start."""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from functions.ingest.senders.reading.charsets import text_of
from tocsin.domain.errors import MalformedInputError
from tocsin.lambda_runtime.strict_json import expect_size

FIELDS_LIMIT: Final = 1_000
HEAD_LIMIT_BYTES: Final = 4_096
"""Of a part's own headers; browsers and libraries write some hundred."""

_BOUNDARY: Final = re.compile(r"""boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))""", re.IGNORECASE)
"""Of 70 characters at most, by RFC 2046."""
_NAME: Final = re.compile(rb"""[;\s]name=(?:"([^"\r\n]*)"|([^\s;"]+))""", re.IGNORECASE)
_BLANK_LINE: Final = re.compile(rb"\r?\n\r?\n")

type Fields = dict[str, str]
type Repairs = tuple[str, ...]


def read_urlencoded(body: bytes, charset: str | None) -> tuple[Fields, Repairs]:
    """Read `name=value&…`; of a name that comes several times, the last.

    Raises:
        MalformedInputError: There are too many fields.
        PayloadTooLargeError: It is over 1 MiB.
    """
    expect_size(body)
    _expect_few(body.count(b"&") + 1)
    fields: Fields = {}
    repairs: dict[str, None] = {}
    for pair in body.strip().split(b"&"):
        name, equals, value = pair.replace(b"+", b" ").partition(b"=")
        if name and equals:
            texts = [text_of(unquote_to_bytes(it), charset) for it in (name, value)]
            fields[texts[0][0]] = texts[1][0]
            repairs |= dict.fromkeys((*texts[0][1], *texts[1][1]))
    return fields, tuple(repairs)


def read_multipart(body: bytes, content_type: str, charset: str | None) -> tuple[Fields, Repairs]:
    """Read the parts that have a name; files are read as texts.

    Raises:
        MalformedInputError: There are too many parts.
        PayloadTooLargeError: It is over 1 MiB.
    """
    expect_size(body)
    found = _BOUNDARY.search(content_type)
    if found is None:
        return {}, ()
    delimiter = b"--" + (found[1] or found[2]).encode("utf-8", "replace")
    _expect_few(body.count(delimiter) - 1)
    fields: Fields = {}
    repairs: dict[str, None] = {}
    for part in body.split(delimiter)[1:]:
        if part.startswith(b"--"):
            break
        ends = _BLANK_LINE.search(part, 0, HEAD_LIMIT_BYTES)
        name = _NAME.search(part, 0, ends.start()) if ends else None
        if ends is None or name is None:
            continue
        content = part[ends.end() :].removesuffix(b"\n").removesuffix(b"\r")
        texts = [text_of(it, charset) for it in (name[1] or name[2] or b"", content)]
        fields[texts[0][0]] = texts[1][0]
        repairs |= dict.fromkeys((*texts[0][1], *texts[1][1]))
    return fields, tuple(repairs)


def _expect_few(count: int) -> None:
    if count > FIELDS_LIMIT:
        raise MalformedInputError(f"The form has more than {FIELDS_LIMIT} fields.")
