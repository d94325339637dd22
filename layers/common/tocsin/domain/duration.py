"""Durations as people write them: whole seconds, or `90s`, `5m`, `2h`, `3d`."""

import re
from datetime import timedelta
from typing import Final

EXPECTED: Final = "whole seconds or a duration such as 90s, 5m, 2h, 3d"

_WRITTEN: Final = re.compile(r"([0-9]{1,9})([smhd]?)")
_UNITS: Final = {
    "": timedelta(seconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


def read_duration(written: object) -> timedelta:
    """Parse a duration, from a number or a text.

    Raises:
        ValueError: Not a duration.
    """
    if isinstance(written, float) and written.is_integer():
        written = int(written)  # JSON knows one kind of number, and some libraries write 60.0
    is_either = isinstance(written, int | str) and not isinstance(written, bool)
    match = _WRITTEN.fullmatch(str(written).strip().lower()) if is_either else None
    if match is None:
        raise ValueError(EXPECTED)
    try:
        return int(match[1]) * _UNITS[match[2]]
    except OverflowError:
        raise ValueError(EXPECTED) from None


def spelled(duration: timedelta) -> str:
    """Write a duration in the largest unit that divides it."""
    seconds = duration // _UNITS["s"]
    for unit in ("d", "h", "m"):
        whole, rest = divmod(seconds, _UNITS[unit] // _UNITS["s"])
        if whole and not rest:
            return f"{whole}{unit}"
    return f"{seconds}s"
