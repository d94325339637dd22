"""Every suite here runs on the simulated table and on DynamoDB, in moto."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import NINE
from tests.held_requests import hold
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.alerts.items import changes_from
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.adapters.dynamodb.configuration.paging_repository import DynamoDBPaging
from tocsin.adapters.dynamodb.timeline.timeline_repository import DynamoDBTimeline
from tocsin.adapters.dynamodb.timers.due_repository import DynamoDBDue
from tocsin.domain.ids import Fingerprint
from tocsin.domain.timeline import Change
from tocsin.usecases.ports import (
    AlertRepository,
    DueRepository,
    NewWriteId,
    PagingRepository,
    SlotRepository,
    TimelineRepository,
)
from tocsin_cli.simulated.stores import Stores
from tocsin_cli.simulated.write_ids import WriteIds

RETENTION = timedelta(days=90)


@dataclass(frozen=True)
class Store:
    """Both sides of the same alerts."""

    slots: SlotRepository
    alerts: AlertRepository
    timeline: TimelineRepository
    due: DueRepository
    paging: PagingRepository
    changes: Callable[[Fingerprint], tuple[Change, ...]]
    """What the newest version in a slot changed, as the stream will tell it."""


@pytest.fixture(params=["simulated", "in DynamoDB"])
def call(request: pytest.FixtureRequest) -> Call:
    """The table as repositories call it; what they ask for is held to AWS's own model."""
    if request.param == "simulated":
        return held_call(Stores(lambda: NINE).call)
    moto_call: Call = request.getfixturevalue("moto_call")
    return moto_call


def held_call(call: Call) -> Call:
    def held(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        hold("dynamodb", operation, parameters)
        return call(operation, parameters)

    return held


@pytest.fixture
def store(call: Call) -> Store:
    return on_the_table(call)


def on_the_table(call: Call) -> Store:
    def changes(slot: Fingerprint) -> tuple[Change, ...]:
        answer = call("GetItem", {"TableName": TABLE_NAME, "Key": keys.slot_key(slot)})
        return changes_from(answer["Item"])

    return Store(
        slots=DynamoDBSlots(call, TABLE_NAME, RETENTION),
        alerts=DynamoDBAlerts(call, TABLE_NAME, RETENTION),
        timeline=DynamoDBTimeline(call, TABLE_NAME, RETENTION),
        due=DynamoDBDue(call, TABLE_NAME),
        paging=DynamoDBPaging(call, TABLE_NAME),
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
