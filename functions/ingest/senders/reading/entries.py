"""Bodies of one object or a list of them: the most common form."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, overload

from functions.ingest.senders import Entry, Ignored, SenderSettings, Sent
from functions.ingest.senders.reading.fields import as_text, kind_of
from functions.ingest.senders.reading.report import Report
from tocsin.domain.errors import InvalidInputError, MalformedInputError, Problem

AROUND_LIMIT: Final = 4_096
"""Characters; no field of an alert that is said for a whole group has so many."""

type ReadObject = Callable[[Mapping[str, Any]], Report | Ignored]
"""Reads one object; raises `InvalidInputError` for one without a usable field."""


class Entries(Sequence[Entry]):
    """The entries of a list, each read when it is asked for; a refusal is remembered.

    A body of 1 MiB may hold more of them than there is time or memory to read at once.
    """

    def __init__(self, values: Sequence[object], read: Callable[[object], Entry]) -> None:
        self._values = values
        self._read = read
        self._refused: dict[int, Entry] = {}

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, place: int) -> Entry: ...

    @overload
    def __getitem__(self, place: slice) -> list[Entry]: ...

    def __getitem__(self, place: int | slice) -> Entry | list[Entry]:
        if isinstance(place, slice):
            return [self[it] for it in range(*place.indices(len(self)))]
        entry = self._refused.get(place) or self._read(self._values[place])
        if isinstance(entry.read, InvalidInputError):
            self._refused[place] = entry
        return entry

    def __iter__(self) -> Iterator[Entry]:
        return map(self.__getitem__, range(len(self)))


def said_around(value: Mapping[str, Any], entries: str) -> dict[str, Any]:
    """A body's fields beside its list, to be read with each entry.

    What is long is cut here, once: else a body's time would grow with the square of its size.
    """
    return {name: _cut(inner) for name, inner in value.items() if name != entries}


def _cut(value: object) -> object:
    if not isinstance(value, str | dict | list):
        return value
    text = as_text(value)
    return value if len(text) <= AROUND_LIMIT else text[:AROUND_LIMIT]


def objects(read: ReadObject, expected: str) -> Callable[[Sent, SenderSettings], Sequence[Entry]]:
    """Make the reader of a product whose bodies are an object, or a list of them."""
    return lambda sent, _settings: each_object(sent, read, expected)


def query_or_objects(sent: Sent, read: ReadObject, expected: str) -> Sequence[Entry]:
    """Read the query of a request without a body as an object; else as `each_object`."""
    if not sent.query or sent.body.strip():
        return each_object(sent, read, expected)
    query = dict(sent.query)
    return [read_entry(query, read, expected, part=query)]


def only_object(sent: Sent, read: ReadObject, expected: str) -> Sequence[Entry]:
    """Read a body that is one object.

    Raises:
        MalformedInputError: It is none.
    """
    if not isinstance(sent.value, dict):
        raise MalformedInputError(f"The body is {kind_of(sent.value)}. {expected}")
    return [read_entry(sent.value, read, expected, part=None)]


def each_object(sent: Sent, read: ReadObject, expected: str) -> Sequence[Entry]:
    """Read a body that is an object, or each object of one that is a list.

    Raises:
        MalformedInputError: It is neither.
        InvalidInputError: The list is empty.
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
        InvalidInputError: The list is empty.
    """
    if not values:
        raise InvalidInputError(f"The list is empty. {expected}")
    return Entries(values, lambda value: read_entry(value, read, expected, part=value))


def read_entry(value: object, read: ReadObject, expected: str, *, part: object) -> Entry:
    """Read one object; what is wrong with it becomes its refusal.

    Args:
        value: One member of a list, or the whole body.
        read: Reads an object.
        expected: What would be right.
        part: What is kept as the body of the alert; None: the whole body.
    """
    try:
        return Entry(_read_object(value, read, expected), part)
    except InvalidInputError as refusal:
        # A traceback holds frames: thousands of them are remembered.
        return Entry(refusal.with_traceback(None), part)


def _read_object(value: object, read: ReadObject, expected: str) -> Report | Ignored:
    if not isinstance(value, dict):
        problem = Problem("entry", f"must be an object, not {kind_of(value)}")
        raise InvalidInputError(expected, [problem])
    return read(value)
