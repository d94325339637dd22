"""Who is on call by a schedule, from one instant to when something changes.

This is the one place that knows: who is paged, shifts, feeds and plans all ask it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from tocsin.domain.hours import is_within, next_begin, next_end
from tocsin.domain.on_call.schedule import (
    Follows,
    Layer,
    LayerVersion,
    Member,
    Override,
    OverrideKind,
    Rotation,
    Schedule,
    Turns,
)
from tocsin.domain.on_call.turns import place
from tocsin.domain.time_zone import LATEST, first_instant, last_instant, zone_of

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Answer:
    people: Member
    layer: str | None
    """The name of the layer that is on call; None: none is, or an override stands for all."""
    override_ids: tuple[str, ...]
    """Those without which other people, or nobody, would be on call."""
    ends: datetime
    """It holds until then at least; LATEST: for ever."""


@dataclass(frozen=True, slots=True)
class Part:
    """What the layers say, or one of them."""

    people: Member | None
    """None: the next layer is asked."""
    ends: datetime
    layer: str | None = None
    version: LayerVersion | None = None


class Answers:
    """Of one schedule."""

    def __init__(
        self, schedule: Schedule, schedules: Mapping[str, Schedule], overrides: Sequence[Override]
    ) -> None:
        """`overrides` are those that people made; those of the schedule's text come before them."""
        self._schedule, self._schedules = schedule, schedules
        self._overrides = [*sorted(schedule.overrides, key=_made), *sorted(overrides, key=_made)]
        edges = chain.from_iterable((it.begins, it.ends) for it in self._overrides)
        self._edges = sorted(set(edges))

    def at(self, at: datetime) -> Answer:
        following = bisect_right(self._edges, at)
        ends = self._edges[following] if following < len(self._edges) else LATEST
        overrides = [it for it in self._overrides if it.begins <= at < it.ends]
        standing = [number for number, it in enumerate(overrides) if _stands_for_all(it)]
        if standing:
            overrides = overrides[standing[-1] :]
            part = Part((), ends)
        else:
            part = layers_at(self._schedule, self._schedules, at)
        people, override_ids = _overridden(part.people or (), overrides)
        return Answer(people, part.layer, override_ids, min(ends, part.ends))


def version_at(layer: Layer, at: datetime) -> tuple[LayerVersion | None, datetime]:
    """What is in force, and until when; LATEST: for ever."""
    found = None
    for version in layer.versions:
        if version.begins is not None and version.begins > at:
            return found, version.begins
        found = version
    return found, LATEST


def follows_at(schedule: Schedule, at: datetime) -> tuple[Follows | None, datetime]:
    """What it follows, and until when; LATEST: for ever."""
    known = (*schedule.followed, *([schedule.follows] if schedule.follows else ()))
    edges = [it for follows in known for it in (follows.begins, follows.ends) if it and it > at]
    begun = [it for it in known if it.begins is None or it.begins <= at]
    found = next((it for it in reversed(begun) if it.ends is None or at < it.ends), None)
    return found, min(edges, default=LATEST)


def _made(override: Override) -> tuple[datetime, str]:
    return override.made_at, override.override_id


def _stands_for_all(override: Override) -> bool:
    return override.kind is OverrideKind.REPLACE and override.instead_of is None


def _overridden(people: Member, overrides: Sequence[Override]) -> tuple[Member, tuple[str, ...]]:
    override_ids = []
    for override in overrides:
        changed = _changed(people, override)
        if changed != people or _stands_for_all(override):
            override_ids.append(override.override_id)
        people = changed
    return people, tuple(override_ids)


def _changed(people: Member, override: Override) -> Member:
    """A name is that of the same person in capitals or not."""
    user = override.user
    match override.kind:
        case OverrideKind.REPLACE if override.instead_of is None:
            return (user,)
        case OverrideKind.REPLACE:
            changed = (user if _is_same(it, override.instead_of) else it for it in people)
            return tuple({it.lower(): it for it in changed}.values())
        case OverrideKind.ADD:
            return people if any(_is_same(it, user) for it in people) else (*people, user)
        case OverrideKind.REMOVE:
            return tuple(it for it in people if not _is_same(it, user))


def _is_same(person: str, other: str | None) -> bool:
    return other is not None and person.lower() == other.lower()


def layers_at(
    schedule: Schedule,
    schedules: Mapping[str, Schedule],
    at: datetime,
    offset: int = 0,
    names: frozenset[str] = frozenset(),
) -> Part:
    """What the layers say, overrides aside: that of the schedule that is followed, if one is.

    The offset is that of followers, whose names are given: a circle ends with nobody.
    """
    ends, in_force = LATEST, []
    for number, layer in enumerate(schedule.layers):
        version, replaced_at = version_at(layer, at)
        ends = min(ends, replaced_at)
        if version is not None and version.rotation is not None:
            in_force.append((version.position, number, layer.name, version, version.rotation))
    for _, _, name, version, rotation in sorted(in_force, key=lambda it: it[:2]):
        part = rotation_at(rotation, zone_of(version.time_zone), at, offset)
        ends = min(ends, part.ends)
        if part.people is not None:
            return Part(part.people, ends, name, version)
    follows, changes_at = follows_at(schedule, at)
    ends = min(ends, changes_at)
    followed = schedules.get(follows.schedule) if follows else None
    if follows is None or followed is None or followed.name in names:
        return Part(None, ends)
    names = names | {schedule.name}
    part = layers_at(followed, schedules, at, offset + follows.offset, names)
    return replace(part, ends=min(ends, part.ends))


def rotation_at(rotation: Rotation, zone: ZoneInfo, at: datetime, offset: int) -> Part:
    """What one rotation says, its people so many places later in their list."""
    if rotation.begins is not None and at < (begins := first_instant(rotation.begins, zone)):
        return Part(None, begins)
    ends = LATEST if rotation.until is None else last_instant(rotation.until, zone)
    if at >= ends or not rotation.members:
        return Part(None, LATEST)
    if not is_within(rotation.only, at, zone):
        return Part(None, min(ends, next_begin(rotation.only, at, zone)))
    ends = min(ends, next_end(rotation.only, at, zone) or LATEST)
    if isinstance(rotation.pattern, Turns) and len(set(rotation.members)) == 1:
        return Part(rotation.members[0], ends)
    where = place(rotation, zone.key, at)
    ends = min(ends, where.ends)
    if where.turn is None:
        return Part(None, ends)
    number = rotation.first + where.turn + offset
    return Part(rotation.members[number % len(rotation.members)], ends)
