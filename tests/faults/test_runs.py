"""What the runs themselves say: of a clock that is wrong, and how to tell a history again."""

import shlex
import sys
from collections.abc import Callable

import pytest

from tests.faults import replay
from tests.faults.plans import Fault, Function, Kind, Plan
from tests.faults.runs import Calm, kill, replay_command


@pytest.mark.parametrize(
    ("story", "plan"),
    [
        pytest.param(
            "acknowledgement times out",
            (Fault(kind=Kind.SKEW, function=Function.TIMER, seconds=-120),),
            id="a page is held to when an acknowledgement ended, not to a slow timer's clock",
        ),
        pytest.param(
            "acknowledgement times out",
            (Fault(kind=Kind.SKEW, function=Function.TIMER, seconds=120),),
            id="a page is held to when an acknowledgement ended, not to a fast timer's clock",
        ),
        pytest.param(
            "over while an update is slow",
            (Fault(kind=Kind.SKEW, function=Function.INGEST, seconds=120),),
            id="a recovery that a fast clock wrote is told after a slow acknowledgement",
        ),
        pytest.param(
            "acknowledged while a page is on its way",
            (
                Fault(kind=Kind.HANG, function=Function.NOTIFIER, boundary=16, times=2),
                Fault(
                    kind=Kind.QUEUES_OUT,
                    function=Function.TABLE_CHANGE,
                    run=4,
                    boundary=3,
                    seconds=600,
                ),
            ),
            id="an update whose run ended before it was queued ends after a further change",
        ),
        pytest.param(
            "escalated by a person",
            (
                Fault(kind=Kind.TWICE_AT_ONCE, function=Function.NOTIFIER, boundary=10),
                Fault(kind=Kind.LOSE_REPLY, function=Function.NOTIFIER, boundary=8, times=4),
            ),
            id="a page does not wait for a digest because its copy took the place to go alone",
        ),
    ],
)
def test_a_plan_that_once_broke_a_promise_breaks_none(
    calms: Callable[[str], Calm], story: str, plan: Plan
) -> None:
    assert calms(story).problems(plan) == []


def replayed(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[str]:
    monkeypatch.setattr(sys, "argv", shlex.split(command)[2:])
    assert replay.main() == 0
    printed = capsys.readouterr().out
    return [line for line in printed.splitlines() if line.startswith("Fault(")]


def test_the_command_of_a_report_tells_what_is_left_of_its_plan(
    calms: Callable[[str], Calm],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = calms("steps a minute apart")
    seed = next(seed for seed in range(100, 200) if len(told.plan(seed)) > 2)
    plan = told.plan(seed)

    for smallest in (plan, plan[1:], plan[:1]):
        command = replay_command(told.story, plan, smallest, seed)
        assert replayed(command, monkeypatch, capsys) == [str(fault) for fault in smallest]


def test_the_command_of_a_report_tells_a_death(
    calms: Callable[[str], Calm],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = calms("steps a minute apart")
    plan = kill(Function.NOTIFIER, 0, 3)

    command = replay_command(told.story, plan, plan, 0)

    assert replayed(command, monkeypatch, capsys) == [str(fault) for fault in plan]
