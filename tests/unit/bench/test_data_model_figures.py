"""docs/data-model.md says what `make bench` measured and wrote into docs/performance.md."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[3] / "docs"
MEASURED = re.compile(r"(\d+) requests?, ([\d.]+) WU, ([\d.]+) RU")
MEASURES = {
    "repeat of an open alert": ["repeat, captured event"],
    "second and third event, of big facts": ["second event of a key, 2 KB event"],
    "first event of a key": ["first event of a key, captured event"],
    "resolve by event": ["resolve by event, captured event"],
    "reopen": ["reopen, captured event"],
    "get by id": ["get by id, captured event"],
    "acknowledge, snooze, resolve": ["acknowledge, captured event", "snooze, captured event"],
    "note": ["note, captured event"],
    "list of one status and severity": ["list 50 of 100,000, firing, critical"],
    "… of one status, or one severity": [
        "list 50 of 100,000, firing",
        "list 50 of 100,000, acknowledged",
        "list 50 of 100,000, resolved",
        "list 50 of 100,000, critical",
    ],
    "… of everything": ["list 50 of 100,000, all"],
    "what falls due": ["idle: a tick, one function run a minute"],
}


def rows_of(page: str, heading: str) -> dict[str, list[str]]:
    """The cells of a table behind the first, by the first."""
    _, _, table = (DOCS / page).read_text(encoding="utf-8").partition(heading)
    lines = [line for line in table.partition("\n\n")[0].splitlines() if line.startswith("|")]
    return {
        cells[0]: cells[1:] for cells in ([*map(str.strip, it.split("|")[1:-1])] for it in lines)
    }


def written(least: float, most: float) -> str:
    return f"{least:g}" if least == most else f"{least:g} to {most:g}"


@pytest.mark.parametrize("access", MEASURES)
def test_a_figure_of_the_data_model_is_the_measured_one(access: str) -> None:
    _, _, *said = rows_of("data-model.md", "| Access | ")[access]
    measured = rows_of("performance.md", "| measure | ")
    figures = [MEASURED.fullmatch(measured[name][1]) for name in MEASURES[access]]
    numbers = [tuple(map(float, figure.groups())) for figure in figures if figure]

    assert len(numbers) == len(MEASURES[access])
    assert said == [written(min(column), max(column)) for column in zip(*numbers, strict=True)]
