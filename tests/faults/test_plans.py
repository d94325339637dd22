"""Whatever goes wrong on the way, a story ends as it would have ended without."""

import pytest

from tests.faults.plans import Kind, kills, plan_of
from tests.faults.runs import TALLY, Calm
from tests.faults.stories import STORIES

PLANS = 20
LEAST_PLANS = 200
LEAST_KILLS = 1500
LONG_STORY = 300


def test_a_story_ends_alike_wherever_a_process_dies(story: Calm) -> None:
    plans = list(kills(story.boundaries))
    # The longest story asks the same again and again: there, every fifth place is enough.
    for plan in plans if len(plans) < LONG_STORY else plans[::5]:
        problems = story.problems(plan)

        assert not problems, story.report(plan, 0, problems)
        TALLY.kill_points += 1


def test_a_story_ends_alike_under_every_plan(story: Calm) -> None:
    first = STORIES.index(story.story) * 1000
    for seed in range(first, first + PLANS):
        plan = plan_of(seed, story.boundaries)

        problems = story.problems(plan, seed)

        assert not problems, story.report(plan, seed, problems)
        TALLY.plans += 1


def test_enough_went_wrong(request: pytest.FixtureRequest) -> None:
    wanted = len(STORIES) * 2
    run = [item for item in request.session.items if "a_story_ends_alike" in item.name]
    if len(run) < wanted:
        pytest.fail(f"{len(run)} of {wanted} tests were chosen: run the whole file")

    assert TALLY.plans >= LEAST_PLANS
    assert TALLY.kill_points >= LEAST_KILLS
    assert all(TALLY.happened[kind] for kind in Kind), TALLY.happened
