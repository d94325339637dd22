"""Every suite here runs on the fake and on DynamoDB, in moto."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.fakes.alerts import InMemoryAlerts
from tests.fakes.world import WriteIds
from tocsin.adapters.dynamodb.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.slot_repository import DynamoDBSlots
from tocsin.usecases.ports import AlertRepository, NewWriteId, SlotRepository

RETENTION = timedelta(days=90)


@dataclass(frozen=True)
class Store:
    """Both sides of the same alerts."""

    slots: SlotRepository
    alerts: AlertRepository


@pytest.fixture(params=["in memory", "in DynamoDB"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "in memory":
        alerts = InMemoryAlerts()
        return Store(slots=alerts, alerts=alerts)
    call = request.getfixturevalue("call")
    return Store(
        slots=DynamoDBSlots(call, "tocsin", RETENTION),
        alerts=DynamoDBAlerts(call, "tocsin", RETENTION),
    )


@pytest.fixture
def slots(store: Store) -> SlotRepository:
    return store.slots


@pytest.fixture
def alerts(store: Store) -> AlertRepository:
    return store.alerts


@pytest.fixture
def new_write_id() -> NewWriteId:
    return WriteIds()
