"""Schedules as they are stored: layers of rotations, each with its versions, and overrides.

Times without a zone are times on the wall in the schedule's zone; instants are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from tocsin.domain.hours import Day, Hours

type Member = tuple[str, ...]
"""People who are on call together, as they were first written; empty: nobody is, on purpose."""


class Unit(StrEnum):
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


class Count(StrEnum):
    """Which turns of a rotation with `only` count."""

    WORKED = "worked"
    """Those in which the rotation is on call at all: nobody's turn passes unseen."""
    ALWAYS = "always"
    """All, by the calendar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Turns that follow each other without a break.

    By the clock on the wall; but hours that do not divide a day, such as 5 or 7, pass on a clock
    that is never changed.
    """

    unit: Unit
    every: int = 1
    """From 1 on."""
    handoff: time = time()
    """On the wall. Of hourly turns only the minutes count."""
    day: Day | None = None
    """Of weekly turns, and of no others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurring:
    """Shifts by a rule of RFC 5545, with or without breaks between them."""

    rule: str
    """The value of an RRULE, without DTSTART: that is the rotation's day of start, at `at`."""
    at: time
    duration: timedelta
    """As a clock on the wall shows it; a shift ends earlier if the next one begins."""
    excluded: tuple[datetime, ...] = ()
    """Beginnings that are left out (EXDATE), on the wall. With Count.WORKED nobody's turn passes
    by them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Who has which turn. Of turns it says so for all times, before its start too."""

    pattern: Turns | Recurring
    start: datetime
    """On the wall: the turn at this time is that of `first`, or the first that counts after it."""
    members: tuple[Member, ...]
    first: int = 0
    """Position in `members`."""
    shifts_per_turn: int = 1
    """Shifts that a member has one after the other."""
    begins: datetime | None = None
    """On the wall; nobody is on call by it before. None: always."""
    until: datetime | None = None
    """On the wall; nobody is on call by it from then on."""
    only: tuple[Hours, ...] = ()
    """Empty: all hours."""
    count: Count = Count.WORKED


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerVersion:
    """What a layer is from an instant on, until the next version begins."""

    begins: datetime | None
    """An instant; None: always, before the next version. In a text that is not applied yet, None of
    a version after the first means the next handoff."""
    position: int
    """Among the layers; lower ones win."""
    time_zone: str
    rotation: Rotation | None
    """None: from then on the layer is gone, until a later version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    name: str
    """By it a changed layer is known again. A layer without a name is named after its position:
    `layer 1`."""
    versions: tuple[LayerVersion, ...]
    """At least one, in the order of their beginnings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Follows:
    """A schedule whose people are those of another, so many members later in the same list."""

    schedule: str
    offset: int = 1
    begins: datetime | None = None
    """An instant; None: always."""
    ends: datetime | None = None
    """An instant; None: never."""

    def is_same(self, other: Follows | None) -> bool:
        return other is not None and (self.schedule, self.offset) == (other.schedule, other.offset)


class OverrideKind(StrEnum):
    REPLACE = "replace"
    """The person instead of all who are on call, or of nobody; or instead of `instead_of`, if that
    person is on call."""
    ADD = "add"
    """The person beside those on call."""
    REMOVE = "remove"
    """The person is not on call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A change of who is on call for a time; of two, the one made later is applied last."""

    override_id: str
    kind: OverrideKind
    user: str
    instead_of: str | None = None
    """In the API and the file `for`. None: all who are on call."""
    begins: datetime
    """An instant."""
    ends: datetime
    """An instant."""
    made_at: datetime
    made_by: str | None = None
    """An actor; None: the team's file."""
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    name: str
    time_zone: str = "UTC"
    """The newest version's."""
    layers: tuple[Layer, ...] = ()
    follows: Follows | None = None
    """The newest. It is asked after the layers: a text has one or the other."""
    followed: tuple[Follows, ...] = ()
    """Those before, in the order of their beginnings."""
    overrides: tuple[Override, ...] = ()
    """Those of the schedule's own text; what people made by API is beside it, and applied later."""
    managed_by: str | None = None


@dataclass(frozen=True, slots=True)
class ScheduleOverride:
    """An override that was made beside the schedule's text."""

    schedule: str
    override: Override
