"""Any life of a slot, by the domain alone and by the use cases."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import strategies as some

from tests.contract.alerts_in_store import (
    new_write_id,
)
from tests.contract.conftest import Store
from tests.examples import ALICE, HOUR, MINUTE, NINE, PATIENT, PROMETHEUS, WAKEFUL, with_first_step
from tocsin.domain.alert import Alert, Snooze
from tocsin.domain.errors import ConflictError
from tocsin.domain.next_action import act
from tocsin.domain.reception import Source, is_mere_repeat, receive
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts, Signal, SignalAction
from tocsin.usecases.change_alert import change_alert
from tocsin.usecases.receive_signal import receive_signal

LONG_OUTPUT = "\n".join(f"line {number}: {number**7}" for number in range(100))
"""Too big for the item that repeats touch."""

SIGNALS = some.builds(
    Signal,
    action=some.sampled_from(
        [SignalAction.TRIGGER, SignalAction.TRIGGER, SignalAction.RESOLVE, SignalAction.ACKNOWLEDGE]
    ),
    dedup_key=some.just(""),
    severity=some.sampled_from([Severity.WARNING, Severity.WARNING, Severity.CRITICAL]),
    facts=some.builds(
        Facts,
        name=some.sampled_from(["Disk full", "Disk full", "Disk full (2)"]),
        reason=some.sampled_from(["", "93 %", LONG_OUTPUT]),
    ),
    current_value=some.sampled_from([None, 93, 97.5, "high"]),
    source_started_at=some.sampled_from([None, NINE, NINE - HOUR]),
)
SOURCES = some.sampled_from([PROMETHEUS, WAKEFUL, PATIENT, replace(WAKEFUL, resolve_after=MINUTE)])
EVER = NINE + timedelta(days=10_000)
PAUSES = some.sampled_from([timedelta(), timedelta(seconds=1), MINUTE, HOUR, -MINUTE])

type Action = Callable[[Alert, datetime], Alert | None]

ACTIONS: dict[str, Action] = {
    "acknowledge": lambda alert, at: alert.acknowledge(by=ALICE, at=at),
    "unacknowledge": lambda alert, at: alert.unacknowledge(by=ALICE, at=at),
    "resolve": lambda alert, at: alert.resolve(by=ALICE, at=at),
    "snooze": lambda alert, at: alert.snoozed(Snooze(until=at + HOUR), by=ALICE, at=at),
    "snooze for good": lambda alert, at: alert.snoozed(
        Snooze(until=at + HOUR, sticky_severity=True, sticky_output=True), by=ALICE, at=at
    ),
    "wake": lambda alert, at: alert.woken(by=ALICE, at=at, reason="unsnoozed"),
    "do what is due": lambda alert, at: act(alert, at, None),
}


@dataclass(frozen=True)
class Step:
    """A signal of a source, or what a person or the time does."""

    pause: timedelta
    signal: Signal
    source: Source
    action: str | None


STEPS = some.lists(
    some.builds(
        Step,
        pause=PAUSES,
        signal=SIGNALS,
        source=SOURCES,
        action=some.sampled_from([*[None] * 10, *ACTIONS]),
    ),
    min_size=3,
    max_size=10,
)


def decided(current: Alert | None, step: Step, at: datetime) -> Alert | None:
    """What the domain alone makes of the slot."""
    if step.action is None:
        after = receive(current, step.signal, step.source, at).alert
        if current is None or not _is_repeat(current, step):
            after = with_first_step(after)
    else:
        try:
            after = None if current is None else ACTIONS[step.action](current, at)
        except ConflictError:
            after = None
    if after is None or after is current:
        return current
    if current is None or current.alert_id != after.alert_id:
        return replace(after, changes=())
    is_change = bool(after.changes) or after.escalation != current.escalation
    return replace(after, version=current.version + is_change, changes=())


def _is_repeat(current: Alert, step: Step) -> bool:
    is_trigger = step.signal.action is SignalAction.TRIGGER
    return is_trigger and is_mere_repeat(current, step.signal, step.source)


def take(store: Store, current: Alert | None, step: Step, at: datetime) -> None:
    """The same by the use cases."""
    if step.action is None:
        receive_signal(
            step.signal,
            step.source,
            at=at,
            slots=store.slots,
            paging=store.paging,
            new_write_id=new_write_id,
        )
    elif current is not None:
        action = ACTIONS[step.action]
        try:
            change_alert(
                current.alert_id,
                lambda alert: action(alert, at) or alert,
                alerts=store.alerts,
                new_write_id=new_write_id,
            )
        except ConflictError:
            return


def after_steps(store: Store, steps: list[Step], dedup_key: str) -> datetime:
    """Bring a slot into some state; the time it then is."""
    at = NINE
    for step in steps:
        step = replace(step, signal=replace(step.signal, dedup_key=dedup_key))  # noqa: PLW2901
        at += step.pause
        current = store.slots.in_slot(step.source.slot_of(step.signal))
        take(store, current, step, at)
    return at
