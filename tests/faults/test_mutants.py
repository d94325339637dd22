"""The fault runs are worth something: each of these mistakes makes one of them fail."""

import subprocess
import sys

import pytest

from tests.faults import runs
from tests.faults.mutants import MUTANTS, ROOT, Mutant, tried


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda it: it.name)
def test_the_fault_runs_notice_a_mistake_in_the_source(mutant: Mutant) -> None:
    told = subprocess.run(
        (sys.executable, "-m", "tests.faults.mutants", mutant.name),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 0, told.stdout + told.stderr
    print(told.stdout.strip())  # noqa: T201 - by what it was caught


def test_a_mutant_that_python_refuses_in_a_calm_story_is_not_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*_: object) -> runs.Calm:
        raise AssertionError("tick ended with NameError")

    monkeypatch.setattr(runs, "calm", refused)

    with pytest.raises(ValueError, match="NameError"):
        tried(MUTANTS[0])
