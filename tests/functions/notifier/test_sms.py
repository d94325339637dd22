"""SMS, as SNS is asked for it over the wire, and the short link in it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any
from unittest.mock import Mock
from urllib.parse import parse_qs

import pytest

from functions.notifier.aws_sdk import AwsSdk
from functions.notifier.links import StoredShortLinks
from tests.captured_log import captured_log
from tests.examples import NINE
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
from tests.scripted_server import ScriptedServer, reply
from tocsin.adapters.aws_json import AwsError
from tocsin.adapters.dynamodb.requests.link_repository import DynamoDBShortLinks
from tocsin.channels.sms import SmsSender
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import WriteId
from tocsin.domain.link import Link, LinkAction, spell_link_key
from tocsin.domain.message import Message
from tocsin.domain.notification import NotificationEvent
from tocsin.domain.people import Channel
from tocsin.domain.short_link import stored_name
from tocsin.domain.short_message import segments
from tocsin_cli.simulated.stores import Stores

pytestmark = pytest.mark.loopback

PHONES = Channel(name="duty", type="sms", settings={"to": ("+15550100", "+15550101")})
PUBLISHED = reply(
    body=b'<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>'
    b"<MessageId>m-1</MessageId></PublishResult></PublishResponse>",
    headers={"Content-Type": "text/xml"},
)
DELIVERY = a_delivery("sms", target="user:alice")


@pytest.fixture(autouse=True)
def at_the_server(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)


@dataclass
class Phones:
    """Sends SMS with links of one store."""

    stores: Stores = field(default_factory=lambda: Stores(at_nine))
    links: Any = None
    key: str = spell_link_key(KEY)
    _ids: "count[int]" = field(default_factory=lambda: count(1))
    drawn: Callable[[], bytes] = field(
        default_factory=lambda: (number.to_bytes(8) for number in count(1)).__next__
    )

    @property
    def short_links(self) -> StoredShortLinks:
        return StoredShortLinks(
            parameters=parameters(link=self.key),
            parameter_name="/tocsin/link",
            public_url=PUBLIC_URL,
            links=lambda: self.links or self.stores.short_links,
            now=at_nine,
            random_bytes=lambda _: self.drawn(),
            new_write_id=lambda: WriteId(f"w-{next(self._ids)}"),
            log=captured_log("notifier"),
        )

    def send(self, message: Message | None = None) -> str | None:
        sender = SmsSender(AwsSdk("eu-central-1"), self.short_links)
        said = message or a_message(an_alert(), DELIVERY)
        return sender.send(claimed(DELIVERY), an_alert(), said, PHONES)


def texts(server: ScriptedServer) -> list[str]:
    return [parse_qs(request.body.decode())["Message"][0] for request in server.requests]


def test_an_sms_goes_to_each_number_as_transactional(server: ScriptedServer) -> None:
    server.plays(PUBLISHED)

    assert Phones().send() == "m-1 m-1"

    asked = [parse_qs(request.body.decode()) for request in server.requests]
    assert [each["PhoneNumber"] for each in asked] == [["+15550100"], ["+15550101"]]
    assert asked[0]["Message"][0].startswith("WARNING ")
    assert asked[0]["Message"] == asked[1]["Message"]
    assert asked[0]["MessageAttributes.entry.1.Name"] == ["AWS.SNS.SMS.SMSType"]
    assert asked[0]["MessageAttributes.entry.1.Value.StringValue"] == ["Transactional"]


def test_an_sms_that_one_number_accepts_is_sent(server: ScriptedServer) -> None:
    server.plays(reply(500, b""), PUBLISHED)

    assert Phones().send() == "m-1"


def test_an_sms_that_no_number_accepts_has_failed(server: ScriptedServer) -> None:
    server.plays(reply(500, b""))

    assert failure_of(Phones().send).is_retryable


def test_an_sms_has_a_short_link_that_is_stored_for_its_reader(server: ScriptedServer) -> None:
    server.plays(PUBLISHED)
    phones = Phones()

    phones.send()

    link = texts(server)[0].splitlines()[-1]
    characters = link.removeprefix(f"{PUBLIC_URL}/s/")
    assert len(characters) == 12
    assert phones.stores.short_links.find(stored_name(characters, KEY)) == Link(
        action=LinkAction.VIEW,
        alert_id=an_alert().alert_id,
        by="alice",
        expires_at=NINE + timedelta(hours=24),
    )


def test_each_attempt_has_a_link_of_its_own(server: ScriptedServer) -> None:
    server.plays(PUBLISHED)
    phones = Phones()

    phones.send()
    phones.send()

    said = texts(server)
    assert said[0] != said[2]
    assert len(list(phones.stores.table.starting_with("S#"))) == 2


def test_characters_that_were_drawn_before_are_not_used_again(server: ScriptedServer) -> None:
    server.plays(PUBLISHED)
    phones = Phones(drawn=iter([bytes(8), bytes(8), b"\1" * 8]).__next__)

    phones.send()
    phones.send()

    assert len({text.splitlines()[-1] for text in texts(server)}) == 2


@pytest.mark.parametrize("refusal", [TryAgainError(), AwsError("AccessDeniedException", "")])
def test_without_storage_it_has_the_long_link(server: ScriptedServer, refusal: Exception) -> None:
    server.plays(PUBLISHED)

    phones = Phones(links=DynamoDBShortLinks(Mock(side_effect=refusal), "tocsin"))

    assert phones.send() == "m-1 m-1"

    assert texts(server)[0].splitlines()[-1].startswith(f"{PUBLIC_URL}/act/")


def test_with_a_link_key_that_is_none_it_has_the_long_link(server: ScriptedServer) -> None:
    server.plays(PUBLISHED)

    Phones(key="no key").send()

    assert texts(server)[0].splitlines()[-1].startswith(f"{PUBLIC_URL}/act/")


def test_when_there_is_nothing_to_do_no_link_is_stored(server: ScriptedServer) -> None:
    server.plays(PUBLISHED)
    phones = Phones()

    phones.send(replace(a_message(an_alert(), DELIVERY), links=None))

    assert "http" not in texts(server)[0]
    assert not list(phones.stores.table.starting_with("S#"))


def test_a_test_has_the_link_that_confirms_the_number(server: ScriptedServer) -> None:
    server.plays(PUBLISHED)
    test = replace(
        a_message(an_alert(), DELIVERY),
        event=NotificationEvent.TEST,
        links=None,
        confirm=f"{PUBLIC_URL}/act/confirms",
    )

    Phones().send(test)

    assert texts(server)[0] == (
        "Tocsin test for Alice: nothing is wrong, and pages reach this phone.\n"
        f"{PUBLIC_URL}/act/confirms"
    )
    assert segments(texts(server)[0]) == 1
