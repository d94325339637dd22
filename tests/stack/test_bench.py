"""`make bench` works, and every budget in requests and units holds."""

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def test_no_operation_takes_more_requests_or_units_than_it_may() -> None:
    measured = subprocess.run(
        [sys.executable, "-m", "bench", "--quick"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )

    assert measured.returncode == 0, measured.stdout + measured.stderr
    assert "repeat, captured event" in measured.stdout
