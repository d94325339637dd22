"""Pings and timers of heartbeats: open the alert, or resolve it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tocsin.domain.errors import ConcurrentUpdateError, HeartbeatNotFoundError
from tocsin.domain.heartbeat import Duty, Heartbeat
from tocsin.domain.next_action import LOOK_AHEAD
from tocsin.domain.reception import Outcome
from tocsin.domain.timers import HeartbeatTimer
from tocsin.usecases.receive_signal import Receipt, receive_signal
from tocsin.usecases.refusals import HeartbeatRefusedError

if TYPE_CHECKING:
    from tocsin.usecases.ports import (
        HeartbeatRepository,
        NewWriteId,
        PagingRepository,
        SlotRepository,
        TimerQueue,
    )

ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatStores:
    """The repositories of heartbeats and their alerts."""

    heartbeats: HeartbeatRepository
    slots: SlotRepository
    paging: PagingRepository
    new_write_id: NewWriteId

    def send(self, heartbeat: Heartbeat, duty: Duty, at: datetime) -> Receipt:
        """Send the heartbeat's signal."""
        return receive_signal(
            heartbeat.signal(duty),
            heartbeat.source,
            at=at,
            slots=self.slots,
            paging=self.paging,
            new_write_id=self.new_write_id,
        )


def find_pinged(name: str, by: str, heartbeats: HeartbeatRepository) -> Heartbeat:
    """Read a heartbeat that an integration may ping.

    Raises:
        HeartbeatNotFoundError: There is none of this name, or it does not name the integration.
    """
    heartbeat = heartbeats.find(name)
    if heartbeat is None or by not in heartbeat.integrations:
        raise HeartbeatNotFoundError
    return heartbeat


def hear_heartbeat(
    name: str, *, at: datetime, stores: HeartbeatStores, by: str | None = None
) -> Receipt | None:
    """Record a ping, and resolve the alert if the heartbeat was missed.

    The usual case is one write. If it is refused, the refusal brings what is stored.

    Without an integration `by` it was pinged by its own URL.

    Returns:
        The result for its alert; None: none to resolve.

    Raises:
        HeartbeatNotFoundError: There is none of this name, or the integration may not ping it.
        ConcurrentUpdateError: Concurrent writes came first, each time.
    """
    if by is not None:
        find_pinged(name, by, stores.heartbeats)
    try:
        stores.heartbeats.hear(name, at=at)
    except HeartbeatRefusedError as refusal:
        current = refusal.current
    else:
        return None
    for _ in range(ATTEMPTS):
        if current is None:
            raise HeartbeatNotFoundError
        after = current.heard(at)
        try:
            if after != current:
                stores.heartbeats.update(current, after, write_id=stores.new_write_id())
        except HeartbeatRefusedError as refusal:
            current = refusal.current
            continue
        if after.missed_at is None:
            return None
        receipt = stores.send(after, Duty.RECOVER, at)
        return None if receipt.outcome is Outcome.IGNORED else receipt
    raise ConcurrentUpdateError


def run_due_heartbeat(
    timer: HeartbeatTimer, *, at: datetime, stores: HeartbeatStores, timers: TimerQueue
) -> Receipt | None:
    """Do what is due; a second delivery and an old timer do nothing.

    A refused write leaves the rest to the concurrent run, or to the timer.

    Returns:
        The result for its alert, or None: no signal.
    """
    heartbeat = stores.heartbeats.find(timer.heartbeat)
    duty = heartbeat.duty(at) if heartbeat else Duty.NOTHING
    if heartbeat is None or duty is Duty.NOTHING:
        return None
    try:
        if duty is Duty.PUT_OFF:
            _put_off(heartbeat, at, stores, timers)
            return None
        held = stores.heartbeats.update(
            heartbeat, heartbeat.held(at), write_id=stores.new_write_id()
        )
    except HeartbeatRefusedError:
        return None
    receipt = stores.send(held, duty, at)
    done = held.done(duty)
    try:
        stores.heartbeats.update(held, done, write_id=stores.new_write_id())
        send_if_soon(done, now=at, timers=timers)
    except HeartbeatRefusedError as refusal:
        # The held timer comes again, but after a ping the alert need not wait for it. A removed
        # heartbeat would never recover by a ping.
        current = refusal.current
        if current is None:
            return stores.send(held, Duty.RECOVER, at)
        if current.missed_at is not None and at < current.deadline:
            return stores.send(current, Duty.RECOVER, at)
    return receipt


def _put_off(
    heartbeat: Heartbeat, at: datetime, stores: HeartbeatStores, timers: TimerQueue
) -> None:
    after = heartbeat.put_off()
    stores.heartbeats.update(heartbeat, after, write_id=stores.new_write_id())
    send_if_soon(after, now=at, timers=timers)


def send_if_soon(heartbeat: Heartbeat, *, now: datetime, timers: TimerQueue) -> None:
    """Queue its timer, if the next tick may come too late for it."""
    due_at = heartbeat.timer_at
    if due_at is not None and due_at < now + LOOK_AHEAD:
        timers.send([HeartbeatTimer(heartbeat=heartbeat.name, due_at=due_at)], now=now)
