"""Muting one alert until a time, and what wakes it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.examples import (
    ALICE,
    BOB,
    MINUTE,
    NINE,
    OPEN,
    SENDER,
    TEN,
    as_read,
    firing,
    resolved,
    snoozed,
)
from tocsin.domain.alert import Alert, AlertStatus, Snooze
from tocsin.domain.errors import AlreadyResolvedError, NotSnoozedError
from tocsin.domain.severity import Severity
from tocsin.domain.timeline import Change, ChangeType


@pytest.mark.parametrize("alert", OPEN.values(), ids=OPEN)
def test_a_snooze_mutes_until_its_time_and_leaves_the_status(alert: Alert) -> None:
    muted = alert.snoozed(Snooze(until=TEN, reason="known"), by=ALICE, at=NINE)

    assert muted.status is alert.status
    assert muted.is_snoozed(TEN - timedelta(milliseconds=1))
    assert not muted.is_snoozed(TEN)


def test_the_timeline_says_until_when_and_why_and_what_it_holds_against() -> None:
    snooze = Snooze(until=TEN, reason="known", sticky_severity=True, sticky_output=True)

    alert = firing().snoozed(snooze, by=ALICE, at=NINE)

    assert alert.changes == (
        Change(
            type=ChangeType.SNOOZED,
            at=NINE,
            by=ALICE,
            details={
                "until": "2026-03-01T10:00:00.000Z",
                "reason": "known",
                "sticky_severity": True,
                "sticky_output": True,
            },
        ),
    )


def test_a_new_snooze_takes_the_place_of_the_one_before() -> None:
    alert = snoozed(until=TEN).snoozed(Snooze(until=TEN + MINUTE), by=BOB, at=NINE)

    assert alert.snooze == Snooze(until=TEN + MINUTE, by=BOB, severity=Severity.WARNING)


def test_a_new_snooze_is_made_against_the_severity_of_now() -> None:
    mild = as_read(snoozed().changed_severity(Severity.INFO, by=SENDER, at=NINE))

    again = mild.snoozed(Snooze(until=TEN), by=BOB, at=NINE)
    worse = again.changed_severity(Severity.WARNING, by=SENDER, at=NINE)

    assert worse.snooze is None


def test_a_resolved_alert_cannot_be_snoozed() -> None:
    with pytest.raises(AlreadyResolvedError):
        resolved().snoozed(Snooze(until=TEN), by=ALICE, at=NINE)


def test_waking_ends_the_snooze_and_says_why() -> None:
    alert = snoozed().woken(by=BOB, at=TEN, reason="enough")

    assert alert.snooze is None
    assert alert.changes == (
        Change(type=ChangeType.WOKEN, at=TEN, by=BOB, details={"reason": "enough"}),
    )


def test_an_alert_that_is_not_snoozed_cannot_be_woken() -> None:
    with pytest.raises(NotSnoozedError):
        firing().woken(by=BOB, at=TEN, reason="enough")


def test_a_resolved_alert_cannot_be_woken() -> None:
    over = as_read(snoozed().resolve(by=ALICE, at=NINE))

    with pytest.raises(AlreadyResolvedError):
        over.woken(by=BOB, at=TEN, reason="enough")


def test_a_worse_alert_wakes() -> None:
    alert = snoozed().changed_severity(Severity.CRITICAL, by=SENDER, at=NINE)

    assert alert.snooze is None
    assert [change.type for change in alert.changes] == [
        ChangeType.SEVERITY_CHANGED,
        ChangeType.WOKEN,
    ]
    assert alert.changes[1].details == {"reason": "the severity rose"}


def test_a_better_alert_sleeps_on() -> None:
    alert = snoozed().changed_severity(Severity.INFO, by=SENDER, at=NINE)

    assert alert.snooze is not None


def test_a_sticky_snooze_holds_although_the_severity_rose() -> None:
    sticky = Snooze(until=TEN, sticky_severity=True)

    alert = firing().snoozed(sticky, by=ALICE, at=NINE)
    worse = alert.changed_severity(Severity.CRITICAL, by=SENDER, at=NINE)

    assert worse.snooze == replace(sticky, by=ALICE, severity=Severity.WARNING)


def test_a_severity_that_falls_and_comes_back_wakes_nobody() -> None:
    mild = as_read(snoozed().changed_severity(Severity.INFO, by=SENDER, at=NINE))

    as_before = mild.changed_severity(Severity.WARNING, by=SENDER, at=NINE)

    assert as_before.snooze == snoozed().snooze


def test_a_severity_that_falls_and_then_rises_above_that_of_the_snooze_wakes() -> None:
    mild = as_read(snoozed().changed_severity(Severity.INFO, by=SENDER, at=NINE))

    assert mild.changed_severity(Severity.CRITICAL, by=SENDER, at=NINE).snooze is None


def test_acknowledging_leaves_a_snooze_as_it_is() -> None:
    alert = snoozed().acknowledge(by=BOB, at=NINE)

    assert alert.status is AlertStatus.ACKNOWLEDGED
    assert alert.snooze == snoozed().snooze
