"""Rules of RFC 5545, by the clock on the wall of a time zone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime, timedelta
from typing import Final

from tocsin.domain.silence import Span
from tocsin.domain.time_zone import first_instant, wall_at, zone_of

RULE_LIMIT: Final = 200
"""Characters of a rule."""
START_WITHIN: Final = timedelta(days=2 * 366)
"""How far back or ahead the start of a new rule may lie: all its days since then are counted."""
_CLOCK_CHANGE: Final = timedelta(days=1)
"""More than clocks are ever changed by."""
_FREQUENCIES: Final = frozenset(("DAILY", "WEEKLY", "MONTHLY", "YEARLY"))
_UNTIL: Final = re.compile(r"UNTIL=[0-9]{8}(?:T[0-9]{6})?Z?")
_WEEKDAYS_REPEAT_AFTER: Final = 400
"""Years after which the days of the week fall on the same dates again."""
_SEARCHED: Final = 100
"""Years after the start, at least, in which a day that matches is found."""
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
        if abs(self.start - _wall(at, self.time_zone)) > START_WITHIN:
            raise RuleRefusedError("has a start that lies more than two years away")
        self.check_rule()
        if self.span_at(at) is None:
            raise RuleRefusedError("no coming day matches it")

    def check_rule(self) -> None:
        """Raises RuleRefusedError: not a rule, or one that no day matches."""
        if len(self.rule) > RULE_LIMIT:
            message = f"must have at most {RULE_LIMIT} characters"
            raise RuleRefusedError(message)
        try:
            has_day = next(self.walls(self.start), None) is not None
        except RuleRefusedError:
            raise
        except (ValueError, TypeError, AttributeError, LookupError, OverflowError) as error:
            message = f"is no rule of RFC 5545: {error}"
            raise RuleRefusedError(message) from None
        if not has_day:
            raise RuleRefusedError("no coming day matches it")

    def span_at(self, at: datetime) -> Span | None:
        """The occurrence that covers an instant, or else the next one; None: there is none."""
        return next((span for span in self._spans(at) if at < span.ends_at), None)

    def _spans(self, at: datetime) -> Iterator[Span]:
        zone, earliest = zone_of(self.time_zone), _wall(at, self.time_zone) - self.duration
        for wall in self.walls(earliest - _CLOCK_CHANGE):
            starts_at = first_instant(wall, zone)
            yield Span(starts_at, starts_at + self.duration)

    def walls(self, earliest: datetime) -> Iterator[datetime]:
        """The openings from a time on; without one, the search ends within some tenths of a second.

        dateutil searches until the year 9999. Calendars repeat after 400 years, so the search
        begins as close to that year as a calendar like that of the start is.

        Raises RuleRefusedError, and what dateutil raises of what it cannot read.
        """
        from dateutil.rrule import rrule, rrulestr

        parts = parts_of(self.rule)
        if parts.get("FREQ") not in _FREQUENCIES:
            raise RuleRefusedError("must have FREQ=DAILY, WEEKLY, MONTHLY or YEARLY")
        if not parts.get("INTERVAL", "1").strip("0").isdecimal():
            raise RuleRefusedError("is no rule of RFC 5545: INTERVAL must be a number from 1 on")
        years = MAXYEAR - _SEARCHED - self.start.year
        years = years // _WEEKDAYS_REPEAT_AFTER * _WEEKDAYS_REPEAT_AFTER
        rule = ";".join(f"{name}={value}" for name, value in parts.items())
        rule = _UNTIL.sub(lambda found: self._shifted_until(found, years), rule)
        written = ";".join(filter(None, rule.split(";")))
        parsed = rrulestr(written, dtstart=_shifted(self.start, years))
        if not isinstance(parsed, rrule):
            raise TypeError("it has more than one rule")
        if earliest.year + years > MAXYEAR:
            return
        for wall in parsed.xafter(_shifted(earliest, years), inc=True):
            yield _shifted(wall, -years)

    def _shifted_until(self, found: re.Match[str], years: int) -> str:
        """Spell the end of a rule as its start is spelled; one in centuries is none."""
        until = until_of(found[0].removeprefix("UNTIL="), self.time_zone)
        if until.year + years > MAXYEAR:
            return ""
        return f"UNTIL={_shifted(until, years).strftime(_WRITTEN)}"


def parts_of(rule: str) -> dict[str, str]:
    """Without those that have no value: some products write `BYDAY=;`."""
    parts = (part.partition("=") for part in rule.upper().split(";"))
    return {name: value for name, equals, value in parts if value or (name and not equals)}


def until_of(written: str, time_zone: str) -> datetime:
    """The end of a rule, on the wall; a day without a time ends with its last second."""
    at = written.removesuffix("Z")
    wall = datetime.strptime(at if "T" in at else f"{at}T235959", _WRITTEN)  # noqa: DTZ007 - on the wall
    return _wall(wall.replace(tzinfo=UTC), time_zone) if written.endswith("Z") else wall


def _shifted(wall: datetime, years: int) -> datetime:
    return wall.replace(year=wall.year + years)


def _wall(at: datetime, time_zone: str) -> datetime:
    """What the clock on the wall shows."""
    return wall_at(at, zone_of(time_zone))
