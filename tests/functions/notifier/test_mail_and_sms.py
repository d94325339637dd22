"""E-mail, as SES is asked for it over the wire."""

from typing import Any
from urllib.parse import parse_qs

import pytest

from functions.notifier.aws_sdk import AwsSdk
from functions.notifier.topic import SnsTopic
from tests.functions.notifier.conftest import (
    PUBLIC_URL,
    a_delivery,
    a_message,
    an_alert,
    claimed,
    failure_of,
)
from tests.scripted_server import ScriptedServer, cut_after, reply
from tocsin.channels.email import EmailSender
from tocsin.domain.last_resort import TopicMessage
from tocsin.domain.people import Channel
from tocsin.html import render

pytestmark = pytest.mark.loopback

MAIL = Channel(name="@email", type="email", settings={"to": ["alice@example.com"]})


def refusal(code: str, status: int = 400) -> Any:  # noqa: ANN401 - a step
    return reply(
        status,
        {"message": "alice@example.com is not verified"},
        {"x-amzn-ErrorType": code, "Content-Type": "application/json"},
    )


@pytest.fixture(autouse=True)
def at_the_server(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)


def mail(email_from: str = "tocsin@example.com") -> str | None:
    sender = EmailSender(
        ask_aws=AwsSdk("eu-central-1"),
        email_from=email_from,
        public_url=PUBLIC_URL,
        team="payments",
        render=render,
    )
    delivery = a_delivery("email", target="user:alice")
    return sender.send(claimed(delivery), an_alert(), a_message(an_alert(), delivery), MAIL)


def test_an_email_has_both_parts_and_the_link(server: ScriptedServer) -> None:
    server.plays(reply(body={"MessageId": "m-1"}))

    assert mail() == "m-1"

    [request] = server.requests
    body = request.json()
    simple = body["Content"]["Simple"]
    assert request.line == "POST /v2/email/outbound-emails HTTP/1.1"
    assert body["FromEmailAddress"] == "Tocsin <tocsin@example.com>"
    assert body["Destination"] == {"ToAddresses": ["alice@example.com"]}
    assert "Disk full on db-1" in simple["Subject"]["Data"]
    for part in ("Text", "Html"):
        assert simple["Body"][part]["Charset"] == "UTF-8"
        assert f"{PUBLIC_URL}/act/" in simple["Body"][part]["Data"]
    key = a_delivery("email", target="user:alice").key
    assert {"Name": "X-Tocsin-Notification", "Value": key} in simple["Headers"]


def test_nothing_is_sent_from_nowhere(server: ScriptedServer) -> None:
    failed = failure_of(lambda: mail(email_from=""))

    assert (failed.is_retryable, server.requests) == (False, [])
    assert failed.reason == "no address to send from: deploy with EmailFrom"


@pytest.mark.parametrize("code", ["MessageRejected", "MailFromDomainNotVerifiedException"])
def test_a_refusal_of_ses_is_final_and_quotes_no_address(server: ScriptedServer, code: str) -> None:
    server.plays(refusal(code))

    failed = failure_of(mail)

    assert (failed.reason, failed.is_retryable) == (f"AWS refused: {code}", False)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "step",
    [
        refusal("TooManyRequestsException", 429),
        refusal("LimitExceededException"),
        refusal("InternalFailure", 500),
        cut_after(),
    ],
    ids=["too many", "a limit", "a fault", "a dropped connection"],
)
def test_a_bad_moment_of_ses_is_tried_again(server: ScriptedServer, step: Any) -> None:  # noqa: ANN401 - a step
    server.plays(step)

    assert failure_of(mail).is_retryable
    assert len(server.requests) == 1, "the ledger retries, not the SDK"


PUBLISHED = reply(
    body=b'<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>'
    b"<MessageId>m-1</MessageId></PublishResult></PublishResponse>",
    headers={"Content-Type": "text/xml"},
)


def test_the_last_resort_is_told_by_the_stacks_own_topic(server: ScriptedServer) -> None:
    server.plays(PUBLISHED)
    topic = SnsTopic(AwsSdk("eu-central-1"), "arn:aws:sns:eu-central-1:123456789012:backstop")

    assert topic.publish(TopicMessage(subject="It is down", text="CRITICAL it is down")) == "m-1"

    asked = parse_qs(server.requests[0].body.decode())
    assert asked["TopicArn"] == ["arn:aws:sns:eu-central-1:123456789012:backstop"]
    assert (asked["Subject"], asked["Message"]) == (["It is down"], ["CRITICAL it is down"])
    assert "PhoneNumber" not in asked


@pytest.mark.parametrize(
    ("code", "is_retryable"), [("Throttling", True), ("AuthorizationError", False)]
)
def test_a_topic_that_refuses_says_so(
    server: ScriptedServer,
    code: str,
    is_retryable: bool,  # noqa: FBT001 - what the code means
) -> None:
    body = f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>".encode()
    server.plays(reply(400, body, {"Content-Type": "text/xml"}))
    topic = SnsTopic(AwsSdk("eu-central-1"), "arn:aws:sns:eu-central-1:123456789012:backstop")

    failure = failure_of(lambda: topic.publish(TopicMessage(subject="s", text="t")))

    assert (failure.reason, failure.is_retryable) == (f"AWS refused: {code}", is_retryable)
