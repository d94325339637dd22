"""Devices for push as members of their users' items, and what the notifier notes of them."""

from dataclasses import replace

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import HOUR, NINE
from tests.push_browser import Browser
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.configuration.directory_items import USERS
from tocsin.adapters.dynamodb.configuration.paging_repository import DynamoDBPaging
from tocsin.adapters.dynamodb.configuration.push_devices import DynamoDBPushDevices
from tocsin.domain.configuration import Configured
from tocsin.domain.errors import ConcurrentUpdateError
from tocsin.domain.ids import WriteId
from tocsin.domain.people import Role, User
from tocsin.domain.push_device import PushDevice

PHONE = Browser("https://fcm.googleapis.com/fcm/send/1").device()
DESK = Browser("https://updates.push.services.mozilla.com/wpush/v2/1", name="Firefox").device(
    created_at=NINE + HOUR, last_ok_at=NINE, last_seen_at=NINE
)
ALICE = User(name="Alice", role=Role.ADMIN, push_devices=(PHONE, DESK))


class Table:
    """Alice on a table."""

    def __init__(self, call: Call) -> None:
        self.users = DynamoDBConfiguration(call, TABLE_NAME, USERS)
        self.devices = DynamoDBPushDevices(call, TABLE_NAME)
        self.paging = DynamoDBPaging(call, TABLE_NAME)
        made = Configured(value=ALICE, created_at=NINE)
        self.users.put(None, made, write_id=WriteId("made"))

    @property
    def alice(self) -> User:
        return self.users.get("alice").value


@pytest.fixture
def table(call: Call) -> Table:
    return Table(call)


def test_devices_are_read_as_they_were_stored(table: Table) -> None:
    assert table.alice == ALICE
    assert table.paging.directory(NINE).users["alice"].push_devices == (PHONE, DESK)


def test_a_device_that_is_gone_is_noted_once_and_nothing_else_changes(table: Table) -> None:
    assert table.devices.note_gone("Alice", PHONE, at=NINE + HOUR)
    assert not table.devices.note_gone("Alice", PHONE, at=NINE + 2 * HOUR)

    gone = replace(PHONE, gone_at=NINE + HOUR)
    assert table.alice == replace(ALICE, push_devices=(gone, DESK))


def test_a_device_that_took_a_message_is_noted_unless_it_is_gone(table: Table) -> None:
    assert table.devices.note_taken("alice", PHONE, at=NINE + HOUR)
    table.devices.note_gone("alice", DESK, at=NINE + HOUR)
    assert not table.devices.note_taken("alice", DESK, at=NINE + 2 * HOUR)

    taken, gone = replace(PHONE, last_ok_at=NINE + HOUR), replace(DESK, gone_at=NINE + HOUR)
    assert table.alice.push_devices == (taken, gone)


@pytest.mark.parametrize(
    ("user", "device"),
    [
        ("bob", PHONE),
        ("alice", Browser("https://fcm.googleapis.com/fcm/send/other").device()),
        ("alice", replace(PHONE, endpoint="https://fcm.googleapis.com/fcm/send/newer")),
    ],
)
def test_what_is_not_there_is_not_made(table: Table, user: str, device: PushDevice) -> None:
    assert not table.devices.note_gone(user, device, at=NINE)

    assert table.alice == ALICE
    assert table.users.find("bob") is None


def test_a_note_does_not_refuse_a_change_that_was_read_before_it(table: Table) -> None:
    stored = table.users.get("alice")
    table.devices.note_taken("alice", PHONE, at=NINE + HOUR)

    changed = stored.changed(replace(stored.value, full_name="Alice Archer"))
    table.users.put(stored, changed, write_id=WriteId("changed"))

    assert table.alice.full_name == "Alice Archer"
    with pytest.raises(ConcurrentUpdateError):
        table.users.put(stored, changed, write_id=WriteId("again"))
