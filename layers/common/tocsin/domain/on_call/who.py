"""Who is on call at an instant, and who is next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from tocsin.domain.on_call.schedule import Member, Override, Schedule
from tocsin.domain.on_call.shifts import Shift, spans
from tocsin.domain.time_zone import EARLIEST, LATEST

LOOKED_AHEAD: Final = timedelta(days=366)
"""For the next change, and for the next people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    people: Member
    """Empty: nobody is."""
    at: datetime
    """The instant asked for; of the next people, when they begin."""
    until: datetime | None
    """When the answer changes next; None: not within a year."""
    layer: str | None = None
    override_ids: tuple[str, ...] = ()

    @classmethod
    def of(cls, shift: Shift, looked_until: datetime) -> Self:
        return cls(
            people=shift.people,
            at=shift.begins,
            until=shift.ends if shift.ends < looked_until else None,
            layer=shift.layer,
            override_ids=shift.override_ids,
        )


def who(
    schedule: Schedule,
    at: datetime,
    schedules: Mapping[str, Schedule] | None = None,
    overrides: Sequence[Override] = (),
) -> OnCall:
    """Who is on call.

    `schedules` are those that this one may follow, by name; `overrides` are those that people made.
    """
    at = _clamped(at)
    until = at + LOOKED_AHEAD
    return OnCall.of(next(spans(schedule, at, until, schedules or {}, overrides)), until)


def next_after(
    schedule: Schedule,
    at: datetime,
    schedules: Mapping[str, Schedule] | None = None,
    overrides: Sequence[Override] = (),
) -> OnCall | None:
    """The next people who are not those of now; None: there are none within a year."""
    at = _clamped(at)
    until = at + LOOKED_AHEAD
    found = spans(schedule, at, until, schedules or {}, overrides)
    now = set(next(found).people)
    coming = (it for it in found if it.people and set(it.people) != now)
    return next((OnCall.of(it, until) for it in coming), None)


def _clamped(at: datetime) -> datetime:
    return min(max(at, EARLIEST), LATEST - LOOKED_AHEAD)
