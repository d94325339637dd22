"""The life of an alert, as people move it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.examples import (
    ALICE,
    BOB,
    HOUR,
    MINUTE,
    NINE,
    OPEN,
    SENDER,
    TEN,
    acknowledged,
    firing,
    resolved,
    resolving,
    snoozed,
    trigger,
)
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.errors import (
    AlreadyAcknowledgedError,
    AlreadyResolvedError,
    NotAcknowledgedError,
)
from tocsin.domain.ids import AUTO, Actor, IncidentId
from tocsin.domain.severity import Severity
from tocsin.domain.timeline import Change, ChangeType


def test_acknowledging_names_the_responder_and_the_time() -> None:
    alert = firing().acknowledge(by=ALICE, at=TEN, note="on it")

    assert alert.status is AlertStatus.ACKNOWLEDGED
    assert (alert.acknowledged_by, alert.acknowledged_at) == (ALICE, TEN)
    assert alert.changes == (
        Change(type=ChangeType.ACKNOWLEDGED, at=TEN, by=ALICE, details={"note": "on it"}),
    )


def test_a_second_acknowledgement_is_refused_and_names_the_first_responder() -> None:
    with pytest.raises(AlreadyAcknowledgedError, match="alice already acknowledged"):
        acknowledged().acknowledge(by=BOB, at=TEN)


def test_giving_an_alert_back_lets_it_fire_again() -> None:
    alert = acknowledged().unacknowledge(by=BOB, at=TEN, note="not mine")

    assert alert.status is AlertStatus.FIRING
    assert (alert.acknowledged_by, alert.acknowledged_at) == (None, None)
    assert alert.changes == (
        Change(type=ChangeType.UNACKNOWLEDGED, at=TEN, by=BOB, details={"note": "not mine"}),
    )


def test_a_firing_alert_cannot_be_given_back() -> None:
    with pytest.raises(NotAcknowledgedError):
        firing().unacknowledge(by=ALICE, at=TEN)


@pytest.mark.parametrize(
    "alert",
    [*OPEN.values(), resolving()],
    ids=[*OPEN, "an alert whose sender reported recovery"],
)
def test_every_open_alert_can_be_resolved(alert: Alert) -> None:
    over = alert.resolve(by=BOB, at=TEN, note="replaced the disk", reason="done")

    assert over.status is AlertStatus.RESOLVED
    assert (over.resolved_by, over.resolved_at, over.resolves_at) == (BOB, TEN, None)
    assert over.changes[-1].details == {"note": "replaced the disk", "reason": "done"}


def test_resolving_keeps_who_acknowledged_and_the_snooze() -> None:
    alert = snoozed(acknowledged(at=NINE)).resolve(by=BOB, at=TEN)

    assert (alert.acknowledged_by, alert.acknowledged_at) == (ALICE, NINE)
    assert alert.snooze is not None


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda alert: alert.acknowledge(by=BOB, at=TEN), id="acknowledged"),
        pytest.param(lambda alert: alert.unacknowledge(by=BOB, at=TEN), id="unacknowledged"),
        pytest.param(lambda alert: alert.resolve(by=BOB, at=TEN), id="resolved again"),
        pytest.param(
            lambda alert: alert.start_resolving(by=SENDER, at=TEN, resolve_after=MINUTE),
            id="about to resolve",
        ),
    ],
)
def test_a_resolved_alert_refuses_further_transitions(act: Callable[[Alert], Alert]) -> None:
    with pytest.raises(AlreadyResolvedError, match="alice already resolved"):
        act(resolved())


def test_a_transition_leaves_the_value_it_began_with_alone() -> None:
    alert = firing()

    alert.acknowledge(by=ALICE, at=TEN)

    assert alert == firing()


def test_two_transitions_in_a_row_are_both_told_in_order() -> None:
    alert = firing().acknowledge(by=ALICE, at=NINE).resolve(by=BOB, at=TEN)

    assert [change.type for change in alert.changes] == [
        ChangeType.ACKNOWLEDGED,
        ChangeType.RESOLVED,
    ]


@pytest.mark.parametrize(
    ("act", "when"),
    [
        pytest.param(
            lambda alert, at: alert.acknowledge(by=BOB, at=at),
            lambda alert: alert.acknowledged_at,
            id="an acknowledgement",
        ),
        pytest.param(
            lambda alert, at: alert.resolve(by=BOB, at=at),
            lambda alert: alert.resolved_at,
            id="a resolution",
        ),
        pytest.param(
            lambda alert, at: alert.start_resolving(by=SENDER, at=at, resolve_after=timedelta()),
            lambda alert: alert.resolves_at,
            id="a recovery",
        ),
    ],
)
def test_a_clock_that_is_behind_does_not_disturb_the_order_of_changes(
    act: Callable[..., Alert], when: Callable[[Alert], object]
) -> None:
    alert = firing(at=TEN)

    changed = act(alert, NINE)

    assert when(changed) == TEN
    assert [change.at for change in changed.changes] == [TEN]
    assert changed.changed_at == TEN


def test_recovery_is_believed_after_the_resolve_window() -> None:
    alert = firing().start_resolving(by=SENDER, at=TEN, resolve_after=MINUTE)

    assert alert.is_open
    assert alert.resolves_at == TEN + MINUTE
    assert alert.changes == (
        Change(
            type=ChangeType.RESOLVING,
            at=TEN,
            by=SENDER,
            details={"until": "2026-03-01T10:01:00.000Z"},
        ),
    )


def test_firing_again_within_the_resolve_window_keeps_it_open() -> None:
    alert = resolving().stop_resolving(by=SENDER, at=NINE)

    assert alert.resolves_at is None
    assert [change.type for change in alert.changes] == [ChangeType.UPDATED]
    assert "fired again" in str(alert.changes[0].details["reason"])


def test_a_changed_severity_says_from_what_to_what() -> None:
    alert = firing().changed_severity(Severity.CRITICAL, by=SENDER, at=TEN)

    assert alert.severity is Severity.CRITICAL
    assert alert.changes == (
        Change(
            type=ChangeType.SEVERITY_CHANGED,
            at=TEN,
            by=SENDER,
            details={"from": "warning", "to": "critical"},
        ),
    )


@pytest.mark.parametrize(
    "alert", [pytest.param(firing(), id="open"), pytest.param(resolved(), id="resolved")]
)
def test_an_alert_becomes_part_of_an_incident(alert: Alert) -> None:
    incident = IncidentId("01ARZ3NDEKTSV4RRFFQ69G5FAV")

    promoted = alert.promoted(incident, by=BOB, at=TEN)

    assert promoted.incident_id == incident
    assert promoted.status is alert.status
    assert promoted.changes[0].type is ChangeType.INCIDENT_CREATED
    assert promoted.changes[0].details == {"incident_id": incident}


@pytest.mark.parametrize(
    ("by", "by_hand"),
    [
        pytest.param(ALICE, True, id="a person's is"),
        pytest.param(Actor("key:01ARZ3"), True, id="a tool's is"),
        pytest.param(AUTO, False, id="the resolve window's is not"),
        pytest.param(SENDER, False, id="the sender's is not"),
    ],
)
def test_a_resolution_by_a_person_or_a_tool_is_by_hand(by: Actor, *, by_hand: bool) -> None:
    assert firing().resolve(by=by, at=TEN).was_resolved_by_hand is by_hand


def test_an_alert_fired_when_its_id_says() -> None:
    assert firing(at=TEN).fired_at == TEN


def test_a_repeat_counts_and_brings_the_newest_facts_and_value() -> None:
    signal = trigger("92 %", value=92)

    alert = firing(trigger("80 %", value=80)).counted(signal, TEN)

    assert (alert.occurrences, alert.last_seen_at, alert.current_value) == (2, TEN, 92)
    assert alert.facts == signal.facts
    assert alert.changes == ()


def test_a_repeat_without_a_value_keeps_the_last_one() -> None:
    assert firing(trigger(value=80)).counted(trigger(), TEN).current_value == 80


def test_the_repeat_counted_last_says_when_the_alert_was_seen_last() -> None:
    assert firing(at=TEN).counted(trigger(), TEN - HOUR).last_seen_at == TEN - HOUR
