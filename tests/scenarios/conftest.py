"""Stories on the simulated table, with a clock that only they move."""

import pytest

from tests.examples import MINUTE
from tests.fakes.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def team(world: World) -> World:
    """Alice is asked first, and Bob five minutes later."""
    world.user("alice")
    world.user("bob")
    world.escalation_policy(("user:alice", 5 * MINUTE), ("user:bob", 5 * MINUTE))
    return world
