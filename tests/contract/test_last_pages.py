"""A page that holds the last there is names no next one, however DynamoDB answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import TABLE_NAME
from tests.contract.alerts_in_store import a_signal, new_write_id, put
from tests.contract.conftest import RETENTION, Store, on_the_table
from tests.examples import ALICE, NINE
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.incidents.incident_repository import DynamoDBIncidents
from tocsin.domain.alert_query import AlertQuery
from tocsin.domain.ids import IncidentId, fingerprint, ulid
from tocsin.domain.incident import Incident
from tocsin.domain.severity import Severity
from tocsin.domain.timeline import Change, ChangeType
from tocsin.usecases.ports import IncidentRepository

STORED = 4

type Page = tuple[list[Any], str | None]
type Read = Callable[[int, str | None], Page]
"""Takes a limit and a cursor."""


def as_aws_does(call: Call) -> Call:
    """Name a last key whenever the limit was reached, also where nothing follows."""

    def answer(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        answer = call(operation, parameters)
        if operation == "Query" and len(answer["Items"]) == parameters.get("Limit"):
            answer.setdefault("LastEvaluatedKey", _key_of(answer["Items"][-1]))
        return answer

    return answer


def a_megabyte_at_a_time(call: Call) -> Call:
    """Answer less than was asked for, as if the items were big."""

    def answer(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        answer = call(operation, parameters)
        if operation == "Query" and len(answer["Items"]) > 1:
            answer["Items"] = answer["Items"][:1]
            answer["LastEvaluatedKey"] = _key_of(answer["Items"][-1])
        return answer

    return answer


def _key_of(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in ("pk", "sk", "state_key", "id") if name in item}


@dataclass(frozen=True)
class Stores:
    alerts: Store
    incidents: IncidentRepository


@pytest.fixture(params=[as_aws_does, a_megabyte_at_a_time])
def stores(request: pytest.FixtureRequest, call: Call) -> Stores:
    call = request.param(call)
    return Stores(on_the_table(call), DynamoDBIncidents(call, TABLE_NAME, RETENTION))


def a_timeline(stores: Stores) -> Read:
    alert = put(stores.alerts.slots, a_signal("disk-full"))
    for number in range(STORED):
        note = Change(type=ChangeType.NOTE, at=NINE, by=ALICE, details={"note": str(number)})
        stores.alerts.alerts.add_note(alert.alert_id, note, write_id=new_write_id())

    def read(limit: int, cursor: str | None) -> Page:
        page = stores.alerts.alerts.timeline(alert.alert_id, cursor=cursor, limit=limit)
        return list(page.changes), page.next_cursor

    return read


def alerts(stores: Stores) -> Read:
    for number in range(STORED):
        put(stores.alerts.slots, a_signal(f"disk-{number}"))

    def read(limit: int, cursor: str | None) -> Page:
        page = stores.alerts.alerts.list(AlertQuery(limit=limit, cursor=cursor), at=NINE)
        return list(page.alerts), page.next_cursor

    return read


def incidents(stores: Stores) -> Read:
    for number in range(STORED):
        at = NINE + timedelta(seconds=number)
        incident = Incident(
            incident_id=IncidentId(ulid(at, fingerprint("", str(number)))),
            title=str(number),
            severity=Severity.CRITICAL,
            created_by=ALICE,
            created_at=at,
        )
        stores.incidents.add(incident, [], write_id=new_write_id())

    def read(limit: int, cursor: str | None) -> Page:
        found, next_cursor = stores.incidents.list(is_open=None, limit=limit, cursor=cursor)
        return list(found), next_cursor

    return read


@pytest.mark.parametrize("some", [a_timeline, alerts, incidents])
@pytest.mark.parametrize("limit", [1, 2, STORED, STORED + 1])
def test_pages_hold_everything_once_and_the_last_is_not_empty(
    stores: Stores, some: Callable[[Stores], Read], limit: int
) -> None:
    read = some(stores)
    pages: list[list[Any]] = []
    cursor: str | None = None
    while not pages or cursor is not None:
        rows, cursor = read(limit, cursor)
        pages.append(rows)

    assert len(pages) == -(-STORED // limit)
    assert len({repr(row) for page in pages for row in page}) == STORED
    assert all(len(page) == limit for page in pages[:-1])
