"""Every suite here runs on the fake and on DynamoDB, in moto."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.conftest import TABLE_NAME
from tests.fakes.alerts import InMemoryAlerts
from tests.fakes.write_ids import WriteIds
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.due_repository import DynamoDBDue
from tocsin.adapters.dynamodb.items import changes_from
from tocsin.adapters.dynamodb.slot_repository import DynamoDBSlots
from tocsin.adapters.dynamodb.timeline_repository import DynamoDBTimeline
from tocsin.domain.ids import Fingerprint
from tocsin.domain.timeline import Change
from tocsin.usecases.ports import (
    AlertRepository,
    DueRepository,
    NewWriteId,
    SlotRepository,
    TimelineRepository,
)

RETENTION = timedelta(days=90)


@dataclass(frozen=True)
class Store:
    """Both sides of the same alerts."""

    slots: SlotRepository
    alerts: AlertRepository
    timeline: TimelineRepository
    due: DueRepository
    changes: Callable[[Fingerprint], tuple[Change, ...]]
    """What the newest version in a slot changed, as the stream will tell it."""


@pytest.fixture(params=["in memory", "in DynamoDB"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "in memory":
        return in_memory()
    return on_the_table(request.getfixturevalue("call"))


def in_memory() -> Store:
    alerts = InMemoryAlerts()
    return Store(slots=alerts, alerts=alerts, timeline=alerts, due=alerts, changes=alerts.changes)


def on_the_table(call: Call) -> Store:
    def changes(slot: Fingerprint) -> tuple[Change, ...]:
        answer = call("GetItem", {"TableName": TABLE_NAME, "Key": keys.slot_key(slot)})
        return changes_from(answer["Item"])

    return Store(
        slots=DynamoDBSlots(call, TABLE_NAME, RETENTION),
        alerts=DynamoDBAlerts(call, TABLE_NAME, RETENTION),
        timeline=DynamoDBTimeline(call, TABLE_NAME, RETENTION),
        due=DynamoDBDue(call, TABLE_NAME),
        changes=changes,
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
