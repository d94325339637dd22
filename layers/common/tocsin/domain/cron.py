"""Times of a cron expression in a time zone, with its rules for daylight saving time.

The expression is read by the clock on the wall. A time that does not exist, because clocks go
forward, is the first instant after the gap; one that exists twice, because they go back, counts
once, the first time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tocsin.domain.time_zone import first_instant, zone_of

EXPRESSION_LIMIT: Final = 100
"""Characters."""
FIELDS: Final = 5
"""Minute, hour, day of the month, month, day of the week; one of seconds is not taken."""
NEVER: Final = timedelta(days=36_500)
"""Until the next time of an expression that has none for decades."""


class CronRefusedError(ValueError):
    """Not an expression of five fields, or one that no day matches."""


@dataclass(frozen=True, slots=True)
class Cron:
    """When something is expected, such as `0 2 * * *` in Europe/Berlin."""

    expression: str
    time_zone: str

    def check(self, at: datetime) -> None:
        """Raises CronRefusedError."""
        from cronsim import CronSimError

        if len(self.expression) > EXPRESSION_LIMIT or len(self.expression.split()) != FIELDS:
            raise CronRefusedError("has not five fields")
        try:
            has_time = any(True for _ in self._times(at))
        except CronSimError as error:
            raise CronRefusedError(str(error).lower()) from None
        if not has_time:
            raise CronRefusedError("no day matches it")

    def after(self, at: datetime) -> datetime:
        """The first expected time after an instant."""
        return next((it for it in self._times(at) if it > at), at + NEVER)

    def expected(self, heard_at: datetime, grace: timedelta) -> datetime:
        """The next time for which a ping is due after one at `heard_at`.

        A ping is for the last expected time; less than the grace before the next one, and later
        than the grace after the last one, it is for the next: something that runs a little early.
        """
        following = self.after(heard_at)
        is_early = following - heard_at <= grace and self.after(heard_at - grace) == following
        return self.after(following) if is_early else following

    def _times(self, at: datetime) -> Iterator[datetime]:
        """Expected times from an instant on, ascending; the first may lie before it."""
        from cronsim import CronSim

        zone = zone_of(self.time_zone)
        start = at.astimezone(zone).replace(tzinfo=None)
        for wall in CronSim(self.expression, start):
            yield first_instant(wall, zone)
