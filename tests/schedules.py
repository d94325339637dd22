"""Schedules that tests talk about, written as short as in a team's file."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from tocsin.domain.hours import Day, Hours
from tocsin.domain.on_call.schedule import (
    Layer,
    LayerVersion,
    Member,
    Override,
    OverrideKind,
    Recurring,
    Rotation,
    Schedule,
    Turns,
    Unit,
)

PARIS = "Europe/Paris"
WEEKDAYS = frozenset({Day.MON, Day.TUE, Day.WED, Day.THU, Day.FRI})
OFFICE = Hours(days=WEEKDAYS, begins=time(9), ends=time(18))
NIGHTS = Hours(begins=time(18), ends=time(9))


def utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def wall(written: str) -> datetime:
    return datetime.fromisoformat(written)


def hourly(every: int = 1, minute: int = 0) -> Turns:
    return Turns(unit=Unit.HOURLY, every=every, handoff=time(minute=minute))


def daily(handoff: str = "09:00", every: int = 1) -> Turns:
    return Turns(unit=Unit.DAILY, every=every, handoff=time.fromisoformat(handoff))


def weekly(handoff: str = "mon 09:00", every: int = 1) -> Turns:
    day, at = handoff.split()
    return Turns(
        unit=Unit.WEEKLY, every=every, handoff=time.fromisoformat(at), day=Day[day.upper()]
    )


def recurring(rule: str, at: str = "09:00", hours: float = 24, *excluded: str) -> Recurring:
    return Recurring(
        rule=rule,
        at=time.fromisoformat(at),
        duration=timedelta(hours=hours),
        excluded=tuple(map(wall, excluded)),
    )


def member(written: str) -> Member:
    return () if written == "nobody" else tuple(written.split("+"))


def rotation(
    pattern: Turns | Recurring,
    people: str,
    start: str = "2026-01-05T09:00",
    **others: Any,  # noqa: ANN401 - other fields
) -> Rotation:
    """People as in `alice bob+carol nobody`."""
    members = tuple(map(member, people.split()))
    return Rotation(pattern=pattern, start=wall(start), members=members, **others)


def layer(number: int, turning: Rotation, zone: str = PARIS, name: str | None = None) -> Layer:
    version = LayerVersion(begins=None, position=number, time_zone=zone, rotation=turning)
    return Layer(name=name or f"layer {number + 1}", versions=(version,))


def schedule(
    *rotations: Rotation,
    zone: str = PARIS,
    name: str = "primary",
    overrides: Iterable[Override] = (),
) -> Schedule:
    """The first rotation wins."""
    layers = tuple(layer(number, it, zone) for number, it in enumerate(rotations))
    return Schedule(name=name, time_zone=zone, layers=layers, overrides=tuple(overrides))


def named(zone: str = PARIS, **layers: Rotation) -> Schedule:
    """With layers that have names."""
    made = (layer(number, it, zone, name) for number, (name, it) in enumerate(layers.items()))
    return Schedule(name="primary", time_zone=zone, layers=tuple(made))


def override(
    written: str, begins: str, ends: str, *, made_at: str = "2026-01-01", name: str | None = None
) -> Override:
    """As in `replace carol`, `replace carol for alice`, `add dave` or `remove bob`."""
    kind, user, *instead = written.split()
    return Override(
        override_id=name or f"{written} {begins}",
        kind=OverrideKind(kind),
        user=user,
        instead_of=instead[1] if instead else None,
        begins=utc(begins),
        ends=utc(ends),
        made_at=utc(made_at),
    )
