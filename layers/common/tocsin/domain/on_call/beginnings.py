"""When the shifts of a rotation begin by a clock, by their numbers, and which of them count."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from threading import Lock
from typing import Final

from tocsin.domain.hours import Hours, meets
from tocsin.domain.on_call.pattern import Pattern

_WALKED: Final = timedelta(days=100 * 366)
"""How long after its start a rule has shifts whose days have to be looked for."""
_WALKED_LIMIT: Final = 40_000
"""How many such shifts there are: a century of days."""
_FIRST: Final = datetime(1, 1, 3)  # noqa: DTZ001 - by a clock
_LAST: Final = datetime(9999, 12, 29)  # noqa: DTZ001 - by a clock


class Regular:
    """Beginnings that are computed."""

    def __init__(
        self, pattern: Pattern, duration: timedelta | None, within: Sequence[Hours]
    ) -> None:
        """A beginning counts if it has a minute within the hours before the next one.

        Without a duration shifts last until the next one begins.
        """
        self._pattern = pattern
        self._count = len(pattern.offsets)
        following = [*pattern.offsets[1:], *(pattern.length + it for it in pattern.offsets[:1])]
        self._counted = [0]
        for begins, next_begins in zip(pattern.offsets, following, strict=True):
            lasts = next_begins - begins
            lasts = lasts if duration is None else min(lasts, duration)
            is_counted = meets(within, pattern.anchor + begins, lasts)
            self._counted.append(self._counted[-1] + is_counted)

    @cached_property
    def _last(self) -> int | None:
        """Number of the last of all; None: they go on."""
        limit, until = self._pattern.limit, self._pattern.until
        by_limit = [] if limit is None else [limit - 1]
        by_until = [] if until is None else [self._last_by(until)]
        return min([*by_limit, *by_until], default=None)

    def clock(self, number: int) -> datetime | None:
        """When it begins; None: there is no such shift."""
        first, last = self._pattern.first, self._last
        is_before = first is not None and number < first
        if not self._count or is_before or (last is not None and number > last):
            return None
        times, rest = divmod(number, self._count)
        try:
            begins = self._pattern.anchor + times * self._pattern.length
            begins += self._pattern.offsets[rest]
        except OverflowError:
            return _FIRST if number < 0 else _LAST
        return min(max(begins, _FIRST), _LAST)

    def last_by(self, clock: datetime) -> int:
        """The last that has begun; if none has, one less than the first."""
        number = self._last_by(clock)
        if self._last is not None:
            number = min(number, self._last)
        return number if self._pattern.first is None else max(number, self._pattern.first - 1)

    def _last_by(self, clock: datetime) -> int:
        times, rest = divmod(clock - self._pattern.anchor, self._pattern.length)
        return times * self._count + bisect_right(self._pattern.offsets, rest) - 1

    def counted(self, number: int) -> int:
        """How many count from number 0 on, before this one."""
        times, rest = divmod(number, self._count)
        return times * self._counted[-1] + self._counted[rest]


class Walked:
    """Beginnings that are looked for one after the other, and remembered."""

    def __init__(
        self,
        found: Iterator[datetime],
        start: datetime,
        duration: timedelta,
        within: Sequence[Hours],
    ) -> None:
        self._found = found
        self._end = min(start, _LAST - _WALKED) + _WALKED
        self._duration, self._within = duration, within
        self._clocks: list[datetime] = []
        self._counted = [0]
        self._is_complete = False
        self._lock = Lock()

    def _look_for_one(self) -> None:
        with self._lock:
            self._take_one()

    def _take_one(self) -> None:
        try:
            found = next(self._found, self._end)
        except (ValueError, TypeError, AttributeError, LookupError, OverflowError):
            found = self._end  # no rule: `check_rule` refuses it where a rotation is made
        if self._clocks:
            lasts = min(self._duration, max(found - self._clocks[-1], timedelta()))
            is_counted = meets(self._within, self._clocks[-1], lasts)
            self._counted.append(self._counted[-1] + is_counted)
        if found >= self._end or len(self._clocks) == _WALKED_LIMIT:
            self._is_complete = True
        else:
            self._clocks.append(found)

    def clock(self, number: int) -> datetime | None:
        """When it begins; None: there is no such shift."""
        while not self._is_complete and len(self._clocks) <= number:
            self._look_for_one()
        return self._clocks[number] if 0 <= number < len(self._clocks) else None

    def last_by(self, clock: datetime) -> int:
        """The last that has begun; -1: none has."""
        while not self._is_complete and not (self._clocks and self._clocks[-1] > clock):
            self._look_for_one()
        return bisect_right(self._clocks, clock) - 1

    def counted(self, number: int) -> int:
        """How many count before this one."""
        self.clock(number)
        return self._counted[min(number, len(self._counted) - 1)]
