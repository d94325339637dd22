"""Hours of the week, by the clock on the wall: `only:` of layers, routes, steps and rules."""

from dataclasses import dataclass
from datetime import time
from enum import IntEnum


class Day(IntEnum):
    """A day of the week, as `datetime.weekday` counts it."""

    MON = 0
    TUE = 1
    WED = 2
    THU = 3
    FRI = 4
    SAT = 5
    SUN = 6


EVERY_DAY = frozenset(Day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A span of each of some days; one that ends no later than it begins ends on the next day."""

    days: frozenset[Day] = EVERY_DAY
    """The days on which it begins."""
    begins: time = time()
    ends: time = time()
    """Midnight at both ends: the whole day."""
