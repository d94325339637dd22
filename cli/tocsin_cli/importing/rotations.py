"""Rotations of a source's schedule, and how layers say them.

Where a source has several rotations on call at once, each set of rotations that never meet is a
schedule of its own, and all of them together say what the source says.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, Final

from tocsin.bodies.names import NOBODY
from tocsin.domain.duration import spelled

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK: Final = timedelta(days=7)
DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
LOOK_AHEAD: Final = 400 * DAY
"""For how long rotations are compared: what they do in a year and a month, they go on to do."""
SHIFTS_COMPARED: Final = 20_000
"""Of one rotation; one with more counts as always on call."""
ROTATIONS_LIMIT: Final = 200
"""Of one schedule of a source."""

type Member = tuple[str, ...]
"""Names of users who are on call together; empty: nobody."""
type Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of some days of the week, counted from Monday 0; as `Hours` of the domain."""

    days: tuple[int, ...]
    begins: time
    ends: time

    def written(self) -> dict[str, Any]:
        hours = {"from": self.begins.strftime("%H:%M"), "to": self.ends.strftime("%H:%M")}
        if len(self.days) == len(DAYS):
            return hours
        return {"days": [DAYS[day] for day in self.days], **hours}


@dataclass(frozen=True, slots=True)
class Turns:
    unit: str
    """`hourly`, `daily` or `weekly`."""
    every: int = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """Shifts by an RRULE."""

    rrule: str
    duration: timedelta
    excluded: tuple[datetime, ...] = ()
    """On the wall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """One rotation of the source; times are on the wall of the schedule's zone."""

    name: str
    source_id: str = ""
    pattern: Turns | Rule
    start: datetime
    members: tuple[Member, ...]
    shifts_per_turn: int = 1
    begins: datetime | None = None
    """Nobody before, where that still matters."""
    until: datetime | None = None
    only: tuple[Window, ...] = ()
    stands_alone: bool = False
    """It shares no schedule with others: overrides are for it alone."""
    versions: tuple[tuple[datetime, Rotation], ...] = ()
    """Later versions, each with the instant from which on it counts."""
    place: str = ""

    @property
    def people(self) -> set[str]:
        later = (version for _, version in self.versions)
        return {it for each in (self, *later) for member in each.members for it in member}


def week_windows(begins: timedelta, ends: timedelta) -> tuple[Window, ...]:
    """Hours from one time of the week to another, as windows of at most a day each.

    Args:
        begins: Since Monday 00:00.
        ends: Likewise; no later than `begins` is in the week after.
    """
    begins, ends = begins % WEEK, ends % WEEK
    if ends <= begins:
        ends += WEEK
    whole: list[int] = []
    windows: list[Window] = []
    while begins < ends:
        midnight = (begins // DAY + 1) * DAY
        stops = min(midnight, ends)
        day = begins // DAY % len(DAYS)
        if stops - begins == DAY:
            whole.append(day)
        else:
            windows.append(Window((day,), _clock(begins), _clock(stops)))
        begins = stops
    if whole:
        windows.append(Window(tuple(sorted(whole)), time(), time()))
    return tuple(sorted(windows, key=lambda it: (it.days, it.begins)))


def day_window(begins: time, seconds: int, days: Iterable[int] = range(7)) -> Window:
    """Hours that begin at a time of each day and last less than a day, or a day."""
    ends = datetime.combine(date.min + DAY, begins) + timedelta(seconds=seconds)
    return Window(tuple(sorted(set(days))), begins, ends.time())


def _clock(of_week: timedelta) -> time:
    return time(*divmod(of_week % DAY // MINUTE, 60))


def merged(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Put the days of equal hours together."""
    days: dict[tuple[time, time], set[int]] = {}
    for window in windows:
        days.setdefault((window.begins, window.ends), set()).update(window.days)
    joined = [Window(tuple(sorted(it)), *hours) for hours, it in days.items()]
    return tuple(sorted(joined, key=lambda it: (it.days, it.begins)))


def spans(rotation: Rotation, begins: datetime, ends: datetime) -> list[Span] | None:
    """When a rotation is on call, whoever it is, on the wall; None: too often to say."""
    first = max(begins, rotation.begins or begins)
    last = min(ends, rotation.until or ends)
    if rotation.versions:
        return [(first, ends)]
    if isinstance(rotation.pattern, Rule):
        shifts = list(islice(_shifts(rotation, first, last), SHIFTS_COMPARED + 1))
        return None if len(shifts) > SHIFTS_COMPARED else _clipped(shifts, first, last)
    if not rotation.only:
        return _clipped([(first, last)], first, last)
    return _clipped(_opened(rotation.only, first, last), first, last)


def _shifts(rotation: Rotation, begins: datetime, ends: datetime) -> Iterator[Span]:
    from dateutil.rrule import rrulestr

    rule = rotation.pattern
    assert isinstance(rule, Rule)  # noqa: S101 - for mypy
    parsed = rrulestr(rule.rrule, dtstart=rotation.start)
    for starts in parsed.xafter(begins - rule.duration, inc=True):
        if starts >= ends:
            return
        if starts not in rule.excluded:
            yield starts, starts + rule.duration


def _opened(only: Sequence[Window], begins: datetime, ends: datetime) -> Iterator[Span]:
    day = begins.date() - DAY
    while day <= ends.date():
        for window in only:
            if day.weekday() in window.days:
                opens = datetime.combine(day, window.begins)
                closes = datetime.combine(day, window.ends)
                yield opens, closes if closes > opens else closes + DAY
        day += DAY


def _clipped(found: Iterable[Span], begins: datetime, ends: datetime) -> list[Span]:
    cut = ((max(opens, begins), min(closes, ends)) for opens, closes in found)
    return sorted((opens, closes) for opens, closes in cut if opens < closes)


@dataclass(slots=True)
class _Class:
    """Rotations that never meet."""

    rotations: list[Rotation] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    is_closed: bool = False

    def takes(self, rotation: Rotation, busy: list[Span] | None) -> bool:
        if self.is_closed or rotation.stands_alone or busy is None:
            return False
        return not any(self._meets(span) for span in busy)

    def _meets(self, span: Span) -> bool:
        at = bisect_left(self.spans, (span[1],))
        return at > 0 and self.spans[at - 1][1] > span[0]

    def add(self, rotation: Rotation, busy: list[Span] | None) -> None:
        self.rotations.append(rotation)
        self.is_closed = self.is_closed or rotation.stands_alone or busy is None
        self.spans = sorted([*self.spans, *(busy or [])])


def parts(levels: Sequence[Sequence[Rotation]], at: datetime) -> list[list[Rotation]]:
    """Divide a schedule into as many as are on call at once.

    Args:
        levels: Highest first; a higher one wins, those of one level are on call together.
        at: On the wall, from when on it matters.

    Each part has a level's rotations in another order, so that each is the first of its level
    in one part; so all parts together are who is on call. Of the lowest level a part needs its own
    rotations only.
    """
    classes = [_classes(level, at) for level in levels if level]
    if not classes:
        return []
    number = max(map(len, classes))
    found = []
    for part in range(number):
        chosen: list[Rotation] = []
        for level in classes[:-1]:
            shift = part % len(level)
            chosen += [it for each in (*level[shift:], *level[:shift]) for it in each]
        lowest = classes[-1]
        chosen += lowest[part % len(lowest)]
        found.append(chosen)
    return found


def _classes(level: Sequence[Rotation], at: datetime) -> list[list[Rotation]]:
    classes: list[_Class] = []
    for rotation in level:
        busy = spans(rotation, at, at + LOOK_AHEAD)
        taken = next((it for it in classes if it.takes(rotation, busy)), None)
        if taken is None:
            taken = _Class()
            classes.append(taken)
        taken.add(rotation, busy)
    return [it.rotations for it in classes]


def layer_of(rotation: Rotation, name: str) -> dict[str, Any]:
    """Write a rotation as a layer of the file."""
    if not rotation.versions:
        return {"name": name, **_fields(rotation)}
    first = replace(rotation, versions=())
    versions = [_fields(first)]
    versions += [{"from": instant, **_fields(it)} for instant, it in rotation.versions]
    return {"name": name, "versions": versions}


def _fields(rotation: Rotation) -> dict[str, Any]:
    written: dict[str, Any] = {}
    match rotation.pattern:
        case Turns(unit=unit, every=every):
            written |= {"rotation": unit, "every": every}
            handoff = rotation.start.strftime("%H:%M")
            weekly = f"{DAYS[rotation.start.weekday()]} {handoff}"
            written["handoff"] = weekly if unit == "weekly" else handoff
            written["start"] = rotation.start if unit == "hourly" else rotation.start.date()
        case Rule(rrule=rrule, duration=duration, excluded=excluded):
            written |= {"rrule": rrule, "at": rotation.start.strftime("%H:%M")}
            written |= {"duration": spelled(duration), "start": rotation.start.date()}
            if excluded:
                written["excluded"] = [it.date() for it in excluded]
    if rotation.begins is not None:
        written["begins"] = rotation.begins
    if rotation.until is not None:
        written["until"] = rotation.until
    written["users"] = [_member(it) for it in rotation.members]
    if rotation.shifts_per_turn > 1:
        written["shifts_per_turn"] = rotation.shifts_per_turn
    if rotation.only:
        written["only"] = [it.written() for it in rotation.only]
        written["count"] = "always"
    return written


def _member(member: Member) -> str | list[str]:
    if not member:
        return NOBODY
    return member[0] if len(member) == 1 else list(member)
