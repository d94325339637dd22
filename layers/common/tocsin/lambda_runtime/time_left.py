"""The time that a function may still wait before Lambda stops it."""

import math
import time
from typing import Final, Protocol

RESERVE_SECONDS: Final = 1.0
"""Reserved for the answer after a timeout."""


class Context(Protocol):
    """The part of Lambda's context that is used here."""

    def get_remaining_time_in_millis(self) -> int: ...


def seconds_left(context: Context) -> float:
    """For requests to storage."""
    return max(0.0, context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS)


class TimeLeft:
    """The rest of `seconds_left` while a function runs; thread-safe."""

    def __init__(self) -> None:
        self._until = math.inf

    def begin(self, context: Context) -> None:
        """Start anew; called with each run of the function."""
        self._until = time.monotonic() + seconds_left(context)

    def __call__(self) -> float:
        return max(0.0, self._until - time.monotonic())
