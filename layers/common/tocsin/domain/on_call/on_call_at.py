"""Who is on call at one time, by what a step's target names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from tocsin.domain.on_call.schedule import Override, Schedule, ScheduleOverride
    from tocsin.domain.on_call.who import OnCall

NEXT: Final = "next"
"""The position of a target that asks who is on call after those of now."""


@dataclass(frozen=True, slots=True)
class OnCallAt:
    """Implements `WhoIsOnCall`."""

    at: datetime
    schedules: Mapping[str, "Schedule"]
    overrides: Sequence["ScheduleOverride"] = ()
    """Those that have not ended, of any schedule."""

    def get(self, target: str, otherwise: tuple[str, ...] = (), /) -> tuple[str, ...]:
        """Find the people of `primary`, or of `primary/next`; none of an unknown schedule."""
        name, _, position = target.partition("/")
        if name not in self.schedules:
            return otherwise
        answer = self.next(name) if position == NEXT else self.now(name)
        return answer.people if answer else ()

    def then(self, at: datetime) -> Self:
        return replace(self, at=at)

    def now(self, name: str) -> "OnCall":
        """Raises KeyError: There is no such schedule."""
        from tocsin.domain.on_call.who import who

        return who(self.schedules[name], self.at, self.schedules, self.of(name))

    def next(self, name: str) -> "OnCall | None":
        """The first that follows with other people; None: never within a year.

        Raises:
            KeyError: There is no such schedule.
        """
        from tocsin.domain.on_call.who import next_after

        return next_after(self.schedules[name], self.at, self.schedules, self.of(name))

    def of(self, name: str) -> "tuple[Override, ...]":
        return tuple(it.override for it in self.overrides if it.schedule == name)
