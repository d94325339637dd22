"""What follows from the stream for people who are awake: their alerts, and the closing message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tocsin.domain.notification import DeliveryState

if TYPE_CHECKING:
    from tocsin.domain.awake import Awake
    from tocsin.domain.ids import AlertId
    from tocsin.domain.notification import Delivery, Notification
    from tocsin.usecases.follow_changes import Outlets


def follow_awake(awake: Awake, *, now: datetime, outlets: Outlets) -> Sequence[Delivery]:
    """Send the timer if it is due soon, and plan the closing message at the end.

    Returns:
        The messages that were queued.
    """
    from tocsin.usecases.run_due_awake import send_if_soon

    send_if_soon(awake, now=now, timers=outlets.timers)
    if awake.ended_at is None:
        return ()
    from tocsin.domain.closing import closing_deliveries
    from tocsin.usecases.choose_policy import NOW
    from tocsin.usecases.follow_changes import keep_in_ledger

    planned = closing_deliveries(awake, outlets.paging.directory(now, max_age=NOW))
    kept = keep_in_ledger(planned, now, outlets)
    if kept:
        outlets.deliveries.send(kept, now=now)
    return kept


def note_pages(told: Iterable[Notification], *, now: datetime, outlets: Outlets) -> None:
    """Note what came for people who are awake, and put on hold what waits for their digest."""
    pages = [each for each in told if each.delivery.is_page and _comes(each)]
    if not pages:
        return
    holding = outlets.holding(now)
    waiting: dict[AlertId, None] = {}
    for awake in holding.held.awake:
        theirs = [page for page in pages if awake.is_target(page.delivery.target)]
        outlets.digests().add_members(awake.session, [it.delivery for it in theirs], at=now)
        waiting |= {it.delivery.alert_id: None for it in theirs if not it.state.has_ended}
    for alert_id in waiting:
        holding.settle(alert_id)


def _comes(page: Notification) -> bool:
    waits = page.state is DeliveryState.WAITING and page.bundled_into is not None
    return waits or page.state is DeliveryState.SENT
