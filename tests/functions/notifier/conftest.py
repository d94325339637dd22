"""What the notifier's tests send: one page of one alert."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from functions.notifier.aws_sdk import AwsSdk
from functions.notifier.outbound import Outbound
from functions.notifier.parameters import Parameters
from tests.captured_log import captured_log
from tests.examples import MINUTE, NINE, TO_OPS, firing, trigger
from tests.fakes.providers import NoShortLinks, NotedDevices
from tests.scripted_server import ScriptedServer
from tocsin.adapters.aws_json import AwsError
from tocsin.adapters.ssm_secrets import SsmSecrets
from tocsin.channels.ports import Wiring
from tocsin.domain.alert import Alert
from tocsin.domain.escalation import Escalation
from tocsin.domain.link import LinkSigner
from tocsin.domain.message import Message, message_of
from tocsin.domain.notification import Delivery, Notification
from tocsin.domain.reader import Names, Reader
from tocsin.html import render
from tocsin.usecases.refusals import DeliveryFailedError
from tocsin_cli.simulated.stores import Stores

KEY = bytes(range(32))
PUBLIC_URL = "https://tocsin.example.com"
SLACK_API_URL = "https://slack.com/api"


def an_alert() -> Alert:
    escalation = Escalation(
        policy="default",
        step=1,
        step_name="first",
        loop=1,
        next_step=2,
        escalates_at=NINE + 5 * MINUTE,
    )
    return replace(firing(trigger("93 % of 100 GB")), escalation=escalation)


def a_delivery(channel: str = "ops-hook", *, target: str | None = None) -> Delivery:
    return replace(
        TO_OPS,
        alert_id=an_alert().alert_id,
        target=target or f"channel:{channel}",
        channel=channel,
    )


def claimed(delivery: Delivery | None = None) -> Notification:
    return Notification.waiting(delivery or a_delivery(), at=NINE).claim(at=NINE)


def a_message(alert: Alert | None = None, delivery: Delivery | None = None) -> Message:
    alert, delivery = alert or an_alert(), delivery or a_delivery()
    name = delivery.target.partition(":")[2]
    links = LinkSigner(KEY, PUBLIC_URL).links(alert.alert_id, by=name, at=NINE)
    reader = Reader(name=name, is_person=delivery.target.startswith("user:"))
    return message_of(alert, delivery, reader=reader, names=Names(), at=NINE, links=links)


def parameters(**secrets: str) -> Parameters:
    """Parameter Store with secrets by their last names."""

    def call(operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        assert (operation, request["WithDecryption"]) == ("GetParameter", True)
        name = request["Name"].removeprefix("/tocsin/")
        if name not in secrets:
            raise AwsError("ParameterNotFound", "")
        return {"Parameter": {"Value": secrets[name]}}

    return Parameters(SsmSecrets(call), at_nine)


def at_nine() -> datetime:
    return NINE


def a_wiring(secrets: Parameters | None = None, *, allow_private: bool = False) -> Wiring:
    return Wiring(
        outbound=Outbound(allow_private=allow_private, attempt_seconds=0.5),
        secrets=secrets or parameters(),
        ledger=Stores(at_nine).notifications,
        email_from="",
        public_url=PUBLIC_URL,
        team="payments",
        render=render,
        ask_aws=AwsSdk("eu-central-1"),
        short_links=NoShortLinks(),
        push_devices=NotedDevices(),
        slack_api_url=SLACK_API_URL,
        now=at_nine,
        log=captured_log("notifier"),
    )


def failure_of(act: Callable[[], object]) -> DeliveryFailedError:
    with pytest.raises(DeliveryFailedError) as failed:
        act()
    return failed.value


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A provider on this machine."""
    with ScriptedServer().running() as server:
        yield server
