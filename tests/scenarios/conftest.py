"""Stories on the simulated table, with a clock that only they move."""

import pytest

from tests.fakes.world import World


@pytest.fixture
def world() -> World:
    return World()
