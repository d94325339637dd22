"""A further type of channel is one module and one line of the list: this module is such a one."""

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest

import functions
from functions.notifier.channel_senders import ChannelSenders
from functions.notifier.outbound import Outbound
from tests.captured_log import captured_log
from tests.fakes.providers import NoShortLinks, NotedDevices
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tests.functions.notifier.conftest import parameters
from tocsin.channels.by_type import MODULES
from tocsin.channels.plain_text import headline
from tocsin.channels.ports import Secrets, Wiring
from tocsin.channels.spec import ChannelSpec, SecretUse, Setting
from tocsin.domain.alert import Alert
from tocsin.domain.message import Message
from tocsin.domain.notification import Notification
from tocsin.domain.people import Channel, Updates
from tocsin.html import render
from tocsin.usecases.delivery_work import Work

NIGHT: Final = "/api/v1/channels/night"
PAGER: Final = {"type": "pager", "number": "4711", "secret": "carrier"}
called: list[tuple[str, str, str]] = []


@dataclass(frozen=True)
class PagerSender:
    secrets: Secrets

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        assert (channel.secret, alert.is_open) == ("/tocsin/tocsin/carrier", True)
        login = self.secrets.get(channel.secret or "")
        called.append((login, str(channel.settings["number"]), headline(message)))
        return f"{notification.delivery.event}-{len(called)}"


CHANNEL: Final = ChannelSpec(
    settings=(Setting(name="number", about="which pager", pattern="^[0-9]{4}$"),),
    secret=SecretUse.REQUIRED,
    credential="the carrier's password",
    updates=Updates.ONCE,
    sender=lambda wiring: PagerSender(wiring.secrets),
)


class SendingWorld(World):
    """A world with the notifier's own senders."""

    @property
    def work(self) -> Work:
        wiring = Wiring(
            outbound=Outbound(),
            secrets=parameters(**{"tocsin/carrier": "carrier's password"}),
            ledger=self.notifications,
            email_from="",
            public_url="",
            team="payments",
            render=render,
            ask_aws=lambda *_, **__: pytest.fail("no pager is called by AWS"),
            short_links=NoShortLinks(),
            push_devices=NotedDevices(),
            slack_api_url="",
            now=lambda: self.now,
            log=captured_log("notifier"),
        )
        return replace(super().work, sender=ChannelSenders(wiring))


@pytest.fixture(autouse=True)
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one line."""
    monkeypatch.setitem(MODULES, "pager", __name__)
    monkeypatch.setattr(sys.modules[__name__], "called", [])


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[World], Client]]:
    """The API as a process that starts with that line loads it."""

    def loaded() -> list[str]:
        parts = ("functions.alerts_api", "tests.functions.alerts_api", "tocsin.bodies")
        return [name for name in sys.modules if name.startswith(parts)]

    monkeypatch.setattr(functions, "alerts_api", sys.modules["functions.alerts_api"])
    before = {name: sys.modules.pop(name) for name in loaded()}
    fresh: Any = importlib.import_module("tests.functions.alerts_api.client")
    yield lambda world: fresh.Client.of(world).with_key("config", "alerts:write")
    for name in loaded():
        del sys.modules[name]
    sys.modules.update(before)


def test_a_further_channel_is_configured_paged_and_kept_up_to_date(
    started: Callable[[World], Client],
) -> None:
    world = SendingWorld()
    client = started(world)
    assert client.send("PUT", NIGHT, body=PAGER).status == 201
    world.escalation_policy(("channel:night", world.now.replace(hour=10) - world.now))

    alert_id = world.opened()
    acknowledged = client.post(f"/api/v1/alerts/{alert_id}/ack")
    world.pass_time(seconds=1)

    assert acknowledged.status == 200
    login = "carrier's password"
    assert called == [
        (login, "4711", "CRITICAL: disk-full"),
        (login, "4711", "ACKNOWLEDGED, Alice has it: disk-full"),
    ]


def test_a_further_channel_is_held_to_its_own_settings(
    started: Callable[[World], Client],
) -> None:
    client = started(World())

    refused = [
        client.send("PUT", NIGHT, body=PAGER | {"number": "12"}),
        client.send("PUT", NIGHT, body=PAGER | {"number": None}),
        client.send("PUT", NIGHT, body=PAGER | {"url": "https://example.com/"}),
        client.send("PUT", NIGHT, body=PAGER | {"secret": None}),
    ]

    assert [(reply.status, reply.wrong_fields) for reply in refused] == [
        (422, ["number"]),
        (422, ["number"]),
        (422, ["url"]),
        (422, ["secret"]),
    ]


def test_a_further_channel_is_documented(started: Callable[[World], Client]) -> None:
    document = started(World()).get("/openapi.json").json

    schemas = document["components"]["schemas"]
    assert schemas["ChannelType"]["enum"][-1] == "pager"
    assert schemas["ChannelBody"]["properties"]["number"]["description"] == "pager: which pager."
    assert (
        "pager: the carrier's password"
        in (schemas["ChannelBody"]["properties"]["secret"]["description"])
    )


def test_settings_of_one_name_have_one_form_in_all_types() -> None:
    forms: dict[str, set[tuple[object, ...]]] = {}
    for module in MODULES.values():
        for it in importlib.import_module(module).CHANNEL.settings:
            form = (it.min_length, it.max_length, it.pattern, it.most, it.example)
            forms.setdefault(it.name, set()).add(form)

    assert {name for name, several in forms.items() if len(several) > 1} == set()
    assert {"url", "channel", "to", "number"} == set(forms)
