"""Opening an alert, first and again."""

from datetime import timedelta

from tests.examples import (
    ALICE,
    HOUR,
    MINUTE,
    NINE,
    PROMETHEUS,
    SENDER,
    TEN,
    acknowledged,
    as_read,
    firing,
    resolved,
    snoozed,
    trigger,
)
from tocsin.domain.alert import Alert, AlertStatus, Snooze
from tocsin.domain.ids import IncidentId
from tocsin.domain.next_action import first_step_is_due
from tocsin.domain.severity import Severity
from tocsin.domain.timeline import Change, ChangeType


def refired(previous: Alert, *, hours: int = 1, severity: Severity = Severity.WARNING) -> Alert:
    return Alert.open(
        trigger("again", severity=severity),
        integration=PROMETHEUS.integration,
        slot=previous.fingerprint,
        at=NINE + hours * HOUR,
        previous=previous,
    )


def test_the_first_episode_starts_with_what_the_signal_says() -> None:
    signal = trigger("97 %", severity=Severity.CRITICAL, value=97, started_at=NINE - HOUR)

    alert = firing(signal)

    assert (alert.status, alert.severity, alert.episode) == (
        AlertStatus.FIRING,
        Severity.CRITICAL,
        1,
    )
    assert (alert.facts, alert.current_value) == (signal.facts, 97)
    assert (alert.occurrences, alert.last_seen_at) == (1, NINE)
    assert alert.source_started_at == NINE - HOUR


def test_the_first_episode_is_told_as_fired_by_its_sender() -> None:
    alert = Alert.open(
        trigger(), integration="prod-prometheus", slot=PROMETHEUS.slot_of(trigger()), at=NINE
    )

    assert alert.changes == (Change(type=ChangeType.FIRED, at=NINE, by=SENDER),)


def test_the_next_episode_is_a_new_alert_in_the_same_slot() -> None:
    previous = resolved()

    alert = refired(previous)

    assert alert.alert_id != previous.alert_id
    assert alert.fingerprint == previous.fingerprint
    assert (alert.episode, alert.occurrences) == (2, 1)


def test_the_next_episode_says_which_alert_came_before() -> None:
    previous = resolved()

    alert = refired(previous)

    assert [change.type for change in alert.changes] == [ChangeType.FIRED, ChangeType.REOPENED]
    assert alert.changes[1].details == {"episode": 2, "previous_alert_id": previous.alert_id}


def test_the_next_episode_takes_over_neither_acknowledgement_nor_resolution_nor_incident() -> None:
    over = acknowledged().promoted(IncidentId("incident"), by=ALICE, at=NINE)

    alert = refired(as_read(over.resolve(by=ALICE, at=NINE)))

    assert (alert.acknowledged_by, alert.acknowledged_at) == (None, None)
    assert (alert.resolved_by, alert.resolved_at) == (None, None)
    assert alert.incident_id is None


def test_a_running_snooze_goes_on_in_the_next_episode() -> None:
    previous = as_read(snoozed(until=TEN + MINUTE).resolve(by=ALICE, at=NINE))

    assert refired(previous).snooze == Snooze(
        until=TEN + MINUTE, by=ALICE, severity=Severity.WARNING
    )


def test_an_episode_that_is_worse_than_what_was_snoozed_wakes_and_is_to_be_paged() -> None:
    previous = as_read(snoozed(until=TEN + MINUTE).resolve(by=ALICE, at=NINE))

    alert = refired(previous, severity=Severity.CRITICAL)

    assert alert.snooze is None
    assert [change.type for change in alert.changes] == [
        ChangeType.FIRED,
        ChangeType.REOPENED,
        ChangeType.WOKEN,
    ]
    assert alert.changes[2].details == {"reason": "the severity rose"}
    assert first_step_is_due(alert)


def test_the_severity_of_a_snooze_goes_through_milder_episodes() -> None:
    first = as_read(snoozed(until=TEN + HOUR).resolve(by=ALICE, at=NINE))
    milder = as_read(refired(first, severity=Severity.INFO).resolve(by=ALICE, at=TEN))

    as_bad_as_the_first = refired(milder, severity=Severity.WARNING)

    assert as_bad_as_the_first.snooze == first.snooze


def test_a_sticky_snooze_goes_on_in_a_worse_episode() -> None:
    sticky = Snooze(until=TEN + MINUTE, sticky_severity=True)
    previous = as_read(firing().snoozed(sticky, by=ALICE, at=NINE).resolve(by=ALICE, at=NINE))

    assert refired(previous, severity=Severity.CRITICAL).is_snoozed(TEN)


def test_a_snooze_that_ran_out_does_not_come_back() -> None:
    previous = as_read(snoozed(until=TEN).resolve(by=ALICE, at=NINE))

    assert refired(previous).snooze is None


def test_an_episode_is_never_as_old_as_the_one_before() -> None:
    previous = resolved()

    alert = refired(previous, hours=-1)

    assert alert.fired_at == previous.fired_at + timedelta(milliseconds=1)
    assert alert.alert_id > previous.alert_id
    assert {change.at for change in alert.changes} == {alert.fired_at}
