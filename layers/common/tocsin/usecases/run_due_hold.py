"""The timer of a silence or window: alerts are put on hold, or released."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tocsin.domain.alert import AlertStatus
from tocsin.domain.alert_query import LIMIT_MAXIMUM, AlertQuery, Sort
from tocsin.domain.errors import ConcurrentUpdateError
from tocsin.domain.next_action import LOOK_AHEAD
from tocsin.domain.timers import HoldTimer

if TYPE_CHECKING:
    from tocsin.domain.alert import Alert
    from tocsin.domain.hold import HoldKind
    from tocsin.domain.silence import Silence
    from tocsin.usecases.hold_alerts import Holding
    from tocsin.usecases.ports import (
        AlertRepository,
        ConfigurationRepository,
        NewWriteId,
        PagingRepository,
        TimerQueue,
    )

CHANGES_LIMIT: Final = 100
"""Alerts changed by one run: what is left is for the next, which begins at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldStores:
    """The repositories of silences, windows and the alerts that they hold."""

    silences: Callable[[HoldKind], ConfigurationRepository[Silence]]
    alerts: AlertRepository
    holding: Holding
    paging: PagingRepository
    new_write_id: NewWriteId


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The result of a timer."""

    changed: int
    """Alerts that were put on hold or released."""
    is_complete: bool
    """Whether none was left for the next run."""


def run_due_hold(
    timer: HoldTimer, *, at: datetime, stores: HoldStores, timers: TimerQueue
) -> Settled | None:
    """Check all firing alerts; a second delivery and an old timer do nothing.

    Its timer stays until all were checked: the next tick finds what a crash has left.
    """
    silences = stores.silences(timer.kind)
    silence = silences.find(timer.name)
    if silence is None or silence.timer_at != timer.due_at or at < timer.due_at:
        return None
    changed = held = 0
    for row in firing(stores.alerts, at):
        held += row.hold is not None and (row.hold.kind, row.hold.name) == (
            silence.kind,
            silence.name,
        )
        if stores.holding.is_settled(row):
            continue
        if changed == CHANGES_LIMIT:
            timers.send([timer], now=at)
            return Settled(changed=changed, is_complete=False)
        changed += stores.holding.settle(row.alert_id)
    if held and silence.warns_author(at):
        from tocsin.usecases.tell_author import tell_author

        tell_author(
            silence,
            held,
            at=at,
            slots=stores.holding.slots,
            paging=stores.paging,
            new_write_id=stores.new_write_id,
        )
    try:
        checked = silences.put(silence, silence.checked(at), write_id=stores.new_write_id())
    except ConcurrentUpdateError:
        return Settled(changed=changed, is_complete=True)  # the change has a timer of its own
    send_if_soon(checked, now=at, timers=timers)
    return Settled(changed=changed, is_complete=True)


def send_if_soon(silence: Silence, *, now: datetime, timers: TimerQueue) -> None:
    """Queue its timer, if the next tick may come too late for it."""
    due_at = silence.timer_at
    if due_at is not None and due_at < now + LOOK_AHEAD:
        timers.send([HoldTimer(kind=silence.kind, name=silence.name, due_at=due_at)], now=now)


def firing(alerts: AlertRepository, at: datetime) -> Iterator[Alert]:
    """Read all alerts that fire, oldest first."""
    query = AlertQuery(
        statuses=frozenset((AlertStatus.FIRING,)), sort=Sort.OLDEST, limit=LIMIT_MAXIMUM
    )
    while True:
        page = alerts.list(query, at=at)
        yield from page.alerts
        if page.next_cursor is None:
            return
        query = replace(query, cursor=page.next_cursor)
