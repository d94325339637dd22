"""Maintenance windows: silences that may recur, by a rule of RFC 5545."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import MAXYEAR, UTC, datetime, timedelta
from typing import ClassVar, Final, Self

from tocsin.domain.hold import HoldKind
from tocsin.domain.silence import Silence, Span
from tocsin.domain.time_zone import first_instant, zone_of

RULE_LIMIT: Final = 200
"""Characters of a rule."""
START_WITHIN: Final = timedelta(days=2 * 366)
"""How far back or ahead the start of a new rule may lie: all its days since then are counted."""
_CLOCK_CHANGE: Final = timedelta(days=1)
"""More than clocks are ever changed by."""
_FREQUENCIES: Final = frozenset(("DAILY", "WEEKLY", "MONTHLY", "YEARLY"))
_UNTIL: Final = re.compile(r"UNTIL=([0-9]{8}(?:T[0-9]{6})?)(Z?)")
_WEEKDAYS_REPEAT_AFTER: Final = 400
"""Years after which the days of the week fall on the same dates again."""
_WRITTEN: Final = "%Y%m%dT%H%M%S"


class RuleRefusedError(ValueError):
    """Not a rule of RFC 5545, or not one that windows may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """When a window opens again: by the clock on the wall of a time zone.

    A time that does not exist, because clocks go forward, is the first instant after the gap; one
    that exists twice counts once, the first time. The window stays open for its duration as a
    stopwatch measures it.
    """

    rule: str
    """The value of an RRULE, such as `FREQ=WEEKLY;BYDAY=SU`."""
    start: datetime
    """The first opening, without a zone."""
    time_zone: str
    duration: timedelta

    def check(self, at: datetime) -> None:
        """Raises RuleRefusedError: not a rule, or one that no coming day matches."""
        if len(self.rule) > RULE_LIMIT:
            message = f"must have at most {RULE_LIMIT} characters"
            raise RuleRefusedError(message)
        parts = dict(part.partition("=")[::2] for part in self.rule.upper().split(";"))
        if parts.get("FREQ") not in _FREQUENCIES:
            raise RuleRefusedError("must have FREQ=DAILY, WEEKLY, MONTHLY or YEARLY")
        if not parts.get("INTERVAL", "1").strip("0").isdecimal():
            raise RuleRefusedError("is no rule of RFC 5545: INTERVAL must be a number from 1 on")
        if abs(self.start - _wall(at, self.time_zone)) > START_WITHIN:
            raise RuleRefusedError("has a start that lies more than two years away")
        try:
            is_coming = self.span_at(at) is not None
        except (ValueError, TypeError, AttributeError, LookupError, OverflowError) as error:
            message = f"is no rule of RFC 5545: {error}"
            raise RuleRefusedError(message) from None
        if not is_coming:
            raise RuleRefusedError("no coming day matches it")

    def span_at(self, at: datetime) -> Span | None:
        """The occurrence that covers an instant, or else the next one; None: there is none."""
        return next((span for span in self._spans(at) if at < span.ends_at), None)

    def _spans(self, at: datetime) -> Iterator[Span]:
        zone, earliest = zone_of(self.time_zone), _wall(at, self.time_zone) - self.duration
        for wall in self._walls(earliest - _CLOCK_CHANGE):
            starts_at = first_instant(wall, zone)
            yield Span(starts_at, starts_at + self.duration)

    def _walls(self, earliest: datetime) -> Iterator[datetime]:
        """The openings from a time on; without one, the search ends within some tenths of a second.

        dateutil searches until the year 9999. Calendars repeat after 400 years, so the search
        begins as close to that year as a calendar like that of the start is.
        """
        from dateutil.rrule import rrule, rrulestr

        years = (MAXYEAR - self.start.year) // _WEEKDAYS_REPEAT_AFTER * _WEEKDAYS_REPEAT_AFTER
        rule = _UNTIL.sub(lambda found: self._shifted_until(found, years), self.rule.upper())
        parts = ";".join(filter(None, rule.split(";")))
        parsed = rrulestr(parts, dtstart=_shifted(self.start, years))
        if not isinstance(parsed, rrule):
            raise TypeError("it has more than one rule")
        for wall in parsed.xafter(_shifted(earliest, years), inc=True):
            yield _shifted(wall, -years)

    def _shifted_until(self, found: re.Match[str], years: int) -> str:
        """Spell the end of a rule as its start is spelled; one in centuries is none."""
        written = found[1] if "T" in found[1] else f"{found[1]}T235959"
        until = datetime.strptime(written, _WRITTEN)  # noqa: DTZ007 - by the clock on the wall
        if found[2]:
            until = _wall(until.replace(tzinfo=UTC), self.time_zone)
        if until.year + years > MAXYEAR:
            return ""
        return f"UNTIL={_shifted(until, years).strftime(_WRITTEN)}"


def _shifted(wall: datetime, years: int) -> datetime:
    return wall.replace(year=wall.year + years)


def _wall(at: datetime, time_zone: str) -> datetime:
    """What the clock on the wall shows."""
    return at.astimezone(zone_of(time_zone)).replace(tzinfo=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceWindow(Silence):
    """Holds the alerts that match while work is done, once or again and again."""

    kind: ClassVar[HoldKind] = HoldKind.WINDOW
    tells_author: ClassVar[bool] = False

    recurrence: Recurrence | None = None

    def span_at(self, at: datetime) -> Span | None:
        span = Silence.span_at(self, at)
        if span is not None or self.ended_at is not None or self.recurrence is None:
            return span
        return self.recurrence.span_at(at)

    def checked(self, at: datetime) -> Self:
        """Go on to the next occurrence a little after the end of one."""
        checked = Silence.checked(self, at)
        if checked.timer_at is not None or self.ended_at is not None or self.recurrence is None:
            return checked
        following = self.recurrence.span_at(at)
        if following is None:
            return checked
        timer_at = max(at, following.starts_at)
        return replace(checked, span=following, timer_at=timer_at)
