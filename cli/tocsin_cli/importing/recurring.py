"""Recurrences of RFC 5545 in other products' answers and calendars, by the clock on the wall."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from typing import Final
from zoneinfo import ZoneInfo

from tocsin.bodies.rotations import LONGEST_SHIFT
from tocsin.domain.recurrence import Recurrence, RuleRefusedError
from tocsin_cli.importing.sources import shown

DAY: Final = timedelta(days=1)
_TIME: Final = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
_UNTIL: Final = re.compile(r"^UNTIL=(.*)$")
_COMPARED: Final = 60
"""Shifts of a rule, from its start on."""
_SEARCHED: Final = timedelta(days=100 * 366)
"""For what is excluded, from the start on."""


class RecurrenceError(Exception):
    """No recurrence that can be read; says what is wrong."""


@dataclass(frozen=True, slots=True)
class Recurring:
    rrule: str
    """Its value; the empty text where there is none."""
    excluded: tuple[datetime, ...] = ()
    """Beginnings, on the wall."""
    added: tuple[datetime, ...] = ()
    moved: tuple[date, ...] = ()
    """Days that were excluded by a time at which nothing begins."""


def recurrence_of(lines: Sequence[str], start: datetime, zone: str) -> Recurring:
    """Read lines such as `RRULE:FREQ=WEEKLY` and `EXDATE:20261225T070000Z`.

    Args:
        lines: Each with its name.
        start: The first beginning, on the wall.
        zone: Of the wall.

    Raises:
        RecurrenceError: No such lines.
    """
    rules, excluded, added = [], [], []
    for line in lines:
        name, _, value = line.strip().partition(":")
        match name.upper().partition(";")[0]:
            case "RRULE":
                rules.append(rule_of(value, start, zone))
            case "EXDATE":
                excluded += [time_of(it, start, zone) for it in value.split(",") if it.strip()]
            case "RDATE":
                added += [time_of(it, start, zone) for it in value.split(",") if it.strip()]
            case other:
                message = f"{shown(other)} is neither RRULE, EXDATE nor RDATE"
                raise RecurrenceError(message)
    if len(rules) != 1:
        raise RecurrenceError("must have one RRULE")
    matched, moved = match_excluded(rules[0], start, excluded)
    return Recurring(rules[0], matched, tuple(added), moved)


def match_excluded(
    rule: str, start: datetime, excluded: Sequence[datetime]
) -> tuple[tuple[datetime, ...], tuple[date, ...]]:
    """Beginnings that are left out; one that is excluded by another time of its day, too."""
    from dateutil.rrule import rrulestr

    wanted = sorted(it for it in set(excluded) if start - DAY <= it <= start + _SEARCHED)
    if not wanted:
        return (), ()
    by_day: dict[date, list[datetime]] = {}
    for wall in rrulestr(rule, dtstart=start):
        if wall > wanted[-1] + DAY:
            break
        by_day.setdefault(wall.date(), []).append(wall)
    found: list[datetime] = []
    moved: list[date] = []
    for at in wanted:
        of_day = by_day.get(at.date(), [])
        found += [at] if at in of_day else of_day
        if of_day and at not in of_day:
            moved.append(at.date())
    return tuple(dict.fromkeys(found)), tuple(moved)


def room(rule: str, start: datetime) -> timedelta:
    """How long a shift may last, so that none begins before the one before it ends."""
    from dateutil.rrule import rrulestr

    walls: Iterator[datetime] = islice(rrulestr(rule, dtstart=start), _COMPARED)
    gaps = [after - before for before, after in pairwise(walls)]
    return min([LONGEST_SHIFT, *gaps])


def is_hourly(rule: str) -> bool:
    """Whether a rule recurs within a day: layers do so daily at most."""
    return re.search(r"FREQ=(HOURLY|MINUTELY|SECONDLY)", rule.upper()) is not None


def rule_of(value: str, start: datetime, zone: str) -> str:
    """Read a rule's value, without empty parts, with its end on the wall.

    Raises:
        RecurrenceError: No such rule.
    """
    parts = []
    for part in value.strip().upper().rstrip(";").split(";"):
        name, _, said = part.partition("=")
        if not said.strip(" ,"):
            continue  # such as BYDAY=, which some calendars have
        until = _UNTIL.match(part)
        parts.append(f"UNTIL={_end(until[1], start, zone)}" if until else f"{name}={said}")
    written = ";".join(parts)
    recurrence = Recurrence(rule=written, start=start, time_zone=zone, duration=DAY)
    try:
        recurrence.check_rule()
    except RuleRefusedError as error:
        message = f"the rule {shown(value)} {error}"
        raise RecurrenceError(message) from None
    return written


def _end(written: str, start: datetime, zone: str) -> str:
    found = time_of(written, start.replace(hour=23, minute=59, second=59), zone)
    return found.strftime("%Y%m%dT%H%M%S")


def time_of(written: str, start: datetime, zone: str) -> datetime:
    """Read `20261225T070000Z` as a time on the wall; a day alone has the time of `start`."""
    match = _TIME.fullmatch(written.strip())
    try:
        if match is None:
            raise ValueError  # noqa: TRY301 - one message for both
        day = datetime.strptime(match[1], "%Y%m%d").date()  # noqa: DTZ007 - a day
        if match[2] is None:
            return datetime.combine(day, start.time())
        at = datetime.combine(day, datetime.strptime(match[2], "%H%M%S").time())  # noqa: DTZ007
        if match[3]:
            at = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    except (ValueError, OverflowError):
        message = f"{shown(written)} is no time such as 20261225T070000Z"
        raise RecurrenceError(message) from None
    return at
