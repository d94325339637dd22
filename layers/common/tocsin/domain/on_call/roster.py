"""All schedules with the overrides that people made: who is on call, and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from tocsin.domain.on_call.layer_shifts import LayerShifts
    from tocsin.domain.on_call.schedule import Override, Schedule, ScheduleOverride
    from tocsin.domain.on_call.shifts import Quality, Shift
    from tocsin.domain.on_call.who import OnCall

NEXT: Final = "next"
"""The position of a target that asks those who follow the people of now."""


@dataclass(frozen=True, slots=True)
class Roster:
    """Methods raise KeyError for an unknown schedule."""

    schedules: Mapping[str, "Schedule"] = field(default_factory=dict)
    overrides: Sequence["ScheduleOverride"] = ()
    """Those in force at the times that are asked for, of any schedule."""

    def who(self, name: str, at: datetime) -> "OnCall":
        from tocsin.domain.on_call.who import who

        return who(self.schedules[name], at, self.schedules, self.of(name))

    def next_after(self, name: str, at: datetime) -> "OnCall | None":
        """The first that follows with other people; None: never within a year."""
        from tocsin.domain.on_call.who import next_after

        return next_after(self.schedules[name], at, self.schedules, self.of(name))

    def shifts(self, name: str, begins: datetime, ends: datetime) -> "Sequence[Shift]":
        from tocsin.domain.on_call.shifts import shifts

        return shifts(self.schedules[name], begins, ends, self.schedules, self.of(name))

    def layers(self, name: str, begins: datetime, ends: datetime) -> "tuple[LayerShifts, ...]":
        from tocsin.domain.on_call.layer_shifts import layer_shifts

        return layer_shifts(self.schedules[name], begins, ends, self.schedules)

    def gaps(self, name: str, begins: datetime, ends: datetime) -> "Sequence[Shift]":
        from tocsin.domain.on_call.shifts import gaps

        return gaps(self.schedules[name], begins, ends, self.schedules, self.of(name))

    def quality(self, name: str, begins: datetime, ends: datetime) -> "Quality":
        from tocsin.domain.on_call.shifts import quality

        return quality(self.schedules[name], begins, ends, self.schedules, self.of(name))

    def is_on_call(self, name: str, user: str, begins: datetime, ends: datetime) -> bool:
        """Whether a person is on call all the time between."""
        return all(user in shift.people for shift in self.shifts(name, begins, ends))

    def having(self, schedule: "Schedule") -> Self:
        return replace(self, schedules={**self.schedules, schedule.name: schedule})

    def of(self, name: str) -> "tuple[Override, ...]":
        return tuple(it.override for it in self.overrides if it.schedule == name)


@dataclass(frozen=True, slots=True)
class OnCallAt:
    """Implements `WhoIsOnCall`."""

    at: datetime
    roster: Roster

    def get(self, target: str, otherwise: tuple[str, ...] = (), /) -> tuple[str, ...]:
        """Find the people of `primary`, or of `primary/next`."""
        name, _, position = target.partition("/")
        if name not in self.roster.schedules:
            return otherwise
        if position != NEXT:
            return self.roster.who(name, self.at).people
        following = self.roster.next_after(name, self.at)
        return following.people if following else ()

    def then(self, at: datetime) -> Self:
        return replace(self, at=at)
