"""Who is on call before and after, and whose shifts move."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from tocsin.domain.on_call.moved import Moved, moved
from tocsin.domain.on_call.roster import Roster
from tocsin.domain.on_call.shifts import Shift

type People = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time in which neither answer changes."""

    begins: datetime
    ends: datetime
    before: People | None
    """None: there is no such schedule."""
    after: People | None

    @property
    def is_changed(self) -> bool:
        return set(self.before or ()) != set(self.after or ())

    def has_people_of(self, other: "Stretch") -> bool:
        return (self.before, self.after) == (other.before, other.after)

    @property
    def loses(self) -> People:
        return tuple(it for it in self.before or () if it not in (self.after or ()))

    @property
    def gains(self) -> People:
        return tuple(it for it in self.after or () if it not in (self.before or ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Changed stretches that follow each other with the same people, as days of a week do."""

    begins: datetime
    ends: datetime
    times: int
    stretch: Stretch
    """The first of them."""


def runs_of(changed: Iterable[Stretch]) -> Sequence[Run]:
    """Join those with the same people, in their order."""
    runs: list[Run] = []
    for it in changed:
        last = runs[-1] if runs else None
        if last is not None and last.stretch.has_people_of(it):
            times = last.times + (last.ends != it.begins)
            runs[-1] = replace(last, ends=it.ends, times=times)
        else:
            runs.append(Run(begins=it.begins, ends=it.ends, times=1, stretch=it))
    return runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time in which nobody is on call, and somebody was to be."""

    schedule: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleChange:
    """A schedule over the weeks that the plan looks at; the stretches follow each other."""

    name: str
    time_zone: str
    stretches: Sequence[Stretch]
    text_changes: bool
    """Whether its layers, its list or its overrides change, whatever that means for people."""
    moved: Mapping[str, Moved]
    """By person."""

    @property
    def now(self) -> Stretch:
        return self.stretches[0]

    @property
    def changed(self) -> Sequence[Stretch]:
        return [it for it in self.stretches if it.is_changed]

    @property
    def runs(self) -> Sequence[Run]:
        return runs_of(self.changed)

    @property
    def moves_now(self) -> bool:
        """Whether somebody who is on call now is not, once it is applied."""
        return self.now.before is not None and bool(self.now.loses)

    @property
    def first_change(self) -> datetime | None:
        return next((it.begins for it in self.changed), None)

    @property
    def stays_until(self) -> datetime | None:
        """When the people of now are followed by others; None: not in these weeks."""
        for stretch in self.stretches:
            if set(stretch.after or ()) != set(self.now.after or ()):
                return stretch.begins
        return None


@dataclass(frozen=True, slots=True)
class Rosters:
    before: Roster
    after: Roster

    @classmethod
    def of(cls, before: Roster, after: Roster) -> Self:
        return cls(before, after)

    def changes(self, begins: datetime, ends: datetime) -> Iterator[ScheduleChange]:
        """Compare each schedule; all are there, also those that stay as they are."""
        for name in sorted(self.before.schedules.keys() | self.after.schedules.keys()):
            old, new = (it.schedules.get(name) for it in (self.before, self.after))
            yield ScheduleChange(
                name=name,
                time_zone=time_zone_of(self.after if new else self.before, name),
                stretches=list(self._stretches(name, begins, ends)),
                text_changes=old != new,
                moved=moved(
                    _shifts(self.before, name, begins, ends),
                    _shifts(self.after, name, begins, ends),
                ),
            )

    def _stretches(self, name: str, begins: datetime, ends: datetime) -> Iterator[Stretch]:
        before = list(_answers(self.before, name, begins, ends))
        after = list(_answers(self.after, name, begins, ends))
        at = begins
        while at < ends:
            (old_end, old), (new_end, new) = before[0], after[0]
            until = min(old_end, new_end)
            yield Stretch(begins=at, ends=until, before=old, after=new)
            for answers, end in ((before, old_end), (after, new_end)):
                if end == until:
                    answers.pop(0)
            at = until

    def new_gaps(self, begins: datetime, ends: datetime) -> Iterator[Gap]:
        """Find when nobody is on call who was to be; not where that was so before."""
        for name in sorted(self.after.schedules):
            known: Sequence[tuple[datetime, datetime]] = ()
            if name in self.before.schedules:
                known = [(it.begins, it.ends) for it in self.before.gaps(name, begins, ends)]
            for gap in self.after.gaps(name, begins, ends):
                for begun, ended in _without(known, gap.begins, gap.ends):
                    yield Gap(schedule=name, begins=begun, ends=ended)


def time_zone_of(roster: Roster, name: str) -> str:
    """Of the clock that its people look at: that of the schedule that it follows, too."""
    schedule = roster.schedules[name]
    followed = schedule.follows and roster.schedules.get(schedule.follows.schedule)
    return followed.time_zone if followed else schedule.time_zone


def _shifts(roster: Roster, name: str, begins: datetime, ends: datetime) -> Sequence[Shift]:
    return roster.shifts(name, begins, ends) if name in roster.schedules else ()


def _answers(
    roster: Roster, name: str, begins: datetime, ends: datetime
) -> Iterator[tuple[datetime, People | None]]:
    """Ends of spans, and who is on call in them; joined where the same people go on."""
    if name not in roster.schedules:
        yield ends, None
        return
    shifts = _shifts(roster, name, begins, ends)
    for number, shift in enumerate(shifts):
        is_last = number + 1 == len(shifts)
        if is_last or set(shifts[number + 1].people) != set(shift.people):
            yield shift.ends, shift.people


def _without(
    known: Sequence[tuple[datetime, datetime]], begins: datetime, ends: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """The parts of a span that lie outside of others, which are in order."""
    for begun, ended in known:
        if ended <= begins or begun >= ends:
            continue
        if begun > begins:
            yield begins, begun
        begins = max(begins, ended)
    if begins < ends:
        yield begins, ends
