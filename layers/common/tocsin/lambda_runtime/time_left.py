"""How long a function may still wait for others before Lambda stops it."""

import math
import time
from typing import Final, Protocol

RESERVE_SECONDS: Final = 1.0
"""Kept for the answer that says that waiting was in vain."""


class Context(Protocol):
    """The part of Lambda's context that is used here."""

    def get_remaining_time_in_millis(self) -> int: ...


def seconds_left(context: Context) -> float:
    """What may be spent on storage."""
    return max(0.0, context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS)


class TimeLeft:
    """What is left of `seconds_left` while a function runs; for several threads."""

    def __init__(self) -> None:
        self._until = math.inf

    def begin(self, context: Context) -> None:
        """Start anew, with each run of the function."""
        self._until = time.monotonic() + seconds_left(context)

    def __call__(self) -> float:
        return max(0.0, self._until - time.monotonic())
