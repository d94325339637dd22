"""The choice that a button or a menu sends: an action, and of a snooze how long."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from tocsin.domain.link import LINK_SNOOZE, LinkAction

LEAST_UNTIL: Final = timedelta(minutes=30)
"""A snooze until a time of day lasts at least so long: if today's is nearer, until tomorrow's."""
_SPANS: Final = {
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
}
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_DAYS: Final = 3
"""Just before midnight, a time just after it is the one of the day after tomorrow."""
_CHOSEN: Final = frozenset(LinkAction) - {LinkAction.VIEW}


class Choice(NamedTuple):
    """One of `acknowledge`, `resolve`, `unacknowledge`, `unsnooze`, `snooze:15m`, `snooze:09:00`."""

    action: LinkAction
    span: timedelta = LINK_SNOOZE
    """Of a snooze."""
    clock: time | None = None
    """Of a snooze until a time of day in the reader's zone, in place of the span."""

    def snooze(self, at: datetime, zone: str) -> timedelta | datetime:
        """The span of a snooze, or its end.

        Args:
            at: Now, in UTC.
            zone: The reader's, a name of the IANA database.
        """
        return self.span if self.clock is None else next_time(self.clock, at, zone)


def read_choice(value: str) -> Choice | None:
    """Read the value of a button; None: none of ours."""
    name, colon, lasts = value.partition(":")
    if name not in _CHOSEN:
        return None
    action = LinkAction(name)
    if not colon:
        return Choice(action)
    if action is not LinkAction.SNOOZE:
        return None
    if lasts in _SPANS:
        return Choice(action, span=_SPANS[lasts])
    return Choice(action, clock=time.fromisoformat(lasts)) if _CLOCK.fullmatch(lasts) else None


def next_time(clock: time, at: datetime, zone: str) -> datetime:
    """The next time that a clock in this zone shows this, at least half an hour from now; UTC."""
    here = ZoneInfo(zone)
    today = at.astimezone(here).date()
    days = (today + timedelta(days=number) for number in range(_DAYS))
    times = (datetime.combine(day, clock, here).astimezone(UTC) for day in days)
    return next(then for then in times if then - at >= LEAST_UNTIL)
