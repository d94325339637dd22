"""Channels and users as the configuration keeps them (moto)."""

import pytest

from functions.actions.people import DynamoDBPeople
from functions.actions.slack_directory import DynamoDBSlackDirectory
from tests.conftest import TABLE_NAME
from tests.examples import NINE
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.configuration.directory_items import CHANNELS, USERS
from tocsin.domain.configuration import Configured
from tocsin.domain.ids import WriteId
from tocsin.domain.people import Channel, User


@pytest.fixture
def directory(call: Call) -> DynamoDBSlackDirectory:
    return DynamoDBSlackDirectory(call, TABLE_NAME, "/tocsin/x/")


def add_channel(call: Call, name: str, type_: str, secret: str | None) -> None:
    channel = Channel(name=name, type=type_, secret=secret)
    stored = Configured(value=channel, created_at=NINE)
    DynamoDBConfiguration(call, TABLE_NAME, CHANNELS).put(None, stored, write_id=WriteId(name))


def add_user(call: Call, name: str, slack_id: str | None) -> None:
    stored = Configured(value=User(name=name, slack_id=slack_id), created_at=NINE)
    DynamoDBConfiguration(call, TABLE_NAME, USERS).put(None, stored, write_id=WriteId(name))


@pytest.mark.parametrize(
    ("type_", "secret", "found"),
    [
        pytest.param("slack", "/tocsin/x/slack", "/tocsin/x/slack", id="Slack"),
        pytest.param("slack", None, None, id="without a secret"),
        pytest.param("slack", "/other/slack", None, id="which nobody may read"),
        pytest.param("slack", "/tocsin/y/slack", None, id="another stack's"),
        pytest.param("webhook", "/tocsin/x/hook", None, id="another type"),
    ],
)
def test_a_secret_is_that_of_a_slack_channel(
    call: Call,
    directory: DynamoDBSlackDirectory,
    type_: str,
    secret: str | None,
    found: str | None,
) -> None:
    add_channel(call, "ops", type_, secret)

    assert directory.secret_of("ops") == found


@pytest.mark.parametrize("name", ["nobody", "", "x" * 2_000, "é" * 1_000])
def test_an_unknown_channel_has_no_secret(directory: DynamoDBSlackDirectory, name: str) -> None:
    assert directory.secret_of(name) is None


def test_people_have_their_ids_in_slack(call: Call) -> None:
    add_user(call, "alice", "U1")
    add_user(call, "bob", None)

    users = DynamoDBPeople(call, TABLE_NAME).users()

    assert {name: user.slack_id for name, user in users.items()} == {"alice": "U1", "bob": None}
