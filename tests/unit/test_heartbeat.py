"""Heartbeats: healthy, overdue, and what a timer finds to do."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.examples import HOUR, MINUTE, NINE
from tocsin.domain.cron import Cron
from tocsin.domain.heartbeat import LEASE, Duty, Heartbeat, HeartbeatStatus
from tocsin.domain.integration import Token
from tocsin.domain.severity import Severity
from tocsin.domain.signal import SignalAction

BACKUP = Heartbeat(
    name="backup",
    period=HOUR,
    grace=5 * MINUTE,
    severity=Severity.WARNING,
    escalation_policy="night",
    created_at=NINE,
    token=Token.of("0123456789abcdef0123456789abcdef"),
).watched(NINE)
DEADLINE = NINE + HOUR + 5 * MINUTE
AN_INSTANT = timedelta(milliseconds=1)
KNOWN = replace(BACKUP, heard_at=NINE)
"""Heard from before."""


def missed() -> Heartbeat:
    """It is overdue, and all is said."""
    return BACKUP.held(DEADLINE).done(Duty.MISS)


@pytest.mark.parametrize(
    ("at", "status"),
    [
        pytest.param(NINE, HeartbeatStatus.WAITING, id="new"),
        pytest.param(NINE + HOUR, HeartbeatStatus.WAITING, id="within the grace"),
        pytest.param(DEADLINE - AN_INSTANT, HeartbeatStatus.WAITING, id="just before the end"),
        pytest.param(DEADLINE, HeartbeatStatus.OVERDUE, id="at the end"),
    ],
)
def test_a_heartbeat_is_overdue_after_its_period_and_its_grace(
    at: datetime, status: HeartbeatStatus
) -> None:
    assert BACKUP.status(at) is status
    is_overdue = status is HeartbeatStatus.OVERDUE
    assert KNOWN.status(at) is (status if is_overdue else HeartbeatStatus.HEALTHY)
    assert BACKUP.heard(NINE + MINUTE).status(at) is HeartbeatStatus.HEALTHY


NIGHTLY = replace(BACKUP, period=None, cron=Cron("0 2 * * *", "Europe/Berlin"), grace=30 * MINUTE)
"""At 01:00 UTC in winter; clocks go forward on 2026-03-29."""


@pytest.mark.parametrize(
    ("heard_at", "deadline"),
    [
        pytest.param(None, "2026-03-02T01:30Z", id="never"),
        pytest.param("2026-03-02T01:00Z", "2026-03-03T01:30Z", id="in time"),
        pytest.param("2026-03-02T01:29Z", "2026-03-03T01:30Z", id="within the grace"),
        pytest.param("2026-03-02T13:00Z", "2026-03-03T01:30Z", id="late"),
        pytest.param("2026-03-03T00:50Z", "2026-03-04T01:30Z", id="a little early"),
        pytest.param("2026-03-28T01:05Z", "2026-03-29T01:30Z", id="before clocks go forward"),
        pytest.param("2026-03-29T01:05Z", "2026-03-30T00:30Z", id="after clocks went forward"),
    ],
)
def test_a_cron_expression_is_missed_after_its_next_time_and_the_grace(
    heard_at: str | None, deadline: str
) -> None:
    heard = replace(NIGHTLY, heard_at=datetime.fromisoformat(heard_at) if heard_at else None)

    assert heard.deadline == datetime.fromisoformat(deadline)


def test_the_alert_of_a_missed_cron_expression_names_it() -> None:
    reason = NIGHTLY.held(NIGHTLY.deadline).signal(Duty.MISS).facts.reason

    assert reason == (
        "never heard from since it was set up; "
        "expected at 0 2 * * * (Europe/Berlin) with 30m of grace"
    )


def test_a_ping_moves_the_deadline_and_no_timer() -> None:
    heard = KNOWN.heard(NINE + MINUTE)

    assert heard.deadline == DEADLINE + MINUTE
    assert heard.timer_at == KNOWN.timer_at == DEADLINE


def test_a_first_ping_ends_the_alert_of_a_removed_heartbeat_of_its_name() -> None:
    heard = BACKUP.heard(NINE + MINUTE)

    assert heard.duty(NINE + MINUTE) is Duty.RECOVER
    assert heard.held(NINE + MINUTE).done(Duty.RECOVER) == replace(
        BACKUP, heard_at=NINE + MINUTE, timer_at=DEADLINE + MINUTE
    )


def test_a_late_ping_does_not_undo_a_later_one() -> None:
    heard = BACKUP.heard(NINE + MINUTE)

    assert heard.heard(NINE) == heard


def test_a_timer_that_comes_too_early_finds_nothing_to_do() -> None:
    assert BACKUP.duty(DEADLINE - AN_INSTANT) is Duty.NOTHING


def test_a_timer_is_put_off_after_a_ping_in_the_meantime() -> None:
    heard = KNOWN.heard(NINE + MINUTE)

    assert heard.duty(DEADLINE) is Duty.PUT_OFF
    assert heard.put_off().timer_at == DEADLINE + MINUTE


def test_an_overdue_heartbeat_is_missed_from_before_its_alert_opens() -> None:
    held = BACKUP.held(DEADLINE + MINUTE)

    assert BACKUP.duty(DEADLINE + MINUTE) is Duty.MISS
    assert held.missed_at == DEADLINE
    assert held.duty(DEADLINE + MINUTE) is Duty.NOTHING, "nobody else takes it on"
    assert held.duty(DEADLINE + MINUTE + LEASE) is Duty.MISS, "unless it was not done"


def test_an_overdue_heartbeat_waits_for_a_ping_only() -> None:
    heard_at = DEADLINE + HOUR

    assert missed().timer_at is None
    assert missed().duty(heard_at) is Duty.NOTHING
    assert missed().heard(heard_at).timer_at == heard_at


def test_a_ping_leaves_a_timer_that_another_worker_holds() -> None:
    held = BACKUP.held(DEADLINE)

    assert held.heard(DEADLINE + AN_INSTANT).timer_at == DEADLINE + LEASE


def test_a_recovery_is_forgotten_only_when_it_was_told() -> None:
    heard = missed().heard(DEADLINE + HOUR)
    held = heard.held(DEADLINE + HOUR)

    assert heard.duty(DEADLINE + HOUR) is Duty.RECOVER
    assert held.missed_at == DEADLINE
    done = held.done(Duty.RECOVER)
    assert (done.missed_at, done.timer_at) == (None, heard.deadline)


def test_other_settings_make_another_timer() -> None:
    shorter = replace(BACKUP, period=MINUTE).watched(NINE)

    assert shorter.timer_at == NINE + 6 * MINUTE
    assert replace(missed(), period=2 * HOUR).watched(DEADLINE).timer_at == DEADLINE


def test_the_alert_of_a_missed_heartbeat_says_what_was_expected() -> None:
    signal = BACKUP.heard(NINE + MINUTE).held(DEADLINE + MINUTE).signal(Duty.MISS)

    assert signal.action is SignalAction.TRIGGER
    assert signal.dedup_key == "heartbeat:backup"
    assert signal.severity is Severity.WARNING
    assert signal.source_started_at == DEADLINE + MINUTE
    assert signal.facts.reason == (
        "last heard from at 2026-03-01T09:01:00Z; expected within 1h and 5m of grace"
    )
    assert BACKUP.source.escalation_policy == "night"


def test_the_alert_of_a_heartbeat_that_was_never_heard_from_says_so() -> None:
    reason = BACKUP.held(DEADLINE).signal(Duty.MISS).facts.reason

    assert reason == "never heard from since it was set up; expected within 1h and 5m of grace"


def test_the_recovery_of_a_heartbeat_is_of_the_alert_of_its_miss() -> None:
    heard = missed().heard(DEADLINE + HOUR)

    recovery, miss = heard.signal(Duty.RECOVER), missed().signal(Duty.MISS)

    assert recovery.action is SignalAction.RESOLVE
    assert recovery.dedup_key == miss.dedup_key
    assert recovery.facts.reason == "heard from at 2026-03-01T11:05:00Z"
