"""A heartbeat's timer: the heartbeat may be overdue."""

from collections.abc import Sequence
from datetime import datetime

from functions.escalator.ports import Ports
from tocsin.domain.timers import HeartbeatTimer
from tocsin.lambda_runtime.observability import Measure
from tocsin.usecases.run_heartbeat import HeartbeatStores, run_due_heartbeat


def run_heartbeat(timer: HeartbeatTimer, now: datetime, ports: Ports) -> Sequence[Measure]:
    stores = HeartbeatStores(
        heartbeats=ports.heartbeats(),
        slots=ports.slots,
        paging=ports.paging,
        new_write_id=ports.new_write_id,
    )
    receipt = run_due_heartbeat(timer, at=now, stores=stores, timers=ports.timers)
    if receipt is None:
        return ()
    ports.log.info(
        "Heartbeat followed",
        heartbeat=timer.heartbeat,
        outcome=receipt.outcome,
        alert_id=receipt.alert_id,
    )
    lateness = (now - timer.due_at).total_seconds() * 1000
    return (Measure("TimerLateness", lateness, "Milliseconds"),)
