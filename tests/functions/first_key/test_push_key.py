"""The pair of keys of web push: made with the stack, kept over updates, gone with the stack."""

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from functions.first_key.app import PUSH_KEY, respond
from functions.first_key.push_key import PushKey, public_of
from tests.fakes.secrets import InMemorySecrets
from tests.functions.first_key.conftest import CloudFormation, DeniedSecrets
from tests.push_browser import SERVER_PRIVATE, SERVER_PUBLIC

EVENT = Path(__file__).parents[3] / "events/first_key_create_push_key.json"
PARAMETER = "/tocsin/tocsin/push-key"

pytestmark = pytest.mark.loopback


@dataclass
class Stack:
    """A stack with a pair of keys, as CloudFormation drives it."""

    cloudformation: CloudFormation
    parameters: InMemorySecrets = field(default_factory=InMemorySecrets)

    def request(self, kind: str, *, generation: str = "1", before: str = "1") -> dict[str, Any]:
        """Let CloudFormation ask; what it is told."""
        event = json.loads(EVENT.read_text())
        event |= {"ResponseURL": self.cloudformation.url, "RequestType": kind}
        event["ResourceProperties"]["Generation"] = generation
        if kind == "Update":
            event["OldResourceProperties"] = event["ResourceProperties"] | {"Generation": before}
        respond(event, self._wire)
        return self.cloudformation.answers[-1]

    @property
    def private(self) -> str:
        return self.parameters.kept[PARAMETER]

    def _wire(self, resource_type: str) -> PushKey:
        assert resource_type == PUSH_KEY
        return PushKey(parameters=self.parameters)


@pytest.fixture
def stack(cloudformation: CloudFormation) -> Stack:
    return Stack(cloudformation)


def test_a_new_stack_has_a_pair_of_its_own_and_tells_the_public_key(stack: Stack) -> None:
    answer = stack.request("Create")

    public = answer["Data"]["PublicKey"]
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", PARAMETER)
    assert len(base64.urlsafe_b64decode(public + "=")) == 65
    assert public == public_of(stack.private)
    assert not answer["NoEcho"]


def test_no_two_stacks_have_the_same_pair(stack: Stack) -> None:
    stack.request("Create")
    first = stack.private
    stack.request("Create")

    assert first != stack.private


def test_the_public_key_is_that_of_the_private_one() -> None:
    assert public_of(SERVER_PRIVATE) == SERVER_PUBLIC


def test_an_update_leaves_the_pair_so_that_devices_go_on_being_reached(stack: Stack) -> None:
    made, before = stack.request("Create"), stack.private

    answer = stack.request("Update")

    assert answer["Data"] == made["Data"]
    assert stack.private == before


def test_another_generation_is_another_pair(stack: Stack) -> None:
    made, before = stack.request("Create"), stack.private

    answer = stack.request("Update", generation="2")

    assert stack.private != before
    assert answer["Data"]["PublicKey"] != made["Data"]["PublicKey"]


def test_a_pair_whose_parameter_is_gone_is_made_anew(stack: Stack) -> None:
    stack.request("Create")
    stack.parameters.delete(PARAMETER)

    answer = stack.request("Update")

    assert answer["Data"]["PublicKey"] == public_of(stack.private)


def test_a_deleted_stack_leaves_no_key(stack: Stack) -> None:
    stack.request("Create")

    for _ in range(2):
        assert stack.request("Delete")["Status"] == "SUCCESS"

    assert stack.parameters.kept == {}


def test_the_private_key_is_neither_told_to_cloudformation_nor_logged(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = stack.request("Create")

    logged = capsys.readouterr().out
    assert "Resource done" in logged
    assert stack.private not in logged + json.dumps(answer)


def test_cloudformation_gets_the_reason_why_a_pair_failed(stack: Stack) -> None:
    stack.parameters = DeniedSecrets(refusals=100)

    answer = stack.request("Create")

    assert (answer["Status"], answer["Reason"]) == (
        "FAILED",
        "AccessDeniedException: not authorized to perform: ssm:PutParameter",
    )
