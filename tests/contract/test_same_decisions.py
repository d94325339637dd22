"""All that is written unread is what the domain would have decided, also on a bad line."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings

from tests.contract.alerts_in_store import (
    new_write_id,
)
from tests.contract.conftest import Store, on_the_table
from tests.contract.random_steps import (
    EVER,
    PAUSES,
    SIGNALS,
    SOURCES,
    STEPS,
    Step,
    after_steps,
    decided,
    take,
)
from tests.examples import NINE, PROMETHEUS
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.domain.alert import Alert
from tocsin.domain.ids import Fingerprint, fingerprint
from tocsin.domain.next_action import next_action
from tocsin.domain.reception import Outcome, Source, ending_by, is_mere_repeat, receive
from tocsin.domain.signal import Facts, Signal, SignalAction
from tocsin.domain.timers import Timer
from tocsin.usecases.refusals import SlotRefusedError

modestly = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
dedup_keys = (f"key-{number}" for number in count())


def comparable(alert: Alert | None) -> Alert | None:
    """Without its timer, and without facts where a slot holds only their beginning."""
    if alert is None:
        return None
    return replace(alert, facts=Facts(name=""), overflow=None, timer_at=None)


def comes_late(timer_at: datetime | None, needed_at: datetime | None) -> bool:
    """A timer may stand there too early, never too late."""
    return needed_at is not None and (timer_at is None or timer_at > needed_at)


def due_in(store: Store, slot: Fingerprint) -> datetime | None:
    """What the slot waits for, as a tick finds it."""
    due = store.due.due(EVER)
    found = [it.due_at for it in due if isinstance(it, Timer) and it.slot == slot]
    assert len(found) <= 1
    return found[0] if found else None


@pytest.fixture
def any_store(call: Call) -> Store:
    """A bad line writes everything twice, so it shows what a good one would."""
    return on_the_table(losing_replies(call))


@given(steps=STEPS)
@modestly
def test_whatever_happens_the_slot_holds_what_the_domain_decides(
    any_store: Store, steps: list[Step]
) -> None:
    dedup_key, at = next(dedup_keys), NINE
    slot = fingerprint(PROMETHEUS.integration, dedup_key)
    model: Alert | None = None
    for step in steps:
        step = replace(step, signal=replace(step.signal, dedup_key=dedup_key))  # noqa: PLW2901
        at += step.pause

        take(any_store, model, step, at)
        model = decided(model, step, at)

    in_slot = any_store.slots.in_slot(slot)
    assert comparable(in_slot) == comparable(model)
    if model is not None:
        assert not comes_late(due_in(any_store, slot), next_action(model).at)
        assert any_store.alerts.get(model.alert_id).facts == model.facts


@given(steps=STEPS, signal=SIGNALS, source=SOURCES, pause=PAUSES)
@modestly
def test_a_repeat_is_counted_unread_if_the_domain_would_only_count_it(
    store: Store, steps: list[Step], signal: Signal, source: Source, pause: timedelta
) -> None:
    signal = replace(signal, dedup_key=next(dedup_keys), action=SignalAction.TRIGGER)
    at = after_steps(store, steps, signal.dedup_key) + pause
    slot = source.slot_of(signal)
    current = store.slots.in_slot(slot)

    written = unless_refused(
        lambda: store.slots.count(signal, source, at=at, write_id=new_write_id())
    )

    if current is None or not is_mere_repeat(current, signal, source):
        assert refused_with(written, current)
        assert store.slots.in_slot(slot) == current
    else:
        expected = receive(current, signal, source, at)
        assert expected.outcome is Outcome.UPDATED
        assert not isinstance(written, SlotRefusedError)
        assert comparable(written) == comparable(expected.alert)
        assert comparable(store.slots.in_slot(slot)) == comparable(expected.alert)


@given(steps=STEPS, signal=SIGNALS, pause=PAUSES)
@modestly
def test_recovery_is_written_unread_if_the_domain_would_only_resolve(
    store: Store, steps: list[Step], signal: Signal, pause: timedelta
) -> None:
    signal = replace(signal, dedup_key=next(dedup_keys), action=SignalAction.RESOLVE)
    at = after_steps(store, steps, signal.dedup_key) + pause
    slot = PROMETHEUS.slot_of(signal)
    current = store.slots.in_slot(slot)

    ending = ending_by(signal, PROMETHEUS, at)
    written = unless_refused(lambda: store.slots.resolve(slot, ending, write_id=new_write_id()))

    if current is None or not is_plain(current, at):
        assert refused_with(written, current)
        assert store.slots.in_slot(slot) == current
    else:
        expected = receive(current, signal, PROMETHEUS, at)
        assert expected.outcome is Outcome.RESOLVED
        assert expected.alert is not None
        stored = replace(expected.alert, version=current.version + 1, changes=())
        assert not isinstance(written, SlotRefusedError)
        assert comparable(written) == comparable(stored)
        assert comparable(store.slots.in_slot(slot)) == comparable(stored)
        assert store.changes(slot) == expected.alert.changes


def is_plain(current: Alert, at: datetime) -> bool:
    """Whether recovery ends it without more to decide: open, awake, not resolving already."""
    waits = current.snooze is not None or current.resolves_at is not None
    return current.is_open and not waits and current.changed_at <= at


def unless_refused(write: Callable[[], Alert]) -> Alert | SlotRefusedError:
    try:
        return write()
    except SlotRefusedError as refusal:
        return refusal


def refused_with(written: Alert | SlotRefusedError, current: Alert | None) -> bool:
    return isinstance(written, SlotRefusedError) and written.current == current
