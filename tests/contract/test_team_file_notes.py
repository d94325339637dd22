"""RemovedObjects and DeploymentRequests: what deployments of a team's file leave for each other."""

from datetime import timedelta

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import NINE
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.configuration.deployment_requests import (
    KEPT,
    DynamoDBDeploymentRequests,
)
from tocsin.adapters.dynamodb.configuration.directory_items import USERS
from tocsin.adapters.dynamodb.configuration.heartbeat_repository import DynamoDBHeartbeats
from tocsin.adapters.dynamodb.configuration.removed_objects import KEPT_FOR, DynamoDBRemovedObjects
from tocsin.adapters.dynamodb.timers.due_repository import DynamoDBDue
from tocsin.domain.configuration import Configured
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.integration import Token
from tocsin.domain.people import User
from tocsin.usecases.ports import DeploymentRequests, RemovedObjects
from tocsin_cli.simulated.write_ids import WriteIds

ALICE = Configured(value=User(name="Alice", email="alice@example.com"), created_at=NINE)
STACK = "arn:aws:cloudformation:eu-central-1:123456789012:stack/payments/1 TeamFile"
new_write_id = WriteIds()


@pytest.fixture
def users(call: Call) -> DynamoDBConfiguration[User]:
    return DynamoDBConfiguration(call, TABLE_NAME, USERS)


@pytest.fixture
def removed(users: DynamoDBConfiguration[User]) -> RemovedObjects[Configured[User]]:
    return DynamoDBRemovedObjects(users)


@pytest.fixture
def requests(call: Call) -> DeploymentRequests:
    return DynamoDBDeploymentRequests(call, TABLE_NAME)


def test_what_was_removed_comes_back_whole_and_is_in_no_list(
    removed: RemovedObjects[Configured[User]], users: DynamoDBConfiguration[User]
) -> None:
    removed.keep(ALICE, at=NINE, write_id=new_write_id())

    assert removed.find("alice", at=NINE) == ALICE
    assert users.list() == ()
    assert users.find("alice") is None


def test_what_was_removed_is_forgotten_after_a_month(
    removed: RemovedObjects[Configured[User]],
) -> None:
    removed.keep(ALICE, at=NINE, write_id=new_write_id())

    assert removed.find("Alice", at=NINE + KEPT_FOR - timedelta(seconds=1)) == ALICE
    assert removed.find("Alice", at=NINE + KEPT_FOR) is None


def test_the_newest_of_a_name_is_kept(removed: RemovedObjects[Configured[User]]) -> None:
    later = Configured(value=User(name="Alice", phone="+15550100"), created_at=NINE)
    removed.keep(later, at=NINE + timedelta(days=1), write_id=new_write_id())

    removed.keep(ALICE, at=NINE, write_id=new_write_id())

    assert removed.find("Alice", at=NINE) == later


def test_no_timer_finds_a_heartbeat_that_was_removed(call: Call) -> None:
    removed = DynamoDBRemovedObjects(DynamoDBHeartbeats(call, TABLE_NAME))
    backup = Heartbeat(
        name="backup", period=timedelta(hours=1), created_at=NINE, token=Token.of("0" * 32)
    ).watched(NINE)

    removed.keep(backup, at=NINE, write_id=new_write_id())

    assert list(DynamoDBDue(call, TABLE_NAME).due(NINE + timedelta(days=9))) == []


def test_the_newest_request_may_act_as_often_as_it_comes(requests: DeploymentRequests) -> None:
    assert [requests.begin("one", STACK) for _ in range(2)] == [True, True]
    assert requests.begin("two", STACK)

    assert not requests.begin("one", STACK)
    assert requests.begin("two", STACK)


def test_the_manager_is_that_of_the_newest_request(requests: DeploymentRequests) -> None:
    assert requests.manager() is None

    requests.begin("one", STACK)
    assert requests.manager() == STACK
    requests.begin("two", None)
    requests.begin("one", STACK)

    assert requests.manager() is None


def test_many_requests_take_no_more_room(requests: DeploymentRequests) -> None:
    for number in range(KEPT + 5):
        assert requests.begin(f"request {number}", STACK)

    assert not requests.begin(f"request {KEPT}", STACK)


def test_a_request_whose_reply_was_lost_may_act(call: Call) -> None:
    requests = DynamoDBDeploymentRequests(losing_replies(call), TABLE_NAME)

    assert requests.begin("one", STACK)
    assert requests.begin("two", STACK)
