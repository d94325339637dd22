"""The engine alone, with any policy: from step to step, through repeats, to its end."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import MINUTE, NINE
from tocsin.domain.escalation import (
    Escalation,
    EscalationPolicy,
    Rest,
    Step,
    Target,
    TargetKind,
    advance,
)
from tocsin.domain.severity import Severity

WANTED = Escalation().wanted(NINE)
CRITICAL = Severity.CRITICAL


def policy(*delays: timedelta, repeat: int = 0, **settings: object) -> EscalationPolicy:
    steps = tuple(
        Step(name=f"step-{number}", targets=(Target(TargetKind.USER, "alice"),), delay=delay)
        for number, delay in enumerate(delays, 1)
    )
    plain = EscalationPolicy(name="default", steps=steps, repeat=repeat)
    return replace(plain, **settings)  # type: ignore[arg-type] # each test names real fields


def walk(
    policy_: EscalationPolicy | None, begun: Escalation = WANTED
) -> list[tuple[int, int, datetime]]:
    """Every step that is paged if nobody acts: its number, its run, its time."""
    paged, escalation = [], begun
    while escalation.escalates_at is not None:
        at = escalation.escalates_at
        escalation = advance(escalation, policy_, CRITICAL, at)
        if escalation.rest is None:
            paged.append((escalation.step, escalation.loop, at))
    return paged


POLICIES = st.builds(
    policy,
    st.timedeltas(min_value=MINUTE, max_value=timedelta(hours=1)),
    st.timedeltas(min_value=MINUTE, max_value=timedelta(hours=1)),
    repeat=st.integers(0, 5),
)


def test_each_step_waits_for_the_delay_of_the_one_before() -> None:
    assert walk(policy(5 * MINUTE, 10 * MINUTE, MINUTE)) == [
        (1, 1, NINE),
        (2, 1, NINE + 5 * MINUTE),
        (3, 1, NINE + 15 * MINUTE),
    ]


@given(POLICIES)
def test_a_policy_pages_each_step_as_often_as_it_repeats_and_ends(it: EscalationPolicy) -> None:
    paged = walk(it)

    assert [step for step, _, _ in paged] == [1, 2] * (it.repeat + 1)
    assert len({(step, loop) for step, loop, _ in paged}) == len(paged)


@given(POLICIES, st.integers(1, 8))
def test_no_restart_pages_the_same_step_of_the_same_run_again(
    it: EscalationPolicy, restarts_after: int
) -> None:
    escalation, seen = WANTED, list[tuple[int, int]]()
    for number in range(40):
        at = escalation.escalates_at or NINE
        escalation = advance(escalation, it, CRITICAL, at)
        if escalation.rest is None:
            seen.append((escalation.step, escalation.loop))
        if number % restarts_after == 0 or escalation.escalates_at is None:
            escalation = escalation.wanted_again(at)

    assert len(set(seen)) == len(seen)


def test_a_severity_that_the_policy_leaves_out_rests() -> None:
    it = policy(MINUTE, severities=frozenset((Severity.WARNING,)))

    assert advance(WANTED, it, CRITICAL, NINE).rest is Rest.SEVERITY


def test_without_a_policy_nobody_is_asked() -> None:
    assert advance(WANTED, None, CRITICAL, NINE).rest is Rest.NO_POLICY


@pytest.mark.parametrize(
    ("repeat", "expected"),
    [
        pytest.param(0, Rest.EXHAUSTED, id="it is over"),
        pytest.param(1, None, id="the next run begins"),
    ],
)
def test_a_policy_that_became_shorter_skips_what_it_lost(
    repeat: int, expected: Rest | None
) -> None:
    longer = policy(MINUTE, MINUTE, MINUTE)
    at_two = advance(advance(WANTED, longer, CRITICAL, NINE), longer, CRITICAL, NINE)

    after = advance(at_two, policy(MINUTE, MINUTE, repeat=repeat), CRITICAL, NINE)

    assert after.rest is expected
    assert expected is not None or (after.step, after.loop) == (1, 2)


def test_the_acknowledgement_timeout_is_that_of_the_policy() -> None:
    it = policy(MINUTE, ack_timeout=timedelta(minutes=30))

    assert advance(WANTED, it, CRITICAL, NINE).ack_timeout == timedelta(minutes=30)
