"""Compares who is on call in the source with who is by the file, hour by hour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from tocsin.bodies.schedules import ScheduleBody
from tocsin.domain.on_call.schedule import Schedule
from tocsin.domain.on_call.who import OnCall, who
from tocsin_cli.importing.notes import Note
from tocsin_cli.importing.readings import Reading, Spell

WEEKS: Final = 8
_HOUR: Final = timedelta(hours=1)
_MINUTE: Final = timedelta(minutes=1)
_NONE: Final = timedelta()


@dataclass(frozen=True, slots=True)
class Difference:
    """A span of time in which both say otherwise."""

    schedule: str
    """The source's id."""
    begins: datetime
    ends: datetime
    source: frozenset[str]
    ours: frozenset[str]
    note: Note | None
    """That names it; None: none does."""

    def told(self) -> str:
        return (
            f"{self.begins:%a %Y-%m-%d %H:%M} to {self.ends:%a %Y-%m-%d %H:%M} UTC: "
            f"{_listed(self.source)} in the source, {_listed(self.ours)} in the file"
        )


@dataclass(frozen=True, slots=True)
class Verified:
    differences: Sequence[Difference]
    schedules: int
    hours: int
    """Of each schedule, those of `left_out` included."""
    left_out: int
    """Hours at changes of clocks, in all schedules."""

    @property
    def unnamed(self) -> list[Difference]:
        return [it for it in self.differences if it.note is None]


def speller(people: Mapping[str, str | None]) -> Spell:
    """Spell people as the file does; who is left out of it, as the source does."""

    def spell(*ids: str) -> str:
        known = (people.get(it.lower()) for it in ids)
        return next((it for it in known if it), ids[-1].lower())

    return spell


def schedules_of(file: Mapping[str, Any]) -> dict[str, Schedule]:
    """The schedules of a file in the form that `Draft.file` gives."""
    found = {}
    for body in file.get("schedules", ()):
        settings = {name: it for name, it in body.items() if name != "name"}
        found[body["name"]] = ScheduleBody.model_validate(settings).named(body["name"])
    return found


def compare(
    readings: Mapping[str, Reading],
    parts: Mapping[str, Sequence[str]],
    schedules: Mapping[str, Schedule],
    notes: Iterable[Note],
    at: datetime,
) -> Verified:
    """Compare all schedules, each hour and at each change that the file knows.

    Times that a clock shows twice are left out, and the hour after one that it leaves out: sources
    do not say which of both they mean, nor what becomes of a shift that would begin then.

    Args:
        readings: Of the source, by its ids.
        parts: By the source's ids, the schedules of the file that stand for each.
        schedules: Of the file.
        notes: Of the import.
        at: From when on.
    """
    explained = [it for it in notes if it.explains is not None]
    differences: list[Difference] = []
    begins = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    ends = begins + timedelta(weeks=WEEKS)
    compared = left_out = 0
    for source, reading in readings.items():
        names = parts.get(source, ())
        if not names:
            continue
        compared += 1
        zone = ZoneInfo(schedules[names[0]].time_zone)
        hours = (begins + number * _HOUR for number in range(int((ends - begins) / _HOUR)))
        left_out += sum(_is_unclear(it, zone) for it in hours)
        own = [it for it in explained if it.explains and it.explains.schedule == source]
        differences += _of_schedule(
            source, reading, [schedules[it] for it in names], schedules, own, (begins, ends)
        )
    return Verified(differences, compared, int((ends - begins) / _HOUR), left_out)


def _of_schedule(
    source: str,
    reading: Reading,
    ours: Sequence[Schedule],
    schedules: Mapping[str, Schedule],
    notes: Sequence[Note],
    span: tuple[datetime, datetime],
) -> list[Difference]:
    answers = [_Ours(it, schedules) for it in ours]
    instants = _instants(answers, *span)
    zone = ZoneInfo(ours[0].time_zone)
    found: list[Difference] = []
    for at, until in zip(instants, [*instants[1:], span[1]], strict=True):
        if _is_unclear(at, zone):
            continue
        theirs = reading(at)
        mine = frozenset(name for it in answers for name in it.at(at))
        if theirs == mine:
            continue
        difference = Difference(source, at, until, theirs, mine, _named(notes, at, theirs, mine))
        last = found[-1] if found else None
        is_more = last is not None and (last.ends, last.source, last.ours, last.note) == (
            at,
            theirs,
            mine,
            difference.note,
        )
        if is_more and last is not None:
            found[-1] = Difference(source, last.begins, until, theirs, mine, last.note)
        else:
            found.append(difference)
    return found


class _Ours:
    """Asks `who` again only when its answer has ended."""

    def __init__(self, schedule: Schedule, schedules: Mapping[str, Schedule]) -> None:
        self._schedule, self._schedules = schedule, schedules
        self._answer: OnCall | None = None

    def at(self, at: datetime) -> tuple[str, ...]:
        return self._ask(at).people

    def until(self, at: datetime) -> datetime | None:
        return self._ask(at).until

    def _ask(self, at: datetime) -> OnCall:
        answer = self._answer
        is_old = answer is None or not answer.at <= at or (answer.until and at >= answer.until)
        if answer is None or is_old:
            answer = self._answer = who(self._schedule, at, self._schedules)
        return answer


def _instants(answers: Sequence[_Ours], begins: datetime, ends: datetime) -> list[datetime]:
    """Each hour, each change of ours, and the minute before it."""
    found = set()
    at = begins
    while at < ends:
        found.add(at)
        at += _HOUR
    for answer in answers:
        changes_at = answer.until(begins)
        while changes_at is not None and changes_at < ends:
            found |= {changes_at - _MINUTE, changes_at}
            changes_at = answer.until(changes_at)
    return sorted(it for it in found if it >= begins)


def _is_unclear(at: datetime, zone: ZoneInfo) -> bool:
    local, earlier = at.astimezone(zone), (at - _HOUR).astimezone(zone)
    is_shown_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return is_shown_twice or (local.utcoffset() or _NONE) > (earlier.utcoffset() or _NONE)


def _named(
    notes: Sequence[Note], at: datetime, theirs: frozenset[str], mine: frozenset[str]
) -> Note | None:
    """The note that announces a difference; several may each announce one person's."""
    holding = [it for it in notes if it.explains is not None and it.explains.holds(at)]
    for note in holding:
        if note.explains is not None and note.explains.person is None:
            return note
    people = {it.explains.person: it for it in holding if it.explains is not None}
    different = theirs ^ mine
    if different and all(it in people for it in different):
        return people[min(different)]
    return None


def _listed(people: frozenset[str]) -> str:
    return ", ".join(sorted(people)) or "nobody"
