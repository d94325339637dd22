"""A stack deployed with `OwnerEmail` alone pages that address for its first critical alert."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from local.stack.start import Options, Stack, Watchers, start
from tests.stack.client import Client, Sender, eventually

OWNER = "owner@example.com"
WHY = "owner by e-mail: no address to send from: deploy with EmailFrom"


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


def told(owned: Stack) -> list[dict[str, Any]]:
    """What the topic's subscribers are sent: the outbox is one, beside the owner's address."""
    messages = Client(owned.url, None).get("/_outbox.json").expect(200).json
    return [message for message in messages if message["kind"] == "topic"]


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


def test_the_first_critical_alert_reaches_the_owners_address(owned: Stack) -> None:
    api = Client(owned.url, owned.api_key)
    sender = Sender(api, owned.integrations["example-rest"].url)

    result = sender.send(name="checkout is down", severity="critical")

    (message,) = eventually(lambda: told(owned), bool)
    assert message["title"] == "CRITICAL reached nobody: checkout is down"
    assert message["text"].startswith(f"CRITICAL checkout is down reached nobody: {WHY}")
    assert " Open http://127.0.0.1" in message["text"]
    alert = api.alert(result["alert_id"])
    assert alert["next_action"]["why"].startswith(f"reached nobody: {WHY}")
    eventually(
        lambda: api.types(result["alert_id"]),
        lambda types: "reached_nobody" in types and "notification_sent" in types,
    )
