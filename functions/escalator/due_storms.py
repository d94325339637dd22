"""The timer of the team's storm: its incident is proposed and filled, or the storm is over."""

from collections.abc import Sequence
from datetime import datetime

from functions.escalator.ports import Ports
from tocsin.domain.timers import StormTimer
from tocsin.lambda_runtime.observability import Measure
from tocsin.usecases.follow_storm import run_storm
from tocsin.usecases.incident_work import IncidentStores


def run_due_storm(timer: StormTimer, now: datetime, ports: Ports) -> Sequence[Measure]:
    stores = IncidentStores(
        alerts=ports.alerts(),
        incidents=ports.incidents(),
        slots=ports.slots,
        new_write_id=ports.new_write_id,
    )
    storm = run_storm(timer, at=now, storms=ports.storms(), stores=stores)
    if storm is None:
        return ()
    ports.log.info(
        "Storm looked at",
        incident_id=storm.incident_id,
        opened=storm.opened,
        is_over=not storm.is_on,
    )
    lateness = (now - timer.due_at).total_seconds() * 1000
    return (Measure("TimerLateness", lateness, "Milliseconds"),)
