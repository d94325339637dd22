"""What counts as flapping, and when that is kept quiet."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.examples import HOUR, MINUTE, NINE
from tocsin.domain.flapping import AFTER_LIMIT, WITHIN_LIMIT, Flapping, FlappingRule, Verdict, judge
from tocsin.domain.severity import Severity

RULE = FlappingRule()
WARNING, CRITICAL = Severity.WARNING, Severity.CRITICAL


def reopened(minutes: Iterable[float], *, steady: timedelta = MINUTE) -> Flapping:
    flapping = Flapping()
    for minute in minutes:
        flapping = flapping.reopened(NINE + minute * MINUTE, steady=steady)
    return flapping


def judged(
    flapping: Flapping, *, at: datetime, severity: Severity = WARNING, rule: FlappingRule = RULE
) -> Verdict:
    fired_at = flapping.reopenings[-1].at
    return judge(flapping, rule, severity, fired_at=fired_at, at=at)


@pytest.mark.parametrize(("reopenings", "count"), [(5, 0), (6, 6), (7, 7)])
def test_more_reopenings_than_the_rule_allows_are_flapping(reopenings: int, count: int) -> None:
    assert reopened(range(reopenings)).judged(RULE).count == count


def test_reopenings_count_as_long_as_the_rule_looks_back() -> None:
    assert reopened(range(0, 61, 12)).judged(RULE).count == 6
    assert reopened((0, 12, 24, 36, 48, 60.01)).judged(RULE).count == 0


@pytest.mark.parametrize(
    ("steady", "count"), [(timedelta(minutes=14, seconds=59), 7), (15 * MINUTE, 0)]
)
def test_reopenings_before_it_was_stable_do_not_count(steady: timedelta, count: int) -> None:
    flapping = reopened(range(6)).reopened(NINE + 7 * MINUTE, steady=steady)

    assert flapping.judged(RULE).count == count


def test_without_a_rule_nothing_flaps() -> None:
    assert reopened(range(8)).judged(None).count == 0


def test_the_next_reopening_has_to_be_judged_anew() -> None:
    flapping = reopened(range(8)).judged(RULE)

    assert flapping.reopened(NINE + HOUR, steady=MINUTE).count == 0


def test_no_more_is_kept_than_the_most_generous_rule_needs() -> None:
    most_generous = replace(RULE, after=AFTER_LIMIT, within=WITHIN_LIMIT)
    flapping = reopened(range(100)).judged(most_generous)

    assert len(flapping.reopenings) == flapping.count == AFTER_LIMIT + 1
    assert flapping.words == "reopened at least 11 times within 1d"
    older = reopened((0,)).reopened(NINE + WITHIN_LIMIT + MINUTE, steady=MINUTE)
    assert len(older.reopenings) == 1


def test_flapping_is_quiet_only_after_a_page() -> None:
    flapping = reopened(range(6)).judged(RULE)

    assert not flapping.keeps_quiet(WARNING)
    assert flapping.told_by(NINE, WARNING).keeps_quiet(WARNING)


def test_flapping_is_quiet_for_severities_no_worse_than_the_pages() -> None:
    flapping = reopened(range(6)).judged(RULE).told_by(NINE, WARNING)

    assert not flapping.keeps_quiet(CRITICAL)
    told_of_both = flapping.told_by(NINE, CRITICAL).told_by(NINE + MINUTE, WARNING)
    assert told_of_both.keeps_quiet(CRITICAL)


def test_a_page_before_a_stable_time_is_forgotten() -> None:
    told = reopened(range(6)).judged(RULE).told_by(NINE + 5 * MINUTE, WARNING)

    flapping = told.reopened(NINE + 30 * MINUTE, steady=20 * MINUTE)
    for minute in range(31, 37):
        flapping = flapping.reopened(NINE + minute * MINUTE, steady=MINUTE)

    assert flapping.judged(RULE).count == 7
    assert flapping.judged(RULE).told is None


def test_a_page_is_forgotten_once_the_alert_flaps_no_longer() -> None:
    told = reopened(range(6)).judged(RULE).told_by(NINE + 5 * MINUTE, WARNING)

    seldom = told.reopened(NINE + 70 * MINUTE, steady=14 * MINUTE)

    assert seldom.judged(RULE).told is None


def test_flapping_is_quiet_until_stable_or_as_long_as_a_critical_alert_may_wait() -> None:
    flapping = reopened(range(6)).judged(RULE).told_by(NINE, CRITICAL)
    fired_at = NINE + 5 * MINUTE

    assert judged(flapping, at=fired_at).quiet_until == fired_at + 15 * MINUTE
    critical = judged(flapping, at=fired_at, severity=CRITICAL)
    assert critical.quiet_until == fired_at + 3 * MINUTE
    hasty = replace(RULE, stable=2 * MINUTE)
    brief = judged(flapping, at=fired_at, severity=CRITICAL, rule=hasty)
    assert brief.quiet_until == fired_at + 2 * MINUTE


def test_an_alert_that_has_fired_for_long_enough_is_not_kept_quiet() -> None:
    flapping = reopened(range(6)).judged(RULE).told_by(NINE, CRITICAL)
    fired_at = NINE + 5 * MINUTE

    held = judged(flapping, at=fired_at + 3 * MINUTE, severity=CRITICAL)
    stable = judged(flapping, at=fired_at + 15 * MINUTE)

    assert held.quiet_until is None
    assert held.flapping is not None
    assert stable == Verdict(flapping=None, quiet_until=None)
