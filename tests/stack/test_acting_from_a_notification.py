"""Links and Slack buttons on the deployed stack, with the key that its deployment made."""

import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from local.stack.aws import REGION
from local.stack.deploy import STACK_NAME
from local.stack.start import Stack
from tests.aws_calls import calls_of
from tests.stack.client import Client, Reply, Sender, eventually
from tocsin.adapters.dynamodb.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.directory_items import CHANNELS, USERS
from tocsin.domain.configuration import Configured
from tocsin.domain.ids import AlertId, WriteId
from tocsin.domain.link import LinkAction, Links, LinkSigner, read_link_key
from tocsin.domain.people import Channel, ChannelType, User

FORM = "application/x-www-form-urlencoded"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
SLACK_PARAMETER = f"/tocsin/{STACK_NAME}/stack-test-slack"


@pytest.fixture(scope="module")
def signer(stack: Stack) -> LinkSigner:
    """Makes links as the notifier does: with the stack's own key, which the deployer may read."""
    written = stack.aws.client("ssm").get_parameter(
        Name=f"/tocsin/{STACK_NAME}/link-key", WithDecryption=True
    )
    return LinkSigner(read_link_key(written["Parameter"]["Value"]), stack.url)


@pytest.fixture
def alert_id(rest: Sender, new_name: Callable[[str], str]) -> AlertId:
    return AlertId(rest.send(name=new_name("Disk full"), severity="critical")["alert_id"])


@pytest.fixture
def links(signer: LinkSigner, alert_id: AlertId) -> Links:
    return signer.links(alert_id, by="alice", at=datetime.now(UTC))


@pytest.fixture
def phone(stack: Stack) -> Client:
    """Somebody without a key."""
    return Client(stack.url, None)


def press(phone: Client, url: str, **headers: str) -> Reply:
    return phone.post(urlsplit(url).path, b"", Content_Type=FORM, **headers)


def test_23_a_mail_scanner_that_follows_a_link_changes_nothing_and_the_post_acts_once(
    phone: Client, api: Client, links: Links, alert_id: AlertId
) -> None:
    path = urlsplit(links.acknowledge).path
    for method in ("GET", "HEAD", "GET"):
        phone.send(method, path, None).expect(200)
    assert api.alert(alert_id)["status"] == "firing"

    first = press(phone, links.acknowledge).expect(200)
    acknowledged = api.alert(alert_id)
    again = press(phone, links.acknowledge).expect(200)

    assert (acknowledged["status"], acknowledged["acknowledged_by"]) == (
        "acknowledged",
        "link:alice",
    )
    assert again.text == first.text
    timeline = eventually(
        lambda: api.timeline(alert_id),
        lambda entries: any(entry["type"] == "acknowledged" for entry in entries),
    )
    assert [entry["type"] for entry in timeline].count("acknowledged") == 1


def test_the_page_works_without_a_login_and_without_script(phone: Client, links: Links) -> None:
    page = phone.get(urlsplit(links.view).path).expect(200)

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "Disk full" in page.text
    assert page.text.count("<form") == 3
    assert "<script" not in page.text


def test_the_buttons_of_a_link_to_view_act(
    phone: Client, api: Client, links: Links, alert_id: AlertId
) -> None:
    path = urlsplit(links.view).path

    phone.post(path, b"action=snooze", Content_Type=FORM).expect(200)
    assert api.alert(alert_id)["snoozed_until"] is not None

    phone.post(path, b"action=resolve", Content_Type=FORM).expect(200)
    assert api.alert(alert_id)["resolved_by"] == "link:alice"


def test_who_comes_late_is_told_who_was_first(
    phone: Client, api: Client, links: Links, alert_id: AlertId
) -> None:
    api.post(f"/api/v1/alerts/{alert_id}/ack").expect(200)

    late = press(phone, links.acknowledge).expect(200)

    assert "already acknowledged this alert" in late.text


def test_forged_old_and_foreign_presses_are_refused(
    phone: Client, api: Client, signer: LinkSigner, links: Links, alert_id: AlertId
) -> None:
    forged = LinkSigner(bytes(32), signer.public_url)
    old = datetime(2026, 1, 1, tzinfo=UTC)
    path = urlsplit(links.acknowledge).path

    unknown = phone.get(f"{path[:-1]}").expect(404)
    made_up = press(phone, forged.links(alert_id, by="alice", at=datetime.now(UTC)).resolve)
    assert made_up.expect(404).text == unknown.text
    press(phone, signer.links(alert_id, by="alice", at=old).resolve).expect(410)
    press(phone, links.resolve, Origin="https://evil.example").expect(403)
    assert api.alert(alert_id)["status"] == "firing"


def test_the_local_page_may_post_to_itself(
    stack: Stack, phone: Client, api: Client, links: Links, alert_id: AlertId
) -> None:
    press(phone, links.resolve, Origin=stack.url).expect(200)

    assert api.alert(alert_id)["status"] == "resolved"


def test_no_log_of_the_stack_holds_a_link(stack: Stack, phone: Client, links: Links) -> None:
    tokens = [urlsplit(url).path.removeprefix("/act/") for url in (links.view, links.snooze)]
    phone.get(f"/act/{tokens[0]}").expect(200)
    press(phone, links.snooze).expect(200)
    logs = stack.aws.client("logs")

    def written() -> str:
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=stack.deployment.functions["ActionsFunction"].log_group
        )
        return "\n".join(event["message"] for page in pages for event in page["events"])

    text = eventually(written, lambda lines: "/act/{token}" in lines)
    text += "\n".join(path.read_text() for path in stack.places.logs.glob("requests*"))
    assert not [token for token in tokens if token in text]


@pytest.fixture(scope="module")
def slack(stack: Stack) -> str:
    """A Slack channel with its secret, and somebody whose id in Slack is known."""
    stack.aws.client("ssm").put_parameter(
        Name=SLACK_PARAMETER,
        Value=json.dumps({"bot_token": "xoxb-1", "signing_secret": SIGNING_SECRET}),
        Type="SecureString",
    )
    call, table = calls_of(stack.aws.client("dynamodb")), stack.deployment.table_name
    channel = Channel(name="stack-slack", type=ChannelType.SLACK, secret=SLACK_PARAMETER)
    DynamoDBConfiguration(call, table, CHANNELS).put(
        None, Configured(value=channel, created_at=datetime.now(UTC)), write_id=WriteId("channel")
    )
    alice = User(name="stack-alice", slack_id="U0STACK")
    DynamoDBConfiguration(call, table, USERS).put(
        None, Configured(value=alice, created_at=datetime.now(UTC)), write_id=WriteId("user")
    )
    return "stack-slack"


def click(
    phone: Client, channel: str, token: str, *, user: str = "U0STACK", secret: str = SIGNING_SECRET
) -> Reply:
    payload = {
        "type": "block_actions",
        "user": {"id": user},
        "actions": [{"action_id": "act", "type": "button", "value": token}],
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    timestamp = str(int(time.time()))
    signed = f"v0:{timestamp}:".encode() + body
    return phone.post(
        f"/slack/{channel}/actions",
        body,
        Content_Type=FORM,
        X_Slack_Request_Timestamp=timestamp,
        X_Slack_Signature=f"v0={hmac.digest(secret.encode(), signed, 'sha256').hex()}",
    )


def test_a_button_in_slack_acts_for_who_pressed_it_and_once(
    phone: Client, api: Client, signer: LinkSigner, slack: str, alert_id: AlertId
) -> None:
    token = signer.token(LinkAction.ACKNOWLEDGE, alert_id, by=slack, at=datetime.now(UTC))
    click(phone, slack, token, secret="another").expect(401)
    click(phone, "no-such-channel", token).expect(401)
    assert api.alert(alert_id)["status"] == "firing"

    replies = [click(phone, slack, token).expect(200) for _ in range(2)]

    assert [reply.text for reply in replies] == ["", ""]
    assert api.alert(alert_id)["acknowledged_by"] == "link:stack-alice"


def test_somebody_unknown_in_slack_acts_by_the_id_there(
    phone: Client, api: Client, signer: LinkSigner, slack: str, alert_id: AlertId
) -> None:
    token = signer.token(LinkAction.RESOLVE, alert_id, by=slack, at=datetime.now(UTC))

    click(phone, slack, token, user="U0OTHER").expect(200)

    assert api.alert(alert_id)["resolved_by"] == "slack:U0OTHER"


def test_the_function_that_reads_secrets_cannot_read_the_admin_key(stack: Stack) -> None:
    resources = stack.aws.client("cloudformation").describe_stack_resources(StackName=STACK_NAME)
    (role,) = [
        it["PhysicalResourceId"]
        for it in resources["StackResources"]
        if it["LogicalResourceId"] == "ActionsRole"
    ]
    arn = stack.aws.client("iam").get_role(RoleName=role)["Role"]["Arn"]
    session = stack.aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")
    ssm = boto3.client(
        "ssm",
        endpoint_url=stack.aws.endpoint,
        region_name=REGION,
        aws_access_key_id=session["Credentials"]["AccessKeyId"],
        aws_secret_access_key=session["Credentials"]["SecretAccessKey"],
        aws_session_token=session["Credentials"]["SessionToken"],
    )
    link_key = f"/tocsin/{STACK_NAME}/link-key"
    assert ssm.get_parameter(Name=link_key)["Parameter"]["Name"] == link_key

    with pytest.raises(ClientError) as refused:
        ssm.get_parameter(Name=f"/tocsin/{STACK_NAME}/admin-key")

    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
