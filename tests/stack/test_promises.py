"""What else the stack promises: windows, rotation, secrets out of logs, least privilege."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.stack.aws import REGION
from local.stack.deploy import STACK_NAME
from local.stack.start import Stack
from tests.stack.client import Client, Sender, eventually

type NewName = Callable[[str], str]


def types_of(api: Client, alert_id: str) -> list[str]:
    return [entry["type"] for entry in api.timeline(alert_id)]


def test_the_timeline_tells_each_change_once_and_in_order(
    rest: Sender, api: Client, new_name: NewName
) -> None:
    name = new_name("Story")
    alert_id = rest.send(name=name, severity="warning", output="93 %")["alert_id"]
    rest.send(name=name, severity="critical", output="97 %")
    api.post(f"/api/v1/alerts/{alert_id}/ack", {"note": "on it"}).expect(200)
    api.post(f"/api/v1/alerts/{alert_id}/notes", {"note": "cleaning up"}).expect(201, 200)
    api.post(f"/api/v1/alerts/{alert_id}/create-incident", {"title": "Disks"}).expect(201)
    rest.send(name=name, severity="ok")
    expected = [
        "fired",
        "severity_changed",
        "acknowledged",
        "note",
        "incident_created",
        "resolved",
    ]

    eventually(lambda: types_of(api, alert_id), lambda types: types == expected)

    timeline = api.timeline(alert_id)
    assert timeline[0]["reason"] == "93 %"
    assert timeline[2]["note"] == "on it"
    assert [entry["at"] for entry in timeline] == sorted(entry["at"] for entry in timeline)


def test_a_resolve_window_ends_by_itself_unless_it_fires_again(
    api: Client, new_integration: Callable[..., Sender]
) -> None:
    sender = new_integration(resolve_after="3s")
    steady = sender.send(name="Steady")["alert_id"]
    flapping = sender.send(name="Flapping")["alert_id"]
    assert sender.send(name="Steady", severity="ok")["outcome"] == "resolving"
    assert sender.send(name="Flapping", severity="ok")["outcome"] == "resolving"
    assert sender.send(name="Flapping")["outcome"] == "updated"

    alert = eventually(lambda: api.alert(steady), lambda alert: bool(alert["status"] == "resolved"))

    assert alert["resolved_by"] == "auto"
    assert api.alert(flapping)["status"] == "firing"
    eventually(
        lambda: types_of(api, flapping), lambda types: types == ["fired", "resolving", "updated"]
    )


def test_counts_follow_what_is_open(rest: Sender, api: Client, new_name: NewName) -> None:
    before = eventually(lambda: counts(api), lambda found: found == counts(api))
    alert_ids = [rest.send(name=new_name("Counted"))["alert_id"] for _ in range(3)]
    api.post(f"/api/v1/alerts/{alert_ids[0]}/ack").expect(200)
    api.post(f"/api/v1/alerts/{alert_ids[1]}/resolve").expect(200)
    expected = {
        **before,
        "total": before["total"] + 2,
        "firing": before["firing"] + 1,
        "acknowledged": before["acknowledged"] + 1,
        "by_severity": {
            **before["by_severity"],
            "warning": before["by_severity"]["warning"] + 2,
        },
    }

    eventually(lambda: counts(api), lambda found: found == expected)


def counts(api: Client) -> dict[str, Any]:
    """Read by a list that cannot count by itself, so from what the stream counted."""
    meta: dict[str, Any] = (
        api.get("/api/v1/alerts?status=resolved&limit=1").expect(200).json["meta"]
    )
    return meta


def test_history_keeps_the_values_in_order(rest: Sender, api: Client, new_name: NewName) -> None:
    name = new_name("Latency")
    for value in (80, 150, 120):
        alert_id = rest.send(name=name, current_value=value)["alert_id"]

    alert = eventually(lambda: api.alert(alert_id), lambda alert: len(alert["history"]) == 3)

    assert [sample["value"] for sample in alert["history"]] == [80, 150, 120]


def test_a_rotated_url_works_at_once_and_the_old_one_for_the_overlap(
    api: Client, new_integration: Callable[..., Sender]
) -> None:
    old = new_integration()
    new = Sender(
        api,
        api.post(f"/api/v1/integrations/{old.name}/rotate", {"overlap": "1h"}).data["url"],
    )

    first, second = old.send(name="Same"), new.send(name="Same")

    assert old.url != new.url
    assert first["alert_id"] == second["alert_id"]


def test_a_paused_integration_accepts_and_ignores(
    new_integration: Callable[..., Sender],
) -> None:
    sender = new_integration(paused=True)

    assert sender.send(name="Quiet")["outcome"] == "ignored"


def test_unknown_and_deleted_tokens_get_the_same_answer(
    api: Client, new_integration: Callable[..., Sender]
) -> None:
    gone = new_integration()
    api.delete(f"/api/v1/integrations/{gone.name}").expect(204, 200)
    bodies = [
        Sender(api, url).post({"name": "x"}).expect(404).json["error"] | {"request_id": ""}
        for url in (gone.url, f"{api.url}/i/{'0' * 32}", f"{api.url}/i/nonsense")
    ]

    assert all(body == bodies[0] for body in bodies)
    assert bodies[0]["code"] == "integration_not_found"


def test_no_secret_is_in_any_log(
    stack: Stack, rest: Sender, events: Sender, api: Client, new_name: NewName
) -> None:
    made = api.post("/api/v1/keys", {"name": new_name("canary"), "scopes": ["alerts"]})
    secret = made.expect(201).data["key"]
    api.with_key(secret).get("/api/v1/alerts").expect(200)
    rest.post(b"{broken").expect(400)
    rest.send(name=new_name("Canary"), output="canary-output-7f3a")
    secrets = [secret, stack.api_key, rest.path.rpartition("/")[2], events.path.rpartition("/")[2]]
    logs = stack.aws.client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    written = [
        event["message"]
        for group in groups
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        for event in page["events"]
    ]
    written += [path.read_text() for path in stack.places.logs.glob("requests*")]

    text = "\n".join(written)

    assert "Request answered" in text
    assert [secret for secret in secrets if secret in text] == []
    assert "canary-output-7f3a" not in text


@pytest.mark.parametrize(
    ("role", "action", "parameters"),
    [
        ("IngestRole", "scan", {}),
        ("IngestRole", "delete_table", {}),
        ("CompatRole", "scan", {}),
        ("CompatRole", "delete_table", {}),
        ("AlertsApiRole", "scan", {}),
        ("ActionsRole", "scan", {}),
        ("ActionsRole", "delete_table", {}),
        ("TableChangeRole", "delete_table", {}),
        ("TickRole", "delete_item", {"Key": {"pk": {"S": "x"}, "sk": {"S": "x"}}}),
        ("TimerRole", "delete_item", {"Key": {"pk": {"S": "x"}, "sk": {"S": "x"}}}),
        ("NotifierRole", "delete_item", {"Key": {"pk": {"S": "x"}, "sk": {"S": "x"}}}),
        (
            "FirstKeyRole",
            "query",
            {
                "KeyConditionExpression": "pk = :p",
                "ExpressionAttributeValues": {":p": {"S": "A#x"}},
            },
        ),
    ],
)
def test_a_role_may_only_what_its_function_needs(
    stack: Stack, role: str, action: str, parameters: dict[str, object]
) -> None:
    resources = stack.aws.client("cloudformation").describe_stack_resources(StackName=STACK_NAME)
    physical = {
        it["LogicalResourceId"]: it["PhysicalResourceId"] for it in resources["StackResources"]
    }
    role_arn = stack.aws.client("iam").get_role(RoleName=physical[role])["Role"]["Arn"]
    session = stack.aws.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test")
    dynamodb = boto3.client(
        "dynamodb",
        endpoint_url=stack.aws.endpoint,
        region_name=REGION,
        aws_access_key_id=session["Credentials"]["AccessKeyId"],
        aws_secret_access_key=session["Credentials"]["SecretAccessKey"],
        aws_session_token=session["Credentials"]["SessionToken"],
    )

    with pytest.raises(ClientError) as refused:
        getattr(dynamodb, action)(TableName=physical["Table"], **parameters)

    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_the_document_describes_what_answers(api: Client) -> None:
    document = api.with_key(None).get("/openapi.json").expect(200).json

    assert document["openapi"].startswith("3.1")
    for path in ("/api/v1/alerts", "/api/v1/alerts/{alert_id}/snooze", "/i/{token}"):
        assert path in document["paths"]
    assert "<html" in api.with_key(None).get("/docs").expect(200).text
    assert json.loads(api.with_key(None).get("/health").expect(200).text)
