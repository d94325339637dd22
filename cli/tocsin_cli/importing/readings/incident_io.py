"""incident.io's rules: every layer of every rotation is on call; a list is shared one place on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tocsin_cli.importing.incident_io import NOBODY, Source
from tocsin_cli.importing.readings import Reading, Readings, Spell
from tocsin_cli.importing.sources import Node

_LENGTHS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(days=7)}
_ALWAYS = datetime.min.replace(tzinfo=UTC)
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def readings(source: Source, spell: Spell, until: datetime) -> Readings:  # noqa: ARG001 - as others
    return {node.text("id"): _reading(node, spell) for node in source.schedules}


def _reading(schedule: Node, spell: Spell) -> Reading:
    zone = ZoneInfo(schedule.text("timezone") or "UTC")
    rotations = schedule.at("config").each("rotations")

    def people_at(at: datetime) -> frozenset[str]:
        in_force: dict[str, Node] = {}
        planned = sorted(rotations, key=lambda it: it.instant_or_none("effective_from") or _ALWAYS)
        for it in planned:
            since = it.instant_or_none("effective_from")
            if since is None or since <= at:
                in_force[it.text("id") or it.text("name")] = it
        return frozenset(
            person for it in in_force.values() for person in _of_rotation(it, at, zone, spell)
        )

    return people_at


def _of_rotation(rotation: Node, at: datetime, zone: ZoneInfo, spell: Spell) -> set[str]:
    users = rotation.each("users")
    wall = at.astimezone(zone).replace(tzinfo=None)
    working = rotation.each("working_intervals")
    if not users or (working and not any(_is_open(it, wall) for it in working)):
        return set()
    turn = _turn(rotation, wall, zone)
    people = set()
    for offset in range(len(rotation.each("layers")) or 1):
        user = users[(turn + offset) % len(users)]
        if user.is_there and user.text("id") != NOBODY:
            people.add(spell(user.text("id"), user.text("email") or user.text("id")))
    return people


def _turn(rotation: Node, wall: datetime, zone: ZoneInfo) -> int:
    """How many handovers there were since the first, or are still to come before it."""
    lengths = [
        _LENGTHS[it.text("interval_type")] * it.whole("interval", 1)
        for it in rotation.each("handovers")
    ] or [timedelta(days=7)]
    first = rotation.instant("handover_start_at").astimezone(zone).replace(tzinfo=None)
    rounds, rest = divmod(wall - first, sum(lengths, timedelta()))
    turn = rounds * len(lengths)
    for length in lengths:
        if rest < length:
            return turn
        rest -= length
        turn += 1
    return turn


def _is_open(interval: Node, wall: datetime) -> bool:
    day = _DAYS.index(interval.text("weekday").lower())
    begins, ends = _minutes(interval.text("start_time")), _minutes(interval.text("end_time"))
    now = wall.hour * 60 + wall.minute
    if begins < ends:
        return wall.weekday() == day and begins <= now < ends
    after = wall.weekday() == (day + 1) % 7 and now < ends
    return after or (wall.weekday() == day and now >= begins)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")[:2]
    return int(hours) * 60 + int(minutes)
