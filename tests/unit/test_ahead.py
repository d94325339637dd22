"""The steps behind the next one, if nobody acts."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.examples import firing
from tocsin.domain.ahead import AHEAD_LIMIT, ahead
from tocsin.domain.alert import Alert
from tocsin.domain.escalation import EscalationPolicy, Step, Target, TargetKind
from tocsin.domain.ids import Actor
from tocsin.domain.next_action import ActionKind, act, next_action

STEP = timedelta(minutes=5)


def policy(*users: str, repeat: int = 0) -> EscalationPolicy:
    steps = tuple(
        Step(name=f"step {number}", targets=(Target(TargetKind.USER, user),), delay=STEP)
        for number, user in enumerate(users, 1)
    )
    return EscalationPolicy(name="default", steps=steps, repeat=repeat)


def paged(by: EscalationPolicy) -> Alert:
    """Its first step was begun."""
    fired = firing()
    alert = replace(fired, escalation=fired.escalation.wanted(fired.changed_at))
    begun = act(alert, alert.changed_at, by)
    assert begun is not None
    return begun


def seen(alert: Alert, by: EscalationPolicy) -> list[tuple[ActionKind, datetime | None, str]]:
    return [(it.kind, it.at, " ".join(it.targets)) for it in ahead(alert, by)]


def test_each_further_step_is_found_until_nobody_is_left() -> None:
    team = policy("alice", "bob", "carol")
    alert = paged(team)
    begun = next_action(alert).at
    assert begun is not None

    assert seen(alert, team) == [
        (ActionKind.ESCALATE, begun + STEP, "user:carol"),
        (ActionKind.EXHAUST, begun + 2 * STEP, "user:carol"),
    ]


def test_it_looks_no_farther_than_a_person_plans() -> None:
    team = policy("alice", "bob", repeat=9)

    assert len(ahead(paged(team), team)) == AHEAD_LIMIT


def test_after_the_last_step_nothing_is_ahead() -> None:
    team = policy("alice")

    assert next_action(paged(team)).kind is ActionKind.EXHAUST
    assert seen(paged(team), team) == []


def test_it_is_what_happens() -> None:
    team = policy("alice", "bob", "carol", repeat=1)
    alert = paged(team)
    expected = ahead(alert, team)

    for each in expected:
        at = next_action(alert).at
        assert at is not None
        after = act(alert, at, team)
        assert after is not None
        alert = after
        assert next_action(alert) == each


@pytest.mark.parametrize("how", ["acknowledged", "resolved"])
def test_nothing_is_ahead_of_what_asks_nobody(how: str) -> None:
    team = policy("alice", "bob")
    alert = paged(team)
    after = {
        "acknowledged": alert.acknowledge,
        "resolved": alert.resolve,
    }[how](by=Actor("alice"), at=alert.changed_at)

    assert seen(after, team) == []


def test_without_a_policy_nothing_is_ahead() -> None:
    assert ahead(firing(), None) == ()
