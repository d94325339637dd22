"""The clock of a step: its delay begins when its messages have been sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tocsin.domain.alert import Alert
from tocsin.domain.escalation import STILL_WAITING
from tocsin.domain.notification import Notification, messages_of_step
from tocsin.domain.people import Directory
from tocsin.domain.step_plan import is_planned

HELD_BY_US: Final = timedelta(minutes=10)
"""The longest wait for messages in our stream, queue or line."""
HELD_BY_REFUSAL: Final = timedelta(minutes=1)
"""The longest wait for a provider that refuses or does not answer."""
IGNORED: Final = timedelta(seconds=2)
"""A message sent this much later than its step moves nothing: nearly all are."""


@dataclass(frozen=True, slots=True)
class StepClock:
    due_at: datetime
    why: str | None = None
    """Why that is later than the step's begin and delay; None: it is not."""


def step_clock(
    alert: Alert, ledger: Sequence[Notification], directory: Callable[[], Directory]
) -> StepClock | None:
    """When the next step is due; None if it waits for no delay."""
    escalation = alert.escalation
    if not escalation.waits_for_delay or escalation.begun_at is None:
        return None
    clock = _clock_of_messages(alert, escalation.begun_at, ledger, directory)
    if escalation.delays_from is None:
        return clock
    anew = escalation.delays_from + escalation.delay
    if clock.due_at >= anew:
        return clock
    is_released = escalation.released_at is not None and (
        escalation.delays_from <= escalation.released_at
    )
    why = "it was held back for a while" if is_released else "counted from when it was assigned"
    return StepClock(anew, why)


def _clock_of_messages(
    alert: Alert,
    begun_at: datetime,
    ledger: Sequence[Notification],
    directory: Callable[[], Directory],
) -> StepClock:
    delay = alert.escalation.delay
    messages, _ = messages_of_step(alert, ledger)
    if not messages and is_planned(alert, ledger, directory):
        return StepClock(begun_at + delay)
    planned = max((each.delivery.planned for each in messages), default=1)
    out = [_out_at(each) for each in messages]
    known = [at for at in out if at is not None]
    if len(known) < max(planned, len(out)):
        return StepClock(begun_at + max(delay, HELD_BY_US), STILL_WAITING)
    starts_at = min(max(known), begun_at + HELD_BY_US)
    if starts_at - begun_at <= IGNORED:
        return StepClock(begun_at + delay)
    return StepClock(starts_at + delay, "counted from when its last message had gone out")


def _out_at(message: Notification) -> datetime | None:
    """When a message was sent or failed for good; at the latest a minute after a refusal."""
    refused_at = message.refused_at
    latest = None if refused_at is None else refused_at + HELD_BY_REFUSAL
    if not message.state.has_ended:
        return latest
    return message.changed_at if latest is None else min(message.changed_at, latest)
