"""People are told that their shift begins or has ended, and each Monday of their coming shifts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from tocsin.domain.on_call.own_shifts import own_shifts
from tocsin.domain.time_zone import zone_of

if TYPE_CHECKING:
    from tocsin.domain.on_call.notice import Notice
    from tocsin.domain.on_call.notices_in_words import Words
    from tocsin.domain.on_call.roster import Roster
    from tocsin.domain.on_call.swap import Span
    from tocsin.domain.people import User
    from tocsin.usecases.change_on_call import OnCallWork

EVERY: Final = timedelta(minutes=5)
LOOKED_BACK: Final = timedelta(minutes=12)
"""Longer than two pauses, so that a tick that fails loses nothing: the ledger drops the second of
two equal notices."""
LOOKED_AHEAD: Final = timedelta(days=28)
WEEK: Final = timedelta(days=7)
WEEK_IS_TOLD_AT: Final = 8
"""O'clock on Mondays, by the clock of each person."""


def tell_shifts(at: datetime, work: OnCallWork) -> int:
    """Send what was due since the time before last; one query where there is no schedule.

    Returns:
        The number of shifts that began, or ended.
    """
    since = at - LOOKED_BACK
    roster = work.roster(since, at + LOOKED_AHEAD)
    if not roster.schedules:
        return 0
    handed = 0
    for name in roster.schedules:
        for moment, before, after in _handoffs(roster, name, since, at):
            _tell_handoff(roster, name, moment, (before, after), work)
            handed += 1
    _tell_week(roster, since, at, work)
    return handed


def _handoffs(
    roster: Roster, name: str, since: datetime, at: datetime
) -> Iterator[tuple[datetime, Sequence[str], Sequence[str]]]:
    """When others are on call from then on, with those before and those after."""
    shifts = roster.shifts(name, since, at)
    for before, after in pairwise(shifts):
        if set(before.people) != set(after.people):
            yield after.begins, before.people, after.people


def _tell_handoff(
    roster: Roster,
    name: str,
    moment: datetime,
    people: tuple[Sequence[str], Sequence[str]],
    work: OnCallWork,
) -> None:
    before, after = people
    coming = roster.shifts(name, moment, moment + LOOKED_AHEAD)
    for user in after:
        if user not in before:
            [running, *_] = own_shifts(coming, user)
            following = roster.who(name, running.ends).people
            is_known = running.ends < moment + LOOKED_AHEAD
            until = running.ends if is_known else None
            say = partial(_begins, schedule=name, until=until, following=following)
            work.tell([user], say, key=f"{name}.begins", at=moment)
    for user in before:
        if user not in after:
            later = own_shifts(coming, user)
            say = partial(_ended, schedule=name, now=after, later=later[:1])
            work.tell([user], say, key=f"{name}.ended", at=moment)


def _begins(
    words: Words, *, schedule: str, until: datetime | None, following: Sequence[str]
) -> Notice:
    return words.begins(schedule, until, following)


def _ended(words: Words, *, schedule: str, now: Sequence[str], later: Sequence[Span]) -> Notice:
    return words.ended(schedule, now, later[0] if later else None)


def _tell_week(roster: Roster, since: datetime, at: datetime, work: OnCallWork) -> None:
    zones: dict[str, datetime | None] = {}
    told: list[tuple[User, datetime]] = []
    for user in work.directory(at).users.values():
        if user.time_zone not in zones:
            zones[user.time_zone] = _monday(user.time_zone, since, at)
        if (moment := zones[user.time_zone]) is not None:
            told.append((user, moment))
    for user, moment in told:
        shifts = [
            (name, span)
            for name in roster.schedules
            for span in own_shifts(roster.shifts(name, moment, moment + WEEK), user.name)
        ]
        if shifts:
            say = partial(_week, shifts=sorted(shifts, key=lambda it: (it[1].begins, it[0])))
            work.tell([user.name], say, key="week", at=moment)


def _week(words: Words, *, shifts: Sequence[tuple[str, Span]]) -> Notice:
    return words.week(shifts)


def _monday(zone: str, since: datetime, at: datetime) -> datetime | None:
    """The time at which the week is told, if it lies between."""
    local = at.astimezone(zone_of(zone))
    moment = local.replace(hour=WEEK_IS_TOLD_AT, minute=0, second=0, microsecond=0)
    is_then = not local.weekday() and since < moment <= at
    return moment.astimezone(at.tzinfo) if is_then else None
