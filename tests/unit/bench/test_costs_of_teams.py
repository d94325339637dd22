"""The costs of teams in docs/cost.md and README.md follow from what was measured."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).parents[3]
TEAMS: Final = (1, 10, 100)
ALERTS, REPEATS = 3_000, 100_000
MAIL_USD: Final = 0.10 / 1_000
ALARM_USD, DASHBOARD_USD = 0.10, 3.00
IDLE_OF_FIRST, IDLE_OF_OTHERS = 0.05 + 0.12, 0.10 + 0.52
"""By docs/cost.md, "While nothing happens": with the free tiers of an account, and without."""
SEATS: Final = 8
SEAT_USD: Final = (9.45, 34)


def of_a_million(what: str) -> float:
    """USD that `make bench` wrote."""
    page = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
    (figure,) = re.findall(rf"^\| {what}.*\*\*([\d.]+)\*\* \|$", page, re.MULTILINE)
    return float(figure)


def alarms() -> int:
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    return template.count("Type: AWS::CloudWatch::Alarm")


ROWS: Final[Mapping[str, Callable[[int], float]]] = {
    "alerts and pages": lambda n: n * ALERTS * of_a_million("alerts that fire") / 1e6,
    "repeats": lambda n: n * REPEATS * of_a_million("repeats of open alerts") / 1e6,
    "one e-mail a page": lambda n: n * ALERTS * MAIL_USD,
    "while nothing happens": lambda n: IDLE_OF_FIRST + (n - 1) * IDLE_OF_OTHERS,
    "alarms and dashboard": lambda n: n * (alarms() * ALARM_USD + DASHBOARD_USD),
}
WITHOUT: Final = list(ROWS)[:4]


def shown(first_words: str) -> list[float]:
    page = (ROOT / "docs/cost.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| \**{first_words}[^|]*\|(.*)\|$", page, re.MULTILINE)
    return [float(cell.strip(" *")) for cell in row.split("|")]


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_what_follows_from_the_figures(row: str) -> None:
    assert shown(row) == [pytest.approx(ROWS[row](teams), abs=0.006) for teams in TEAMS]


def test_the_sums_are_the_sums() -> None:
    without = [sum(ROWS[row](teams) for row in WITHOUT) for teams in TEAMS]
    whole = [sum(row(teams) for row in ROWS.values()) for teams in TEAMS]

    assert shown("without alarms and dashboard") == [pytest.approx(it, abs=0.006) for it in without]
    assert shown("with them") == [pytest.approx(it, abs=0.006) for it in whole]


def test_the_readme_says_the_same() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    without, whole = shown("without alarms and dashboard"), shown("with them")

    for teams, own, all_of_it in zip(TEAMS, without, whole, strict=True):
        (row,) = re.findall(rf"^\| {teams} teams? \|(.*)\|$", page, re.MULTILINE)
        least, most = (teams * SEATS * seat for seat in SEAT_USD)
        numbers = [float(it.replace(",", "")) for it in re.findall(r"[\d,.]*\d", row)]
        assert numbers == [pytest.approx(it, rel=0.06) for it in (own, all_of_it, least, most)], row
