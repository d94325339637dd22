"""Opsgenie's rules: all rotations of a schedule are on call at once; an override replaces them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from tocsin_cli.importing.opsgenie import Source
from tocsin_cli.importing.readings import Reading, Readings, Spell
from tocsin_cli.importing.sources import Node

_LENGTHS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(days=7)}
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def readings(source: Source, spell: Spell, until: datetime) -> Readings:  # noqa: ARG001 - as others
    return {
        node.text("id"): _reading(source, node, spell)
        for node in source.schedules
        if node.flag("enabled", default=True)
    }


def _reading(source: Source, schedule: Node, spell: Spell) -> Reading:
    zone = ZoneInfo(schedule.text("timezone") or "UTC")
    own = (schedule.text("id"), schedule.text("name"))
    overrides = [it for whose, node in source.overrides if whose in own for it in node.each()]
    overrides.sort(key=lambda it: it.instant("startDate"))

    def people_at(at: datetime) -> frozenset[str]:
        found = {
            it.text("id") or str(place): _of_rotation(source, it, at, zone, spell)
            for place, it in enumerate(schedule.each("rotations"))
        }
        for it in overrides:
            if it.instant("startDate") <= at < it.instant("endDate"):
                user = it.at("user")
                stands_in = {spell(user.text("id"), user.text("username"))}
                ids = [each.text("id") for each in it.each("rotations")]
                if ids and set(ids) < set(found):
                    found |= dict.fromkeys(ids, stands_in)
                else:
                    found = {"": stands_in, **{each: set() for each in found}}
        return frozenset(it for people in found.values() for it in people)

    return people_at


def _of_rotation(
    source: Source, rotation: Node, at: datetime, zone: ZoneInfo, spell: Spell
) -> set[str]:
    starts, ends = rotation.instant("startDate"), rotation.instant_or_none("endDate")
    participants = rotation.each("participants")
    if at < starts or (ends is not None and at >= ends) or not participants:
        return set()
    wall, first = (it.astimezone(zone).replace(tzinfo=None) for it in (at, starts))
    if not _is_open(rotation.at("timeRestriction"), wall):
        return set()
    hours = rotation.whole("length", 1)
    length = _LENGTHS[rotation.text("type", "weekly")] * hours
    is_by_clock = rotation.text("type") != "hourly" or 24 % hours == 0
    turn = (wall - first) // length if is_by_clock else (at - starts) // length
    participant = participants[turn % len(participants)]
    match participant.text("type", "user"):
        case "none":
            return set()
        case "team":
            team = participant.text("id") or participant.text("name")
            return {
                spell(it.at("user").text("id"), it.at("user").text("username"))
                for it in source.members(team)
            }
        case "user":
            return {spell(participant.text("id"), participant.text("username"))}
        case _:
            names = (participant.text(it) for it in ("username", "name", "id"))
            return {next((it for it in names if it), "").lower()}


def _is_open(restriction: Node, wall: datetime) -> bool:
    match restriction.text("type"):
        case "time-of-day":
            return any(
                _covers(_clock(it, "start"), _clock(it, "end"), wall.time())
                for it in restriction.one_or_more("restriction")
            )
        case "weekday-and-time-of-day":
            now = wall.weekday() * 1440 + wall.hour * 60 + wall.minute
            return any(
                _covers(_of_week(it, "start"), _of_week(it, "end"), now)
                for it in restriction.each("restrictions")
            )
        case _:
            return True


def _covers[T: (time, int)](begins: T, ends: T, now: T) -> bool:
    if begins == ends:
        return True
    return begins <= now < ends if begins < ends else now >= begins or now < ends


def _clock(node: Node, which: str) -> time:
    return time(node.whole(f"{which}Hour", 0) % 24, node.whole(f"{which}Min", 0))


def _of_week(node: Node, which: str) -> int:
    day = _DAYS.index(node.text(f"{which}Day").lower())
    minutes = node.whole(f"{which}Hour", 0) * 60 + node.whole(f"{which}Min", 0)
    return (day * 1440 + minutes) % (7 * 1440)
