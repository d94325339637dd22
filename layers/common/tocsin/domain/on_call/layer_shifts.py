"""What each layer of a schedule says by itself, whether it wins or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.domain.on_call.answer import follows_at, rotation_at, version_at
from tocsin.domain.on_call.schedule import Layer, Member, Schedule
from tocsin.domain.time_zone import EARLIEST, LATEST, zone_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A time in which a layer has the same answer."""

    begins: datetime
    ends: datetime
    people: Member
    """Empty: nobody, on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerShifts:
    schedule: str
    """Whose layer it is: the schedule's own, or that of the one that it follows."""
    layer: str
    turns: tuple[Turn, ...]
    """In order, with breaks where the layer has no answer."""


def layer_shifts(
    schedule: Schedule,
    begins: datetime,
    ends: datetime,
    schedules: Mapping[str, Schedule] | None = None,
) -> tuple[LayerShifts, ...]:
    """All layers that are in force at some instant of a time; of two, the earlier one wins.

    `schedules` are those that this one may follow, by name.
    """
    begins, ends = max(begins, EARLIEST), min(ends, LATEST)
    found: dict[tuple[str, str], list[Turn]] = {}
    for name, layer, turns in _layers(schedule, schedules or {}, begins, ends, 0, frozenset()):
        for turn in turns:
            _append(found.setdefault((name, layer), []), turn)
        found.setdefault((name, layer), [])
    return tuple(
        LayerShifts(schedule=name, layer=layer, turns=tuple(turns))
        for (name, layer), turns in found.items()
    )


def _append(turns: list[Turn], turn: Turn) -> None:
    """What goes on without a break is one."""
    if turns and turns[-1].ends == turn.begins and turns[-1].people == turn.people:
        turns[-1] = replace(turns[-1], ends=turn.ends)
    else:
        turns.append(turn)


def _layers(
    schedule: Schedule,
    schedules: Mapping[str, Schedule],
    begins: datetime,
    ends: datetime,
    offset: int,
    names: frozenset[str],
) -> Iterator[tuple[str, str, Iterator[Turn]]]:
    in_force = [
        (position, number, layer)
        for number, layer in enumerate(schedule.layers)
        if (position := _position(layer, begins, ends)) is not None
    ]
    for _, _, layer in sorted(in_force, key=lambda it: it[:2]):
        yield schedule.name, layer.name, _turns(layer, begins, ends, offset)
    names = names | {schedule.name}
    at = begins
    while at < ends:
        follows, changes_at = follows_at(schedule, at)
        until = min(ends, changes_at)
        followed = schedules.get(follows.schedule) if follows else None
        if follows is not None and followed is not None and followed.name not in names:
            yield from _layers(followed, schedules, at, until, offset + follows.offset, names)
        at = until


def _position(layer: Layer, begins: datetime, ends: datetime) -> int | None:
    """Where it stands when it is first in force; None: it never is."""
    at = begins
    while at < ends:
        version, at = version_at(layer, at)
        if version is not None and version.rotation is not None:
            return version.position
    return None


def _turns(layer: Layer, begins: datetime, ends: datetime, offset: int) -> Iterator[Turn]:
    at = begins
    while at < ends:
        version, replaced_at = version_at(layer, at)
        until, people = min(ends, replaced_at), None
        if version is not None and version.rotation is not None:
            part = rotation_at(version.rotation, zone_of(version.time_zone), at, offset)
            until, people = min(until, part.ends), part.people
        if people is not None:
            yield Turn(begins=at, ends=until, people=people)
        at = until
