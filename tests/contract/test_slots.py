"""SlotRepository: one conditional write each, refused with what the slot holds."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.contract.conftest import Store, on_the_table
from tests.contract.random_steps import LONG_OUTPUT
from tests.examples import (
    ALICE,
    BOB,
    HOUR,
    MINUTE,
    NINE,
    PROMETHEUS,
    SENDER,
    TEN,
    WAKEFUL,
    as_read,
    recovery,
    trigger,
)
from tocsin.adapters.aws_json import Call
from tocsin.domain.alert import Alert, AlertStatus, Snooze
from tocsin.domain.alert_query import AlertQuery
from tocsin.domain.reception import Source, ending_by, receive
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Signal, Value
from tocsin.usecases.ports import NewWriteId, SlotRepository
from tocsin.usecases.refusals import SlotRefusedError
from tocsin_cli.simulated.write_ids import WriteIds

SLOT = PROMETHEUS.slot_of(trigger())

type Transition = Callable[[Alert], Alert]


def first_episode(signal: Signal | None = None) -> Alert:
    return Alert.open(signal or trigger(), integration=PROMETHEUS.integration, slot=SLOT, at=NINE)


def untimed(alert: Alert) -> Alert:
    """Apart from where it stands in the index of what falls due."""
    return replace(alert, timer_at=None)


def listed(store: Store) -> tuple[int, datetime, Value]:
    """What lists show of the only alert that was repeated."""
    (row,) = store.alerts.list(AlertQuery(), at=TEN).alerts
    return row.occurrences, row.last_seen_at, row.current_value


def next_episode(previous: Alert) -> Alert:
    return Alert.open(
        trigger(), integration=PROMETHEUS.integration, slot=SLOT, at=TEN, previous=previous
    )


def acknowledged(alert: Alert) -> Alert:
    return alert.acknowledge(by=ALICE, at=NINE)


def resolved(alert: Alert) -> Alert:
    return alert.resolve(by=ALICE, at=NINE)


def snoozed(alert: Alert) -> Alert:
    return alert.snoozed(Snooze(until=TEN), by=ALICE, at=NINE)


def resolving(alert: Alert) -> Alert:
    return alert.start_resolving(by=SENDER, at=NINE, resolve_after=MINUTE)


@pytest.fixture
def opened(slots: SlotRepository, new_write_id: NewWriteId) -> Alert:
    return slots.add(first_episode(), write_id=new_write_id())


@pytest.fixture
def change(slots: SlotRepository, new_write_id: NewWriteId, opened: Alert) -> Callable[..., Alert]:
    """Take the alert in the slot through transitions, each stored."""

    def take_through(*transitions: Transition) -> Alert:
        alert = opened
        for transition in transitions:
            alert = slots.update(alert, transition(alert), write_id=new_write_id())
        return alert

    return take_through


def test_a_slot_is_empty_at_first(slots: SlotRepository) -> None:
    assert slots.in_slot(SLOT) is None


def test_a_first_episode_is_kept_as_it_was_opened(slots: SlotRepository, opened: Alert) -> None:
    assert untimed(opened) == as_read(first_episode())
    assert slots.in_slot(SLOT) == opened


def test_the_second_of_two_first_episodes_is_refused_and_told_of_the_first(
    slots: SlotRepository, new_write_id: NewWriteId, opened: Alert
) -> None:
    with pytest.raises(SlotRefusedError) as refusal:
        slots.add(first_episode(), write_id=new_write_id())

    assert refusal.value.current == opened


def test_a_repeat_is_counted_without_a_new_version(
    slots: SlotRepository, new_write_id: NewWriteId, opened: Alert
) -> None:
    signal = trigger("97 %", value=97)

    counted = slots.count(signal, PROMETHEUS, at=TEN, write_id=new_write_id())

    assert counted == opened.counted(signal, TEN)
    assert slots.in_slot(SLOT) == counted


def titled(summary: str, output: str = "", *, severity: Severity = Severity.WARNING) -> Signal:
    """A trigger whose title, and so its subject, is another one."""
    signal = trigger(output, severity=severity)
    return replace(signal, facts=replace(signal.facts, summary=summary))


@pytest.mark.parametrize("output", ["", LONG_OUTPUT], ids=["small facts", "big facts"])
def test_a_repeat_with_another_title_keeps_the_subject(
    slots: SlotRepository, new_write_id: NewWriteId, opened: Alert, output: str
) -> None:
    titles = ("Disk full on db-1 (2)", "Disk full on db-1 (3)", "Disk full on db-1")
    for number, summary in enumerate(titles, start=2):
        signal = titled(summary, output)

        counted = slots.count(signal, PROMETHEUS, at=TEN, write_id=new_write_id())

        kept = slots.in_slot(SLOT)
        assert kept is not None
        assert {counted.subject, kept.subject} == {opened.subject}
        assert (kept.facts.summary, kept.occurrences) == (summary, number)


def test_only_the_first_repeat_with_another_title_takes_two_requests(call: Call) -> None:
    operations: list[str] = []

    def counting(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        operations.append(operation)
        return call(operation, parameters)

    new_write_id = WriteIds()
    slots = on_the_table(counting).slots
    slots.add(first_episode(), write_id=new_write_id())
    taken = []
    for signal in (trigger(), titled("Disk full (2)"), titled("Disk full (3)"), trigger()):
        operations.clear()
        slots.count(signal, PROMETHEUS, at=TEN, write_id=new_write_id())
        taken.append(len(operations))

    assert taken == [1, 2, 1, 1]


def test_a_late_repeat_with_another_title_keeps_subject_and_start(
    slots: SlotRepository, new_write_id: NewWriteId
) -> None:
    opened = slots.add(first_episode(trigger(started_at=NINE)), write_id=new_write_id())
    late = replace(titled("Disk full (2)"), source_started_at=NINE - HOUR)

    counted = slots.count(late, PROMETHEUS, at=TEN, write_id=new_write_id())

    assert counted == opened.counted(late, TEN)
    assert (counted.subject, counted.source_started_at) == (opened.subject, NINE)


def test_a_rise_gives_a_new_subject_although_a_repeat_just_stored_the_former_one(
    slots: SlotRepository, new_write_id: NewWriteId, opened: Alert
) -> None:
    worse = receive(opened, titled("Disk is full", severity=Severity.CRITICAL), PROMETHEUS, TEN)
    slots.count(titled("Disk full (2)"), PROMETHEUS, at=NINE, write_id=new_write_id())

    assert worse.alert is not None
    risen = slots.update(opened, worse.alert, write_id=new_write_id())

    assert risen.subject == "CRITICAL Disk is full"
    better = receive(risen, titled("Disk is nearly full"), PROMETHEUS, TEN)
    assert better.alert is not None
    slots.update(risen, better.alert, write_id=new_write_id())
    kept = slots.in_slot(SLOT)
    assert kept is not None
    assert (kept.severity, kept.subject) == (Severity.WARNING, "CRITICAL Disk is full")


def test_a_repeat_without_a_value_keeps_the_last_one(
    slots: SlotRepository, new_write_id: NewWriteId
) -> None:
    slots.add(first_episode(trigger(value=0)), write_id=new_write_id())

    counted = slots.count(trigger(), PROMETHEUS, at=TEN, write_id=new_write_id())

    assert counted.current_value == 0


@pytest.mark.parametrize(
    "starts",
    [
        pytest.param((NINE - HOUR, NINE), id="a later one"),
        pytest.param((NINE, NINE - HOUR), id="an earlier one that arrives late"),
        pytest.param((None, NINE), id="the first one"),
        pytest.param((NINE, None), id="none"),
    ],
)
@pytest.mark.parametrize("output", ["", LONG_OUTPUT], ids=["small facts", "big facts"])
def test_a_repeat_keeps_the_newest_start_of_its_source(
    slots: SlotRepository,
    new_write_id: NewWriteId,
    starts: tuple[datetime | None, datetime | None],
    output: str,
) -> None:
    first, second = starts
    opened = slots.add(first_episode(trigger(started_at=first)), write_id=new_write_id())

    slots.count(trigger(output, started_at=second), PROMETHEUS, at=TEN, write_id=new_write_id())

    counted = slots.in_slot(SLOT)
    assert counted is not None
    assert counted.source_started_at == NINE
    assert (counted.occurrences, counted.version) == (2, opened.version)


def test_a_change_of_state_does_not_put_back_a_later_start_that_was_counted_meanwhile(
    slots: SlotRepository, new_write_id: NewWriteId
) -> None:
    before = slots.add(first_episode(trigger(started_at=NINE - HOUR)), write_id=new_write_id())
    slots.count(trigger(started_at=NINE), PROMETHEUS, at=NINE, write_id=new_write_id())
    between = trigger(started_at=NINE - MINUTE, severity=Severity.CRITICAL)

    changed = receive(before, between, PROMETHEUS, NINE).alert
    assert changed is not None
    with pytest.raises(SlotRefusedError) as refusal:
        slots.update(before, changed, write_id=new_write_id())
    acknowledged_at_once = slots.update(before, acknowledged(before), write_id=new_write_id())

    assert refusal.value.current is not None
    assert refusal.value.current.source_started_at == NINE
    assert acknowledged_at_once.source_started_at == NINE


def test_what_lists_show_stays_until_it_is_renewed(
    store: Store, new_write_id: NewWriteId, opened: Alert
) -> None:
    store.slots.count(trigger(value=97), PROMETHEUS, at=TEN, write_id=new_write_id())

    assert listed(store) == (1, NINE, opened.current_value)


@pytest.mark.usefixtures("opened")
def test_a_change_of_state_renews_what_lists_show(store: Store, new_write_id: NewWriteId) -> None:
    counted = store.slots.count(trigger(value=97), PROMETHEUS, at=TEN, write_id=new_write_id())

    store.slots.update(counted, acknowledged(counted), write_id=new_write_id())

    assert listed(store) == (2, TEN, 97)


@pytest.mark.parametrize(
    ("transitions", "signal", "source"),
    [
        pytest.param([resolved], trigger(), PROMETHEUS, id="is over"),
        pytest.param(
            [], trigger(severity=Severity.CRITICAL), PROMETHEUS, id="has another severity"
        ),
        pytest.param([resolving], trigger(), PROMETHEUS, id="is resolving"),
        pytest.param([snoozed], trigger("new"), WAKEFUL, id="wakes by its output"),
    ],
)
def test_no_repeat_is_counted_of_an_alert_that(
    change: Callable[..., Alert],
    slots: SlotRepository,
    new_write_id: NewWriteId,
    transitions: list[Transition],
    signal: Signal,
    source: Source,
) -> None:
    current = change(*transitions)

    with pytest.raises(SlotRefusedError) as refusal:
        slots.count(signal, source, at=TEN, write_id=new_write_id())

    assert refusal.value.current == current
    assert slots.in_slot(SLOT) == current


def test_no_repeat_is_counted_in_an_empty_slot(
    slots: SlotRepository, new_write_id: NewWriteId
) -> None:
    with pytest.raises(SlotRefusedError) as refusal:
        slots.count(trigger(), PROMETHEUS, at=TEN, write_id=new_write_id())

    assert refusal.value.current is None


def test_recovery_ends_an_open_alert_at_once(
    change: Callable[..., Alert], slots: SlotRepository, new_write_id: NewWriteId
) -> None:
    current = change(acknowledged)

    over = slots.resolve(
        SLOT, ending_by(recovery("12 %"), PROMETHEUS, TEN), write_id=new_write_id()
    )

    assert (over.status, over.resolved_by, over.resolved_at) == (
        AlertStatus.RESOLVED,
        SENDER,
        TEN,
    )
    assert (over.version, over.changes) == (current.version + 1, ())
    assert over.acknowledged_by == ALICE
    assert slots.in_slot(SLOT) == over


@pytest.mark.parametrize(
    "transitions",
    [
        pytest.param([resolved], id="is over"),
        pytest.param([snoozed], id="is snoozed"),
        pytest.param([resolving], id="waits for its resolve window"),
    ],
)
def test_recovery_does_not_end_unread_an_alert_that(
    change: Callable[..., Alert],
    slots: SlotRepository,
    new_write_id: NewWriteId,
    transitions: list[Transition],
) -> None:
    current = change(*transitions)

    with pytest.raises(SlotRefusedError) as refusal:
        slots.resolve(SLOT, ending_by(recovery(), PROMETHEUS, TEN), write_id=new_write_id())

    assert refusal.value.current == current
    assert slots.in_slot(SLOT) == current


def test_recovery_does_not_end_unread_what_changed_later_by_another_clock(
    slots: SlotRepository, new_write_id: NewWriteId, opened: Alert
) -> None:
    current = slots.update(opened, opened.acknowledge(by=ALICE, at=TEN), write_id=new_write_id())

    with pytest.raises(SlotRefusedError) as refusal:
        slots.resolve(SLOT, ending_by(recovery(), PROMETHEUS, NINE), write_id=new_write_id())

    assert refusal.value.current == current


def test_recovery_of_an_empty_slot_is_refused(
    slots: SlotRepository, new_write_id: NewWriteId
) -> None:
    with pytest.raises(SlotRefusedError) as refusal:
        slots.resolve(SLOT, ending_by(recovery(), PROMETHEUS, TEN), write_id=new_write_id())

    assert refusal.value.current is None


def test_a_change_is_stored_as_the_next_version(
    slots: SlotRepository, new_write_id: NewWriteId, opened: Alert
) -> None:
    stored = slots.update(opened, acknowledged(opened), write_id=new_write_id())

    assert untimed(stored) == untimed(as_read(replace(acknowledged(opened), version=2)))
    assert slots.in_slot(SLOT) == stored


def test_the_second_of_two_changes_is_refused_and_told_the_current_state(
    slots: SlotRepository, new_write_id: NewWriteId, opened: Alert
) -> None:
    ours = slots.update(opened, acknowledged(opened), write_id=new_write_id())

    with pytest.raises(SlotRefusedError) as refusal:
        slots.update(opened, resolved(opened), write_id=new_write_id())

    assert refusal.value.current == ours
    assert slots.in_slot(SLOT) == ours


def test_repeats_that_were_counted_meanwhile_stay_counted(
    slots: SlotRepository, new_write_id: NewWriteId, opened: Alert
) -> None:
    slots.count(trigger("97 %", value=97), PROMETHEUS, at=TEN, write_id=new_write_id())

    stored = slots.update(opened, acknowledged(opened), write_id=new_write_id())

    assert (stored.occurrences, stored.last_seen_at, stored.current_value) == (2, TEN, 97)
    assert stored.facts.reason == "97 %"


def test_a_signal_that_changes_the_state_adds_to_repeats_counted_meanwhile(
    store: Store, new_write_id: NewWriteId, opened: Alert
) -> None:
    worse = receive(
        opened, trigger("97 %", severity=Severity.CRITICAL, value=97), PROMETHEUS, TEN
    ).alert
    assert worse is not None
    store.slots.count(trigger("80 %", value=80), PROMETHEUS, at=TEN, write_id=new_write_id())

    stored = store.slots.update(opened, worse, write_id=new_write_id())

    assert (stored.occurrences, stored.severity) == (3, Severity.CRITICAL)
    assert (stored.current_value, stored.facts.reason) == (97, "97 %")
    assert listed(store) == (3, TEN, 97)


def test_the_next_episode_takes_the_slot(
    change: Callable[..., Alert], slots: SlotRepository, new_write_id: NewWriteId
) -> None:
    previous = change(resolved)

    stored = slots.replace(previous, next_episode(previous), write_id=new_write_id())

    assert untimed(stored) == as_read(next_episode(previous))
    assert slots.in_slot(SLOT) == stored


def test_the_second_of_two_next_episodes_is_refused_and_told_of_the_first(
    change: Callable[..., Alert], slots: SlotRepository, new_write_id: NewWriteId
) -> None:
    previous = change(resolved)
    stored = slots.replace(previous, next_episode(previous), write_id=new_write_id())

    with pytest.raises(SlotRefusedError) as refusal:
        slots.replace(previous, next_episode(previous), write_id=new_write_id())

    assert refusal.value.current == stored


def test_a_change_of_a_former_episode_does_not_reach_the_next_although_versions_agree(
    slots: SlotRepository, new_write_id: NewWriteId, opened: Alert
) -> None:
    over = slots.update(opened, resolved(opened), write_id=new_write_id())
    current = slots.replace(over, next_episode(over), write_id=new_write_id())
    assert current.version == opened.version

    with pytest.raises(SlotRefusedError):
        slots.update(opened, acknowledged(opened), write_id=new_write_id())

    assert slots.in_slot(SLOT) == current


def test_a_repeat_by_a_clock_that_is_behind_is_counted(
    slots: SlotRepository, new_write_id: NewWriteId, opened: Alert
) -> None:
    early = NINE - HOUR

    counted = slots.count(trigger(), PROMETHEUS, at=early, write_id=new_write_id())

    assert counted == opened.counted(trigger(), early)


def test_times_are_kept_to_the_millisecond(
    slots: SlotRepository, new_write_id: NewWriteId, opened: Alert
) -> None:
    at = NINE + timedelta(microseconds=1_234_567)

    slots.update(opened, opened.acknowledge(by=BOB, at=at), write_id=new_write_id())

    stored = slots.in_slot(SLOT)
    assert stored is not None
    assert stored.acknowledged_at == NINE + timedelta(milliseconds=1234)
