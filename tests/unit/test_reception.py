"""What a signal does to the alert in its slot."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.examples import (
    ALICE,
    HOUR,
    MINUTE,
    NINE,
    OPEN,
    PATIENT,
    PROMETHEUS,
    SENDER,
    TEN,
    WAKEFUL,
    acknowledged,
    acknowledgement,
    as_read,
    firing,
    recovery,
    resolved,
    resolving,
    snoozed,
    trigger,
)
from tocsin.domain.alert import Alert, AlertStatus, Snooze
from tocsin.domain.ids import AUTO, Actor
from tocsin.domain.reception import RESOLVED_REASON_LIMIT, Outcome, Source, is_mere_repeat, receive
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Signal
from tocsin.domain.timeline import ChangeType

STARTED = NINE - HOUR


def received(
    current: Alert | None, signal: Signal, source: Source = PROMETHEUS, at: datetime = TEN
) -> tuple[Outcome, Alert]:
    """What becomes of a signal that leaves an alert in its slot."""
    reception = receive(current, signal, source, at)
    assert reception.alert is not None
    return reception.outcome, reception.alert


def told(alert: Alert) -> list[ChangeType]:
    return [change.type for change in alert.changes]


def closed_by(actor: Actor, *, started_at: datetime | None = STARTED) -> Alert:
    alert = firing(trigger(started_at=started_at))
    return as_read(alert.resolve(by=actor, at=NINE))


def test_a_trigger_opens_an_alert_in_an_empty_slot() -> None:
    outcome, alert = received(None, trigger(), PROMETHEUS, NINE)

    assert outcome is Outcome.OPENED
    assert as_read(alert.escalate(None, at=NINE)) == firing()


@pytest.mark.parametrize("current", OPEN.values(), ids=OPEN)
def test_a_repeat_only_counts_on(current: Alert) -> None:
    outcome, alert = received(current, trigger("90 %"))

    assert outcome is Outcome.UPDATED
    assert alert == current.counted(trigger("90 %"), TEN)
    assert is_mere_repeat(current, trigger("90 %"), PROMETHEUS)


def test_another_severity_changes_the_alert_and_counts() -> None:
    outcome, alert = received(firing(), trigger(severity=Severity.CRITICAL))

    assert outcome is Outcome.UPDATED
    assert (alert.severity, alert.occurrences) == (Severity.CRITICAL, 2)
    assert told(alert) == [ChangeType.SEVERITY_CHANGED]


def test_another_severity_leaves_the_responder_in_charge() -> None:
    _, alert = received(acknowledged(), trigger(severity=Severity.CRITICAL))

    assert alert.acknowledged_by == ALICE


def test_a_trigger_within_the_resolve_window_keeps_the_alert_open() -> None:
    outcome, alert = received(resolving(), trigger(), PATIENT, NINE)

    assert outcome is Outcome.UPDATED
    assert (alert.resolves_at, alert.occurrences) == (None, 2)
    assert told(alert) == [ChangeType.UPDATED]


def test_one_signal_may_change_several_things_and_all_are_told() -> None:
    current = as_read(snoozed(resolving()).counted(trigger("80 %"), NINE))
    signal = trigger("97 %", severity=Severity.CRITICAL)

    _, alert = received(current, signal, replace(WAKEFUL, resolve_after=MINUTE), NINE)

    assert told(alert) == [
        ChangeType.UPDATED,
        ChangeType.SEVERITY_CHANGED,
        ChangeType.WOKEN,
    ]


def test_a_changed_output_wakes_where_the_integration_says_so() -> None:
    _, alert = received(snoozed(), trigger("something else"), WAKEFUL, TEN)

    assert alert.snooze is None
    assert alert.changes[0].details == {"reason": "the output changed"}


@pytest.mark.parametrize(
    ("current", "output", "source"),
    [
        pytest.param(snoozed(), "", WAKEFUL, id="the output is the same"),
        pytest.param(snoozed(), "new", PROMETHEUS, id="the integration does not say so"),
        pytest.param(
            as_read(firing().snoozed(Snooze(until=TEN, sticky_output=True), by=ALICE, at=NINE)),
            "new",
            WAKEFUL,
            id="the snooze is sticky",
        ),
    ],
)
def test_a_snooze_holds_unless_a_new_output_may_end_it(
    current: Alert, output: str, source: Source
) -> None:
    _, alert = received(current, trigger(output), source, NINE)

    assert alert.snooze == current.snooze
    assert is_mere_repeat(current, trigger(output), source)


@pytest.mark.parametrize(
    ("current", "signal", "source"),
    [
        pytest.param(resolved(), trigger(), PROMETHEUS, id="it is over"),
        pytest.param(
            firing(), trigger(severity=Severity.INFO), PROMETHEUS, id="the severity differs"
        ),
        pytest.param(resolving(), trigger(), PATIENT, id="it is resolving"),
        pytest.param(snoozed(), trigger("new"), WAKEFUL, id="the output wakes it"),
    ],
)
def test_a_trigger_that_changes_more_than_counts_is_no_mere_repeat(
    current: Alert, signal: Signal, source: Source
) -> None:
    assert not is_mere_repeat(current, signal, source)


@pytest.mark.parametrize(
    "by", [pytest.param(AUTO, id="the window"), pytest.param(SENDER, id="the sender")]
)
def test_a_trigger_reopens_an_alert_that_was_not_closed_by_hand(by: Actor) -> None:
    outcome, alert = received(closed_by(by), trigger(started_at=STARTED))

    assert outcome is Outcome.REOPENED
    assert (alert.episode, alert.fired_at) == (2, TEN)


def test_the_same_source_episode_does_not_undo_a_resolution_by_hand() -> None:
    current = closed_by(ALICE)

    reception = receive(current, trigger(started_at=STARTED), PROMETHEUS, TEN)

    assert reception.outcome is Outcome.SUPPRESSED
    assert reception.alert is current


def test_the_start_of_a_source_episode_is_compared_as_it_is_kept_in_milliseconds() -> None:
    microsecond = timedelta(microseconds=1)

    reception = receive(
        closed_by(ALICE), trigger(started_at=STARTED + microsecond), PROMETHEUS, TEN
    )

    assert reception.outcome is Outcome.SUPPRESSED


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param(STARTED, STARTED + MINUTE, id="a new start"),
        pytest.param(STARTED, STARTED - MINUTE, id="an earlier start of a clock set back"),
        pytest.param(STARTED, None, id="no start any more"),
        pytest.param(None, STARTED, id="a start for the first time"),
        pytest.param(None, None, id="a sender that gives no start"),
    ],
)
def test_a_resolution_by_hand_is_undone_by_another_start_or_none(
    before: datetime | None, now: datetime | None
) -> None:
    current = closed_by(ALICE, started_at=before)

    reception = receive(current, trigger(started_at=now), PROMETHEUS, TEN)

    assert reception.outcome is Outcome.REOPENED


def test_a_sender_may_acknowledge_a_firing_alert() -> None:
    outcome, alert = received(firing(), acknowledgement())

    assert outcome is Outcome.ACKNOWLEDGED
    assert alert.acknowledged_by == SENDER


@pytest.mark.parametrize(
    "current",
    [
        pytest.param(None, id="an empty slot"),
        pytest.param(acknowledged(), id="an acknowledged alert"),
        pytest.param(resolved(), id="a resolved alert"),
    ],
)
def test_a_senders_acknowledgement_is_ignored_unless_the_alert_fires(current: Alert | None) -> None:
    reception = receive(current, acknowledgement(), PROMETHEUS, TEN)

    assert reception.outcome is Outcome.IGNORED
    assert reception.alert is current


@pytest.mark.parametrize(
    "current",
    [*OPEN.values(), resolving()],
    ids=[*OPEN, "an alert still waiting under an older setting"],
)
def test_recovery_closes_at_once(current: Alert) -> None:
    outcome, alert = received(current, recovery("12 %"))

    assert outcome is Outcome.RESOLVED
    assert (alert.status, alert.resolved_by) == (AlertStatus.RESOLVED, SENDER)
    assert alert.changes[0].details == {"reason": "12 %"}


def test_recovery_is_no_occurrence() -> None:
    _, alert = received(firing(), recovery())

    assert alert.occurrences == 1


def test_a_long_recovery_text_is_cut_for_the_timeline() -> None:
    _, alert = received(firing(), recovery("x" * 10_000))

    assert alert.changes[0].details == {"reason": "x" * RESOLVED_REASON_LIMIT}


def test_recovery_waits_for_the_resolve_window_where_there_is_one() -> None:
    outcome, alert = received(firing(), recovery(), PATIENT)

    assert outcome is Outcome.RESOLVING
    assert (alert.is_open, alert.resolves_at) == (True, TEN + MINUTE)


def test_a_second_recovery_does_not_prolong_the_window() -> None:
    current = resolving()

    reception = receive(current, recovery(), PATIENT, NINE)

    assert reception.outcome is Outcome.RESOLVING
    assert reception.alert is current


@pytest.mark.parametrize(
    "current",
    [pytest.param(None, id="an empty slot"), pytest.param(resolved(), id="a resolved alert")],
)
def test_recovery_is_ignored_where_no_alert_is_open(current: Alert | None) -> None:
    reception = receive(current, recovery(), PROMETHEUS, TEN)

    assert reception.outcome is Outcome.IGNORED
    assert reception.alert is current
