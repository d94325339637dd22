"""The key that signs links: made with the stack, kept over updates, gone with the stack."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from functions.first_key.app import LINK_KEY, respond
from functions.first_key.link_key import LinkKey
from tests.fakes.secrets import InMemorySecrets
from tests.functions.first_key.conftest import CloudFormation, DeniedSecrets
from tocsin.domain.link import read_link_key

EVENT = Path(__file__).parents[3] / "events/first_key_create_link_key.json"
PARAMETER = "/tocsin/tocsin/link-key"

pytestmark = pytest.mark.loopback


@dataclass
class Stack:
    """A stack with a link key, as CloudFormation drives it."""

    cloudformation: CloudFormation
    parameters: InMemorySecrets = field(default_factory=InMemorySecrets)
    drawn: int = 0

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
    def key(self) -> bytes:
        return read_link_key(self.parameters.kept[PARAMETER])

    def _wire(self, resource_type: str) -> LinkKey:
        assert resource_type == LINK_KEY
        return LinkKey(parameters=self.parameters, random_bytes=self._random_bytes)

    def _random_bytes(self, length: int) -> bytes:
        self.drawn += 1
        return bytes([self.drawn]) * length


@pytest.fixture
def stack(cloudformation: CloudFormation) -> Stack:
    return Stack(cloudformation)


def test_a_new_stack_has_a_key_of_its_own(stack: Stack) -> None:
    answer = stack.request("Create")

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", PARAMETER)
    assert len(stack.key) == 32


def test_an_update_leaves_the_key_so_that_links_go_on_working(stack: Stack) -> None:
    stack.request("Create")
    before = stack.key

    assert stack.request("Update")["Status"] == "SUCCESS"
    assert stack.key == before


def test_another_generation_is_another_key(stack: Stack) -> None:
    stack.request("Create")
    before = stack.key

    stack.request("Update", generation="2")

    assert stack.key != before


def test_a_deleted_stack_leaves_no_key(stack: Stack) -> None:
    stack.request("Create")

    for _ in range(2):
        assert stack.request("Delete")["Status"] == "SUCCESS"

    assert stack.parameters.kept == {}


def test_the_key_is_neither_told_to_cloudformation_nor_logged(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = stack.request("Create")

    logged = capsys.readouterr().out
    assert "Resource done" in logged
    assert stack.parameters.kept[PARAMETER] not in logged + json.dumps(answer)


def test_cloudformation_gets_the_reason_why_a_link_key_failed(stack: Stack) -> None:
    stack.parameters = DeniedSecrets(refusals=100)

    answer = stack.request("Create")

    assert (answer["Status"], answer["Reason"]) == (
        "FAILED",
        "AccessDeniedException: not authorized to perform: ssm:PutParameter",
    )
