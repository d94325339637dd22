"""A holder of links for each test."""

import pytest

from tests.functions.actions.holder import Holder


@pytest.fixture
def holder() -> Holder:
    made = Holder()
    made.world.pages_nobody()
    return made
