"""A timer of a silence, a window or an awake person: alerts are put on hold, or released."""

from collections.abc import Sequence
from datetime import datetime

from functions.escalator.ports import Ports
from tocsin.domain.hold import HoldKind
from tocsin.domain.timers import HoldTimer
from tocsin.lambda_runtime.observability import Measure
from tocsin.usecases.run_due_hold import HoldStores, Settled, run_due_hold


def run_hold(timer: HoldTimer, now: datetime, ports: Ports) -> Sequence[Measure]:
    settled = _settled(timer, now, ports)
    if settled is None:
        return ()
    ports.log.info(
        "Alerts checked against a hold",
        hold=timer.name,
        kind=timer.kind,
        changed=settled.changed,
        is_complete=settled.is_complete,
    )
    lateness = (now - timer.due_at).total_seconds() * 1000
    return (Measure("TimerLateness", lateness, "Milliseconds"),)


def _settled(timer: HoldTimer, now: datetime, ports: Ports) -> Settled | None:
    if timer.kind is HoldKind.AWAKE:
        from tocsin.usecases.run_due_awake import run_due_awake

        return run_due_awake(
            timer,
            at=now,
            people=ports.awake(),
            alerts=ports.alerts(),
            digests=ports.digests(),
            holding=ports.outlets.holding(now),
            timers=ports.timers,
            new_write_id=ports.new_write_id,
        )
    stores = HoldStores(
        silences=ports.silences,
        alerts=ports.alerts(),
        holding=ports.outlets.holding(now),
        paging=ports.paging,
        new_write_id=ports.new_write_id,
    )
    return run_due_hold(timer, at=now, stores=stores, timers=ports.timers)
