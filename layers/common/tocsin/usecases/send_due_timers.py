"""A tick: everything due before the next tick, and everything overdue, gets its timer."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tocsin.domain.next_action import LOOK_AHEAD

if TYPE_CHECKING:
    from tocsin.usecases.ports import DueRepository, TimerQueue


def send_due_timers(*, now: datetime, due: DueRepository, timers: TimerQueue) -> int:
    """Queue a timer for each; twice is harmless, since a timer is worthless once it was used.

    Returns:
        How many timers were queued.
    """
    found = due.due(now + LOOK_AHEAD)
    if found:
        timers.send(found, now=now)
    return len(found)
