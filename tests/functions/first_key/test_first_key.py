"""The first admin key: made with the stack, shown to the deployer, gone with the stack."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from functions.first_key.app import respond
from functions.first_key.first_key import FirstKey
from tests.examples import NINE
from tests.fakes.secrets import InMemorySecrets
from tests.functions.first_key.conftest import CloudFormation, DeniedSecrets
from tocsin.adapters.aws_json import AwsError
from tocsin.adapters.dynamodb.configuration.key_repository import DynamoDBKeys
from tocsin.domain.credential import ApiKey, Scope, hash_secret
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import WriteId
from tocsin_cli.simulated.stores import Stores
from tocsin_cli.simulated.write_ids import WriteIds

EVENTS = Path(__file__).parents[3] / "events"
PARAMETER = "/tocsin/tocsin/admin-key"

pytestmark = pytest.mark.loopback


@dataclass
class Stack:
    """A stack with a first admin key, as CloudFormation drives it."""

    cloudformation: CloudFormation
    keys: DynamoDBKeys = field(default_factory=lambda: Stores(lambda: NINE).keys)
    parameters: InMemorySecrets = field(default_factory=InMemorySecrets)
    new_write_id: WriteIds = field(default_factory=WriteIds)
    drawn: int = 0

    def request(
        self,
        case: str,
        *,
        properties: Mapping[str, str] | None = None,
        old: Mapping[str, str] | None = None,
        **instead: str,
    ) -> dict[str, Any]:
        """Let CloudFormation ask; what it is told."""
        event = json.loads((EVENTS / f"first_key_{case}.json").read_text())
        event |= {"ResponseURL": self.cloudformation.url, **instead}
        event["ResourceProperties"] |= properties or {}
        if "OldResourceProperties" in event:
            event["OldResourceProperties"] |= old or {}
        respond(event, lambda _: self.first_key())
        return self.cloudformation.answers[-1]

    def first_key(self) -> FirstKey:
        return FirstKey(
            keys=self.keys,
            parameters=self.parameters,
            now=lambda: NINE,
            random_bytes=self._random_bytes,
            new_write_id=self.new_write_id,
        )

    @property
    def shown(self) -> ApiKey | None:
        """Whose key it is that the deployer reads."""
        return self.keys.by_hash(hash_secret(self.parameters.kept.get(PARAMETER, "")))

    def _random_bytes(self, length: int) -> bytes:
        self.drawn += 1
        return bytes([self.drawn]) * length


@pytest.fixture
def stack(cloudformation: CloudFormation) -> Stack:
    return Stack(cloudformation)


def test_a_new_stack_has_one_admin_key_which_the_deployer_can_read(stack: Stack) -> None:
    answer = stack.request("create")

    assert answer["Status"] == "SUCCESS"
    (key,) = stack.keys.list()
    assert (key.name, key.user) == ("first admin key", None)
    assert key.scopes == frozenset((Scope.ADMIN,))
    assert stack.shown == key


def test_the_answer_names_the_resource_and_the_request(stack: Stack) -> None:
    answer = stack.request("create")

    sent = json.loads((EVENTS / "first_key_create.json").read_text())
    names = ("StackId", "RequestId", "LogicalResourceId")
    assert {name: answer[name] for name in names} == {name: sent[name] for name in names}
    assert answer["PhysicalResourceId"] == PARAMETER


def test_the_key_is_neither_told_to_cloudformation_nor_logged(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = stack.request("create")

    secret = stack.parameters.kept[PARAMETER]
    assert answer["NoEcho"] is True
    assert secret not in json.dumps(answer)
    logged = capsys.readouterr().out
    assert "Resource done" in logged
    assert secret not in logged
    assert stack.cloudformation.url not in logged


def test_a_role_that_iam_does_not_know_yet_fails_no_deployment(
    stack: Stack, waits: list[float]
) -> None:
    stack.parameters = DeniedSecrets(refusals=3)

    answer = stack.request("create")

    assert answer["Status"] == "SUCCESS"
    (key,) = stack.keys.list()
    assert stack.shown == key
    assert len(waits) == 3


def test_a_missing_permission_is_reported_before_the_function_times_out(
    stack: Stack, waits: list[float]
) -> None:
    stack.parameters = DeniedSecrets(refusals=100)

    answer = stack.request("create")

    assert answer["Status"] == "FAILED"
    assert "ssm:PutParameter" in answer["Reason"]
    assert sum(waits) == 20


def test_a_refusal_other_than_of_access_is_reported_at_once(
    stack: Stack, waits: list[float]
) -> None:
    stack.parameters = DeniedSecrets(refusals=100, code="ParameterLimitExceeded")

    assert stack.request("create")["Status"] == "FAILED"
    assert not waits


def test_a_request_that_comes_twice_leaves_one_key_that_is_the_one_shown(stack: Stack) -> None:
    stack.request("create")
    stack.request("create")

    (key,) = stack.keys.list()
    assert stack.shown == key


def test_two_stacks_do_not_share_a_key(stack: Stack) -> None:
    stack.request("create")
    stack.request("create", StackId="arn:aws:cloudformation:eu-central-1:1:stack/other/1")

    assert len(stack.keys.list()) == 2


def test_an_update_that_asks_for_nothing_changes_nothing(stack: Stack) -> None:
    stack.request("create")
    before = dict(stack.parameters.kept)

    answer = stack.request("update", properties={"Generation": "1", "ServiceTimeout": "60"})

    assert answer["Status"] == "SUCCESS"
    assert stack.parameters.kept == before
    assert stack.shown is not None


def test_another_generation_is_another_key_and_the_end_of_the_one_before(stack: Stack) -> None:
    stack.request("create")
    before = stack.parameters.kept[PARAMETER]

    answer = stack.request("update")

    (key,) = stack.keys.list()
    assert stack.shown == key
    assert stack.keys.by_hash(hash_secret(before)) is None
    assert answer["PhysicalResourceId"] == PARAMETER


def test_an_update_that_is_rolled_back_leaves_a_key_that_works(stack: Stack) -> None:
    stack.request("create")
    stack.request("update")

    stack.request("update", properties={"Generation": "1"}, old={"Generation": "2"})

    (key,) = stack.keys.list()
    assert stack.shown == key


def test_a_lost_key_is_replaced_although_it_was_revoked(stack: Stack) -> None:
    stack.request("create")
    stack.keys.revoke(stack.keys.list()[0], write_id=WriteId("by hand"))
    stack.parameters.delete(PARAMETER)

    assert stack.request("update")["Status"] == "SUCCESS"
    assert stack.shown is not None


def test_a_renamed_parameter_is_another_resource_and_the_old_one_is_cleaned_up(
    stack: Stack,
) -> None:
    stack.request("create", properties={"ParameterName": "/old"})

    answer = stack.request("update", properties={"Generation": "1"}, old={"ParameterName": "/old"})
    assert answer["PhysicalResourceId"] == PARAMETER
    assert len(stack.keys.list()) == 2

    stack.request("delete", properties={"ParameterName": "/old"})
    (key,) = stack.keys.list()
    assert stack.shown == key
    assert list(stack.parameters.kept) == [PARAMETER]


def test_a_deleted_stack_leaves_neither_key_nor_parameter(stack: Stack) -> None:
    stack.request("create")

    for _ in range(2):
        assert stack.request("delete")["Status"] == "SUCCESS"

    assert stack.keys.list() == ()
    assert stack.parameters.kept == {}


class Refusing(InMemorySecrets):
    """A Parameter Store that refuses."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def put(self, name: str, value: str) -> None:
        del name, value
        raise self._error

    def delete(self, name: str) -> None:
        del name
        raise self._error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(
            AwsError("AccessDeniedException", "not authorized to perform ssm:PutParameter"),
            "AccessDeniedException: not authorized to perform ssm:PutParameter",
            id="a permission that is missing",
        ),
        pytest.param(
            AwsError("ValidationException", "Value 'tocsin_AQEB' at 'value' is wrong"),
            "AWS refused with ValidationException.",
            id="a refusal that quotes the key",
        ),
        pytest.param(
            TryAgainError(), "Storage is busy. Send the same request again.", id="a busy service"
        ),
        pytest.param(
            RuntimeError("tocsin_AQEB"),
            "Something went wrong; the log of FirstKeyFunction says where.",
            id="a fault of our own",
        ),
    ],
)
def test_cloudformation_gets_the_reason_of_a_failure_but_never_the_key(
    stack: Stack, error: Exception, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.parameters = Refusing(error)

    answer = stack.request("create")

    assert (answer["Status"], answer["Reason"]) == ("FAILED", reason)
    assert answer["PhysicalResourceId"] == PARAMETER
    assert "tocsin_AQEB" not in capsys.readouterr().out


def test_the_rollback_of_a_failed_stack_deletes_its_key(stack: Stack) -> None:
    working = stack.parameters
    stack.parameters = Refusing(TryAgainError())
    stack.request("create")
    stack.parameters = working

    assert stack.request("delete")["Status"] == "SUCCESS"
    assert stack.keys.list() == ()


def test_a_template_without_parameter_name_fails_with_that_reason_and_rolls_back(
    stack: Stack,
) -> None:
    nameless = {"ParameterName": ""}

    made = stack.request("create", properties=nameless)
    removed = stack.request(
        "delete", properties=nameless, PhysicalResourceId=made["PhysicalResourceId"]
    )

    assert (made["Status"], made["Reason"]) == (
        "FAILED",
        "The property ParameterName is missing.",
    )
    assert removed["Status"] == "SUCCESS"
    assert removed["PhysicalResourceId"] == made["PhysicalResourceId"]


def test_an_unknown_request_is_refused(stack: Stack) -> None:
    answer = stack.request("create", RequestType="Inspect")

    assert answer["Status"] == "FAILED"
    assert "Inspect" in answer["Reason"]
    assert stack.keys.list() == ()
