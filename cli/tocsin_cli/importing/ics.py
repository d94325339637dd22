"""A calendar of RFC 5545, whose events say in their summaries who is on call."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from tocsin.bodies.schedules import LAYERS_LIMIT, OVERRIDES_LIMIT
from tocsin_cli.importing.notes import Explained
from tocsin_cli.importing.recurring import RecurrenceError, is_hourly, match_excluded, room, rule_of
from tocsin_cli.importing.rotations import DAY, ROTATIONS_LIMIT, Rotation, Rule, Turns
from tocsin_cli.importing.sources import SourceError, read_text, shown, wall_in, zone_names
from tocsin_cli.importing.team_file_out import Draft, Override, email, local_part
from tocsin_cli.text import clean

SCHEDULE: Final = "calendar"
"""The one schedule's id."""
EVENTS_LIMIT: Final = 20_000
LINE_LIMIT: Final = 100_000
_DEPTH_LIMIT: Final = 20
_PARAMETER: Final = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^;"]*)')
_TIME: Final = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
_DURATION: Final = re.compile(
    r"\+?P(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?"
)
_LEVEL: Final = re.compile(r"\[\s*L(\d{1,4})\s*\]", re.IGNORECASE)
_PREFIX: Final = re.compile(r"^\s*on[\s-]?call\s*[:-]\s*", re.IGNORECASE)
_SEPARATOR: Final = re.compile(r"\s*(?:[,;&/+]|\band\b)\s*")
_ONE_OFFS_AS_LAYERS: Final = 10


@dataclass(frozen=True, slots=True)
class Property:
    name: str
    parameters: dict[str, str]
    value: str
    place: str


@dataclass(slots=True)
class Event:
    """A VEVENT."""

    place: str
    properties: list[Property] = field(default_factory=list)

    def get(self, name: str) -> Property | None:
        return next((it for it in self.properties if it.name == name), None)

    def all(self, name: str) -> list[Property]:
        return [it for it in self.properties if it.name == name]

    def text(self, name: str) -> str:
        found = self.get(name)
        return "" if found is None else _unescaped(found.value)

    @property
    def is_cancelled(self) -> bool:
        return self.text("STATUS").upper() == "CANCELLED"

    @property
    def level(self) -> int:
        found = _LEVEL.search(self.text("SUMMARY"))
        return int(found[1]) if found else 0

    @property
    def people(self) -> list[str]:
        """As the summary calls them."""
        summary = _PREFIX.sub("", _LEVEL.sub(" ", self.text("SUMMARY")))
        named = [" ".join(it.split()) for it in _SEPARATOR.split(summary)]
        return list(dict.fromkeys(it for it in named if it))


@dataclass(slots=True)
class Source:
    events: list[Event]
    name: str
    zone: str
    """Of the calendar: of its whole days, and of times without a zone."""
    unknown_zones: list[tuple[str, str]] = field(default_factory=list)
    """Places and names."""


def read(path: Path) -> Source:
    """Read a calendar.

    Raises:
        SourceError: It is none.
    """
    return parse(read_text(path), path.name)


def parse(text: str, place: str) -> Source:
    components = _Components(place)
    for found in _properties(text, place):
        components.take(found)
    components.expect_whole()
    for event in components.events:
        uid = event.text("UID")
        event.place = f"{event.place} ({uid})" if uid else event.place
    headers = components.headers
    source = Source(components.events, headers.get("X-WR-CALNAME", "") or Path(place).stem, "")
    source.zone = _zone(source, headers)
    return source


@dataclass(slots=True)
class _Components:
    place: str
    events: list[Event] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    """Of the calendar."""
    _open: list[str] = field(default_factory=list)
    _has_calendar: bool = False

    def take(self, found: Property) -> None:
        component = found.value.strip().upper()
        if found.name == "BEGIN":
            self._begin(component, found.place)
        elif found.name == "END":
            if self._open[-1:] != [component]:
                raise SourceError(found.place, f"ends {shown(component)}, which is not open")
            self._open.pop()
        elif self._open[-1:] == ["VEVENT"]:
            self.events[-1].properties.append(found)
        elif self._open[-1:] == ["VCALENDAR"]:
            self.headers.setdefault(found.name, _unescaped(found.value).strip())

    def _begin(self, component: str, place: str) -> None:
        self._open.append(component)
        self._has_calendar = self._has_calendar or component == "VCALENDAR"
        if len(self._open) > _DEPTH_LIMIT:
            raise SourceError(place, "is nested too deep")
        if component == "VEVENT":
            self.events.append(Event(place))
        if len(self.events) > EVENTS_LIMIT:
            raise SourceError(self.place, f"has more than {EVENTS_LIMIT:,} events")

    def expect_whole(self) -> None:
        if not self._has_calendar:
            raise SourceError(self.place, "is no calendar: it has no line BEGIN:VCALENDAR")
        if self._open:
            raise SourceError(self.place, f"ends inside of {shown(self._open[-1])}")


def _zone(source: Source, headers: dict[str, str]) -> str:
    named = headers.get("X-WR-TIMEZONE", "")
    if named and (known := known_zone(named)):
        return known
    used = Counter(
        zone
        for event in source.events
        for it in event.all("DTSTART")
        if (zone := known_zone(it.parameters.get("TZID", "")))
    )
    return used.most_common(1)[0][0] if used else "UTC"


def known_zone(name: str) -> str | None:
    """The zone of the IANA database that a TZID means; None: none."""
    name = name.strip()
    if name in zone_names():
        return name
    last = "/".join(name.strip("/").split("/")[-2:])
    if last in zone_names():
        return last
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return WINDOWS_TO_OLSON.get(name)


def _properties(text: str, place: str) -> Iterator[Property]:
    for number, line in _unfolded(text):
        if not line.strip():
            continue
        where = f"{place}: line {number}"
        if len(line) > LINE_LIMIT:
            raise SourceError(where, f"has more than {LINE_LIMIT:,} characters")
        name, parameters, value = _split(line, where)
        yield Property(name.upper(), parameters, value, where)


def _split(line: str, where: str) -> tuple[str, dict[str, str], str]:
    """Name, parameters and value; a colon in quotes parts nothing."""
    is_quoted = False
    for at, letter in enumerate(line):
        if letter == '"':
            is_quoted = not is_quoted
        elif letter == ":" and not is_quoted:
            head, value = line[:at], line[at + 1 :]
            name, _, _ = head.partition(";")
            found = _PARAMETER.findall(head[len(name) :])
            return name.strip(), {key.upper(): it.strip('"') for key, it in found}, value
    raise SourceError(where, f"{shown(line)} is no line of a calendar, such as SUMMARY:alice")


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Lines with those that go on joined, each with its number."""
    parts: list[str] = []
    begun = 1
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if line[:1] in (" ", "\t") and parts:
            parts.append(line[1:])
            continue
        if parts:
            yield begun, "".join(parts)
        parts, begun = [line], number
    yield begun, "".join(parts)


def _unescaped(value: str) -> str:
    plain = re.sub(r"\\(.)", lambda it: " " if it[1] in "nN" else it[1], value, flags=re.DOTALL)
    return clean(plain)


@dataclass(frozen=True, slots=True)
class When:
    """A time of an event."""

    wall: datetime
    zone: str
    is_day: bool = False

    @property
    def instant(self) -> datetime:
        return self.wall.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def in_zone(self, zone: str) -> datetime:
        """On the wall of another zone."""
        return self.wall if self.zone == zone else wall_in(self.instant, zone)


def times_of(found: Property, source: Source) -> list[When]:
    """The times of a property, of which EXDATE and RDATE may have several."""
    named = found.parameters.get("TZID", "")
    zone = (known_zone(named) or source.zone) if named else source.zone
    return [_time(it, zone, found.place) for it in found.value.split(",") if it.strip()]


def _time(written: str, zone: str, place: str) -> When:
    match = _TIME.fullmatch(written.strip())
    try:
        if match is None:
            raise ValueError  # noqa: TRY301 - one message for both
        day = date(int(match[1][:4]), int(match[1][4:6]), int(match[1][6:]))
        if not 1971 <= day.year <= 9000:  # noqa: PLR2004 - no zone has rules beyond
            raise ValueError  # noqa: TRY301
        if match[2] is None:
            return When(datetime.combine(day, time()), zone, is_day=True)
        clock = time(int(match[2][:2]), int(match[2][2:4]), min(int(match[2][4:]), 59))
    except ValueError:
        raise SourceError(place, f"{shown(written)} is no time such as 20260105T090000") from None
    return When(datetime.combine(day, clock), "UTC" if match[3] else zone)


def first_time(event: Event, name: str, source: Source) -> When | None:
    found = event.get(name)
    times = [] if found is None else times_of(found, source)
    return times[0] if times else None


def span_of(event: Event, source: Source) -> tuple[When, timedelta]:
    """When an event begins, and how long it lasts, as a clock on the wall shows it.

    Raises:
        SourceError: It does not say so.
    """
    begins = first_time(event, "DTSTART", source)
    if begins is None:
        raise SourceError(event.place, "has no DTSTART")
    ends = first_time(event, "DTEND", source)
    if ends is not None:
        lasts = ends.in_zone(begins.zone) - begins.wall
    elif event.get("DURATION") is not None:
        lasts = _duration(event)
    else:
        lasts = DAY if begins.is_day else timedelta()
    return begins, lasts


def _duration(event: Event) -> timedelta:
    match = _DURATION.fullmatch(event.text("DURATION").strip().upper())
    if match is None or not any(match.groups()):
        raise SourceError(
            event.place, f"{shown(event.text('DURATION'))} is no duration such as P1D"
        )
    weeks, days, hours, minutes, seconds = (int(it or 0) for it in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


@dataclass(frozen=True, slots=True)
class Single:
    """An event that happens once."""

    begins: datetime
    """On the wall of the calendar's zone."""
    ends: datetime
    level: int
    people: tuple[str, ...]
    name: str
    place: str


def fill(source: Source, made: Draft) -> None:
    """Add all that the source has."""
    _Import(source, made).run()


@dataclass(slots=True)
class _Import:
    source: Source
    draft: Draft
    recurring: list[tuple[int, Rotation]] = field(default_factory=list)
    singles: list[Single] = field(default_factory=list)
    past: int = 0

    def run(self) -> None:
        at = wall_in(self.draft.at, self.source.zone)
        events = [it for it in self.source.events if self._is_held(it)]
        self._users(it for it in events if self._matters(it, at))
        moved: dict[str, list[datetime]] = {}
        for event in self.source.events:
            instance = first_time(event, "RECURRENCE-ID", self.source)
            if instance is not None:
                wall = instance.in_zone(self.source.zone)
                moved.setdefault(event.text("UID"), []).append(wall)
                if event.get("RECURRENCE-ID").parameters.get("RANGE"):  # type: ignore[union-attr]
                    self._differs("EventRange", event)
        for event in events:
            self._event(event, moved.get(event.text("UID"), []))
        coming = [it for it in self.singles if it.ends > at]
        self.past += len(self.singles) - len(coming)
        if self.past:
            self.draft.notes.add("PastEvents", "the calendar", str(self.past))
        self._schedule(sorted(coming, key=lambda it: (it.begins, it.ends, it.people)))

    def _is_held(self, event: Event) -> bool:
        if event.is_cancelled:
            self.draft.notes.add("EventCancelled", event.place, event.text("SUMMARY"))
            return False
        if not event.people:
            self.draft.notes.add("EventUnnamed", event.place, explains=Explained(SCHEDULE))
            return False
        zone = event.get("DTSTART")
        named = zone.parameters.get("TZID", "") if zone is not None else ""
        if named and known_zone(named) is None:
            self._differs("LayerZone", event, named)
        return True

    def _matters(self, event: Event, at: datetime) -> bool:
        """Whether it may put anybody on call from now on."""
        if event.get("RRULE") is not None or event.get("RDATE") is not None:
            return True
        begins, lasts = span_of(event, self.source)
        return When(begins.wall + lasts, begins.zone).in_zone(self.source.zone) > at

    def _differs(self, code: str, event: Event, value: str = "") -> None:
        value = value or event.text("SUMMARY")
        self.draft.notes.add(code, event.place, value, explains=Explained(SCHEDULE))

    def _users(self, events: Iterable[Event]) -> None:
        """Who is named by an address is also meant by what stands before its @."""
        places: dict[str, str] = {}
        for event in events:
            for person in event.people:
                places.setdefault(person, event.place)
        for person, place in places.items():
            address = email(person)
            if address:
                own = {"email": address}
                self.draft.add_user((address, local_part(address)), local_part(address), place, own)
        for person, place in places.items():
            if not email(person):
                self.draft.user(person, place=place)

    def _names(self, event: Event) -> tuple[str, ...]:
        found = (self.draft.user(email(it) or it, place=event.place) for it in event.people)
        return tuple(dict.fromkeys(it for it in found if it))

    def _event(self, event: Event, moved: Sequence[datetime]) -> None:
        begins, lasts = span_of(event, self.source)
        if lasts <= timedelta():
            self.past += 1
            return
        if begins.is_day and self._matters(event, wall_in(self.draft.at, self.source.zone)):
            self.draft.notes.add("AllDayEvent", event.place, event.text("SUMMARY"))
        if event.level:
            self.draft.notes.add("PriorityInSummary", event.place, event.text("SUMMARY"))
        rule = event.get("RRULE")
        if not self._matters(event, wall_in(self.draft.at, self.source.zone)):
            self.past += 1
        elif rule is None or event.get("RECURRENCE-ID") is not None:
            self._single(event, begins, lasts)
        else:
            self._recurring(event, rule, begins, lasts, moved)
        for added in event.all("RDATE"):
            if added.parameters.get("VALUE", "").upper() == "PERIOD":
                self._differs("EventAdded", event)
                continue
            for when in times_of(added, self.source):
                self._single(event, when, lasts)

    def _single(self, event: Event, begins: When, lasts: timedelta) -> None:
        zone = self.source.zone
        ends = When(begins.wall + lasts, begins.zone)
        self.singles.append(
            Single(
                begins=begins.in_zone(zone),
                ends=ends.in_zone(zone),
                level=event.level,
                people=self._names(event),
                name=" ".join(self._names(event)),
                place=event.place,
            )
        )

    def _recurring(
        self,
        event: Event,
        rule: Property,
        begins: When,
        lasts: timedelta,
        moved: Sequence[datetime],
    ) -> None:
        zone = self.source.zone
        if is_hourly(rule.value):
            self._differs("HourlyShift", event)
            return
        if len(self.recurring) >= ROTATIONS_LIMIT:
            raise SourceError(event.place, f"is one of more than {ROTATIONS_LIMIT} that recur")
        if begins.zone != zone:
            self._differs("LayerZone", event, begins.zone)
        start = _shifted(begins, zone, self.draft.at)
        excluded = [
            it.in_zone(begins.zone) + (start - begins.wall)
            for each in event.all("EXDATE")
            for it in times_of(each, self.source)
        ]
        try:
            written = rule_of(rule.value, start, zone)
            matched, other_days = match_excluded(written, start, [*excluded, *moved])
        except RecurrenceError as error:
            raise SourceError(rule.place, str(error)) from None
        for day in other_days:
            self.draft.notes.add("ExcludedDay", event.place, day.isoformat())
        longest = room(written, start)
        if lasts > longest:
            self._differs("OverlappingShifts", event)
            lasts = longest
        at = wall_in(self.draft.at, zone)
        if not _is_coming(written, start, at - lasts):
            self.draft.notes.add("RotationEnded", event.place, event.text("SUMMARY"))
            return
        rotation = Rotation(
            name=" ".join(self._names(event)),
            source_id=event.text("UID"),
            pattern=Rule(written, lasts, matched),
            start=start,
            members=(self._names(event),),
            begins=start if start > at else None,
            place=event.place,
        )
        self.recurring.append((event.level, rotation))

    def _schedule(self, coming: list[Single]) -> None:
        zone, place = self.source.zone, "the calendar"
        levels: dict[int, list[Rotation]] = {}
        for level, rotation in self.recurring:
            levels.setdefault(level, []).append(rotation)
        overrides: list[Override] = []
        if self.recurring:
            kept = coming[: min(_ONE_OFFS_AS_LAYERS, LAYERS_LIMIT)]
            for single in coming[len(kept) : len(kept) + 1]:
                since = single.begins.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
                value = f"{len(coming) - len(kept)} of them"
                self.draft.notes.add(
                    "TooManyEvents", single.place, value, explains=Explained(SCHEDULE, since=since)
                )
            for single in kept:
                levels.setdefault(single.level, []).append(_layer_of(single))
        else:
            overrides = list(islice(_flattened(coming, zone), OVERRIDES_LIMIT + 1))
        highest_first = [levels[it] for it in sorted(levels, reverse=True)]
        self.draft.add_schedule(
            SCHEDULE, self.source.name, zone, highest_first, overrides, place=place
        )


def _shifted(begins: When, zone: str, at: datetime) -> datetime:
    """Its time on another zone's wall, as clocks stand at an instant."""
    if begins.zone == zone:
        return begins.wall
    offsets = [at.astimezone(ZoneInfo(it)).utcoffset() or timedelta() for it in (begins.zone, zone)]
    return begins.wall + offsets[1] - offsets[0]


def _is_coming(rule: str, start: datetime, after: datetime) -> bool:
    from dateutil.rrule import rrulestr

    return rrulestr(rule, dtstart=start).after(after) is not None


def _layer_of(single: Single) -> Rotation:
    return Rotation(
        name=single.name,
        pattern=Turns("daily"),
        start=single.begins,
        members=(single.people,),
        begins=single.begins,
        until=single.ends,
        place=single.place,
    )


def _flattened(singles: Sequence[Single], zone: str) -> Iterator[Override]:
    """Who is on call from change to change, where events happen once only."""
    changes = sorted({it for single in singles for it in (single.begins, single.ends)})
    waiting = list(reversed(singles))
    active: list[Single] = []
    running: Override | None = None
    for begins, ends in pairwise(changes):
        while waiting and waiting[-1].begins <= begins:
            active.append(waiting.pop())
        active = [it for it in active if it.ends > begins]
        level = max((it.level for it in active), default=0)
        chosen = [it for it in active if it.level == level]
        people = tuple(dict.fromkeys(name for it in chosen for name in sorted(it.people)))
        since, until = (it.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for it in (begins, ends))
        if (
            running is not None
            and people == (running.user, *running.also)
            and running.ends == since
        ):
            running.ends = until
            continue
        if running is not None:
            yield running
        running = (
            Override(
                user=people[0], also=people[1:], begins=since, ends=until, place=chosen[0].place
            )
            if people
            else None
        )
    if running is not None:
        yield running
