"""A clock on the wall, read minute by minute: another library, and no arithmetic with time zones.

What the rules say of times that are there twice or not at all is looked up in the readings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property

from whenever import Instant

from tocsin.domain.hours import Hours

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)

CHANGES = {
    "Paris in spring": ("Europe/Paris", "2026-03-29"),
    "Paris in autumn": ("Europe/Paris", "2026-10-25"),
    "New York in spring": ("America/New_York", "2026-03-08"),
    "New York in autumn": ("America/New_York", "2026-11-01"),
    "Lord Howe in spring, by half an hour": ("Australia/Lord_Howe", "2026-10-04"),
    "Lord Howe in autumn, by half an hour": ("Australia/Lord_Howe", "2026-04-05"),
    "Apia without 30 December": ("Pacific/Apia", "2011-12-30"),
    "São Paulo's last spring, at midnight": ("America/Sao_Paulo", "2018-11-04"),
    "São Paulo's last autumn, at midnight": ("America/Sao_Paulo", "2019-02-17"),
    "São Paulo, which changes no more": ("America/Sao_Paulo", "2026-11-01"),
}
"""Time zones, and a day on which their clocks change."""


@dataclass(frozen=True)
class SlowClock:
    """All minutes of some days."""

    zone: str
    begins: datetime
    ends: datetime

    @cached_property
    def instants(self) -> list[datetime]:
        count = (self.ends - self.begins) // MINUTE
        return [self.begins + number * MINUTE for number in range(count)]

    @cached_property
    def walls(self) -> list[datetime]:
        """What it shows."""
        return [Instant(at).to_tz(self.zone).to_plain().to_stdlib() for at in self.instants]

    @cached_property
    def _first(self) -> dict[datetime, datetime]:
        return dict(zip(reversed(self.walls), reversed(self.instants), strict=True))

    @cached_property
    def _last(self) -> dict[datetime, datetime]:
        return dict(zip(self.walls, self.instants, strict=True))

    def first(self, wall: datetime) -> datetime:
        """The first minute that shows this, or else the first that shows something later."""
        return self._first.get(wall) or self._after_gap(wall)

    def last(self, wall: datetime) -> datetime:
        """The last minute that shows this, or else the first that shows something later."""
        return self._last.get(wall) or self._after_gap(wall)

    def _after_gap(self, wall: datetime) -> datetime:
        assert self.walls[0] <= wall, "days before those of this clock"
        return next(at for at, it in zip(self.instants, self.walls, strict=True) if it > wall)

    @cached_property
    def days(self) -> list[datetime]:
        """Midnights, but for those at both ends."""
        first, last = self.walls[0].date() + DAY, self.walls[-1].date() - 2 * DAY
        days = ((first + number * DAY) for number in range((last - first).days))
        return [datetime.combine(day, datetime.min.time()) for day in days]

    def minutes_within(self, only: Sequence[Hours]) -> set[datetime]:
        """By looking at every minute."""
        if not only:
            return set(self.instants)
        found: set[datetime] = set()
        for hours in only:
            for day in (it for it in self.days if it.weekday() in hours.days):
                end_day = day if hours.ends > hours.begins else day + DAY
                begins = self.first(datetime.combine(day, hours.begins))
                ends = self.last(datetime.combine(end_day, hours.ends))
                found.update(it for it in self.instants if begins <= it < ends)
        return found


@cache
def clock_around(name: str, days: int = 9) -> SlowClock:
    """The days around a change of CHANGES."""
    zone, day = CHANGES[name]
    middle = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return SlowClock(zone, middle - timedelta(days=days), middle + timedelta(days=days))
