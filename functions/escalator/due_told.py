"""Alerts of which a digest told, whose clocks the stream has left to be moved."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from functions.escalator.parts import run_or_part
from functions.escalator.ports import Ports
from tocsin.domain.timers import ToldAlerts
from tocsin.lambda_runtime.observability import Measure
from tocsin.usecases.follow_notifications import follow_told


def move_told(told: ToldAlerts, now: datetime, ports: Ports, *, is_over: bool) -> Sequence[Measure]:
    """Move their clocks, or queue them anew if the time of the batch is nearly up (`is_over`)."""
    if is_over:
        ports.timers.send([replace(told, due_at=now)], now=now)
        return ()

    def move() -> None:
        follow_told(told.alert_ids, now=now, outlets=ports.outlets)
        ports.log.info("Clocks moved", alert_ids=told.alert_ids)

    run_or_part(move, [replace(told, alert_ids=(it,)) for it in told.alert_ids], now, ports)
    return ()
