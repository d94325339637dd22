"""Which step a message of the timers queue is about."""

from tests.examples import MINUTE, NINE, firing
from tocsin.domain.alert import Alert
from tocsin.domain.escalation import EscalationPolicy, Step, Target, TargetKind
from tocsin.domain.next_action import BegunStep

POLICY = EscalationPolicy(
    name="default",
    steps=tuple(
        Step(name=name, targets=(Target(TargetKind.USER, name),), delay=10 * MINUTE)
        for name in ("alice", "bob")
    ),
)


def begun() -> Alert:
    return firing().escalate(POLICY, at=NINE)


def test_a_begun_step_stands_in_its_alert() -> None:
    assert BegunStep.of(begun()).stands_in(begun())


def test_a_begun_step_stands_no_longer_when_the_next_one_was_begun() -> None:
    escalated = begun().escalate(POLICY, at=NINE + 10 * MINUTE)

    assert not BegunStep.of(begun()).stands_in(escalated)
    assert BegunStep.of(escalated).stands_in(escalated)


def test_a_begun_step_that_was_taken_back_stands_no_longer() -> None:
    first = begun()
    second = first.escalate(POLICY, at=NINE + 10 * MINUTE)

    for alert in (first, second):
        taken_back = alert.step_taken_back(None, at=NINE + 11 * MINUTE)
        assert not BegunStep.of(alert).stands_in(taken_back)
