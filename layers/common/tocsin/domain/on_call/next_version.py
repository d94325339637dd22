"""What a schedule is after its text has changed: the running shift and the past never move.

Each change has an instant from which on the new text is true:

- another rotation: from the layer's next handoff on,
- layers that come, go or change their order, and another schedule that is followed: all at once,
  when the running shift has ended, and the running turn of each layer that goes,
- an explicit version: from the instant that the text says, if that is still to come,
- where that would leave nobody on call, although neither text does: all rotations at once, as
  layers that come or go.

A change that waits is not put off by applying the same text again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from tocsin.domain.on_call.answer import follows_at, layers_at, version_at
from tocsin.domain.on_call.schedule import (
    Follows,
    Layer,
    LayerVersion,
    Override,
    Rotation,
    Schedule,
)
from tocsin.domain.on_call.turns import next_handoff
from tocsin.domain.time_zone import EARLIEST, LATEST, first_instant, last_instant, zone_of

KEPT_FOR: Final = timedelta(days=400)
"""How long it is known who was on call."""
KEPT_VERSIONS: Final = 100
"""Of one layer: the newest."""
_LOOKED_AT: Final = 1_000
"""Instants at which the gap check asks who is on call."""

type _Turning = tuple[str, Rotation]
"""A time zone, and a rotation in it."""


def applied(
    before: Schedule | None,
    text: Schedule,
    at: datetime,
    schedules: Mapping[str, Schedule] | None = None,
) -> Schedule:
    """The schedule with what a text changes, from the instants on at which it may.

    The same text again changes nothing; the text of before takes back what has not begun yet.
    Overrides have the times that they say, but for the past; an override's id stands for all that
    it says. `schedules` are those that may have been followed before, by name.
    """
    text = replace(text, layers=tuple(_in_short(layer) for layer in text.layers))
    if before is None:
        return text
    at = min(max(at, EARLIEST + KEPT_FOR), LATEST)
    schedules = schedules or {}
    times = _times_of(before, text, at, schedules)
    waiting = _changed(before, text, replace(times, mode=_Mode.AS_IT_WAITS))
    if _coming(waiting, at) == _coming(before, at):
        return waiting
    after = _changed(before, text, times)
    if _leaves_nobody(before, text, after, at, schedules):
        return _changed(before, text, times.at_once(_going(before, text)))
    return after


def _in_short(layer: Layer) -> Layer:
    """Without versions that a later one replaces for all times."""
    numbers = [number for number, it in enumerate(layer.versions) if it.begins is None]
    return replace(layer, versions=layer.versions[max(numbers, default=0) :])


def _changed(before: Schedule, text: Schedule, times: _Times) -> Schedule:
    known = {layer.name: layer for layer in before.layers}
    written = (_written(known.pop(it.name, None), it, times) for it in text.layers)
    layers = [*written, *(_left_out(it, times) for it in known.values())]
    follows, followed = _following(before, text, times)
    return replace(
        text,
        layers=tuple(it for it in layers if it.versions),
        follows=follows,
        followed=followed,
        overrides=tuple(_overrides(before, text, times.at)),
    )


def _coming(schedule: Schedule, at: datetime) -> object:
    """What waits, and what will be followed."""
    coming = {it.name: versions for it in schedule.layers if (versions := _split(it, at)[1])}
    return coming, schedule.follows


def _leaves_nobody(
    before: Schedule,
    text: Schedule,
    after: Schedule,
    at: datetime,
    schedules: Mapping[str, Schedule],
) -> bool:
    """Whether nobody is on call at a time at which somebody was, and is by the text alone.

    A change whose parts are farther apart than can be looked at counts as one that does.
    """
    versions = [it for layer in after.layers for it in layer.versions]
    begins = {it.begins for it in versions if it.begins is not None and it.begins >= at}
    for _ in range(_LOOKED_AT):
        if at >= max(begins, default=at):
            return False
        now = layers_at(after, schedules, at)
        texts = [layers_at(it, schedules, at) for it in (before, text)]
        if not now.people and all(it.people for it in texts):
            return True
        at = min(it.ends for it in (now, *texts))
    return True


class _Mode(Enum):
    """How changes find their instants."""

    IN_TURN = auto()
    """At the handoffs of each layer."""
    AT_ONCE = auto()
    AS_IT_WAITS = auto()
    """What waits already is not asked for its handoff again."""


@dataclass(frozen=True, slots=True)
class _Times:
    """When changes take effect."""

    at: datetime
    """Now."""
    shift_ends: datetime
    """When the running shift does, overrides aside; now if nobody is on call."""
    people_end: datetime
    """Until this instant at least the same people are on call."""
    on_call: int | None
    """Position of the layer that is; None: none of the schedule's own."""
    rebuilt: datetime = LATEST
    """When layers come, go or change their order."""
    mode: _Mode = _Mode.IN_TURN

    def at_once(self, going: Iterable[Layer]) -> _Times:
        """Everything changes when layers go; not after one that ends before, or waits to go."""
        gone = [ends for layer in going if (ends := _ends_of(layer, self.at)) is not None]
        at = max(min([self.rebuilt, *gone]), min(self.people_end, self.shift_ends))
        return replace(self, mode=_Mode.AT_ONCE, rebuilt=at)

    def handoff(self, version: LayerVersion) -> datetime:
        """When a layer may turn by another rotation.

        One above the layer that is on call may take over from it, so its change waits for that too.
        """
        if self.mode is _Mode.AT_ONCE:
            return self.rebuilt
        ends = self.end_of_turn(version)
        is_below = self.on_call is not None and version.position >= self.on_call
        return ends if is_below else max(ends, self.shift_ends)

    def end_of_turn(self, version: LayerVersion) -> datetime:
        """Without a running turn the end of the running shift."""
        rotation, zone = version.rotation, zone_of(version.time_zone)
        if rotation is None or (
            rotation.begins is not None and self.at < first_instant(rotation.begins, zone)
        ):
            return self.shift_ends
        until = LATEST if rotation.until is None else last_instant(rotation.until, zone)
        ends = next_handoff(rotation, version.time_zone, self.at)
        return self.shift_ends if ends is None or until <= self.at else min(ends, until)


def _times_of(
    before: Schedule, text: Schedule, at: datetime, schedules: Mapping[str, Schedule]
) -> _Times:
    part = layers_at(before, schedules, at)
    own = [_in_force(layer, at) for layer in before.layers]
    position = part.version.position if part.version is not None and part.version in own else None
    times = _Times(at, at, at if part.version is None else part.ends, position)
    if part.version is not None:
        turn_ends, shift_ends, now = times.end_of_turn(part.version), part.ends, part
        while shift_ends < turn_ends and (now.people, now.layer) == (part.people, part.layer):
            now = layers_at(before, schedules, shift_ends)
            if (now.people, now.layer) == (part.people, part.layer):
                shift_ends = now.ends
        times = replace(times, shift_ends=min(shift_ends, turn_ends))
    going = [_in_force(layer, at) for layer in _going(before, text)]
    ends = [times.end_of_turn(version) for version in going if version is not None]
    return replace(times, rebuilt=max([times.shift_ends, *ends]))


def _ends_of(layer: Layer, at: datetime) -> datetime | None:
    """When a layer ends that is in force: it waits to go, or has a last day; None: it goes on."""
    version = _in_force(layer, at)
    if version is None or version.rotation is None:
        return None
    ends = [it.begins for it in _split(layer, at)[1] if it.rotation is None and it.begins]
    if version.rotation.until is not None:
        ends.append(last_instant(version.rotation.until, zone_of(version.time_zone)))
    return min((it for it in ends if it > at), default=None)


def _going(before: Schedule, text: Schedule) -> list[Layer]:
    names = {layer.name for layer in text.layers}
    return [layer for layer in before.layers if layer.name not in names]


def _in_force(layer: Layer, at: datetime) -> LayerVersion | None:
    version, _ = version_at(layer, at)
    return version if version is not None and version.rotation is not None else None


def _split(layer: Layer | None, at: datetime) -> tuple[list[LayerVersion], list[LayerVersion]]:
    """Versions that have begun, and those to come."""
    versions = layer.versions if layer else ()
    past = [it for it in versions if it.begins is None or it.begins <= at]
    return past, list(versions[len(past) :])


def _turning(version: LayerVersion) -> _Turning | None:
    """None: the layer is gone."""
    return (version.time_zone, version.rotation) if version.rotation is not None else None


def _waiting[T](
    coming: Sequence[LayerVersion],
    latest: datetime,
    said_by: Callable[[LayerVersion], T],
    changes: tuple[T, T],
    mode: _Mode,
) -> datetime:
    """When a change from one to another takes effect: as one that waits says, or at the latest."""
    if mode is _Mode.AT_ONCE:
        return latest
    now, wanted = changes
    first = next((it for it in coming if said_by(it) != now), None)
    if first is None or first.begins is None or said_by(first) != wanted:
        return latest
    return first.begins if mode is _Mode.AS_IT_WAITS else min(first.begins, latest)


def _written(before: Layer | None, text: Layer, times: _Times) -> Layer:
    """A layer that is in the text."""
    past, coming = _split(before, times.at)
    now = past[-1] if past and past[-1].rotation is not None else None
    wanted, _ = version_at(text, times.at)
    explicit = {it.begins: it for it in text.versions if it.begins and it.begins > times.at}
    newest = wanted or next(iter(explicit.values()))
    places: dict[datetime, int] = {}
    turnings: dict[datetime, _Turning | None] = {}
    if now is None:
        latest = times.rebuilt if wanted else min(explicit)
        change = None, (newest.position, _turning(newest))
        begins = _waiting(
            coming,
            latest,
            lambda it: (it.position, _turning(it)) if it.rotation else None,
            change,
            times.mode,
        )
        places[begins] = newest.position
    elif now.position != newest.position:
        change_of_place = now.position, newest.position
        begins = _waiting(
            coming, times.rebuilt, lambda it: it.position, change_of_place, times.mode
        )
        places[begins] = newest.position
    if now is not None and _turning(now) != _turning(newest) and wanted:
        change_of_turns = _turning(now), _turning(newest)
        begins = _waiting(coming, times.handoff(now), _turning, change_of_turns, times.mode)
        if begins < min(explicit, default=LATEST):
            turnings[begins] = _turning(newest)
    turnings |= {begins: _turning(it) for begins, it in explicit.items()}
    versions = _merged(now, newest, places, turnings)
    return replace(text, versions=_kept([*past, *versions], times.at))


def _merged(
    now: LayerVersion | None,
    newest: LayerVersion,
    places: Mapping[datetime, int],
    turnings: Mapping[datetime, _Turning | None],
) -> Iterator[LayerVersion]:
    """The versions to come, of changes by the instants at which they take effect."""
    last = now
    place, turning = (None, _turning(newest)) if now is None else (now.position, _turning(now))
    for begins in sorted({*places, *turnings}):
        place, turning = places.get(begins, place), turnings.get(begins, turning)
        if place is None or turning is None:
            continue
        version = LayerVersion(
            begins=begins, position=place, time_zone=turning[0], rotation=turning[1]
        )
        if last is None or replace(last, begins=begins) != version:
            yield version
        last = version


def _left_out(before: Layer, times: _Times) -> Layer:
    """A layer that is not in the text: it goes, or is gone."""
    past, coming = _split(before, times.at)
    versions = past
    if past and past[-1].rotation is not None:
        begins = _waiting(
            coming, times.rebuilt, lambda it: it.rotation is None, (False, True), times.mode
        )
        versions = [*past, replace(past[-1], begins=begins, rotation=None)]
    return replace(before, versions=_kept(versions, times.at))


def _kept(versions: Sequence[LayerVersion], at: datetime) -> tuple[LayerVersion, ...]:
    """Without those that were over long ago, or never began."""
    kept: list[LayerVersion] = []
    for number, version in enumerate(versions):
        ends = versions[number + 1].begins if number + 1 < len(versions) else None
        is_over = ends is not None and (ends <= at - KEPT_FOR or ends == version.begins)
        is_forgotten = (
            version.rotation is None
            and version.begins is not None
            and version.begins <= at - KEPT_FOR
        )
        if not is_over and (kept or not is_forgotten):
            kept.append(version)
    return tuple(kept[-KEPT_VERSIONS:])


def _following(
    before: Schedule, text: Schedule, times: _Times
) -> tuple[Follows | None, tuple[Follows, ...]]:
    """What is followed in the end, and what before."""
    now, _ = follows_at(before, times.at)
    known = [*before.followed, *([before.follows] if before.follows else [])]
    begun = [it for it in known if it.begins is None or it.begins <= times.at]
    past = [it for it in begun if it.ends is None or it.ends > times.at - KEPT_FOR]
    if now is None and text.follows is None:
        return None, tuple(past)
    if now is not None and now.is_same(text.follows):
        return replace(now, ends=None), tuple(past[:-1])
    begins = [it.begins for it in known[len(begun) :] if it.begins and it.is_same(text.follows)]
    switch = times.rebuilt if times.mode is _Mode.AT_ONCE else min([times.rebuilt, *begins])
    if now is not None:
        past[-1] = replace(now, ends=switch)
    return text.follows and replace(text.follows, begins=switch, ends=None), tuple(past)


def _overrides(before: Schedule, text: Schedule, at: datetime) -> Iterator[Override]:
    """Those of the text; what others have done so far stays."""
    written = {it.override_id for it in text.overrides}
    known = set()
    for override in before.overrides:
        goes_on = override.override_id in written
        if override.begins < at and (goes_on or override.ends > at - KEPT_FOR):
            known.add((override.override_id, override.ends))
            yield override if goes_on else replace(override, ends=min(override.ends, at))
    for override in text.overrides:
        if override.ends > at and (override.override_id, override.ends) not in known:
            yield replace(override, begins=max(override.begins, at))
