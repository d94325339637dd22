"""The API on a simulated table, and a caller who may read and change alerts."""

import pytest

from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.adapters.dynamodb.configuration.integration_repository import DynamoDBIntegrations
from tocsin.domain.ids import AlertId


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def anybody(world: World) -> Client:
    """A caller without a key."""
    return Client.of(world)


@pytest.fixture
def client(anybody: Client) -> Client:
    """Alice, whose key reads and changes alerts."""
    return anybody.with_key("alerts")


@pytest.fixture
def editor(world: World) -> Client:
    """Alice, whose key reads and changes the configuration."""
    return Client.of(world).with_key("config")


@pytest.fixture
def alert_id(world: World) -> AlertId:
    return world.opened()


@pytest.fixture
def integrations(world: World) -> DynamoDBIntegrations:
    return world.integrations
