"""A stack deployed with `OwnerEmail` alone pages that address for its first critical alert."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from local.stack.start import Options, Stack, Watchers, start
from tests.stack.client import Client, Sender, eventually

OWNER = "owner@example.com"
WHY = "owner by email: no address to send from: deploy with EmailFrom"


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory, aws_environment: None) -> Iterator[Stack]:  # noqa: ARG001 - no real AWS
    """A fresh stack without a sender's address, users or policies of its own."""
    options = Options(
        state=tmp_path_factory.mktemp("owned"),
        fresh=True,
        parameters={"EmailFrom": "", "OwnerEmail": OWNER},
    )
    watchers = Watchers(step=lambda step: sys.stderr.writelines([f"owner's stack: {step}\n"]))
    with start(options, watchers) as running:
        yield running


@pytest.fixture(scope="module")
def topic(owned: Stack) -> str:
    return owned.deployment.ids["BackstopTopic"]


@pytest.fixture(scope="module")
def beside_the_owner(owned: Stack, topic: str) -> str:
    """A queue that is subscribed to the owner's topic: the embedded AWS shows no e-mail of SNS."""
    sqs = owned.aws.client("sqs")
    queue = str(sqs.create_queue(QueueName="beside-the-owner")["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    owned.aws.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"], ReturnSubscriptionArn=True
    )
    return queue


def told(owned: Stack, queue: str) -> list[dict[str, Any]]:
    """What the topic's subscribers are sent: subject and text."""
    answer = owned.aws.client("sqs").receive_message(
        QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0
    )
    return [json.loads(message["Body"]) for message in answer.get("Messages", ())]


def test_the_deployment_has_made_the_owner_and_a_policy_that_pages_them(owned: Stack) -> None:
    api = Client(owned.url, owned.api_key)

    owner = api.get("/api/v1/users/owner").expect(200).data
    policy = api.get("/api/v1/escalation-policies/default").expect(200).data

    assert owner["email"] == OWNER
    assert [step["targets"] for step in policy["steps"]] == [[{"user": "owner"}]]


def test_the_owners_address_is_subscribed_to_the_last_resorts_topic(
    owned: Stack, topic: str
) -> None:
    answer = owned.aws.client("sns").list_subscriptions_by_topic(TopicArn=topic)

    assert [(it["Protocol"], it["Endpoint"]) for it in answer["Subscriptions"]][:1] == [
        ("email", OWNER)
    ]


def test_the_first_critical_alert_reaches_the_owners_address(
    owned: Stack, beside_the_owner: str
) -> None:
    api = Client(owned.url, owned.api_key)
    sender = Sender(api, owned.integrations["example-rest"].url)

    result = sender.send(name="checkout is down", severity="critical")

    messages = eventually(lambda: told(owned, beside_the_owner), bool)
    assert messages[0]["Subject"] == "CRITICAL reached nobody: checkout is down"
    assert messages[0]["Message"].startswith(f"CRITICAL checkout is down reached nobody: {WHY}")
    assert " Open http://127.0.0.1" in messages[0]["Message"]
    alert = api.alert(result["alert_id"])
    assert alert["next_action"]["why"].startswith(f"reached nobody: {WHY}")
    eventually(
        lambda: api.types(result["alert_id"]),
        lambda types: "reached_nobody" in types and "notification_sent" in types,
    )
