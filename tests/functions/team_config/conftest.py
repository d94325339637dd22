"""A stack on the simulated table, and CloudFormation, which asks for files to be applied."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from functions.team_config.app import respond
from functions.team_config.deployment import Deployment
from functions.team_config.secrets import Secrets
from functions.team_config.stores import stores_of
from tests.captured_log import captured_log
from tests.fakes.world import World
from tocsin.adapters.dynamodb.activity.scribe import Scribe
from tocsin.adapters.dynamodb.configuration.deployment_requests import DynamoDBDeploymentRequests
from tocsin.bodies.facts import facts_of
from tocsin.domain.activity import TEAM_FILE_ACTOR, Author
from tocsin.file_lines import packed
from tocsin.lambda_runtime import custom_resource
from tocsin_cli.simulated.stores import RETENTION, TABLE

STACK = "/tocsin/payments"
STACK_ID = "arn:aws:cloudformation:eu-central-1:123456789012:stack/payments/1"


@dataclass
class InMemoryParameters:
    """Implements `SecretParameters`."""

    kept: dict[str, str] = field(default_factory=dict)

    def find(self, name: str) -> str | None:
        return self.kept.get(name)

    def keep(self, name: str, value: str) -> str:
        return self.kept.setdefault(name, value)


@dataclass
class CloudFormation:
    """Sends requests as CloudFormation does, and keeps the answers."""

    world: World
    parameters: InMemoryParameters = field(default_factory=InMemoryParameters)
    stack_id: str = STACK_ID
    file: Mapping[str, Any] = field(default_factory=dict)
    """That of the last deployment."""
    seconds_left: float = 60
    answers: list[dict[str, Any]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _random: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def deploy(self, lines: Mapping[str, int] | None = None, **file: Any) -> dict[str, Any]:  # noqa: ANN401 - a file
        """Deploy a file; what fails is rolled back, as CloudFormation does it."""
        before, said = self.file, {"team": "payments", **file}
        answer = self.ask("Update", said, before, lines=lines)
        if answer["Status"] == "SUCCESS":
            self.file = said
        return answer

    def roll_back(self, file: Mapping[str, Any]) -> dict[str, Any]:
        """Another resource of the same deployment has failed: the file before comes again."""
        failed, self.file = self.file, file
        return self.ask("Update", file, failed)

    def delete(self) -> dict[str, Any]:
        return self.ask("Delete", self.file, {})

    def ask(
        self,
        kind: str,
        file: Mapping[str, Any],
        before: Mapping[str, Any],
        *,
        lines: Mapping[str, int] | None = None,
        request_id: str | None = None,
        logical_id: str = "TeamFile",
    ) -> dict[str, Any]:
        event = {
            "RequestType": kind,
            "RequestId": request_id or f"request-{next(self._numbers)}",
            "StackId": self.stack_id,
            "LogicalResourceId": logical_id,
            "PhysicalResourceId": logical_id,
            "ResourceProperties": {"File": file, "Lines": packed(lines or {})},
            "OldResourceProperties": {"File": before},
            "ResponseURL": "https://cloudformation.example/1",
        }
        respond(event, self._wire)
        return self.answers[-1]

    def _wire(self) -> Deployment:
        scribe = Scribe(
            table_name=TABLE,
            author=lambda _: Author(TEAM_FILE_ACTOR, self.world.now),
            facts=facts_of,
        )
        return Deployment(
            stores=stores_of(self.world.call, TABLE, RETENTION, scribe),
            requests=DynamoDBDeploymentRequests(self.world.call, TABLE),
            secrets=Secrets(
                parameters=self.parameters,
                stack=STACK,
                api_url="https://tocsin.example.com",
                random_bytes=lambda length: next(self._random).to_bytes(length),
            ),
            deliveries=self.world.deliveries,
            team="payments",
            allows_private=False,
            now=lambda: self.world.now,
            new_write_id=self.world.new_write_id,
            has_time=self._has_time,
            wait=self.wait,
        )

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)

    def _has_time(self) -> bool:
        self.seconds_left -= 0.001
        return self.seconds_left > 0


@pytest.fixture(autouse=True)
def _log() -> None:
    captured_log("team_config")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def cloudformation(world: World, monkeypatch: pytest.MonkeyPatch) -> CloudFormation:
    """What is answered is kept in memory, as it is sent."""
    asking = CloudFormation(world)

    def taken(_address: str, body: bytes) -> bool:
        import json

        assert len(body) <= custom_resource.ANSWER_LIMIT
        asking.answers.append(json.loads(body))
        return True

    monkeypatch.setattr(custom_resource, "_is_taken", taken)
    return asking


@pytest.fixture
def at(world: World) -> datetime:
    return world.now
