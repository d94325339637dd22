"""Under every plan the invariants hold, and a story ends as it does without faults."""

import math

import pytest

from tests.faults.plans import OF_STORIES, Kind, kills
from tests.faults.runs import TALLY, Calm, seed_of_commit
from tests.faults.stories import STORIES

FIXED_PLANS = 1000
PLANS_OF_THE_COMMIT = 1000
KILLS_OF_A_STORY = 40
LEAST_KILLS = 3000
LONG_STORY = 1000
"""Events."""
SHARES_LEFT = 4
"""Of the stories that take long, for the others."""


def test_a_story_ends_well_wherever_a_process_dies(story: Calm) -> None:
    plans = list(kills(story.boundaries))
    # `make proof` takes every place; here some of each story are enough, others in
    # each commit.
    most = KILLS_OF_A_STORY // 3 if is_long(story) else KILLS_OF_A_STORY
    apart = -(-len(plans) // most)
    first, _ = seed_of_commit()
    for plan in plans[first % apart :: apart]:
        problems = story.problems(plan)

        assert not problems, story.report(plan, 0, problems)
        TALLY.kill_points += 1


def test_a_story_ends_well_under_fixed_plans(story: Calm) -> None:
    for seed in range(1, share(story, FIXED_PLANS) + 1):
        expect_nothing_wrong(story, seed)


def test_a_story_ends_well_under_plans_of_this_commit(story: Calm) -> None:
    first, _ = seed_of_commit()
    for seed in range(first, first + share(story, PLANS_OF_THE_COMMIT)):
        expect_nothing_wrong(story, seed)


def test_all_plans_together_had_enough_faults_of_each_kind(request: pytest.FixtureRequest) -> None:
    wanted = len(STORIES) * 3
    run = [item for item in request.session.items if "a_story_ends_well" in item.name]
    if len(run) < wanted:
        pytest.fail(f"{len(run)} of {wanted} tests were chosen: run the whole file")

    assert TALLY.plans >= FIXED_PLANS + PLANS_OF_THE_COMMIT
    assert TALLY.kill_points >= LEAST_KILLS
    assert all(TALLY.happened[kind] for kind in set(Kind) - OF_STORIES), TALLY.happened


def share(story: Calm, plans: int) -> int:
    """How many of them one story gets: of those that take long, fewer."""
    share_of_each = plans / (len(STORIES) - SHARES_LEFT)
    return math.ceil(share_of_each / 3 if is_long(story) else share_of_each)


def is_long(story: Calm) -> bool:
    """Whether it takes many times as long as most."""
    return story.findings.team.world.clock.events > LONG_STORY


def expect_nothing_wrong(story: Calm, seed: int) -> None:
    plan = story.plan(seed)

    problems = story.problems(plan, seed)

    assert not problems, story.report(plan, seed, problems)
    TALLY.plans += 1
