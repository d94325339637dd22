"""The API on a simulated table, and a caller who may read and change alerts."""

import pytest

from tests.fakes.world import World
from tests.functions.alerts_api.client import Client


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def anybody(world: World) -> Client:
    """Somebody without a key."""
    return Client.of(world)


@pytest.fixture
def client(anybody: Client) -> Client:
    """Alice, whose key reads and changes alerts."""
    return anybody.with_key("alerts")
