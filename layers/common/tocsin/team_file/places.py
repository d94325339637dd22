"""Places in a file: paths such as `users[2].notify[0].by`, and what stands there."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_PART: Final = re.compile(r"[^.\[\]]+|\[\d+\]")
_LISTED: Final = "[]"


def found(data: object, pattern: str) -> Iterator[tuple[str, str]]:
    """Each text of some places, with its path.

    Args:
        data: The file, in any shape.
        pattern: A path without numbers, such as `users[].notify[].by`.
    """
    yield from _found(data, pattern.replace(_LISTED, f".{_LISTED}").split("."), "")


def _found(data: object, parts: list[str], path: str) -> Iterator[tuple[str, str]]:
    match parts, data:
        case [], str():
            yield path, data
        case ["[]", *rest], list():
            for position, member in enumerate(data):
                yield from _found(member, rest, f"{path}[{position}]")
        case [name, *rest], Mapping() if name in data:
            yield from _found(data[name], rest, f"{path}.{name}".removeprefix("."))


def texts(data: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text, with its path."""
    match data:
        case str():
            yield path, data
        case list():
            for position, member in enumerate(data):
                yield from texts(member, f"{path}[{position}]")
        case Mapping():
            for name, member in data.items():
                yield from texts(member, f"{path}.{name}".removeprefix("."))
        case _:
            return


def without_nulls(data: Any) -> Any:  # noqa: ANN401 - the file, in any shape
    """The same without members that have no value: they are as if they were left out."""
    match data:
        case Mapping():
            return {name: without_nulls(it) for name, it in data.items() if it is not None}
        case list():
            return [without_nulls(it) for it in data]
        case _:
            return data


def value_at(data: Any, path: str) -> object:  # noqa: ANN401 - the file, in any shape
    """What stands at a path; None: nothing does."""
    for part in _PART.findall(path):
        if part.startswith("["):
            position = int(part[1:-1])
            data = data[position] if isinstance(data, list) and position < len(data) else None
        else:
            data = data.get(part) if isinstance(data, Mapping) else None
    return data
