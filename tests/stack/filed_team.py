"""Teams whose files are deployed into one embedded AWS, each with a stack of its own."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from local.ministack_gaps.gateway_answers import Answer
from local.stack.build import build
from local.stack.deploy import STACK_NAME, Wanted, deploy
from local.stack.deployment import Deployment
from local.stack.example_team import admin_key
from local.stack.gateway import Gateway
from local.stack.prerequisites import free_port
from local.stack.start import Stack
from tests.stack.client import Client, Sender
from tests.stack.webhook_receiver import Hook, WebhookReceiver
from tocsin.file_lines import packed
from tocsin_cli.template import TemplateFile, read_team, write_joined
from tocsin_cli.yaml_file import read_yaml, render

STARTED = "team: payments\nintegrations: [{name: started, type: rest}]\n"
"""A file that a stack is started with."""
FAILING = """
  Failing:
    Type: Custom::FirstAdminKey
    DependsOn: TeamFile
    Properties:
      ServiceToken: !GetAtt FirstKeyFunction.Arn
      ServiceTimeout: 60
"""
"""A resource that cannot be made, after the file was applied: it lacks a parameter's name."""


@dataclass
class FiledTeam:
    """A team with a file of its own, and hooks that its channels lead to."""

    team: str
    stack_name: str
    running: Stack
    receiver: WebhookReceiver
    folder: Path
    url: str
    deployment: Deployment | None = None
    hooks: dict[str, Hook] = field(default_factory=dict)

    @property
    def api(self) -> Client:
        return Client(self.url, admin_key(self.running.aws, self.stack_name))

    def hook(self, name: str) -> Hook:
        """Where the team's channel of this name leads."""
        if name not in self.hooks:
            self.hooks[name] = self.receiver.hook(f"{self.team}-{name}")
        return self.hooks[name]

    def channel(self, name: str) -> dict[str, Any]:
        """As a file has it."""
        return {"name": name, "type": "webhook", "url": self.hook(name).url}

    def write(self, text: str) -> Path:
        path = self.folder / f"{self.team}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    def deploy(self, **lists: Any) -> None:  # noqa: ANN401 - as files have them
        """Deploy a file, checked before as `make deploy` does it."""
        path = self.write(json.dumps({"team": self.team, **lists}, indent=1))
        stack = f"/tocsin/{self.stack_name}"
        at = datetime.now(UTC)
        self.deploy_file(read_team(path, at=at, stack=stack, allows_private=True))

    def deploy_unchecked(self, text: str) -> None:
        """Deploy a file without a look at it."""
        file = render(read_yaml(text, "unchecked.yaml"))
        members, lines = json.loads(file.text), packed(file.lines)
        self.deploy_file(TemplateFile(path=self.write(text), members=members, lines=lines))

    def deploy_file(self, file: TemplateFile, *, beside: str = "") -> None:
        """Args: beside: Further resources."""
        made = build(self.running.places)
        template = write_joined(made.template, file)
        if beside:
            text = template.read_text().replace("\nResources:\n", f"\nResources:{beside}", 1)
            template = template.with_name(f"more-{template.name}")
            template.write_text(text)
        what = Wanted(
            public_url=self.url,
            parameters={"TeamName": self.team, "OwnerEmail": "owner@example.com"},
            template=template,
            stack_name=self.stack_name,
        )
        self.deployment = deploy(self.running.aws, made, what, self.running.places)
        self._learn_secrets()

    def _learn_secrets(self) -> None:
        for name, hook in self.hooks.items():
            hook.secret = self.secret(f"channels/{name}.file") or hook.secret

    def secret(self, name: str) -> str | None:
        ssm = self.running.aws.client("ssm")
        try:
            found = ssm.get_parameter(Name=f"/tocsin/{self.stack_name}/{name}", WithDecryption=True)
        except ssm.exceptions.ParameterNotFound:
            return None
        return str(found["Parameter"]["Value"])

    def sender(self, name: str) -> Sender:
        """Sends to an integration of the file."""
        url = self.secret(f"integrations/{name}")
        assert url is not None
        return Sender(self.api, url, name=name)

    def outputs(self) -> Mapping[str, str]:
        described = self.running.aws.client("cloudformation").describe_stacks(
            StackName=self.stack_name
        )
        return {it["OutputKey"]: it["OutputValue"] for it in described["Stacks"][0]["Outputs"]}

    def status(self) -> str:
        """That of CloudFormation."""
        described = self.running.aws.client("cloudformation").describe_stacks(
            StackName=self.stack_name
        )
        return str(described["Stacks"][0]["StackStatus"])

    def reasons(self) -> list[str]:
        """Why the resource of the file has failed, newest first."""
        events = self.running.aws.client("cloudformation").describe_stack_events(
            StackName=self.stack_name
        )
        return [
            event["ResourceStatusReason"]
            for event in events["StackEvents"]
            if event["LogicalResourceId"] == "TeamFile"
            and event["ResourceStatus"].endswith("_FAILED")
        ]


def first_team(stack: Stack, receiver: WebhookReceiver, folder: Path) -> FiledTeam:
    """That of a stack that was started for it."""
    return FiledTeam("payments", STACK_NAME, stack, receiver, folder, stack.url)


@dataclass
class SecondTeam:
    """Another team in the same embedded AWS, with a gateway before its API."""

    filed: FiledTeam
    _ending: ExitStack = field(default_factory=ExitStack)

    @classmethod
    def beside(cls, first: FiledTeam, team: str, **lists: Any) -> Self:  # noqa: ANN401 - as files have them
        port = free_port()
        filed = FiledTeam(
            team,
            f"tocsin-{team}-test",
            first.running,
            first.receiver,
            first.folder,
            f"http://127.0.0.1:{port}",
        )
        channels = [filed.channel(it["name"]) for it in lists.pop("channels", ())]
        filed.deploy(channels=channels, **lists)
        assert filed.deployment is not None
        aws = first.running.aws
        gateway = Gateway(
            port=port,
            target=f"{aws.endpoint}/_aws/execute-api/{filed.deployment.api_id}/$default",
            watcher=lambda _: None,
            own_pages=_none,
        )
        gateway.start()
        second = cls(filed)
        second._ending.callback(gateway.stop)
        return second

    def stop(self) -> None:
        self._ending.close()


def _none(_method: str, _path: str, _headers: Mapping[str, str], _body: bytes) -> Answer | None:
    return None
