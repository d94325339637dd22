"""JSON of clients: UTF-8, bounded, every value writable as JSON again."""

import json
import re
import sys
from itertools import accumulate
from typing import Any, Final, NoReturn

from tocsin.domain.errors import MalformedInputError, PayloadTooLargeError

BODY_LIMIT_BYTES: Final = 1_048_576
DEPTH_LIMIT: Final = 32

# Possessive, and with an optional closing quote, so that no input makes it backtrack.
_STRINGS: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_STEPS: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_ALL_BUT_BRACKETS: Final = bytes(set(range(256)) - _STEPS.keys())
_UP_TO_HALF_A_PAIR: Final = re.compile(
    r"(?:[^\\]++|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\(?!u[dD][89a-fA-F]).)*+\\u", re.DOTALL
)


def read_json(body: bytes) -> Any:  # noqa: ANN401 - JSON may be anything
    """Parse a body.

    Raises:
        PayloadTooLargeError: It is over 1 MiB.
        MalformedInputError: It is not JSON, too deep, or has a key twice.
    """
    expect_size(body)
    expect_shallow(body)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"The body is not UTF-8: see byte {error.start}."
        raise MalformedInputError(message) from None
    try:
        value = _decoder.decode(text)
    except json.JSONDecodeError as error:
        message = f"The body is not JSON: see line {error.lineno}, column {error.colno}."
        raise MalformedInputError(message) from None
    except ValueError:
        # Python converts no more digits, as the time grows with their square.
        message = f"The body has a number of more than {sys.get_int_max_str_digits()} digits."
        raise MalformedInputError(message) from None
    _expect_whole_characters(text)
    return value


def expect_size(body: bytes | bytearray) -> None:
    """Refuse a big body before it is parsed.

    Raises:
        PayloadTooLargeError: It is over 1 MiB.
    """
    if len(body) > BODY_LIMIT_BYTES:
        message = f"The body has {len(body)} bytes; the limit is {BODY_LIMIT_BYTES}."
        raise PayloadTooLargeError(message)


def expect_shallow(body: bytes) -> None:
    """Refuse a deep body before it is parsed.

    Raises:
        MalformedInputError: It is deeper than 32 levels.
    """
    if body.count(b"[") + body.count(b"{") <= DEPTH_LIMIT:
        return
    brackets = _STRINGS.sub(b"", body).translate(None, _ALL_BUT_BRACKETS)
    if max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > DEPTH_LIMIT:
        message = f"The body is nested deeper than {DEPTH_LIMIT} levels."
        raise MalformedInputError(message)


def _expect_whole_characters(text: str) -> None:
    """Refuse half a surrogate pair, which JSON can express and UTF-8 cannot; `text` is JSON."""
    half = _UP_TO_HALF_A_PAIR.match(text)
    if half is not None:
        before = text[: half.end() - len(r"\u")]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = f"The body has half a surrogate pair: see line {line}, column {column}."
        raise MalformedInputError(message)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    first: dict[str, int] = {}
    for position, (name, _) in enumerate(pairs, start=1):
        if first.setdefault(name, position) != position:
            message = (
                "The body says one thing twice: "
                f"members {first[name]} and {position} of an object have the same name."
            )
            raise MalformedInputError(message)
    return members


def _finite(number: str) -> float:
    value = float(number)
    if value in (float("inf"), float("-inf")):
        message = "The body has a number beyond what JSON readers hold."
        raise MalformedInputError(message)
    return value


def _no_constant(word: str) -> NoReturn:
    message = f"The body is not JSON: {word} is no JSON value."
    raise MalformedInputError(message)


_decoder: Final = json.JSONDecoder(
    object_pairs_hook=_without_duplicates,
    parse_constant=_no_constant,
    parse_float=_finite,
)
