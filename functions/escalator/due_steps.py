"""Steps of a storm whose messages the stream has left to be planned."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from functions.escalator.parts import run_or_part
from functions.escalator.ports import Ports
from tocsin.domain.timers import BegunSteps
from tocsin.lambda_runtime.observability import Measure
from tocsin.usecases.plan_apart import plan_apart


def plan_steps(
    begun: BegunSteps, now: datetime, ports: Ports, is_over: Callable[[], bool]
) -> Sequence[Measure]:
    """Plan them until the time of the batch is nearly up (`is_over`); the rest is queued anew."""

    def plan() -> None:
        planned = plan_apart(
            begun, at=now, outlets=ports.outlets, alerts=ports.alerts(), is_over=is_over
        )
        ports.log.info(
            "Steps planned",
            alert_ids=[each.alert_id for each in begun.steps],
            planned=planned.planned,
            left=planned.left,
        )

    run_or_part(plan, [replace(begun, steps=(each,)) for each in begun.steps], now, ports)
    return ()
