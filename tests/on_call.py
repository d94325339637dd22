"""Schedules of stories."""

from collections.abc import Sequence
from datetime import datetime, time

from tocsin.domain.hours import Day, Hours
from tocsin.domain.on_call.schedule import (
    Follows,
    Layer,
    LayerVersion,
    Member,
    Override,
    OverrideKind,
    Rotation,
    Schedule,
    ScheduleOverride,
    Turns,
    Unit,
)

wall = datetime.fromisoformat


def daily(
    *users: str | Member,
    name: str = "primary",
    handoff: time = time(9),
    zone: str = "UTC",
    only: tuple[Hours, ...] = (),
) -> Schedule:
    """One after the other, each for a day; the first one's turn begins on 2026-03-01."""
    turns = Turns(unit=Unit.DAILY, handoff=handoff)
    return rotating(turns, "2026-03-01", users, name=name, zone=zone, only=only)


def weekly(*users: str | Member, name: str = "primary", zone: str = "UTC") -> Schedule:
    """One after the other, each from Monday 09:00 for a week; the first one from 2026-03-02."""
    turns = Turns(unit=Unit.WEEKLY, handoff=time(9), day=Day.MON)
    return rotating(turns, "2026-03-02", users, name=name, zone=zone)


def rotating(
    pattern: Turns,
    start: str,
    users: Sequence[str | Member],
    *,
    name: str,
    zone: str,
    only: tuple[Hours, ...] = (),
) -> Schedule:
    rotation = Rotation(
        pattern=pattern,
        start=datetime.combine(wall(start), pattern.handoff),
        members=tuple((it,) if isinstance(it, str) else it for it in users),
        only=only,
    )
    version = LayerVersion(begins=None, position=0, time_zone=zone, rotation=rotation)
    return Schedule(name=name, time_zone=zone, layers=(Layer(name="layer 1", versions=(version,)),))


def following(name: str, followed: str = "primary") -> Schedule:
    return Schedule(name=name, follows=Follows(schedule=followed))


def made(
    user: str,
    begins: datetime,
    ends: datetime,
    *,
    schedule: str = "primary",
    kind: OverrideKind = OverrideKind.REPLACE,
    override_id: str = "01KJM5ZZ00DRQ5V1N9YH3KW2TB",
) -> ScheduleOverride:
    """An override that somebody made when it begins."""
    override = Override(
        override_id=override_id,
        kind=kind,
        user=user,
        begins=begins,
        ends=ends,
        made_at=begins,
        made_by=user,
    )
    return ScheduleOverride(schedule, override)
