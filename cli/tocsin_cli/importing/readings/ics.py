"""A calendar's rules: every instance of every event; of overlapping ones the highest level."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from tocsin_cli.importing.ics import SCHEDULE, Event, Source, first_time, span_of, times_of
from tocsin_cli.importing.readings import Readings, Spell
from tocsin_cli.importing.recurring import is_hourly

type _Instance = tuple[datetime, datetime, int, list[str]]


def readings(source: Source, spell: Spell, until: datetime) -> Readings:
    changed = {
        (it.text("UID"), instance.instant)
        for it in source.events
        if (instance := first_time(it, "RECURRENCE-ID", source)) is not None
    }
    instances = [
        instance
        for it in source.events
        if not it.is_cancelled and it.people and not is_hourly(it.text("RRULE"))
        for instance in _instances(it, source, spell, until, changed)
    ]

    def people_at(at: datetime) -> frozenset[str]:
        running = [it for it in instances if it[0] <= at < it[1]]
        highest = max((it[2] for it in running), default=0)
        return frozenset(name for it in running if it[2] == highest for name in it[3])

    return {SCHEDULE: people_at}


def _instances(
    event: Event,
    source: Source,
    spell: Spell,
    until: datetime,
    changed: set[tuple[str, datetime]],
) -> list[_Instance]:
    begins, lasts = span_of(event, source)
    zone = ZoneInfo(begins.zone)
    people = [spell(it) for it in event.people]
    walls = [begins.wall]
    rule = event.get("RRULE")
    is_instance = event.get("RECURRENCE-ID") is not None
    if rule is not None and not is_instance:
        horizon = until.astimezone(zone).replace(tzinfo=None)
        walls = []
        for wall in rrulestr(_cleaned(rule.value, zone), dtstart=begins.wall):
            if wall > horizon:
                break
            walls.append(wall)
    walls += [
        it.in_zone(begins.zone) for each in event.all("RDATE") for it in times_of(each, source)
    ]
    left_out = [it for each in event.all("EXDATE") for it in times_of(each, source)]
    instants = {it.instant for it in left_out}
    days = {it.in_zone(begins.zone).date() for it in left_out}
    found = []
    for wall in walls:
        at = wall.replace(tzinfo=zone).astimezone(UTC)
        is_left_out = at in instants or wall.date() in days
        if is_left_out or (not is_instance and (event.text("UID"), at) in changed):
            continue
        ends = (wall + lasts).replace(tzinfo=zone).astimezone(UTC)
        found.append((at, ends, event.level, people))
    return found if lasts > timedelta() else []


def _cleaned(rule: str, zone: ZoneInfo) -> str:
    """Without empty parts, which some calendars have; an UNTIL in UTC on the wall."""
    parts = []
    for part in rule.strip().rstrip(";").split(";"):
        name, _, value = part.partition("=")
        if name.upper() == "UNTIL" and value.endswith("Z"):
            at = datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            parts.append(f"UNTIL={at.astimezone(zone):%Y%m%dT%H%M%S}")
        elif name.upper() == "UNTIL" and "T" not in value:
            parts.append(f"UNTIL={value}T235959")
        elif value.strip():
            parts.append(part)
    return ";".join(parts)
