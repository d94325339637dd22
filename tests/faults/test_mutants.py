"""The fault runs are worth something: each of these mistakes makes one of them fail."""

import subprocess
import sys

import pytest

from tests.faults.mutants import MUTANTS, ROOT, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda it: it.name)
def test_the_runs_find_that(mutant: Mutant) -> None:
    told = subprocess.run(
        (sys.executable, "-m", "tests.faults.mutants", mutant.name),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 0, told.stdout + told.stderr
    print(told.stdout.strip())  # noqa: T201 - by what it was caught
