"""The timer of an awake person: alerts are put on hold, or released at the end."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tocsin.domain.errors import ConcurrentUpdateError
from tocsin.domain.hold import HoldKind
from tocsin.domain.next_action import LOOK_AHEAD
from tocsin.domain.timers import HoldTimer
from tocsin.usecases.run_due_hold import CHANGES_LIMIT, Settled, firing

if TYPE_CHECKING:
    from tocsin.domain.awake import Awake
    from tocsin.usecases.hold_alerts import Holding
    from tocsin.usecases.ports import (
        AlertRepository,
        ConfigurationRepository,
        DigestRepository,
        NewWriteId,
        TimerQueue,
    )


def run_due_awake(  # noqa: PLR0913 - a timer and its ports
    timer: HoldTimer,
    *,
    at: datetime,
    people: ConfigurationRepository[Awake],
    alerts: AlertRepository,
    digests: DigestRepository,
    holding: Holding,
    timers: TimerQueue,
    new_write_id: NewWriteId,
) -> Settled | None:
    """Check all firing alerts; a second delivery and an old timer do nothing.

    The end is stored first: the stream derives the closing message from it. The timer stays until
    all alerts were checked.
    """
    awake = people.find(timer.name)
    if awake is None or awake.timer_at != timer.due_at or at < timer.due_at:
        return None
    try:
        over = awake.over(at)
        if over is not awake:
            awake = people.put(awake, over, write_id=new_write_id())
        changed = 0
        for row in firing(alerts, at):
            if holding.is_settled(row):
                continue
            if changed == CHANGES_LIMIT:
                if awake.timer_at is not None:
                    timers.send([_timer_of(awake, awake.timer_at)], now=at)
                return Settled(changed=changed, is_complete=False)
            changed += holding.settle(row.alert_id)
            if awake.is_awake(at):
                pages = holding.held.pages_to(awake, row)
                digests.add_members(awake.session, [page.delivery for page in pages], at=at)
        checked = people.put(awake, awake.checked(), write_id=new_write_id())
    except ConcurrentUpdateError:
        return None  # the change has a timer of its own
    send_if_soon(checked, now=at, timers=timers)
    return Settled(changed=changed, is_complete=True)


def send_if_soon(awake: Awake, *, now: datetime, timers: TimerQueue) -> None:
    """Queue the timer, if the next tick may come too late for it."""
    due_at = awake.timer_at
    if due_at is not None and due_at < now + LOOK_AHEAD:
        timers.send([_timer_of(awake, due_at)], now=now)


def _timer_of(awake: Awake, due_at: datetime) -> HoldTimer:
    return HoldTimer(kind=HoldKind.AWAKE, name=awake.name, due_at=due_at)
