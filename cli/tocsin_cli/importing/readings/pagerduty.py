"""PagerDuty's rules: the highest layer that has somebody wins; events of newer schedules add up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from tocsin_cli.importing.pagerduty import Source
from tocsin_cli.importing.readings import Reading, Readings, Spell
from tocsin_cli.importing.sources import Node

_DAY = 86_400
_WEEK = 7 * _DAY


def readings(source: Source, spell: Spell, until: datetime) -> Readings:
    return {
        **{
            node.text("id"): _of_layers(source, node, spell)
            for node in source.schedules
            if node.has("schedule_layers")
        },
        **{
            node.text("id"): _of_events(source, node, spell, until)
            for node in source.event_schedules
        },
    }


def _override(source: Source, schedule: str, at: datetime, spell: Spell) -> frozenset[str] | None:
    found = [
        entry
        for whose, node in source.overrides
        if whose == schedule
        for entry in node.each()
        if entry.instant("start") <= at < entry.instant("end")
    ]
    if not found:
        return None
    last = max(found, key=lambda it: it.instant("start"))
    return frozenset((spell(last.at("user").text("id")),))


def _of_layers(source: Source, schedule: Node, spell: Spell) -> Reading:
    zone = ZoneInfo(schedule.text("time_zone") or "UTC")
    layers = schedule.each("schedule_layers")
    if not source.highest_first:
        layers = layers[::-1]

    def people_at(at: datetime) -> frozenset[str]:
        instead = _override(source, schedule.text("id"), at, spell)
        if instead is not None:
            return instead
        for layer in layers:
            on_call = _of_layer(layer, at, zone)
            if on_call is not None:
                return frozenset((spell(on_call),))
        return frozenset()

    return people_at


def _of_layer(layer: Node, at: datetime, zone: ZoneInfo) -> str | None:
    starts, ends = layer.instant("start"), layer.instant_or_none("end")
    users = layer.each("users")
    if at < starts or (ends is not None and at >= ends) or not users:
        return None
    wall = at.astimezone(zone).replace(tzinfo=None)
    restrictions = layer.each("restrictions")
    if restrictions and not any(_is_open(it, wall) for it in restrictions):
        return None
    virtual = layer.instant_or_none("rotation_virtual_start") or starts
    seconds = layer.whole("rotation_turn_length_seconds")
    is_by_clock = seconds % _DAY == 0 or _DAY % seconds == 0
    passed = wall - virtual.astimezone(zone).replace(tzinfo=None) if is_by_clock else at - virtual
    user = users[passed // timedelta(seconds=seconds) % len(users)]
    return (user.at("user") if user.has("user") else user).text("id")


def _is_open(restriction: Node, wall: datetime) -> bool:
    hours, minutes, seconds = map(int, restriction.text("start_time_of_day").split(":"))
    begins = hours * 3600 + minutes * 60 + seconds
    now = wall.hour * 3600 + wall.minute * 60 + wall.second
    duration = restriction.whole("duration_seconds")
    if restriction.text("type", "daily_restriction") == "daily_restriction":
        return (now - begins) % _DAY < duration
    begins += (restriction.whole("start_day_of_week", 1) - 1) * _DAY
    return (wall.weekday() * _DAY + now - begins) % _WEEK < duration


def _of_events(source: Source, schedule: Node, spell: Spell, until: datetime) -> Reading:
    zone = ZoneInfo(schedule.text("time_zone") or "UTC")
    shifts = [
        shift
        for rotation in schedule.each("rotations")
        for event in rotation.each("events")
        for shift in _shifts(event, zone, spell, until)
    ]

    def people_at(at: datetime) -> frozenset[str]:
        instead = _override(source, schedule.text("id"), at, spell)
        if instead is not None:
            return instead
        wall = at.astimezone(zone).replace(tzinfo=None)
        return frozenset(
            person
            for begins, ends, since, before, people in shifts
            if begins <= wall < ends and since <= at < before
            for person in people
        )

    return people_at


type _Shift = tuple[datetime, datetime, datetime, datetime, list[str]]


def _shifts(event: Node, zone: ZoneInfo, spell: Spell, until: datetime) -> list[_Shift]:
    """Each with its people; the last two times are those between which the event counts."""
    begins = event.instant("start_time").astimezone(zone).replace(tzinfo=None)
    lasts = event.instant("end_time").astimezone(zone).replace(tzinfo=None) - begins
    since = event.instant_or_none("effective_since") or datetime.min.replace(tzinfo=UTC)
    before = event.instant_or_none("effective_until") or datetime.max.replace(tzinfo=UTC)
    excluded, rule = set(), ""
    for line in (it.written() for it in event.each("recurrence")):
        name, _, value = line.partition(":")
        if name == "RRULE":
            rule = value
        elif name.startswith("EXDATE"):
            excluded |= {_day(it, zone) for it in value.split(",")}
    members = event.at("assignment_strategy").each("members")
    people = [
        [] if it.text("type") == "empty_member" else [spell(it.text("user_id"))] for it in members
    ]
    if event.at("assignment_strategy").text("type") == "every_member_assignment_strategy":
        people = [[it for each in people for it in each]]
    per_member = event.at("assignment_strategy").whole("shifts_per_member", 1)
    horizon = until.astimezone(zone).replace(tzinfo=None)
    found: list[_Shift] = []
    number = 0
    for wall in rrulestr(_with_local_end(rule, zone), dtstart=begins):
        if wall > horizon:
            break
        if wall.date() in excluded:
            continue
        who = people[number // per_member % len(people)] if people else []
        found.append((wall, wall + lasts, since, before, who))
        number += 1
    return found


def _day(written: str, zone: ZoneInfo) -> object:
    text = written.strip()
    if text.endswith("Z"):
        at = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return at.astimezone(zone).date()
    return datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007 - a day


def _with_local_end(rule: str, zone: ZoneInfo) -> str:
    """An UNTIL in UTC as the clock on the wall shows it."""
    parts = []
    for part in rule.split(";"):
        if part.startswith("UNTIL=") and part.endswith("Z"):
            at = datetime.strptime(part, "UNTIL=%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            parts.append(f"UNTIL={at.astimezone(zone):%Y%m%dT%H%M%S}")
        else:
            parts.append(part)
    return ";".join(parts)
