"""OnCall's rules: shifts of the highest level that has somebody; all of that level together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tocsin_cli.importing.grafana_oncall import Source
from tocsin_cli.importing.readings import Reading, Readings, Spell
from tocsin_cli.importing.sources import Node

_DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
_DAY = timedelta(days=1)
_OVERRIDE = 10**9
"""A level above all."""

type _Event = tuple[datetime, datetime, int, list[str]]
"""Instants, the level, and people."""


def readings(source: Source, spell: Spell, until: datetime) -> Readings:
    found: dict[str, Reading] = {}
    used: set[str] = set()
    for schedule in source.schedules:
        kind = schedule.text("type", "web")
        shifts = source.shifts_of(schedule)
        used |= {it.text("id") for it in shifts}
        if kind == "ical":
            continue
        zone = "UTC" if kind == "web" else schedule.text("time_zone") or "UTC"
        found[schedule.text("id")] = _reading(
            source, shifts, zone, spell, until, is_web=kind == "web"
        )
    for shift in source.shifts:
        if shift.text("id") not in used and shift.text("type") != "override":
            zone = shift.text("time_zone") or "UTC"
            key = f"shift {shift.text('id')}"
            found[key] = _reading(source, [shift], zone, spell, until, is_web=False)
    return found


def _reading(
    source: Source, shifts: list[Node], zone: str, spell: Spell, until: datetime, *, is_web: bool
) -> Reading:
    events = [
        event for it in shifts for event in _events(source, it, zone, spell, until, is_web=is_web)
    ]

    def people_at(at: datetime) -> frozenset[str]:
        running = [it for it in events if it[0] <= at < it[1]]
        highest = max((it[2] for it in running), default=0)
        return frozenset(name for it in running if it[2] == highest for name in it[3])

    return people_at


def _events(
    source: Source, shift: Node, zone: str, spell: Spell, until: datetime, *, is_web: bool
) -> Iterator[_Event]:
    own = ZoneInfo((shift.text("time_zone") if not is_web else "") or zone)
    lasts = timedelta(seconds=shift.whole("duration"))
    horizon = until.astimezone(own).replace(tzinfo=None)
    level = _OVERRIDE if shift.text("type") == "override" else shift.whole("level", 0)
    groups = _groups(source, shift, spell)
    last = shift.instant_or_none("until")
    if not groups:
        return
    for number, wall in _beginnings(shift, lasts, horizon, is_web=is_web):
        begins = wall.replace(tzinfo=own).astimezone(UTC)
        if last is not None and begins > last:
            return
        ends = (wall + lasts).replace(tzinfo=own).astimezone(UTC)
        yield begins, ends, level, groups[number % len(groups)]


def _groups(source: Source, shift: Node, spell: Spell) -> list[list[str]]:
    known = {it.text("id") for it in source.users}
    kind = shift.text("type")
    lists = shift.each("rolling_users") if kind == "rolling_users" else [shift.at("users")]
    if kind == "override" and shift.each("rolling_users"):
        lists = shift.each("rolling_users")
    groups = [
        [spell(it.written()) for it in each.each() if it.written() in known or not source.has_users]
        for each in lists
    ]
    if kind == "override":
        everybody = [name for group in groups for name in group]
        return [everybody] if everybody else []
    first = shift.whole("start_rotation_from_user_index", 0)
    turned = groups[first:] + groups[:first] if first < len(groups) else groups
    return [it for it in turned if it]


def _beginnings(
    shift: Node, lasts: timedelta, horizon: datetime, *, is_web: bool
) -> Iterator[tuple[int, datetime]]:
    """When shifts begin on the wall, each with the number of its turn."""
    start = shift.wall("start")
    rotation_start = shift.wall("rotation_start") if shift.has("rotation_start") else start
    if shift.text("type") in ("single_event", "override"):
        yield 0, start
        return
    days = [_DAYS.index(it.written().upper()) for it in shift.each("by_day")]
    every = shift.whole("interval", 1)

    def counts(wall: datetime) -> bool:
        if start >= rotation_start:
            return True
        return wall + lasts > rotation_start if is_web else wall >= rotation_start

    match shift.text("frequency"):
        case "weekly":
            week_start = _DAYS.index(shift.text("week_start", "MO"))
            yield from (
                (number, wall)
                for number, wall in _weekly(start, days, week_start, every, horizon)
                if counts(wall)
            )
        case "daily" | "hourly" as unit:
            step = _DAY if unit == "daily" else timedelta(hours=1)
            number, wall = 0, start
            while wall <= horizon:
                if days:
                    if wall.weekday() in days and counts(wall):
                        yield (number // every if unit == "daily" else number), wall
                        number += 1
                    wall += step if unit == "daily" else step * every
                    continue
                if counts(wall):
                    yield number, wall
                    number += 1
                wall += step * every
        case _:
            yield from _monthly(shift, start, every, horizon)


def _weekly(
    start: datetime, days: list[int], week_start: int, every: int, horizon: datetime
) -> Iterator[tuple[int, datetime]]:
    if not days:
        number = 0
        while start + number * every * 7 * _DAY <= horizon:
            yield number, start + number * every * 7 * _DAY
            number += 1
        return
    if start.weekday() not in days:
        first = min(days, key=lambda day: (day - week_start) % 7)
        while start.weekday() != first:
            start += _DAY
    week = start - _DAY * ((start.weekday() - week_start) % 7)
    wall = start
    while wall <= horizon:
        weeks = (wall - week) // (7 * _DAY)
        if wall.weekday() in days and weeks % every == 0:
            yield weeks // every, wall
        wall += _DAY


def _monthly(
    shift: Node, start: datetime, every: int, horizon: datetime
) -> Iterator[tuple[int, datetime]]:
    days = [int(it.written()) for it in shift.each("by_monthday")] or [start.day]
    months = [int(it.written()) for it in shift.each("by_month")]
    wall = start
    while wall <= horizon:
        passed = (wall.year - start.year) * 12 + wall.month - start.month
        left = (wall.replace(day=28) + 4 * _DAY).replace(day=1) - wall.replace(day=1)
        from_end = wall.day - left.days - 1
        is_day = wall.day in days or from_end in days
        if passed % every == 0 and is_day and (not months or wall.month in months):
            yield passed // every, wall
        wall += _DAY
