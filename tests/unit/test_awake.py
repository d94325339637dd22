"""Being awake, as values: when it ends, and what breaks through."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.examples import HOUR, MINUTE, NINE
from tocsin.adapters.dynamodb.alerts.escalation_text import escalation_from, write_escalation
from tocsin.domain.awake import (
    DIGEST_EVERY,
    PACE,
    QUIET_LIMIT,
    SEEN_EVERY,
    Awake,
    AwakeEnd,
    AwakeScope,
    breaking_of,
)
from tocsin.domain.digest import DigestId
from tocsin.domain.escalation import Escalation
from tocsin.domain.hold import Hold, HoldKind
from tocsin.domain.line import BREAKS_EVERY, GROUPS_LIMIT, Arriving, Line, Pace, turn_of
from tocsin.domain.severity import Severity

SECOND = timedelta(seconds=1)
CRITICAL = Arriving(Severity.CRITICAL, "api", NINE)
DIGEST = DigestId("01KJMX2B7Q3ZK4C0M5N7P9R1T3")
CHAT = Pace(window=MINUTE)


def awake(*, until: datetime = NINE + HOUR, seen_at: datetime = NINE) -> Awake:
    return Awake(
        user="Alice",
        session=DIGEST,
        scope=AwakeScope.MINE,
        until=until,
        seen_at=seen_at,
        created_at=NINE,
        timer_at=NINE,
    )


@pytest.mark.parametrize(
    ("seen_at", "ends_at", "end"),
    [
        (NINE, NINE + QUIET_LIMIT, AwakeEnd.QUIET),
        (NINE + 44 * MINUTE, NINE + 59 * MINUTE, AwakeEnd.QUIET),
        (NINE + 45 * MINUTE, NINE + HOUR, AwakeEnd.TIME),
        (NINE + 59 * MINUTE, NINE + HOUR, AwakeEnd.TIME),
    ],
)
def test_it_ends_by_its_time_or_15_minutes_after_the_last_act(
    seen_at: datetime, ends_at: datetime, end: AwakeEnd
) -> None:
    person = awake(seen_at=seen_at)

    assert person.is_awake(ends_at - SECOND)
    assert person.over(ends_at - SECOND) is person
    assert not person.is_awake(ends_at)
    over = person.over(ends_at + MINUTE)
    assert (over.end, over.ended_at, over.is_awake(NINE)) == (end, ends_at + MINUTE, False)
    assert over.over(ends_at + HOUR) is over


def test_an_act_is_noted_once_a_minute_and_only_while_awake() -> None:
    person = awake()

    assert person.seen(NINE + SEEN_EVERY - SECOND) is None
    seen = person.seen(NINE + SEEN_EVERY)
    assert seen is not None
    assert seen.ends_at == NINE + SEEN_EVERY + QUIET_LIMIT
    assert person.seen(NINE + QUIET_LIMIT) is None
    assert person.ended(NINE).seen(NINE + MINUTE) is None


def test_its_timer_waits_for_the_end_and_for_nothing_after_that() -> None:
    assert awake().checked().timer_at == NINE + QUIET_LIMIT
    assert awake().ended(NINE + MINUTE).checked().timer_at is None


def test_a_person_is_found_in_any_case() -> None:
    assert awake().name == "alice"
    assert awake().is_target("user:ALICE")
    assert not awake().is_target("channel:alice")


def breaks(line: Line, arriving: Arriving, at: datetime, alert_id: str = "A") -> Line | None:
    """The line after a page that goes alone; None: it waits."""
    breaking = breaking_of(line, arriving, alert_id, told=frozenset(), since=NINE, at=at)
    return (breaking.after or line) if breaking.is_alone else None


def test_an_unrelated_critical_goes_alone_with_all_its_pages_and_the_next_of_its_group_waits() -> (
    None
):
    line = breaks(Line(), CRITICAL, NINE)

    assert line is not None
    assert breaks(line, CRITICAL, NINE) == line, "another page of the same alert"
    assert breaks(line, CRITICAL, NINE + HOUR, alert_id="B") is None
    db = Arriving(Severity.CRITICAL, "db", NINE)
    assert breaks(line, db, NINE + BREAKS_EVERY - SECOND, alert_id="B") is None
    assert breaks(line, db, NINE + BREAKS_EVERY, alert_id="B") is not None


def test_what_the_pages_own_line_was_told_of_is_related() -> None:
    breaking = breaking_of(Line(), CRITICAL, "A", told=frozenset(("api",)), since=NINE, at=NINE)

    assert not breaking.is_alone
    assert breaking.after is not None
    assert breaking.after.groups == {"api"}


def test_a_warning_never_goes_alone_and_its_group_is_known_then() -> None:
    warning = Arriving(Severity.WARNING, "api", NINE)
    breaking = breaking_of(Line(), warning, "A", told=frozenset(), since=NINE, at=NINE)

    assert not breaking.is_alone
    assert breaking.after is not None
    assert breaks(breaking.after, CRITICAL, NINE, alert_id="B") is None


def test_a_new_session_knows_of_nothing() -> None:
    line = breaks(Line(), CRITICAL, NINE)
    assert line is not None

    later = breaking_of(line, CRITICAL, "B", told=frozenset(), since=NINE + HOUR, at=NINE + HOUR)

    assert later.is_alone
    assert later.after is not None
    assert later.after.version == line.version + 1


def test_beyond_a_limit_of_groups_everything_is_related() -> None:
    groups = frozenset(str(number) for number in range(2 * GROUPS_LIMIT))
    line = Line(since=NINE, groups=groups, version=1)

    assert breaks(line, CRITICAL, NINE) is None


@given(
    severities=some.lists(some.sampled_from(Severity), min_size=1, max_size=20),
    told_before=some.integers(0, 900),
)
def test_nothing_goes_alone_and_a_digest_goes_every_five_minutes(
    severities: list[Severity], told_before: int
) -> None:
    told_at = NINE - told_before * SECOND
    line, now = Line(since=told_at, told_at=told_at, version=1), NINE
    for number, severity in enumerate(severities):
        arriving = Arriving(severity, str(number), now)
        turn = turn_of(line, arriving, now, PACE, DIGEST)
        assert turn.joins is not None
        line = replace(turn.after or line, waiting=number + 1, has_critical=True)
        assert line.hurried(arriving, now, PACE) is None
        assert line.due_at is not None
        assert NINE < line.due_at <= NINE + DIGEST_EVERY
        now += SECOND


def test_after_the_end_a_critical_hurries_the_digest_that_gathers() -> None:
    turn = turn_of(Line(), CRITICAL, NINE, PACE, DIGEST)
    assert turn.after is not None
    line = replace(turn.after, waiting=1, has_critical=True)
    assert line.due_at == NINE + DIGEST_EVERY

    hurried = line.hurried(CRITICAL, NINE + 2 * MINUTE, CHAT)

    assert hurried is not None
    assert hurried.due_at == NINE + 2 * MINUTE


@pytest.mark.parametrize("checked_at", [None, NINE + QUIET_LIMIT])
@pytest.mark.parametrize("by", [None, "carol"])
def test_a_hold_is_stored_with_when_it_is_looked_at_anew(
    checked_at: datetime | None, by: str | None
) -> None:
    hold = Hold(
        kind=HoldKind.AWAKE,
        name="alice",
        until=NINE + HOUR,
        since=NINE,
        by=by,
        checked_at=checked_at,
    )
    escalation = Escalation(policy="default", held=hold)

    written = write_escalation(escalation)

    assert written is not None
    assert escalation_from(written) == escalation
