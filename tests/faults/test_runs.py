"""What the runs themselves say: of a clock that is wrong, and how to tell a history again."""

import shlex
import sys
from typing import Any

import pytest

from tests.faults import replay
from tests.faults.plans import Fault, Function, Kind
from tests.faults.runs import kill, replay_command


@pytest.mark.parametrize("seconds", [-120, 120])
def test_a_page_is_held_to_when_an_acknowledgement_really_ended(calms: Any, seconds: int) -> None:  # noqa: ANN401 - a cache
    """Its timeline has the time of the timer's clock."""
    told = calms("acknowledgement times out")
    wrong = Fault(kind=Kind.SKEW, function=Function.TIMER, run=0, seconds=seconds)

    assert told.problems((wrong,)) == []


def test_a_recovery_that_a_fast_clock_wrote_is_told_after_a_slow_acknowledgement(
    calms: Any,  # noqa: ANN401 - a cache
) -> None:
    """The update of the recovery arrived first, though its time is two minutes later."""
    told = calms("over while an update is slow")
    wrong = Fault(kind=Kind.SKEW, function=Function.INGEST, run=0, seconds=120)

    assert told.problems((wrong,)) == []


def test_an_update_whose_run_ended_before_it_was_queued_ends_after_a_further_change(
    calms: Any,  # noqa: ANN401 - a cache
) -> None:
    """The run that comes again plans the update of the recovery, not that of before."""
    told = calms("acknowledged while a page is on its way")
    plan = (
        Fault(kind=Kind.HANG, function=Function.NOTIFIER, run=0, boundary=16, times=2),
        Fault(kind=Kind.QUEUES_OUT, function=Function.TABLE_CHANGE, run=4, boundary=3, seconds=600),
    )

    assert told.problems(plan) == []


def replayed(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[str]:
    monkeypatch.setattr(sys, "argv", shlex.split(command)[2:])
    assert replay.main() == 0
    printed = capsys.readouterr().out
    return [line for line in printed.splitlines() if line.startswith("Fault(")]


def test_the_command_of_a_report_tells_what_is_left_of_its_plan(
    calms: Any,  # noqa: ANN401 - a cache
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
    calms: Any,  # noqa: ANN401 - a cache
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = calms("steps a minute apart")
    plan = kill(Function.NOTIFIER, 0, 3)

    command = replay_command(told.story, plan, plan, 0)

    assert replayed(command, monkeypatch, capsys) == [str(fault) for fault in plan]
