"""A timer of a silence or window: alerts are put on hold, or released."""

from collections.abc import Sequence
from datetime import datetime

from functions.escalator.ports import Ports
from tocsin.domain.next_action import HoldTimer
from tocsin.lambda_runtime.observability import Measure
from tocsin.usecases.run_due_hold import HoldStores, run_due_hold


def run_hold(timer: HoldTimer, now: datetime, ports: Ports) -> Sequence[Measure]:
    stores = HoldStores(
        silences=ports.silences,
        alerts=ports.alerts(),
        holding=ports.outlets.holding(now),
        paging=ports.paging,
        new_write_id=ports.new_write_id,
    )
    settled = run_due_hold(timer, at=now, stores=stores, timers=ports.timers)
    if settled is None:
        return ()
    ports.log.info(
        "Alerts checked against a silence",
        silence=timer.name,
        kind=timer.kind,
        changed=settled.changed,
        is_complete=settled.is_complete,
    )
    lateness = (now - timer.due_at).total_seconds() * 1000
    return (Measure("TimerLateness", lateness, "Milliseconds"),)
