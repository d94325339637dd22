"""Stories told once without faults, and how much went wrong in all runs together."""

from functools import cache
from typing import Any

import pytest

from tests.faults.runs import TALLY, Calm, calm
from tests.faults.stories import STORIES, Story

_NAMES = [story.name for story in STORIES]


@pytest.fixture(scope="session")
def calms(template: dict[str, Any]) -> Any:  # noqa: ANN401 - a cache
    return cache(lambda name: calm(_named(name), template))


@pytest.fixture(params=_NAMES)
def story(request: pytest.FixtureRequest, calms: Any) -> Calm:  # noqa: ANN401 - a cache
    """Each story, without faults."""
    told: Calm = calms(request.param)
    return told


def pytest_terminal_summary(terminalreporter: Any) -> None:  # noqa: ANN401 - pytest's own
    """Say how much was tried: a run that tried nothing proves nothing."""
    if not TALLY.plans + TALLY.kill_points:
        return
    terminalreporter.section("fault runs")
    for line in TALLY.lines():
        terminalreporter.write_line(line)


def _named(name: str) -> Story:
    return next(story for story in STORIES if story.name == name)
