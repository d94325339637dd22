"""Timers: sent when a tick finds them, worked on when they come back."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from functions.escalator.ports import Ports
from tocsin.adapters.queues import EARLY_AT_MOST, timer_from
from tocsin.domain.errors import TryAgainError
from tocsin.domain.sweep import SWEEP_EVERY
from tocsin.domain.timers import (
    BegunSteps,
    HeartbeatTimer,
    HoldTimer,
    StormTimer,
    Timer,
    ToldAlerts,
)
from tocsin.lambda_runtime.observability import Measure
from tocsin.lambda_runtime.set_aside import Dealt, deal_with
from tocsin.usecases.run_due_action import run_due_action
from tocsin.usecases.send_due_timers import send_due_timers
from tocsin.usecases.sweep_alerts import Sweep

STEPS_FOR: Final = timedelta(seconds=12)
"""How long a batch plans steps of storms: what is left is queued anew, as the function is stopped
after 30 s."""
_MILLISECOND: Final = timedelta(milliseconds=1)
_MINUTE: Final = timedelta(minutes=1)
_TOLD_EVERY: Final = 5
_TOLD_AT: Final = 2
"""Minutes; beside the sweeps. A handoff at a full hour is told two minutes later."""

type Message = Mapping[str, Any]


def run_tick(ports: Ports, is_over: Callable[[], bool]) -> dict[str, int]:
    """Tick and sweep.

    Nothing is retried if storage or a queue is unavailable: the next tick finds the same.
    """
    try:
        done = {"timers": tick(ports), "repaired": sweep(ports, is_over)}
        tell_handoffs(ports)
    except TryAgainError:
        ports.log.exception("Tick refused")
        ports.measure(Measure("TicksRefused"))
        return {"timers": 0, "repaired": 0}
    return done


def tick(ports: Ports) -> int:
    """Send what is due before the next tick.

    Returns:
        How many timers were sent.
    """
    sent = send_due_timers(now=ports.now(), due=ports.due, timers=ports.timers)
    if sent:
        ports.log.info("Timers sent", timers=sent)
    return sent


def sweep(ports: Ports, is_over: Callable[[], bool]) -> int:
    """Look for forgotten alerts, at every tenth tick; a sweep that ran out of time continues.

    Args:
        ports: Those of the escalator.
        is_over: Whether the function's time is nearly up.

    Returns:
        How many were found.
    """
    now = ports.now()
    if now.minute % (SWEEP_EVERY // _MINUTE):
        return 0
    findings = Sweep(
        now=now,
        alerts=ports.alerts(),
        outlets=ports.outlets,
        sweeps=ports.sweeps(),
        is_over=is_over,
    ).findings()
    found = 0
    for finding in findings:
        found += 1
        ports.log.warning(
            "Forgotten alert found",
            alert_id=finding.alert.alert_id,
            ailment=finding.ailment,
            is_mended=finding.is_mended,
            cause=finding.cause,
        )
    if found:
        ports.measure(Measure("AlertsRepaired", found))
    return found


def tell_handoffs(ports: Ports) -> None:
    """Tell people of their shifts, at every fifth tick; what fails does so at the next one, too.

    A notice is no page: whatever is wrong with it, the tick has done its work.
    """
    now = ports.now()
    if now.minute % _TOLD_EVERY != _TOLD_AT:
        return
    from tocsin.usecases.tell_shifts import tell_shifts

    handoffs = tell_shifts(now, ports.on_call())
    if handoffs:
        ports.log.info("Handoffs told", handoffs=handoffs)


def run_messages(messages: Sequence[Message], ports: Ports) -> list[str]:
    """Work on all timers at the same time; on copies of one timer, one after the other.

    What a storm leaves is done by one thread: the others are for what is due.

    Returns:
        The ids of the messages that failed; the queue brings them back.
    """
    alike: defaultdict[str, list[Message]] = defaultdict(list)
    for message in messages:
        alike["" if _is_of_storm(message) else message["body"]].append(message)
    threads, until = ports.threads(), ports.now() + STEPS_FOR
    running = [threads.submit(_run_each, each, ports, until) for each in alike.values()]
    dealt = [each for done in running for each in done.result()]
    ports.measure(*(measure for _, end in dealt for measure in end.measures))
    return [message_id for message_id, end in dealt if not end.is_done]


def _is_of_storm(message: Message) -> bool:
    return "MessageGroupId" in message["attributes"]


def _run_each(
    messages: Sequence[Message], ports: Ports, until: datetime
) -> list[tuple[str, Dealt]]:
    work = partial(_run, ports=ports, until=until)
    return [
        (message["messageId"], deal_with(message, work, ports, failed="Timer not worked on"))
        for message in messages
    ]


def _run(message: Message, ports: Ports, until: datetime) -> Sequence[Measure]:
    timer = timer_from(message["body"])
    now = ports.now()
    if timer.due_at - now >= EARLY_AT_MOST:
        ports.timers.send([timer], now=now)
        return ()
    if now < timer.due_at:
        ports.wait((timer.due_at - now).total_seconds())
        now = max(timer.due_at, ports.now())
    if isinstance(timer, Timer):
        return _act(timer, now, ports)
    return _run_other(timer, now, ports, until)


def _run_other(
    timer: HeartbeatTimer | HoldTimer | StormTimer | BegunSteps | ToldAlerts,
    now: datetime,
    ports: Ports,
    until: datetime,
) -> Sequence[Measure]:
    if isinstance(timer, HeartbeatTimer):
        from functions.escalator.due_heartbeats import run_heartbeat

        return run_heartbeat(timer, now, ports)
    if isinstance(timer, StormTimer):
        from functions.escalator.due_storms import run_due_storm

        return run_due_storm(timer, now, ports)
    if isinstance(timer, BegunSteps):
        from functions.escalator.due_steps import plan_steps

        return plan_steps(timer, now, ports, lambda: ports.now() >= until)
    if isinstance(timer, ToldAlerts):
        from functions.escalator.due_told import move_told

        return move_told(timer, now, ports, is_over=ports.now() >= until)
    from functions.escalator.due_holds import run_hold

    return run_hold(timer, now, ports)


def _act(timer: Timer, now: datetime, ports: Ports) -> Sequence[Measure]:
    alert = run_due_action(
        timer,
        at=now,
        slots=ports.slots,
        paging=ports.paging,
        notifications=ports.notifications,
        new_write_id=ports.new_write_id,
    )
    if alert is None:
        return ()
    lateness = (now - timer.due_at) / _MILLISECOND
    ports.log.info(
        "Due action done", alert_id=alert.alert_id, status=alert.status, lateness=lateness
    )
    return (Measure("TimerLateness", lateness, "Milliseconds"),)
