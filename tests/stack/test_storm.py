"""`make storm` works: a small storm on a stack of its own, measured to the end."""

import json
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
ALERTS, PEOPLE, BYSTANDERS = 40, 2, 5
MESSAGES_LIMIT = 8
"""To one person by one method."""


def test_a_storm_is_told_to_everybody_once_and_measured(tmp_path: Path) -> None:
    result = tmp_path / "storm.json"
    numbers = {"alerts": ALERTS, "people": PEOPLE, "bystanders": BYSTANDERS}

    ran = subprocess.run(
        [
            *(sys.executable, "-m", "bench.storm", "--result", str(result)),
            *(part for name, number in numbers.items() for part in (f"--{name}", str(number))),
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode in {0, 1}, ran.stderr
    figures = json.loads(result.read_text())
    met = {it != "missed" for it in figures["targets"].values()}
    assert ran.returncode == (0 if met == {True} else 1)
    assert (figures["accepted"], figures["lost_accepted"]) == (ALERTS, 0)
    assert (figures["lost"], figures["twice"], figures["bystanders_lost"]) == (0, 0, 0)
    assert len(figures["places"]) == 2 * PEOPLE
    for place in figures["places"]:
        assert place["named"] == ALERTS, place
        assert place["arrived"] == place["messages"], place
        assert 1 <= place["messages"] <= MESSAGES_LIMIT, place
    assert figures["gate_turns"] > 0
    assert 0 < figures["cost_usd"] < 1
    assert "our own cost of the storm" in ran.stdout
