"""The choice that a button or a menu sends: an action, and of a snooze how long."""

import re
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from tocsin.domain.link import ACTING, LINK_SNOOZE, LinkAction
from tocsin.domain.times_in_words import next_time_of_day

LEAST_UNTIL: Final = timedelta(minutes=30)
"""A snooze until a time of day lasts at least so long: if today's is nearer, until tomorrow's."""
_SPANS: Final = {
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
}
_HOUR: Final = re.compile(r"([01][0-9]|2[0-3]):00", re.ASCII)


class Choice(NamedTuple):
    """`acknowledge`, `resolve`, `unacknowledge`, `unsnooze`, `snooze:15m` or `snooze:09:00`."""

    action: LinkAction
    span: timedelta = LINK_SNOOZE
    """Of a snooze."""
    hour: int | None = None
    """Of a snooze until this hour in the reader's zone, in place of the span."""

    def snooze(self, at: datetime, zone: str) -> timedelta | datetime:
        """The span of a snooze, or its end.

        Args:
            at: Now.
            zone: The reader's, a name of the IANA database.
        """
        if self.hour is None:
            return self.span
        return next_time_of_day(self.hour, zone, after=at + LEAST_UNTIL)


def read_choice(value: str) -> Choice | None:
    """Read the value of a button; None: none of ours."""
    name, colon, lasts = value.partition(":")
    if name not in ACTING:
        return None
    action = LinkAction(name)
    if not colon:
        return Choice(action)
    if action is not LinkAction.SNOOZE:
        return None
    if lasts in _SPANS:
        return Choice(action, span=_SPANS[lasts])
    hour = _HOUR.fullmatch(lasts)
    return Choice(action, hour=int(hour[1])) if hour else None
