"""Plans the messages of steps that the stream has set apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import batched
from typing import TYPE_CHECKING

from tocsin.usecases.follow_changes import SENT_TOGETHER, plan_messages

if TYPE_CHECKING:
    from tocsin.domain.notification import Delivery
    from tocsin.domain.timers import BegunSteps
    from tocsin.usecases.follow_changes import Outlets
    from tocsin.usecases.ports import AlertRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedApart:
    """What became of the steps of one message."""

    planned: int
    left: int
    """What the time did not suffice for: it is queued anew."""


def plan_apart(
    begun: BegunSteps,
    *,
    at: datetime,
    outlets: Outlets,
    alerts: AlertRepository,
    is_over: Callable[[], bool],
) -> PlannedApart:
    """Plan the messages of steps as the stream would have; none of alerts that have gone on.

    To do it again is harmless: the ledger has each message once.

    Args:
        begun: The steps.
        at: When.
        outlets: Ports.
        alerts: Likewise.
        is_over: Whether the time is nearly up.
    """
    left = list(begun.steps)
    found = alerts.get_many({step.alert_id for step in left})
    planned = 0

    def deliveries() -> Iterator[Delivery]:
        nonlocal planned
        holding, joining = outlets.holding(at), outlets.joining(at)
        while left and not is_over():
            step = left.pop(0)
            alert = found.get(step.alert_id)
            if alert is not None and step.stands_in(alert) and not holding.keeps_back(alert):
                yield from plan_messages(alert, at, outlets, joining)
                planned += 1
        yield from joining.count()

    for sent in batched(deliveries(), SENT_TOGETHER, strict=False):
        outlets.deliveries.send(sent, now=at)
    if left:
        outlets.timers.send([replace(begun, steps=tuple(left))], now=at)
    return PlannedApart(planned=planned, left=len(left))
