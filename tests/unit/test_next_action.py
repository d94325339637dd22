"""What an alert waits for, and what happens when it comes."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import (
    ALICE,
    HOUR,
    MINUTE,
    NINE,
    TEN,
    acknowledged,
    as_read,
    firing,
    resolved,
    resolving,
    snoozed,
)
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.escalation import (
    Escalation,
    EscalationPolicy,
    Step,
    Target,
    TargetKind,
    advance,
)
from tocsin.domain.ids import AUTO
from tocsin.domain.next_action import ActionKind, act, next_action
from tocsin.domain.severity import Severity
from tocsin.domain.timeline import ChangeType


@pytest.mark.parametrize(
    ("alert", "kind", "at"),
    [
        pytest.param(snoozed(), ActionKind.WAKE, TEN, id="a snoozed alert wakes"),
        pytest.param(
            snoozed(acknowledged()), ActionKind.WAKE, TEN, id="so does a snoozed acknowledged one"
        ),
        pytest.param(
            resolving(), ActionKind.RESOLVE, NINE + MINUTE, id="one that recovered resolves"
        ),
        pytest.param(
            snoozed(resolving()),
            ActionKind.RESOLVE,
            NINE + MINUTE,
            id="recovery comes first if it is sooner",
        ),
        pytest.param(
            snoozed(resolving(until=TEN + HOUR)),
            ActionKind.WAKE,
            TEN,
            id="waking comes first if it is sooner",
        ),
        pytest.param(
            snoozed(resolving(until=TEN)),
            ActionKind.RESOLVE,
            TEN,
            id="what recovers in the moment of waking is not woken",
        ),
    ],
)
def test_the_due_action_that_is_sooner_comes_next(
    alert: Alert, kind: ActionKind, at: datetime
) -> None:
    due = next_action(alert)

    assert (due.kind, due.at) == (kind, at)


@pytest.mark.parametrize(
    ("alert", "why"),
    [
        pytest.param(
            firing(), "reached nobody: no escalation policy pages for it", id="nobody is paged"
        ),
        pytest.param(acknowledged(), "acknowledged by alice", id="it is acknowledged"),
        pytest.param(resolved(), "resolved", id="it is over"),
        pytest.param(
            as_read(snoozed().resolve(by=ALICE, at=NINE)),
            "resolved",
            id="it is over, although it was snoozed",
        ),
    ],
)
def test_an_alert_without_a_next_action_says_why(alert: Alert, why: str) -> None:
    due = next_action(alert)

    assert (due.kind, due.at, due.why) == (ActionKind.NONE, None, why)


def test_a_snooze_ends_at_its_time() -> None:
    alert = act(snoozed(), TEN, None)

    assert alert is not None
    assert alert.snooze is None
    assert [(change.type, change.at, change.by) for change in alert.changes] == [
        (ChangeType.WOKEN, TEN, AUTO),
        (ChangeType.REACHED_NOBODY, TEN, AUTO),
    ]


def test_recovery_is_believed_at_its_time() -> None:
    alert = act(resolving(), NINE + MINUTE, None)

    assert alert is not None
    assert (alert.status, alert.resolved_by, alert.resolves_at) == (
        AlertStatus.RESOLVED,
        AUTO,
        None,
    )
    assert "recovered" in str(alert.changes[0].details["reason"])


@pytest.mark.parametrize(
    ("alert", "at"),
    [
        pytest.param(snoozed(), TEN - MINUTE, id="it is too early"),
        pytest.param(firing(), TEN, id="nothing is due"),
        pytest.param(resolved(), TEN, id="it is over"),
    ],
)
def test_an_alert_for_which_nothing_is_due_stays_as_it_is(alert: Alert, at: datetime) -> None:
    assert act(alert, at, None) is None


people = st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True)


@given(
    steps=st.lists(people, min_size=1, max_size=4),
    repeat=st.integers(min_value=0, max_value=2),
    moves=st.lists(st.sampled_from(["wait", "begin anew", "again", "next"]), max_size=8),
)
def test_the_targets_that_are_named_are_those_that_are_asked(
    steps: list[list[str]], repeat: int, moves: list[str]
) -> None:
    """As long as nobody edits the policy; a start, whose policy is unknown, names none."""
    policy = EscalationPolicy(
        name="default",
        steps=tuple(
            Step(
                name="one",
                targets=tuple(Target(TargetKind.USER, name) for name in targets),
                delay=MINUTE,
            )
            for targets in steps
        ),
        repeat=repeat,
    )
    escalation, at = advance(Escalation().wanted(NINE), policy, Severity.CRITICAL, NINE), NINE

    for move in moves:
        at += MINUTE
        begun = {
            "wait": lambda known, _: known,
            "begin anew": Escalation.wanted,
            "again": Escalation.wanted_again,
            "next": Escalation.wanted_on,
        }[move](escalation, at)
        if begun.escalates_at is None:
            continue
        named = begun.due_targets
        escalation = advance(begun, policy, Severity.CRITICAL, at)
        is_begun = escalation.begun_at == at
        assert not named or not is_begun or escalation.targets == named
        assert named or not is_begun or move == "next"
