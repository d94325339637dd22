"""JSON as a client may send it: UTF-8, bounded, every value one that we can give back."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn

from tocsin.domain.errors import MalformedInputError, PayloadTooLargeError

BODY_LIMIT_BYTES: Final = 1_048_576
DEPTH_LIMIT: Final = 32

# Possessive, and with the closing quote optional, so that no input makes it look back.
_STRINGS_AND_BRACKETS: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_STEPS: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_SURROGATE_ESCAPE: Final = re.compile(r"\\u[dD][89a-fA-F]")


def read_json(body: bytes) -> Any:  # noqa: ANN401 - JSON may be anything
    """Parse a body.

    Raises:
        PayloadTooLargeError: It is over 1 MiB.
        MalformedInputError: It is not JSON, too deep, or says one thing twice.
    """
    if len(body) > BODY_LIMIT_BYTES:
        message = f"The body has {len(body)} bytes; the limit is {BODY_LIMIT_BYTES}."
        raise PayloadTooLargeError(message)
    _expect_shallow(body)
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
    if _SURROGATE_ESCAPE.search(text):
        _expect_unicode(value)
    return value


def _expect_shallow(body: bytes) -> None:
    if body.count(b"[") + body.count(b"{") <= DEPTH_LIMIT:
        return
    depth = 0
    for token in _STRINGS_AND_BRACKETS.finditer(body):
        depth += _STEPS.get(body[token.start()], 0)
        if depth > DEPTH_LIMIT:
            message = (
                f"The body is nested deeper than {DEPTH_LIMIT} levels: see byte {token.start()}."
            )
            raise MalformedInputError(message)


def _expect_unicode(value: object) -> None:
    for path, text in _texts(value, "body"):
        try:
            text.encode()
        except UnicodeEncodeError:
            message = f"The body has half a surrogate pair: see {path}."
            raise MalformedInputError(message) from None


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield path, value
        case Mapping():
            for number, (name, member) in enumerate(value.items(), start=1):
                yield f"the name of member {number} of {path}", name
                yield from _texts(member, f"{path}.{name}")
        case Sequence():
            for position, member in enumerate(value):
                yield from _texts(member, f"{path}[{position}]")
        case _:
            return


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        counted = Counter(name for name, _ in pairs)
        twice = json.dumps(counted.most_common(1)[0][0][:80])
        message = f"The body has an object that says {twice} twice."
        raise MalformedInputError(message)
    return members


def _finite(number: str) -> float:
    value = float(number)
    if value in (float("inf"), float("-inf")):
        message = f"The body has a number beyond what JSON readers hold: {number[:40]}."
        raise MalformedInputError(message)
    return value


def _bounded(number: str) -> int:
    try:
        return int(number)
    except ValueError:
        message = f"The body has a number of {len(number)} digits."
        raise MalformedInputError(message) from None


def _no_constant(word: str) -> NoReturn:
    message = f"The body is not JSON: {word} is no JSON value."
    raise MalformedInputError(message)


_decoder: Final = json.JSONDecoder(
    object_pairs_hook=_without_duplicates,
    parse_constant=_no_constant,
    parse_float=_finite,
    parse_int=_bounded,
)
