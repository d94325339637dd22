"""The values that an alert had."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

HISTORY_LIMIT: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One measured value of an alert."""

    occurrence: int
    """Which occurrence brought it, from 1: tells apart what came in one millisecond."""
    at: datetime
    value: int | float
