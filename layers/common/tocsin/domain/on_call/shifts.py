"""Who is on call from when to when, and how well that is spread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations

from tocsin.domain.on_call.answer import Answers
from tocsin.domain.on_call.schedule import Member, Override, Schedule
from tocsin.domain.time_zone import EARLIEST, LATEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A time in which the answer does not change: who is on call, and why."""

    begins: datetime
    ends: datetime
    people: Member
    layer: str | None
    """None: no layer is on call, or an override stands for all."""
    override_ids: tuple[str, ...] = ()
    """Those without which other people, or nobody, would be on call."""

    @property
    def is_gap(self) -> bool:
        """Nobody is on call, and no rotation has `nobody` on purpose."""
        return not self.people and (self.layer is None or bool(self.override_ids))

    @property
    def lasts(self) -> timedelta:
        return self.ends - self.begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    covered: float
    """Share of the time that is no gap."""
    balance: float
    """How evenly hours are spread: the mean over all pairs of people of fewer by more hours."""
    hours: Mapping[str, float]
    """By person, of those who are on call at all."""

    @property
    def score(self) -> float:
        return self.covered * self.balance


def spans(
    schedule: Schedule,
    begins: datetime,
    ends: datetime,
    schedules: Mapping[str, Schedule],
    overrides: Sequence[Override],
) -> Iterator[Shift]:
    """The shifts of a time, one after the other, found as they are asked for."""
    answers = Answers(schedule, schedules, overrides)
    at, ends = max(begins, EARLIEST), min(ends, LATEST)
    found: Shift | None = None
    while at < ends:
        answer = answers.at(at)
        shift = Shift(
            begins=at,
            ends=min(answer.ends, ends),
            people=answer.people,
            layer=answer.layer,
            override_ids=answer.override_ids,
        )
        at = shift.ends
        if found is not None and shift == replace(found, begins=found.ends, ends=shift.ends):
            found = replace(found, ends=shift.ends)
            continue
        if found is not None:
            yield found
        found = shift
    if found is not None:
        yield found


def shifts(
    schedule: Schedule,
    begins: datetime,
    ends: datetime,
    schedules: Mapping[str, Schedule] | None = None,
    overrides: Sequence[Override] = (),
) -> Sequence[Shift]:
    """All of a time, without a break between them; the first and the last are cut to it.

    `schedules` are those that this one may follow, by name; `overrides` are those that people made.
    """
    return tuple(spans(schedule, begins, ends, schedules or {}, overrides))


def gaps(
    schedule: Schedule,
    begins: datetime,
    ends: datetime,
    schedules: Mapping[str, Schedule] | None = None,
    overrides: Sequence[Override] = (),
) -> Sequence[Shift]:
    """When nobody is on call, but for those on purpose."""
    return [it for it in shifts(schedule, begins, ends, schedules, overrides) if it.is_gap]


def quality(
    schedule: Schedule,
    begins: datetime,
    ends: datetime,
    schedules: Mapping[str, Schedule] | None = None,
    overrides: Sequence[Override] = (),
) -> Quality:
    found = shifts(schedule, begins, ends, schedules, overrides)
    times: dict[str, timedelta] = {}
    for shift in found:
        for person in shift.people:
            times[person] = times.get(person, timedelta()) + shift.lasts
    gone = sum((it.lasts for it in found if it.is_gap), timedelta())
    pairs = combinations(times.values(), 2)
    shares = [min(one, other) / max(one, other) for one, other in pairs]
    return Quality(
        covered=1 - gone / (ends - begins) if begins < ends else 1.0,
        balance=sum(shares) / len(shares) if shares else 1.0,
        hours={person: time / timedelta(hours=1) for person, time in sorted(times.items())},
    )
