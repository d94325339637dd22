"""Whether an answer is what a document shows."""

import re
from collections.abc import Collection
from typing import Any

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def unlike(
    shown: Any,  # noqa: ANN401 - any JSON
    documented: Any,  # noqa: ANN401 - any JSON
    *,
    own: Collection[str] = (),
    place: str = "answer",
) -> list[str]:
    """Say what a client written after the document would miss; more than it shows is no harm.

    Args:
        own: Fields whose value is each service's own, so that only its kind counts.
        place: Where this is, for the reader.
    """
    match documented:
        case dict() if isinstance(shown, dict):
            return [
                difference
                for name, value in documented.items()
                for difference in _unlike_member(shown, name, value, own, place)
            ]
        case list() if isinstance(shown, list) and len(shown) == len(documented):
            return [
                difference
                for position, value in enumerate(documented)
                for difference in unlike(
                    shown[position], value, own=own, place=f"{place}[{position}]"
                )
            ]
        case _:
            same = shown == documented and kind(shown) == kind(documented)
            return [] if same else [f"{place} is {shown!r}, not {documented!r}"]


def _unlike_member(
    shown: dict[str, Any], name: str, documented: object, own: Collection[str], place: str
) -> list[str]:
    if name not in shown:
        return [f"{place}.{name} is missing"]
    if name not in own:
        return unlike(shown[name], documented, own=own, place=f"{place}.{name}")
    if kind(shown[name]) == kind(documented):
        return []
    return [f"{place}.{name} is {shown[name]!r}, which is no {kind(documented)}"]


def kind(value: object) -> str:
    match value:
        case str() if _TIME.fullmatch(value):
            return "time"
        case bool():
            return "flag"
        case int() | float():
            return "number"
        case _:
            return type(value).__name__
