"""What a page reads beside its alert (simulated and moto)."""

from datetime import timedelta
from typing import Any

from functions.actions.people import DynamoDBPeople
from tests.conftest import TABLE_NAME
from tests.examples import BOB, NINE
from tests.functions.actions.holder import Holder
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.configuration.directory_items import USERS
from tocsin.adapters.dynamodb.requests.answer_repository import DynamoDBAnswers
from tocsin.domain.configuration import Configured
from tocsin.domain.ids import WriteId
from tocsin.domain.link import LinkAction
from tocsin.domain.people import User
from tocsin_cli.simulated.table import Parameters

RETENTION = timedelta(days=90)


class Reads:
    """Storage that notes what it is asked."""

    def __init__(self, holder: Holder) -> None:
        self._call = holder.world.call
        self.asked: list[str] = []

    def __call__(self, operation: str, parameters: Parameters) -> dict[str, Any]:
        self.asked.append(operation)
        return self._call(operation, parameters)


def reads_of(holder: Holder, token: str) -> list[str]:
    """The requests of one look."""
    reads = Reads(holder)
    holder.alerts = DynamoDBAlerts(reads, TABLE_NAME, RETENTION)
    holder.answers = DynamoDBAnswers(reads, TABLE_NAME)
    holder.people = DynamoDBPeople(reads, TABLE_NAME)
    assert holder.look(token).status == 200
    return reads.asked


def test_a_page_takes_three_reads_and_four_once_the_alert_has_changed(holder: Holder) -> None:
    alert_id = holder.world.opened()
    token = holder.token(LinkAction.VIEW, alert_id)

    assert reads_of(holder, token) == ["GetItem", "Query", "Query"]
    holder.world.acknowledge(alert_id, by=BOB)
    assert reads_of(holder, token) == ["GetItem", "Query", "Query", "GetItem"]


def test_people_are_found_by_name(call: Call) -> None:
    people = DynamoDBPeople(call, TABLE_NAME)
    assert people.users() == {}
    alice = User(name="alice", full_name="Alice Adler", time_zone="Europe/Berlin")
    stored = Configured(value=alice, created_at=NINE)
    DynamoDBConfiguration(call, TABLE_NAME, USERS).put(None, stored, write_id=WriteId("x"))

    assert people.users() == {"alice": alice}
