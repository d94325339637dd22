"""A schedule was changed: those whose coming shifts are others by that are told."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from tocsin.domain.on_call.moved import moved
from tocsin.domain.on_call.own_shifts import own_shifts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tocsin.domain.on_call.notice import Notice
    from tocsin.domain.on_call.notices_in_words import Words
    from tocsin.domain.on_call.schedule import Schedule
    from tocsin.domain.on_call.swap import Span
    from tocsin.usecases.change_on_call import OnCallWork

LOOKED_AHEAD: Final = timedelta(days=28)
SHOWN: Final = 3
"""Shifts in one notice."""


def tell_moved_shifts(
    before: Schedule, after: Schedule, *, by: str | None, at: datetime, work: OnCallWork
) -> None:
    """Compare the next 28 days.

    Args:
        before: As it was.
        after: As it is.
        by: The person who changed it, and is not told.
        at: When.
        work: Ports.
    """
    name, until = after.name, at + LOOKED_AHEAD
    roster = work.roster(at, until)
    were = roster.having(before).shifts(name, at, until)
    are = roster.having(after).shifts(name, at, until)
    for user in moved(were, are):
        if user != by:
            say = partial(_say, name=name, spans=own_shifts(are, user)[:SHOWN])
            work.tell([user], say, key=f"{name}.{at.isoformat()}", at=at)


def _say(words: Words, *, name: str, spans: Sequence[Span]) -> Notice:
    return words.moved(name, spans)
