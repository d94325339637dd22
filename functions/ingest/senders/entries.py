"""Bodies of one object or a list of them: the most common form."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from functions.ingest.senders import Entry, Ignored, Sent
from functions.ingest.senders.fields import kind_of
from tocsin.domain.errors import InvalidInputError, MalformedInputError, Problem
from tocsin.domain.signal import Signal

ENTRIES_LIMIT: Final = 256
"""Entries of one body; the most that Prometheus sends at once. Each is a write or two, and the
function has ten seconds."""

type ReadObject = Callable[[Mapping[str, Any]], Signal | Ignored]
"""Understands one object; raises `InvalidInputError` for one that says nothing usable."""


def each_object(sent: Sent, read: ReadObject, expected: str) -> Sequence[Entry]:
    """Read a body that is an object, or each object of one that is a list.

    Raises:
        MalformedInputError: It is neither.
        InvalidInputError: The list is empty, or too long.
    """
    match sent.value:
        case dict() as value:
            return [read_entry(value, read, expected, part=None)]
        case list() as values:
            return each_of(values, read, expected)
        case value:
            raise MalformedInputError(f"The body is {kind_of(value)}. {expected}")


def each_of(values: Sequence[object], read: ReadObject, expected: str) -> Sequence[Entry]:
    """Read each member of a list.

    Raises:
        InvalidInputError: The list is empty, or too long.
    """
    if not values:
        raise InvalidInputError(f"The list is empty. {expected}")
    if len(values) > ENTRIES_LIMIT:
        message = f"The list has {len(values)} entries; the limit is {ENTRIES_LIMIT}."
        raise InvalidInputError(message)
    return [read_entry(value, read, expected, part=value) for value in values]


def read_entry(value: object, read: ReadObject, expected: str, *, part: object) -> Entry:
    """Read one object; what is wrong with it becomes its refusal."""
    if not isinstance(value, dict):
        problem = Problem("entry", f"must be an object, not {kind_of(value)}")
        return Entry(InvalidInputError(expected, [problem]), part)
    try:
        return Entry(read(value), part)
    except InvalidInputError as refusal:
        return Entry(refusal, part)
