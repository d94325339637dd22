"""A timer comes back: do what its alert waits for, if it still does."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from tocsin.domain.alert import Alert
from tocsin.domain.errors import ConcurrentUpdateError, SlotRefusedError
from tocsin.domain.next_action import Timer, act, next_action

if TYPE_CHECKING:
    from tocsin.usecases.ports import NewWriteId, SlotRepository

ATTEMPTS: Final = 5


def run_due_action(
    timer: Timer, *, at: datetime, slots: SlotRepository, new_write_id: NewWriteId
) -> Alert | None:
    """Act once; a second delivery, a stale timer and one that came too early do nothing.

    Returns:
        The alert as changed, or None if there was nothing to do.

    Raises:
        ConcurrentUpdateError: Others were faster every time; the next tick brings it back.
    """
    alert = slots.in_slot(timer.slot)
    for _ in range(ATTEMPTS):
        if alert is None or next_action(alert).at != timer.due_at:
            return None
        after = act(alert, at)
        if after is None:
            return None
        try:
            return slots.update(alert, after, write_id=new_write_id())
        except SlotRefusedError as refusal:
            # Somebody was faster, but an acknowledgement, say, does not end a snooze.
            alert = refusal.current
    raise ConcurrentUpdateError
