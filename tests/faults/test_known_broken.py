"""What is marked as broken is broken: a mark that is not true any more has to go."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults import known_broken
from tests.faults.invariants import INVARIANTS
from tests.faults.runs import Tally, calm
from tests.faults.simulation import StuckError
from tests.faults.stories import STORIES, Story

SEEDS = 200


@pytest.mark.parametrize("name", known_broken.STORIES)
def test_a_marked_story_goes_wrong(name: str, template: dict[str, Any]) -> None:
    story = next(it for it in STORIES if it.name == name)

    assert any(_goes_wrong(story, template))


def _goes_wrong(story: Story, template: dict[str, Any]) -> Iterator[bool]:
    """Without faults, or else under one of some plans."""
    try:
        told = calm(story, template, Tally())
    except (StuckError, AssertionError):
        yield True
        return
    for seed in range(SEEDS):
        yield bool(told.problems(told.plan(seed), seed))


def test_a_marked_invariant_is_one() -> None:
    assert known_broken.INVARIANTS.keys() <= {it.sentence for it in INVARIANTS}
