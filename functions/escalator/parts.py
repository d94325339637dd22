"""A message of the timers queue that names several alerts, of which one fails."""

from collections.abc import Callable, Sequence
from datetime import datetime

from functions.escalator.ports import Ports
from tocsin.domain.errors import TryAgainError
from tocsin.domain.timers import BegunSteps, ToldAlerts


def run_or_part(
    run: Callable[[], object],
    parts: Sequence[BegunSteps | ToldAlerts],
    now: datetime,
    ports: Ports,
) -> None:
    """Run it; if it fails for its own reason, queue each part as a message of its own.

    Raises:
        TryAgainError: Storage refuses for now.
        Exception: The message has only one part.
    """
    try:
        run()
    except TryAgainError:
        raise
    except Exception as error:
        if len(parts) == 1:
            raise
        ports.log.warning("Message parted", cause=type(error).__name__, parts=len(parts))
        ports.timers.send(parts, now=now)
