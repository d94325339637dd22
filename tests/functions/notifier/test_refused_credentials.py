"""A credential that is refused is read anew and tried once more: it may have been replaced."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from functions.notifier.channel_senders import ChannelSenders
from functions.notifier.parameters import Parameters
from tests.functions.notifier.conftest import (
    a_message,
    a_wiring,
    an_alert,
    at_nine,
    claimed,
    failure_of,
)
from tests.scripted_server import ScriptedServer, Step, reply
from tocsin.adapters.aws_json import AwsUnavailableError
from tocsin.adapters.ssm_secrets import SsmSecrets
from tocsin.domain.people import Channel
from tocsin.usecases.refusals import DeliveryFailedError

pytestmark = pytest.mark.loopback

OLD, NEW = "whsec_b2xkb2xkb2xk", "whsec_bmV3bmV3bmV3"
POSTED = reply(body={"ok": True, "channel": "C1", "ts": "1700000000.000100"})


class Rotation:
    """Parameter Store, whose secret is replaced."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.is_available = True
        self.reads = 0

    def __call__(self, _operation: str, _request: Mapping[str, Any]) -> dict[str, Any]:
        if not self.is_available:
            raise AwsUnavailableError
        self.reads += 1
        return {"Parameter": {"Value": self.secret}}


def senders_reading(store: Rotation, server: ScriptedServer) -> ChannelSenders:
    wiring = a_wiring(Parameters(SsmSecrets(store), at_nine), allow_private=True)
    return ChannelSenders(replace(wiring, slack_api_url=server.url))


def channel(type_: str, server: ScriptedServer) -> Channel:
    settings = {
        "webhook": {"url": f"{server.url}/hook"},
        "slack": {"channel": "#oncall"},
    }
    return Channel(name="ops", type=type_, settings=settings[type_], secret="/tocsin/ops")


def send(senders: ChannelSenders, to: Channel) -> str | None:
    return senders.send(claimed(), an_alert(), a_message(), to)


def refusal(senders: ChannelSenders, to: Channel) -> DeliveryFailedError:
    return failure_of(lambda: send(senders, to))


def refused_by_slack(error: str) -> Step:
    return reply(body={"ok": False, "error": error})


@pytest.mark.parametrize("status", [401, 403])
def test_a_webhook_secret_that_was_replaced_loses_no_page(
    server: ScriptedServer, status: int
) -> None:
    store = Rotation(OLD)
    senders, hook = senders_reading(store, server), channel("webhook", server)
    send(senders, hook)
    store.secret = NEW
    server.plays(reply(status), reply())

    send(senders, hook)

    before, refused, taken = (it.headers["webhook-signature"] for it in server.requests)
    assert before == refused != taken
    assert store.reads == 2


@pytest.mark.parametrize(
    "error",
    [
        *("invalid_auth", "not_authed", "token_revoked", "token_expired"),
        *("account_inactive", "missing_scope"),
    ],
)
def test_a_slack_token_that_was_replaced_loses_no_page(server: ScriptedServer, error: str) -> None:
    store = Rotation("xoxb-old")
    server.plays(POSTED)
    senders, chat = senders_reading(store, server), channel("slack", server)
    send(senders, chat)
    store.secret = json.dumps({"bot_token": "xoxb-new"})
    server.plays(refused_by_slack(error), POSTED)

    assert send(senders, chat) == "C1/1700000000.000100"

    tokens = [it.headers["authorization"] for it in server.requests]
    assert tokens == ["Bearer xoxb-old", "Bearer xoxb-old", "Bearer xoxb-new"]


@pytest.mark.parametrize(
    ("type_", "secret"),
    [("webhook", NEW), ("slack", "xoxb-new")],
    ids=["webhook", "slack"],
)
def test_a_secret_that_was_none_and_has_been_mended_loses_no_page(
    server: ScriptedServer, type_: str, secret: str
) -> None:
    store = Rotation("{")
    senders, to = senders_reading(store, server), channel(type_, server)
    refusal(senders, to)
    server.plays(POSTED)
    store.secret = secret

    send(senders, to)

    assert len(server.requests) == 1


def test_an_apprise_url_that_was_none_and_has_been_mended_loses_no_page(
    server: ScriptedServer,
) -> None:
    store = Rotation("nothing://here")
    senders = senders_reading(store, server)
    to = Channel(name="ops", type="apprise", settings={}, secret="/tocsin/ops")
    refusal(senders, to)
    store.secret = server.url.replace("http://", "json://")

    send(senders, to)

    assert len(server.requests) == 1


def test_what_is_refused_again_is_final(server: ScriptedServer) -> None:
    store = Rotation(OLD)
    senders, hook = senders_reading(store, server), channel("webhook", server)
    server.plays(reply(401))

    failed = refusal(senders, hook)

    assert (failed.reason, failed.is_retryable) == ("the receiver answered 401", False)
    assert len(server.requests) == store.reads == 2


def test_other_refusals_are_final_at_once(server: ScriptedServer) -> None:
    store = Rotation("xoxb-old")
    server.plays(refused_by_slack("channel_not_found"))

    failed = refusal(senders_reading(store, server), channel("slack", server))

    assert not failed.is_retryable
    assert len(server.requests) == store.reads == 1


def test_what_is_busy_is_tried_later_with_the_same_secret(server: ScriptedServer) -> None:
    store = Rotation(OLD)
    server.plays(reply(503))

    assert refusal(senders_reading(store, server), channel("webhook", server)).is_retryable

    assert len(server.requests) == store.reads == 1


def test_a_secret_that_cannot_be_read_anew_for_now_is_tried_later(server: ScriptedServer) -> None:
    store = Rotation(OLD)
    senders, hook = senders_reading(store, server), channel("webhook", server)
    send(senders, hook)
    server.plays(reply(401))
    store.is_available = False

    assert refusal(senders, hook).is_retryable
