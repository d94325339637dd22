"""Steps of a storm whose messages the stream has left to be planned."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from functions.escalator.ports import Ports
from tocsin.domain.errors import TryAgainError
from tocsin.domain.next_action import BegunSteps
from tocsin.lambda_runtime.observability import Measure
from tocsin.usecases.plan_apart import plan_apart


def plan_steps(
    begun: BegunSteps, now: datetime, ports: Ports, is_over: Callable[[], bool]
) -> Sequence[Measure]:
    """Plan them; if one of several fails for its own reason, each gets a message of its own."""
    try:
        planned = plan_apart(
            begun, at=now, outlets=ports.outlets, alerts=ports.alerts(), is_over=is_over
        )
    except TryAgainError:
        raise
    except Exception as error:
        if len(begun.steps) == 1:
            raise
        ports.log.warning("Steps parted", cause=type(error).__name__, steps=len(begun.steps))
        ports.timers.send([replace(begun, steps=(each,)) for each in begun.steps], now=now)
        return ()
    ports.log.info(
        "Steps planned",
        alert_ids=[each.alert_id for each in begun.steps],
        planned=planned.planned,
        left=planned.left,
    )
    return ()
