"""Maintenance windows that recur: by the clock on the wall, and what daylight saving does to it."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.examples import NINE
from tocsin.domain.ids import Actor
from tocsin.domain.maintenance_window import MaintenanceWindow
from tocsin.domain.recurrence import RULE_LIMIT, Recurrence, RuleRefusedError
from tocsin.domain.silence import CHECKED_AFTER, SilenceStatus, Span

HOUR = timedelta(hours=1)


def nightly(start: str = "2026-03-01T02:30:00", rule: str = "FREQ=DAILY") -> Recurrence:
    return Recurrence(
        rule=rule,
        start=datetime.fromisoformat(start),
        time_zone="Europe/Berlin",
        duration=2 * HOUR,
    )


def utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def window(recurrence: Recurrence | None, at: datetime = NINE) -> MaintenanceWindow:
    span = recurrence.span_at(at) if recurrence else Span(at, at + HOUR)
    assert span is not None
    return MaintenanceWindow(
        name="nightly",
        match=(),
        span=span,
        reason="Backups",
        author=Actor("carol"),
        created_at=at,
        recurrence=recurrence,
    )


def test_a_window_opens_again_by_the_clock_on_the_wall() -> None:
    before, after = (
        nightly().span_at(utc("2026-03-20T00:00")),
        nightly().span_at(utc("2026-04-02T00:00")),
    )

    assert before == Span(utc("2026-03-20T01:30"), utc("2026-03-20T03:30"))
    assert after == Span(utc("2026-04-02T00:30"), utc("2026-04-02T02:30"))


def test_a_time_that_clocks_leave_out_in_spring_is_the_first_after_the_gap() -> None:
    span = nightly().span_at(utc("2026-03-28T12:00"))

    assert span == Span(utc("2026-03-29T01:00"), utc("2026-03-29T03:00"))


def test_a_time_that_is_there_twice_in_autumn_is_the_first_and_lasts_as_long() -> None:
    first = nightly().span_at(utc("2026-10-24T12:00"))
    second = nightly().span_at(utc("2026-10-25T02:30"))

    assert first == Span(utc("2026-10-25T00:30"), utc("2026-10-25T02:30"))
    assert second == Span(utc("2026-10-26T01:30"), utc("2026-10-26T03:30"))


def test_a_rule_ends_with_its_count() -> None:
    recurrence = nightly(rule="FREQ=WEEKLY;COUNT=2")

    assert recurrence.span_at(utc("2026-03-05T00:00")) == Span(
        utc("2026-03-08T01:30"), utc("2026-03-08T03:30")
    )
    assert recurrence.span_at(utc("2026-03-08T03:30")) is None


@pytest.mark.parametrize("until", ["20260302T013000Z", "20260302T023000", "20260302"])
def test_a_rule_ends_at_an_instant_or_by_the_clock_on_the_wall(until: str) -> None:
    recurrence = nightly(rule=f"FREQ=DAILY;UNTIL={until}")

    assert recurrence.span_at(utc("2026-03-02T00:00")) is not None
    assert recurrence.span_at(utc("2026-03-02T03:30")) is None


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        pytest.param("FREQ=HOURLY", "must have FREQ=DAILY", id="more often than daily"),
        pytest.param("every day", "must have FREQ=DAILY", id="words"),
        pytest.param("FREQ=DAILY;BYDAY=XX", "is no rule of RFC 5545", id="no such day"),
        pytest.param("FREQ=DAILY;NEVER=1", "is no rule of RFC 5545", id="no such part"),
        pytest.param("FREQ=DAILY;UNTIL=soon", "is no rule of RFC 5545", id="no such end"),
        pytest.param("FREQ=DAILY;INTERVAL=0", "is no rule of RFC 5545", id="no interval"),
        pytest.param(
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "no coming day matches", id="30 February"
        ),
        pytest.param(
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "no coming day matches", id="no day of many"
        ),
        pytest.param("FREQ=DAILY;COUNT=1", "no coming day matches", id="over"),
        pytest.param(
            "FREQ=DAILY;WKST=MO\nRRULE:FREQ=DAILY", "is no rule of RFC 5545", id="two rules"
        ),
        pytest.param(
            "FREQ=DAILY;BYDAY=" + "MO," * RULE_LIMIT, "at most 200 characters", id="too long"
        ),
    ],
)
def test_a_rule_that_no_window_can_have_is_refused(rule: str, problem: str) -> None:
    recurrence = nightly(rule=rule)

    with pytest.raises(RuleRefusedError, match=problem):
        recurrence.check(utc("2026-03-02T12:00"))


@pytest.mark.parametrize("start", ["0001-01-01", "1970-01-01", "2030-01-01", "9999-12-31"])
def test_a_start_years_away_is_refused(start: str) -> None:
    with pytest.raises(RuleRefusedError, match="more than two years"):
        nightly(f"{start}T00:00:00").check(NINE)


def test_a_window_goes_on_to_its_next_occurrence_after_the_end_of_one() -> None:
    once = window(nightly(), utc("2026-03-20T00:00")).changed(utc("2026-03-20T00:00"))

    opening = once.checked(utc("2026-03-20T00:00"))
    ending = opening.checked(utc("2026-03-20T01:30"))
    following = ending.checked(utc("2026-03-20T03:31"))

    assert opening.timer_at == utc("2026-03-20T01:30")
    assert ending.timer_at == utc("2026-03-20T03:30") + CHECKED_AFTER
    assert following.span == Span(utc("2026-03-21T01:30"), utc("2026-03-21T03:30"))
    assert following.timer_at == utc("2026-03-21T01:30")


def test_a_window_whose_timer_is_late_still_opens() -> None:
    late = window(nightly(), utc("2026-03-20T00:00"))

    hold = late.hold_at(utc("2026-03-21T02:00"))

    assert hold is not None
    assert hold.until == utc("2026-03-21T03:30")


def test_a_window_that_was_closed_does_not_open_again() -> None:
    closed = window(nightly(), utc("2026-03-20T00:00")).ended(utc("2026-03-20T02:00"))

    assert closed.hold_at(utc("2026-03-20T02:00")) is None
    assert closed.hold_at(utc("2026-03-21T02:00")) is None
    assert closed.status(utc("2026-03-21T02:00")) is SilenceStatus.EXPIRED
    assert closed.checked(utc("2026-03-20T02:02")).timer_at is None


def test_a_window_that_opens_once_is_over_at_its_end() -> None:
    once = window(None)

    assert once.status(NINE) is SilenceStatus.ACTIVE
    assert once.status(NINE + HOUR) is SilenceStatus.EXPIRED
    assert once.checked(NINE + HOUR + CHECKED_AFTER).timer_at is None


@pytest.mark.parametrize("rule", ["FREQ=DAILY;BYDAY=;", "FREQ=DAILY;BYDAY=", "freq=daily;"])
def test_a_part_of_a_rule_without_a_value_says_nothing(rule: str) -> None:
    nightly(rule=rule).check(utc("2026-03-02T12:00"))

    assert nightly(rule=rule).span_at(utc("2026-03-20T00:00")) == nightly().span_at(
        utc("2026-03-20T00:00")
    )
