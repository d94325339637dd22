"""A backup of a stack, the loss of its table, and the restore: nobody is paged twice for it."""

import os
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from local.stack.places import ROOT
from local.stack.start import Options, Stack, start
from tests.stack.client import Client, Sender, eventually
from tests.stack.webhook_receiver import Hook, WebhookReceiver

SECOND_STEP = "45s"
"""Later than the restore: the alert goes on where it was."""


@pytest.fixture(scope="module")
def own_stack(
    tmp_path_factory: pytest.TempPathFactory,
    aws_environment: None,  # noqa: ARG001 - no real AWS
) -> Iterator[Stack]:
    """A stack whose table may be lost."""
    with start(Options(state=tmp_path_factory.mktemp("backup"))) as stack:
        yield stack


@pytest.fixture(scope="module")
def hooks() -> Iterator[tuple[Hook, Hook]]:
    with WebhookReceiver().running() as receiver:
        yield receiver.hook("first"), receiver.hook("second")


def make(stack: Stack, command: str, file: Path) -> str:
    done = subprocess.run(
        ["/bin/sh", "-c", f"make {command} ENV=local FILE={file}"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(file.parent), **stack.aws.environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout + done.stderr


def lose(stack: Stack) -> None:
    """Empty the table, as it is when a new stack replaces a lost one."""
    dynamodb, table = stack.aws.client("dynamodb"), stack.deployment.table_name
    for page in dynamodb.get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            key = {"pk": item["pk"], "sk": item["sk"]}
            dynamodb.delete_item(TableName=table, Key=key)


def test_a_lost_table_comes_back_from_a_backup(
    own_stack: Stack, hooks: tuple[Hook, Hook], tmp_path: Path
) -> None:
    file, (first, second) = tmp_path / "backup.jsonl.gz", hooks
    api = Client(own_stack.url, own_stack.api_key)
    for hook in hooks:
        body = {"type": "webhook", "url": hook.url}
        api.put(f"/api/v1/channels/{hook.name}", body).expect(201)
    steps = [
        {"name": hook.name, "targets": [{"channel": hook.name}], "delay": SECOND_STEP}
        for hook in hooks
    ]
    api.put("/api/v1/escalation-policies/default", {"steps": steps}).expect(201)
    sender = Sender(api, own_stack.integrations["example-rest"].url)
    open_id = str(sender.send(name="Still firing", severity="critical")["alert_id"])
    over_id = str(sender.send(name="Over", severity="critical")["alert_id"])
    eventually(lambda: first.received, lambda received: len(received) == 2)
    api.post(f"/api/v1/alerts/{over_id}/resolve").expect(200)
    eventually(lambda: first.received, lambda received: len(received) == 3)
    for alert_id, pages in ((open_id, 1), (over_id, 2)):
        eventually(partial(told_of, api, alert_id), pages.__eq__)
    key = api.post("/api/v1/keys", {"name": "reader", "scopes": ["alerts:read"]}).expect(201).data
    before = {path: told(api, path) for path in paths(open_id, over_id)}

    assert "items of the stack" in make(own_stack, "backup", file)
    lose(own_stack)
    assert "items are in the stack" in make(own_stack, "restore", file)

    now = eventually(lambda: {path: told(api, path) for path in before}, lambda now: now == before)
    assert now == before
    Client(own_stack.url, key["key"]).get("/api/v1/alerts").expect(200)
    again = sender.send(name="Still firing", severity="critical")
    assert (again["outcome"], again["alert_id"]) == ("updated", open_id)
    eventually(lambda: second.received, bool, seconds=90)
    assert [it.alert_id for it in second.received] == [open_id]
    assert len(first.received) == 3
    assert "restore into a new stack" in make(own_stack, "restore", file)


def paths(open_id: str, over_id: str) -> list[str]:
    of_alerts = [
        f"alerts/{each}{part}" for each in (open_id, over_id) for part in ("", "/timeline")
    ]
    return [*of_alerts, "alerts", "users", "channels", "escalation-policies", "integrations"]


def told_of(api: Client, alert_id: str) -> int:
    """How many pages its timeline tells of: the stream adds them a moment later."""
    entries = api.get(f"/api/v1/alerts/{alert_id}/timeline").expect(200).data
    return [it["type"] for it in entries].count("notification_sent")


def told(api: Client, path: str) -> object:
    answer = api.get(f"/api/v1/{path}").expect(200)
    return answer.json
