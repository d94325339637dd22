"""A tick: queues timers for all that is overdue or due before the next tick."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tocsin.domain.next_action import LOOK_AHEAD

if TYPE_CHECKING:
    from tocsin.usecases.ports import DueRepository, TimerQueue


def send_due_timers(*, now: datetime, due: DueRepository, timers: TimerQueue) -> int:
    """Queue a timer for each; a second one does nothing.

    Returns:
        The number of timers.
    """
    found = due.due(now + LOOK_AHEAD)
    if found:
        timers.send(found, now=now)
    return len(found)
