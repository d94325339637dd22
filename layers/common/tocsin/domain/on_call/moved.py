"""Whose shifts move when a schedule becomes another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tocsin.domain.on_call.shifts import Shift
from tocsin.domain.silence import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What changes for one person."""

    gained: tuple[Span, ...]
    """When they are on call now, and were not before."""
    lost: tuple[Span, ...]


def moved(before: Sequence[Shift], after: Sequence[Shift]) -> Mapping[str, Moved]:
    """By person, of those for whom something changes, between the shifts of the same time."""
    people = sorted({person for shift in (*before, *after) for person in shift.people})
    found = {}
    for person in people:
        had, has = _times_of(person, before), _times_of(person, after)
        change = Moved(gained=tuple(_without(has, had)), lost=tuple(_without(had, has)))
        if change.gained or change.lost:
            found[person] = change
    return found


def _times_of(person: str, shifts: Iterable[Shift]) -> Sequence[Span]:
    """Shifts that touch are one time."""
    times: list[Span] = []
    for shift in (it for it in shifts if person in it.people):
        if times and times[-1].ends_at == shift.begins:
            times[-1] = Span(times[-1].starts_at, shift.ends)
        else:
            times.append(Span(shift.begins, shift.ends))
    return times


def _without(times: Iterable[Span], others: Sequence[Span]) -> Iterator[Span]:
    """What of some times is not in others; both are in order."""
    number = 0
    for span in times:
        begins = span.starts_at
        while number < len(others) and others[number].ends_at <= begins:
            number += 1
        following = number
        while following < len(others) and others[following].starts_at < span.ends_at:
            if begins < others[following].starts_at:
                yield Span(begins, others[following].starts_at)
            begins = max(begins, others[following].ends_at)
            following += 1
        if begins < span.ends_at:
            yield Span(begins, span.ends_at)
