"""Alerts of which a digest told, whose clocks the stream has left to be moved."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from functions.escalator.ports import Ports
from tocsin.domain.errors import TryAgainError
from tocsin.domain.next_action import ToldAlerts
from tocsin.lambda_runtime.observability import Measure
from tocsin.usecases.follow_notifications import follow_told


def move_told(told: ToldAlerts, now: datetime, ports: Ports, *, is_over: bool) -> Sequence[Measure]:
    """Move them; if one of several fails for its own reason, each gets a message of its own.

    Args:
        told: The alerts.
        now: When.
        ports: Those of the escalator.
        is_over: Whether the time of the batch is nearly up: they are queued anew.
    """
    if is_over:
        ports.timers.send([replace(told, due_at=now)], now=now)
        return ()
    try:
        follow_told(told.alert_ids, now=now, outlets=ports.outlets)
    except TryAgainError:
        raise
    except Exception as error:
        if len(told.alert_ids) == 1:
            raise
        ports.log.warning("Alerts parted", cause=type(error).__name__, alerts=len(told.alert_ids))
        ports.timers.send([replace(told, alert_ids=(it,)) for it in told.alert_ids], now=now)
        return ()
    ports.log.info("Clocks moved", alert_ids=told.alert_ids)
    return ()
