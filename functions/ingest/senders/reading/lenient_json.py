"""JSON as programs really send it: what can be repaired is, and a note says so.

Half surrogate pairs, NaN, numbers that no reader holds, raw line breaks in texts, backslashes
that escape nothing, members that come twice, and a value a line are all read. Every repair is
one pass over the body.
"""

import json
import re
from typing import Any, Final

from functions.ingest.senders.reading.charsets import HALVES, text_of
from tocsin.domain.errors import MalformedInputError
from tocsin.lambda_runtime.strict_json import expect_shallow, expect_size, read_json

_NO_NUMBER: Final = "body: {} is no number, kept as a text"
_TWICE: Final = "body: says one thing twice, the last was taken"
_CONTROLS: Final = "body: line breaks or control characters that JSON wants escaped"
_BACKSLASHES: Final = "body: backslashes that escape nothing"
_DIGITS_LIMIT: Final = 4_000
_SHOWN: Final = 20

_ESCAPES: Final = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})"
    r"""|["\\/bfnrt]|u[0-9a-fA-F]{4}|(?P<nothing>))"""
)
_HALF_REPLACED: Final = r"\ufffd"
_SPACE: Final = " \t\r\n\0\ufeff"


def read_lenient(body: bytes, charset: str | None = None) -> tuple[Any, tuple[str, ...]]:
    """Parse a body, and say what was repaired.

    Raises:
        PayloadTooLargeError: It is over 1 MiB.
        MalformedInputError: It is not JSON even after repairs, or too deep.
    """
    try:
        value = read_json(body)
    except MalformedInputError:
        return read_repaired(body, charset)
    return value, text_of(body)[1]


def read_repaired(body: bytes, charset: str | None) -> tuple[Any, tuple[str, ...]]:
    """Parse a body that is not valid JSON.

    Raises:
        PayloadTooLargeError: It is over 1 MiB.
        MalformedInputError: It is not JSON even after repairs, or too deep.
    """
    expect_size(body)
    text, notes = text_of(body, charset)
    expect_shallow(text.encode("utf-8", "replace"))
    value, repairs = _parsed(text.strip(_SPACE))
    if not notes and not repairs and not isinstance(value, list):
        repairs = [_CONTROLS]  # nothing else that is refused goes without a note
    return value, tuple(dict.fromkeys((*notes, *repairs)))


def _parsed(text: str) -> tuple[Any, list[str]]:
    repairs: list[str] = []
    text = _with_good_escapes(text, repairs)
    decoder = _Repairing(repairs)
    try:
        value, end = decoder.raw_decode(text)
        values = [value]
        while end < len(text):
            end = _next_value(text, end)
            value, end = decoder.raw_decode(text, end)
            values.append(value)
    except json.JSONDecodeError as error:
        message = f"The body is not JSON: see line {error.lineno}, column {error.colno}."
        raise MalformedInputError(message) from None
    return values if len(values) > 1 else values[0], repairs


def _next_value(text: str, end: int) -> int:
    """Where the value of the next line begins.

    Raises:
        JSONDecodeError: What follows is no object of another line.
    """
    begins = _NEXT_LINE.match(text, end)
    if begins is None:
        message = "Extra data"
        raise json.JSONDecodeError(message, text, end)
    return begins.end()


_NEXT_LINE: Final = re.compile(r"[ \t\r]*\n\s*(?=\{)")


def _with_good_escapes(text: str, repairs: list[str]) -> str:
    if "\\" not in text:
        return text

    def good(found: re.Match[str]) -> str:
        if found["half"]:
            _note(repairs, HALVES)
            return _HALF_REPLACED
        if found["nothing"] is not None:
            _note(repairs, _BACKSLASHES)
            return r"\\"
        return found[0]

    return _ESCAPES.sub(good, text)


class _Repairing(json.JSONDecoder):
    """Takes what the strict one refuses, and notes it."""

    def __init__(self, repairs: list[str]) -> None:
        self._repairs = repairs
        super().__init__(
            object_pairs_hook=self._object,
            parse_constant=self._no_number,
            parse_float=self._fraction,
            parse_int=self._whole,
            strict=False,
        )

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            _note(self._repairs, _TWICE)
        return members

    def _no_number(self, word: str) -> str:
        _note(self._repairs, _NO_NUMBER.format(word[:_SHOWN]))
        return word

    def _fraction(self, number: str) -> float | str:
        value = float(number)
        return self._no_number(number) if abs(value) == float("inf") else value

    def _whole(self, number: str) -> int | str:
        return int(number) if len(number) < _DIGITS_LIMIT else self._no_number(number)


def _note(repairs: list[str], note: str) -> None:
    if note not in repairs:
        repairs.append(note)
