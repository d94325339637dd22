"""Which steps are set apart from the stream, and which step a message of theirs is about."""

from dataclasses import replace
from datetime import datetime, timedelta

from tests.examples import MINUTE, NINE, firing
from tocsin.domain.alert import Alert
from tocsin.domain.consequences import Consequences, StoredChange, consequences_of
from tocsin.domain.escalation import EscalationPolicy, Step, Target, TargetKind
from tocsin.domain.ids import AlertId
from tocsin.domain.people import Directory, User
from tocsin.domain.storm_steps import LATELY, BegunLately, set_apart
from tocsin.domain.timers import BegunStep

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


DIRECTORY = Directory(users={"alice": User(name="alice", email="alice@example.com")})


def consequences(*numbers: int) -> list[Consequences]:
    """Of alerts that open, in one batch."""
    alerts = [opened(number).escalate(POLICY, at=NINE) for number in numbers]
    stored = [StoredChange(before=None, after=alert, listed_occurrences=1) for alert in alerts]
    return [consequences_of(each, now=NINE) for each in stored]


def opened(number: int) -> Alert:
    return replace(firing(), alert_id=AlertId(f"01KJM5ZZ00DRQ5V1N9YH3KW2T{number}"))


def planned_apart(batch: list[Consequences], lately: BegunLately, at: datetime) -> list[AlertId]:
    before = lately.before(batch, at)
    lately.note([each.alert for each in batch], at)
    _, apart = set_apart(batch, before, DIRECTORY, lambda _: False, at)
    return [step.alert_id for steps in apart for step in steps.steps]


def test_a_storm_that_comes_in_small_batches_is_set_apart_from_its_third_alert_on() -> None:
    lately = BegunLately()

    assert [planned_apart(consequences(it), lately, NINE) for it in (1, 2, 3, 4)] == [
        [],
        [],
        [opened(3).alert_id],
        [opened(4).alert_id],
    ]


def test_a_batch_that_comes_again_counts_once() -> None:
    lately = BegunLately()

    assert [planned_apart(consequences(1), lately, NINE) for _ in range(4)] == [[], [], [], []]


def test_what_began_long_ago_makes_no_storm() -> None:
    lately = BegunLately()
    planned_apart(consequences(1, 2), lately, NINE - LATELY - timedelta(milliseconds=1))

    assert planned_apart(consequences(3), lately, NINE) == []
