"""Slack: a message with buttons, which later tells how it went on."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.notifier.outbound import Outbound
from tests.examples import ALICE, NINE, trigger
from tests.functions.notifier.conftest import (
    KEY,
    PUBLIC_URL,
    a_delivery,
    a_message,
    an_alert,
    at_nine,
    claimed,
    failure_of,
    parameters,
)
from tests.scripted_server import ScriptedServer, cut_after, reply
from tests.simulated_aws.stores import Stores
from tocsin.adapters.dynamodb.notifications.notification_repository import DynamoDBNotifications
from tocsin.channels.slack import SlackSender
from tocsin.domain.alert import Alert
from tocsin.domain.ids import WriteId
from tocsin.domain.link import LinkAction, LinkSigner
from tocsin.domain.notification import Delivery, NotificationEvent, NotificationReason
from tocsin.domain.people import Channel
from tocsin.usecases.refusals import DeliveryFailedError

pytestmark = pytest.mark.loopback

TOKEN = "xoxb-canary"
SECRET = json.dumps({"bot_token": TOKEN, "signing_secret": "8f742231b10e8888abcd99yyyzzz85a5"})
POSTED = reply(body={"ok": True, "channel": "C1", "ts": "1700000000.000100"})


def chat(server: ScriptedServer | None = None, **settings: str) -> Channel:
    known = {"channel": "#oncall"} | ({"api_url": server.url} if server else {}) | settings
    return Channel(name="ops-chat", type="slack", settings=known, secret="/tocsin/slack")


def sender(secret: str = SECRET, *, ledger: DynamoDBNotifications | None = None) -> SlackSender:
    outbound = Outbound(allow_private=True, attempt_seconds=0.5)
    return SlackSender(
        outbound, parameters(slack=secret), ledger or Stores(at_nine).notifications, at_nine
    )


def page() -> Delivery:
    return a_delivery("ops-chat")


def send(
    server: ScriptedServer,
    alert: Alert | None = None,
    *,
    secret: str = SECRET,
    delivery: Delivery | None = None,
    ledger: DynamoDBNotifications | None = None,
) -> str | None:
    alert, delivery = alert or an_alert(), delivery or page()
    return sender(secret, ledger=ledger).send(
        claimed(delivery), alert, a_message(alert, delivery), chat(server)
    )


def posted(server: ScriptedServer) -> dict[str, Any]:
    [request] = server.requests
    body: dict[str, Any] = request.json()
    return body


def texts(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any JSON
    """Everything in a message that Slack shows as a text."""
    match value:
        case {"type": "plain_text" | "mrkdwn"}:
            return [value]
        case dict():
            return [text for inner in value.values() for text in texts(inner)]
        case list():
            return [text for inner in value for text in texts(inner)]
        case _:
            return []


def buttons(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        button
        for block in body["blocks"]
        if block["type"] == "actions"
        for button in block["elements"]
    ]


def test_a_page_is_posted_to_the_channel(server: ScriptedServer) -> None:
    server.plays(POSTED)

    provider_id = send(server)

    [request] = server.requests
    body = request.json()
    assert request.line == "POST /chat.postMessage HTTP/1.1"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert (provider_id, body["channel"]) == ("C1/1700000000.000100", "#oncall")
    assert body["blocks"][0]["text"]["text"] == "WARNING: Disk full on db-1"
    assert body["metadata"]["event_payload"] == {"notification_id": page().key}


def test_buttons_in_slack_carry_the_tokens_of_links(server: ScriptedServer) -> None:
    server.plays(POSTED)

    send(server)

    offered = {button["action_id"]: button for button in buttons(posted(server))}
    assert list(offered) == ["acknowledge", "snooze", "resolve", "view"]
    link = LinkSigner(KEY, PUBLIC_URL).read(offered["acknowledge"]["value"], NINE)
    assert (link.action, link.alert_id) == (LinkAction.ACKNOWLEDGE, an_alert().alert_id)
    assert offered["snooze"]["text"]["text"] == "Snooze 1h"
    assert offered["view"]["url"].startswith(f"{PUBLIC_URL}/act/")


def test_without_a_signing_secret_they_are_links(server: ScriptedServer) -> None:
    server.plays(POSTED)

    send(server, secret=TOKEN)

    for button in buttons(posted(server)):
        assert button["url"].startswith(f"{PUBLIC_URL}/act/")
        assert "value" not in button


def ledger_with_page() -> DynamoDBNotifications:
    ledger = Stores(at_nine).notifications
    ledger.add(claimed(page()), write_id=WriteId("w-1"))
    sent = claimed(page()).sent("C1/1700000000.000100", at=NINE)
    ledger.update(claimed(page()), sent, write_id=WriteId("w-2"))
    return ledger


def update(event: NotificationEvent) -> Delivery:
    return replace(page(), event=event, reason=NotificationReason.CHANGED, version=3)


def test_an_update_rewrites_the_message_of_the_page(server: ScriptedServer) -> None:
    server.plays(POSTED)
    alert = an_alert().acknowledge(by=ALICE, at=NINE)

    send(server, alert, delivery=update(NotificationEvent.ACKNOWLEDGED), ledger=ledger_with_page())

    body = posted(server)
    assert server.requests[0].line == "POST /chat.update HTTP/1.1"
    assert (body["channel"], body["ts"]) == ("C1", "1700000000.000100")
    assert body["parse"] == "none"
    assert body["blocks"][0]["text"]["text"] == "Acknowledged by alice: Disk full on db-1"
    assert [button["action_id"] for button in buttons(body)] == ["snooze", "resolve", "view"]


def test_an_update_rewrites_the_message_that_it_became_worse(server: ScriptedServer) -> None:
    server.plays(POSTED)
    ledger = ledger_with_page()
    worse = claimed(replace(page(), event=NotificationEvent.WORSENED, version=2))
    ledger.add(worse, write_id=WriteId("w-3"))
    sent = worse.sent("C1/1700000000.000200", at=NINE)
    ledger.update(worse, sent, write_id=WriteId("w-4"))
    told = replace(update(NotificationEvent.RESOLVED), of_version=2, after="v2")

    send(server, an_alert().resolve(by=ALICE, at=NINE), delivery=told, ledger=ledger)

    assert server.requests[0].line == "POST /chat.update HTTP/1.1"
    assert posted(server)["ts"] == "1700000000.000200"


def test_that_an_alert_became_worse_is_posted(server: ScriptedServer) -> None:
    """Slack shows nobody a rewritten message, and the claimer may have had none."""
    server.plays(POSTED)
    alert = an_alert().acknowledge(by=ALICE, at=NINE)

    send(server, alert, delivery=update(NotificationEvent.WORSENED))

    assert server.requests[0].line == "POST /chat.postMessage HTTP/1.1"
    assert posted(server)["channel"] == "#oncall"


def test_a_resolved_alert_has_no_buttons_in_slack(server: ScriptedServer) -> None:
    server.plays(POSTED)
    alert = an_alert().resolve(by=ALICE, at=NINE)

    send(server, alert, delivery=update(NotificationEvent.RESOLVED), ledger=ledger_with_page())

    assert buttons(posted(server)) == []


def test_a_message_that_was_never_posted_cannot_be_rewritten(server: ScriptedServer) -> None:
    failed = failure_of(lambda: send(server, delivery=update(NotificationEvent.ACKNOWLEDGED)))

    assert not failed.is_retryable
    assert not server.requests


@pytest.mark.parametrize(
    "hostile",
    [
        "<!channel> wake up",
        "<!here|here> <@U123> <#C123>",
        "<https://evil.example.com|Acknowledge>",
        "*bold* _italic_ `code` ```block``` ~gone~",
        ":rotating_light: &lt;!channel&gt;",
        "a\nb\rc\td\0e\x1b[31m",
        "x" * 10_000,
    ],
)
def test_hostile_text_means_nothing_to_slack(server: ScriptedServer, hostile: str) -> None:
    server.plays(POSTED)
    facts = replace(an_alert().facts, name=hostile, summary=hostile, reason=hostile, object=hostile)

    send(server, replace(an_alert(), facts=facts))

    body = posted(server)
    assert {text["type"] for text in texts(body["blocks"])} == {"plain_text"}
    assert not any(text["emoji"] for text in texts(body["blocks"]))
    assert "<" not in body["text"]
    assert len(body["blocks"][0]["text"]["text"]) <= 150
    assert all(len(text["text"]) <= 2000 for text in texts(body["blocks"]))


@pytest.mark.parametrize(
    "error", ["invalid_auth", "channel_not_found", "not_in_channel", "is_archived", "token_revoked"]
)
def test_a_final_error_of_slack_is_final(server: ScriptedServer, error: str) -> None:
    server.plays(reply(body={"ok": False, "error": error}))

    failed = failure_of(lambda: send(server))

    assert (failed.reason, failed.is_retryable) == (f"Slack refused: {error}", False)


@pytest.mark.parametrize("error", ["ratelimited", "internal_error", "service_unavailable"])
def test_a_temporary_error_of_slack_is_tried_again(server: ScriptedServer, error: str) -> None:
    server.plays(reply(body={"ok": False, "error": error}, headers={"Retry-After": "30"}))

    failed = failure_of(lambda: send(server))

    assert failed.is_retryable
    assert failed.retry_after == timedelta(seconds=30)


def test_too_many_requests_wait_as_long_as_slack_says(server: ScriptedServer) -> None:
    server.plays(reply(429, b"", {"Retry-After": "12"}))

    failed = failure_of(lambda: send(server))

    assert (failed.is_retryable, failed.retry_after) == (True, timedelta(seconds=12))


@pytest.mark.parametrize(
    "step",
    [
        reply(500),
        cut_after(),
        cut_after(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"),
        reply(body=b"[]"),
    ],
    ids=["an error", "a dropped connection", "half an answer", "no object"],
)
def test_a_bad_moment_is_tried_again(server: ScriptedServer, step: Any) -> None:  # noqa: ANN401 - a step
    server.plays(step)

    failed = failure_of(lambda: send(server))

    assert failed.is_retryable


def test_an_error_that_is_no_word_is_not_shown(server: ScriptedServer) -> None:
    server.plays(reply(body={"ok": False, "error": "token xoxb-canary\r\nis bad"}))

    failed = failure_of(lambda: send(server))

    assert failed.reason == "Slack refused: unknown_error"


@pytest.mark.parametrize(
    "secret", ["", "{", "{}", '{"bot_token": ""}', '{"bot_token": "a\\nb"}', "a\nb"]
)
def test_a_bad_secret_is_reported_by_its_name_and_never_quoted(
    server: ScriptedServer, secret: str
) -> None:
    failed = failure_of(lambda: send(server, secret=secret))

    assert failed.reason == "the secret /tocsin/slack holds no bot_token"
    assert not server.requests


def test_another_api_is_asked_only_where_private_addresses_are_allowed(
    server: ScriptedServer,
) -> None:
    asked: list[str] = []

    def resolve(name: str, _port: int) -> list[str]:
        asked.append(name)
        return ["127.0.0.1"]

    outbound = Outbound(allow_private=False, resolve=resolve)
    careful = replace(sender(), outbound=outbound)
    with pytest.raises(DeliveryFailedError):
        careful.send(claimed(page()), an_alert(), a_message(), chat(server))

    assert asked == ["slack.com"]
    assert not server.requests


def test_a_plain_fallback_has_no_alert_text_unescaped(server: ScriptedServer) -> None:
    server.plays(POSTED)
    alert = replace(an_alert(), facts=replace(trigger().facts, summary="<!channel> & <@U1>"))

    send(server, alert)

    assert posted(server)["text"] == "WARNING: &lt;!channel&gt; &amp; &lt;@U1&gt;"
