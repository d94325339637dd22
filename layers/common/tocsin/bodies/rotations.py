"""Rotations: who has which turn."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field
from pydantic.json_schema import SkipJsonSchema

from tocsin.bodies.hours import DayName, Only, TimeOfDay, read_time, settings_of_hours, written_time
from tocsin.bodies.model import (
    DAY,
    ConfigurationBody,
    Duration,
    Number,
    UserName,
    within,
)
from tocsin.bodies.names import NOBODY
from tocsin.bodies.overrides import YEARS
from tocsin.domain.duration import spelled
from tocsin.domain.errors import Problem
from tocsin.domain.on_call.schedule import (
    Count,
    Member,
    Recurring,
    Rotation,
    Turns,
    Unit,
)
from tocsin.domain.recurrence import RULE_LIMIT, Recurrence, RuleRefusedError

HANDOFF: Final = r"^((mon|tue|wed|thu|fri|sat|sun) )?([01][0-9]|2[0-3]):[0-5][0-9]$"
MEMBERS_LIMIT: Final = 100
TOGETHER_LIMIT: Final = 20
EXCLUDED_LIMIT: Final = 100
EVERY_LIMIT: Final = 1_000
LONGEST_SHIFT: Final = 31 * DAY
_COMPARED_SHIFTS: Final = 60
"""Shifts of a rule that are looked at for one that begins before the one before it ends."""
_USUAL_START: Final = datetime(2026, 1, 5)  # noqa: DTZ001 - by the clock on the wall
"""Of a rotation with one member, for whom no turn has to be counted; a Monday."""
_FIELDS_OF: Final = {"rotation": ("every", "handoff"), "rrule": ("at", "duration", "excluded")}
_DATE_LENGTH: Final = len("2026-01-05")


def _checked_wall(text: str) -> str:
    expected = "must be a date, or a time without an offset, such as 2026-01-05 or 2026-01-05T09:00"
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        wall = None
    if wall is None or wall.tzinfo is not None:
        raise ValueError(expected)
    if wall.year not in YEARS:
        raise ValueError(f"{expected}, from {YEARS[0]} to {YEARS[-1]}")
    return text


DateOrWall = Annotated[str, Field(max_length=40), AfterValidator(_checked_wall)]
Together = Annotated[list[UserName], Field(min_length=1, max_length=TOGETHER_LIMIT)]
Members = Annotated[list[UserName | Together], Field(min_length=1, max_length=MEMBERS_LIMIT)]
Every = Annotated[Number, Field(ge=1, le=EVERY_LIMIT)]


class RotationBody(ConfigurationBody):
    """Who has which turn: turns that follow each other, or shifts by a rule."""

    rotation: Unit | None = Field(
        None, description="The unit of turns that follow each other.", examples=["weekly"]
    )
    every: Every = Field(1, description="Of `rotation`: units of one turn.", examples=[1])
    handoff: Annotated[str, Field(pattern=HANDOFF)] | None = Field(
        None,
        description=(
            "Of `rotation`: when one turn ends and the next begins, by the clock of the schedule's "
            "time zone; of weekly turns with the day. Of hourly ones only the minutes count. By "
            "default midnight."
        ),
        examples=["mon 09:00"],
    )
    rrule: Annotated[str, Field(max_length=RULE_LIMIT)] | None = Field(
        None,
        description="In place of `rotation`: the value of an RRULE of RFC 5545, daily at most.",
        examples=["FREQ=WEEKLY;BYDAY=SA,SU"],
    )
    at: TimeOfDay | None = Field(
        None, description="Of `rrule`: when each shift begins.", examples=["18:00"]
    )
    duration: Annotated[Duration, within(timedelta(minutes=1), LONGEST_SHIFT)] | None = Field(
        None,
        description="Of `rrule`: of each shift, as a clock on the wall shows it; 1 m to 31 d.",
        examples=["15h"],
    )
    excluded: Annotated[list[DateOrWall], Field(max_length=EXCLUDED_LIMIT)] = Field(
        [],
        description="Of `rrule`: beginnings of shifts that are left out, or their days.",
        examples=[["2026-12-25"]],
    )
    start: DateOrWall | None = Field(
        None,
        description=(
            "The turn at this time is that of `first`; a date is meant at its handoff. Turns "
            "before it are counted backwards. Needed where there are several members."
        ),
        examples=["2026-01-05"],
    )
    users: Members | SkipJsonSchema[None] = Field(
        None,
        description=(
            "Who have their turns, in order: users, lists of users who are on call together, and "
            f"`{NOBODY}`."
        ),
        examples=[["alice", ["bob", "carol"], "nobody"]],
    )
    first: UserName | None = Field(
        None,
        description="Whose turn it is at `start`; by default that of the first.",
        examples=["bob"],
    )
    shifts_per_turn: Every = Field(
        1, description="Shifts that each has one after the other.", examples=[7]
    )
    begins: DateOrWall | None = Field(
        None,
        description="Nobody is on call by it before; by default it holds for all times.",
        examples=["2026-01-05T09:00"],
    )
    until: DateOrWall | None = Field(
        None, description="Nobody is on call by it from then on.", examples=["2026-12-31"]
    )
    only: Only = Field([], description="The hours in which it holds; by default all.")
    count: Count = Field(
        Count.WORKED,
        description=(
            "With `only`: which turns count. `worked`: those in which the rotation is on call at "
            "all, so that nobody's turn falls where nobody is asked; `always`: all, by the "
            "calendar."
        ),
    )

    def read(self) -> tuple[Rotation | None, list[Problem]]:
        """The rotation that it describes, or what keeps it from being one."""
        problems = list(self._problems())
        if problems or self.users is None:
            return None, problems
        members = tuple(map(member_of, self.users))
        pattern = self._pattern
        start = self.wall(self.start) if self.start else _at_handoff(_USUAL_START, pattern)
        rotation = Rotation(
            pattern=pattern,
            start=start,
            members=members,
            first=(self.first and _position(self.first, members)) or 0,
            shifts_per_turn=self.shifts_per_turn,
            begins=self.wall(self.begins) if self.begins else None,
            until=self.wall(self.until) if self.until else None,
            only=tuple(it.hours for it in self.only),
            count=self.count,
        )
        if isinstance(pattern, Recurring):
            problems += _problems_of_rule(pattern, start)
        return (None if problems else rotation), problems

    def _problems(self) -> Iterator[Problem]:
        if (self.rotation is None) is (self.rrule is None):
            yield Problem("rotation | rrule", "exactly one of the two must be there")
        elif self.users is None:
            yield Problem("users", "is required: a list of those who have their turns")
        else:
            yield from self._problems_of_pattern()
            yield from _problems_of_members(self.users)
            yield from self._problems_of_turns(tuple(map(member_of, self.users)))

    def _problems_of_pattern(self) -> Iterator[Problem]:
        own, other = ("rotation", "rrule") if self.rotation else ("rrule", "rotation")
        for field in _FIELDS_OF[other]:
            if field in self.model_fields_set and getattr(self, field):
                yield Problem(field, f"belongs to {other}; a layer with {own} has none")
        if self.rrule is not None:
            for field in ("at", "duration"):
                if getattr(self, field) is None:
                    yield Problem(field, "is needed with rrule")
        has_day = self.handoff is not None and " " in self.handoff
        if self.rotation is Unit.WEEKLY and not has_day:
            yield Problem("handoff", "must be a day and a time such as mon 09:00, for weekly turns")
        if self.rotation not in {Unit.WEEKLY, None} and has_day:
            problem = f"must be a time such as 09:00: {self.rotation} turns have no day"
            yield Problem("handoff", problem)

    def _problems_of_turns(self, members: Sequence[Member]) -> Iterator[Problem]:
        if self.start is None and len(members) > 1:
            problem = "is required: a date such as 2026-01-05 on which the turn of first begins"
            yield Problem("start", problem)
        if self.first is not None and _position(self.first, members) is None:
            yield Problem("first", f"{self.first} is not among users")
        if self.count is Count.ALWAYS and not self.only:
            yield Problem("count", "belongs to only; without it, all turns count")
        if self.begins and self.until and self.wall(self.until) <= self.wall(self.begins):
            yield Problem("until", "must lie after begins")

    @property
    def _pattern(self) -> Turns | Recurring:
        if self.rotation is None:
            at = self.at or "00:00"
            excluded = (
                datetime.fromisoformat(f"{text}T{at}" if len(text) <= _DATE_LENGTH else text)
                for text in self.excluded
            )
            return Recurring(
                rule=self.rrule or "",
                at=read_time(at),
                duration=self.duration or DAY,
                excluded=tuple(excluded),
            )
        day, _, at_text = (self.handoff or "00:00").rpartition(" ")
        return Turns(
            unit=self.rotation,
            every=self.every,
            handoff=read_time(at_text),
            day=DayName(day).day if day else None,
        )

    def wall(self, text: str) -> datetime:
        """A time; a date is meant at its handoff."""
        wall = datetime.fromisoformat(text)
        is_date = len(text) <= _DATE_LENGTH
        return _at_handoff(wall, self._pattern) if is_date else wall


def member_of(said: str | Sequence[str]) -> Member:
    if isinstance(said, str):
        return () if said.lower() == NOBODY else (said,)
    return tuple(said)


def _position(name: str, members: Sequence[Member]) -> int | None:
    """Of the first member that a person is alone, or else is part of."""
    wanted = name.lower()
    lower = [tuple(map(str.lower, member)) for member in members]
    alone = () if wanted == NOBODY else (wanted,)
    for is_meant in (lambda member: member == alone, lambda member: wanted in member):
        for position, member in enumerate(lower):
            if is_meant(member):
                return position
    return None


def _at_handoff(day: datetime, pattern: Turns | Recurring) -> datetime:
    """The time of a day at which a turn or shift begins; of hourly ones, the first."""
    if isinstance(pattern, Recurring):
        return datetime.combine(day.date(), pattern.at)
    handoff = pattern.handoff
    return datetime.combine(
        day.date(), handoff.replace(hour=0) if pattern.unit is Unit.HOURLY else handoff
    )


def _problems_of_members(users: Sequence[str | Sequence[str]]) -> Iterator[Problem]:
    for position, said in enumerate(users):
        if isinstance(said, str):
            continue
        lower = [it.lower() for it in said]
        if NOBODY in lower:
            yield Problem(f"users[{position}]", f"{NOBODY} is on call together with no one")
        elif len(set(lower)) < len(lower):
            yield Problem(f"users[{position}]", "must name each user once")


def _problems_of_rule(pattern: Recurring, start: datetime) -> list[Problem]:
    recurrence = Recurrence(
        rule=pattern.rule, start=start, time_zone="UTC", duration=pattern.duration
    )
    try:
        recurrence.check(start.replace(tzinfo=UTC))
    except RuleRefusedError as error:
        return [Problem("rrule", str(error))]
    from dateutil.rrule import rrulestr

    walls = islice(rrulestr(pattern.rule.upper(), dtstart=start), _COMPARED_SHIFTS)
    if any(following - wall < pattern.duration for wall, following in pairwise(walls)):
        problem = "is longer than the time to the next shift of rrule: one at a time is on call"
        return [Problem("duration", problem)]
    return []


def settings_of_rotation(rotation: Rotation) -> dict[str, Any]:
    pattern, members = rotation.pattern, rotation.members
    names = members[rotation.first] or (NOBODY,)
    first = next((it for it in names if _position(it, members) == rotation.first), None)
    if first is None:  # who comes twice has no place by name
        members = (*members[rotation.first :], *members[: rotation.first])
    settings = {
        **_settings_of_pattern(pattern),
        "start": _written_wall(rotation.start, pattern),
        "users": [_settings_of_member(it) for it in members],
        "first": first if rotation.first else None,
        "shifts_per_turn": rotation.shifts_per_turn if rotation.shifts_per_turn > 1 else None,
        "begins": rotation.begins and _written_wall(rotation.begins, pattern),
        "until": rotation.until and _written_wall(rotation.until, pattern),
        "only": [settings_of_hours(it) for it in rotation.only] or None,
        "count": rotation.count.value if rotation.count is Count.ALWAYS else None,
    }
    return {field: value for field, value in settings.items() if value is not None}


def _settings_of_pattern(pattern: Turns | Recurring) -> dict[str, Any]:
    if isinstance(pattern, Recurring):
        excluded = [_written_wall(it, pattern) for it in pattern.excluded]
        return {
            "rrule": pattern.rule,
            "at": written_time(pattern.at),
            "duration": spelled(pattern.duration),
            **({"excluded": excluded} if excluded else {}),
        }
    handoff = written_time(pattern.handoff)
    return {
        "rotation": pattern.unit.value,
        **({"every": pattern.every} if pattern.every > 1 else {}),
        "handoff": handoff if pattern.day is None else f"{DayName.of(pattern.day)} {handoff}",
    }


def _settings_of_member(member: Member) -> str | list[str]:
    match member:
        case ():
            return NOBODY
        case (one,):
            return one
        case _:
            return list(member)


def _written_wall(wall: datetime, pattern: Turns | Recurring) -> str:
    """A date, where it is meant at its handoff."""
    is_at_handoff = wall == _at_handoff(wall, pattern)
    return wall.date().isoformat() if is_at_handoff else wall.isoformat()
