"""People whom a schedule asks for a while yet, although the file has them no longer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tocsin.domain.on_call.schedule import Override, Schedule, ScheduleOverride


def still_on_call(
    name: str, schedules: Sequence[Schedule], overrides: Sequence[ScheduleOverride], at: datetime
) -> str | None:
    """Say until when a user has to stay; None: no schedule asks the user any more.

    A rotation that was changed holds until its next handoff, and what people made by the API until
    it ends: without its user nobody would be paged then.
    """
    asked = list(_asked_by_layers(name, schedules, at))
    asked += [(it.schedule, it.override.ends) for it in overrides if _is_of(it.override, name, at)]
    asked += [
        (schedule.name, it.ends)
        for schedule in schedules
        for it in schedule.overrides
        if _is_of(it, name, at)
    ]
    if not asked:
        return None
    schedule, until = max(asked, key=lambda it: (it[1] is None, it[1] or at))
    told = "" if until is None else f" until {until:%Y-%m-%d %H:%M} UTC"
    return (
        f"the user {name} stays: the schedule {schedule} asks them{told}; the next deployment "
        "after that removes them"
    )


def _asked_by_layers(
    name: str, schedules: Sequence[Schedule], at: datetime
) -> Iterator[tuple[str, datetime | None]]:
    for schedule in schedules:
        for layer in schedule.layers:
            for position, version in enumerate(layer.versions):
                later = layer.versions[position + 1 :]
                ends = later[0].begins if later else None
                members = version.rotation.members if version.rotation else ()
                is_asked = any(name.lower() == it.lower() for member in members for it in member)
                if is_asked and (ends is None or ends > at):
                    yield schedule.name, ends


def _is_of(override: Override, name: str, at: datetime) -> bool:
    return override.ends > at and override.user.lower() == name.lower()
