"""Web push: what a browser opens, what a push service checks, and what its refusals mean."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.notifier.outbound import Outbound
from functions.notifier.parameters import Parameters
from tests.examples import ALICE, HOUR, MINUTE, NINE
from tests.fakes.providers import NotedDevices
from tests.functions.notifier.conftest import (
    PUBLIC_URL,
    a_delivery,
    a_message,
    an_alert,
    at_nine,
    claimed,
    failure_of,
    parameters,
)
from tests.functions.notifier.test_digests import a_digest, written
from tests.push_browser import SERVER_PRIVATE, SERVER_PUBLIC, Browser, Signed
from tests.scripted_server import ScriptedServer, cut_after, reply
from tocsin.channels.push import (
    PAYLOAD_LIMIT_BYTES,
    PushSender,
    payload,
    push_of,
    subject_of,
    topic_of,
)
from tocsin.domain.alert import Alert
from tocsin.domain.ids import AlertId
from tocsin.domain.message import message_of
from tocsin.domain.notification import Delivery, Notification, NotificationEvent, NotificationReason
from tocsin.domain.people import Channel
from tocsin.domain.push_device import PushDevice
from tocsin.domain.reader import Names, Reader

pytestmark = pytest.mark.loopback

KEY = "/tocsin/tocsin/push-key"
TAKEN = reply(201, b"", {"Location": "https://push.example.net/m/1"})


def to_alice(**changes: Any) -> Delivery:  # noqa: ANN401 - fields of a delivery
    return replace(a_delivery("push", target="user:alice"), **changes)


def channel(*devices: PushDevice) -> Channel:
    return Channel(name="@push", type="push", settings={"user": "alice", "devices": devices})


@dataclass
class Phone:
    """Alice's phone, behind a push service on this machine."""

    service: ScriptedServer
    noted: NotedDevices = field(default_factory=NotedDevices)
    key: str = SERVER_PRIVATE
    email_from: str = "tocsin@example.com"

    def __post_init__(self) -> None:
        self.browser = Browser(f"{self.service.url}/push/1")
        self.other = Browser(f"{self.service.url}/push/2", name="Firefox")
        self.service.plays(TAKEN)

    @property
    def sender(self) -> PushSender:
        return PushSender(
            outbound=Outbound(allow_private=True, attempt_seconds=0.5),
            secrets=self.secrets,
            devices=self.noted,
            key_parameter=KEY,
            subject=subject_of(self.email_from, PUBLIC_URL),
            now=at_nine,
        )

    @property
    def secrets(self) -> Parameters:
        return parameters(**{"tocsin/push-key": self.key})

    def send(
        self,
        *devices: PushDevice,
        alert: Alert | None = None,
        delivery: Delivery | None = None,
    ) -> str | None:
        alert, delivery = alert or an_alert(), delivery or to_alice()
        devices = devices or (self.browser.device(),)
        message = a_message(alert, delivery)
        return self.sender.send(claimed(delivery), alert, message, channel(*devices))

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.service.requests[-1].headers)

    @property
    def shown(self) -> dict[str, Any]:
        return self.browser.opened(self.service.requests[-1].body)


@pytest.fixture
def phone(server: ScriptedServer) -> Phone:
    return Phone(server)


def test_only_the_browser_reads_what_is_pushed(phone: Phone) -> None:
    phone.send()

    alert_id = an_alert().alert_id
    shown = phone.shown
    assert shown["title"] == "WARNING: Disk full on db-1"
    assert b"Disk full" not in phone.service.requests[-1].body
    assert (shown["tag"], shown["url"]) == (alert_id, f"/console/alerts/{alert_id}")
    assert (shown["event"], shown["severity"]) == ("alert.paged", "warning")
    assert shown["acknowledge"].startswith("/act/")
    assert shown["snooze"].startswith("/act/")
    assert shown["acknowledge"] != shown["snooze"]
    assert phone.headers["content-encoding"] == "aes128gcm"


def test_two_pushes_of_the_same_alert_share_no_byte_of_their_ciphers(phone: Phone) -> None:
    phone.send()
    phone.send()

    first, second = (it.body for it in phone.service.requests)
    assert first[:16] != second[:16]
    assert first[21:86] != second[21:86]
    assert phone.browser.opened(first) == phone.browser.opened(second)


def test_the_push_service_can_tell_who_sends(phone: Phone) -> None:
    phone.send()

    signed = Signed.of(phone.headers["authorization"])
    assert signed.key == SERVER_PUBLIC
    assert signed.claims["sub"] == "mailto:tocsin@example.com"
    assert signed.claims["aud"] == phone.service.url
    assert timedelta() < signed.expires_at - NINE <= timedelta(hours=24)


@pytest.mark.parametrize(
    ("email_from", "public_url", "subject"),
    [
        ("tocsin@example.com", "https://alerts.example.com", "mailto:tocsin@example.com"),
        ("", "https://alerts.example.com", "https://alerts.example.com"),
        ("", "http://127.0.0.1:8080", "mailto:tocsin@127.0.0.1"),
    ],
)
def test_a_push_service_is_told_where_to_complain(
    email_from: str, public_url: str, subject: str
) -> None:
    assert subject_of(email_from, public_url) == subject


def test_a_page_is_urgent_and_worth_nothing_once_the_next_step_asks_others(phone: Phone) -> None:
    phone.send()

    assert phone.headers["urgency"] == "high"
    assert phone.headers["ttl"] == "300"


@pytest.mark.parametrize(
    ("due_in", "delay", "life"),
    [
        (2 * MINUTE, 5 * MINUTE, 2 * MINUTE),
        (20 * MINUTE, 5 * MINUTE, 5 * MINUTE),
        (-MINUTE, 5 * MINUTE, timedelta(seconds=1)),
        (24 * HOUR, 24 * HOUR, 4 * HOUR),
        (None, timedelta(), 4 * HOUR),
    ],
)
def test_no_page_outlives_the_delay_of_its_step(
    due_in: timedelta | None, delay: timedelta, life: timedelta
) -> None:
    escalates_at = None if due_in is None else NINE + due_in
    stands = replace(an_alert().escalation, escalates_at=escalates_at, delay=delay)
    alert = replace(an_alert(), escalation=stands)

    push = push_of(claimed(to_alice()), alert, a_message(alert, to_alice()), NINE)

    assert push.life == life


def test_what_is_not_delivered_yet_makes_room_for_what_is_newer(phone: Phone) -> None:
    phone.send()
    page = phone.headers["topic"]
    resolved = an_alert().resolve(by=ALICE, at=NINE)
    update = to_alice(event=NotificationEvent.RESOLVED, reason=NotificationReason.CHANGED)
    phone.send(alert=resolved, delivery=update)

    assert page == phone.headers["topic"]
    assert page != topic_of(AlertId("another"))
    assert phone.shown["tag"] == an_alert().alert_id
    assert phone.headers["urgency"] == "normal"


@given(st.text())
def test_a_topic_is_one_that_push_services_take(name: str) -> None:
    topic = topic_of(name.encode("utf-8", "replace").decode())

    assert len(topic) == 32
    assert set(topic) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_what_is_over_or_taken_has_no_buttons(phone: Phone) -> None:
    taken = an_alert().acknowledge(by=ALICE, at=NINE)
    update = to_alice(event=NotificationEvent.ACKNOWLEDGED, reason=NotificationReason.CHANGED)

    phone.send(alert=taken, delivery=update)

    assert "acknowledge" not in phone.shown
    assert phone.shown["title"].startswith("ACKNOWLEDGED")


def test_a_test_names_its_device_and_opens_the_page_with_the_tick(phone: Phone) -> None:
    device = phone.browser.device()
    test = to_alice(
        event=NotificationEvent.TEST,
        reason=NotificationReason.TEST,
        channel=f"push+{device.device_id}",
    )

    phone.send(device, delivery=test)

    assert (phone.shown["device"], phone.shown["url"]) == (device.device_id, "/console/me/phone")
    assert phone.shown["event"] == "channel.test"
    assert phone.headers["ttl"] == "60"


def test_a_digest_opens_its_list(phone: Phone) -> None:
    notification, message = claimed(a_digest("push")), written()

    phone.sender.send_digest(notification, message, channel(phone.browser.device()))

    shown = phone.shown
    assert shown["tag"] == notification.delivery.alert_id
    assert shown["title"].startswith("7 alerts, 2 critical")
    assert "https://" not in shown["body"]
    assert shown["url"].startswith("/act/")
    assert phone.headers["topic"] == topic_of(notification.delivery.alert_id)


@given(st.text(st.characters(), max_size=6_000))
def test_no_payload_is_too_long_for_a_push_service(body: str) -> None:
    written = payload({"tag": "1", "url": "/console/alerts/1"}, "CRITICAL: " + body[:400], body)

    assert len(written) <= PAYLOAD_LIMIT_BYTES
    assert json.loads(written)["tag"] == "1"


def test_a_long_text_is_cut_and_says_so(phone: Phone) -> None:
    alert = an_alert()
    long = replace(alert, facts=replace(alert.facts, name="\N{FIRE}" * 5_000))

    phone.send(alert=long)

    assert len(phone.service.requests[-1].body) <= 4_096
    assert len(phone.shown["title"]) <= 120
    cut = payload({}, "t", "\N{FIRE}" * 5_000).decode()
    assert cut.endswith('\N{FIRE}…"}')


def test_each_device_gets_it_and_one_that_takes_it_is_enough(phone: Phone) -> None:
    phone.service.plays(reply(503), TAKEN)

    sent = phone.send(phone.browser.device(), phone.other.device())

    assert sent == phone.other.device().device_id
    assert [it.line.split()[1] for it in phone.service.requests] == ["/push/1", "/push/2"]
    assert phone.noted.noted == [("taken", "alice", phone.other.device().device_id)]


def test_the_service_that_took_one_is_noted_once_a_day(phone: Phone) -> None:
    yesterday, lately = NINE - 24 * HOUR, NINE - HOUR

    phone.send(phone.browser.device(last_ok_at=lately))
    assert phone.noted.noted == []
    phone.send(phone.browser.device(last_ok_at=yesterday))

    assert phone.noted.noted == [("taken", "alice", phone.browser.device().device_id)]


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_noted_and_the_ledger_says_why(phone: Phone, status: int) -> None:
    phone.service.plays(reply(status))

    failure = failure_of(phone.send)

    assert phone.noted.noted == [("gone", "alice", phone.browser.device().device_id)]
    assert not failure.is_retryable
    assert failure.reason == (
        "alice has no device for push any more: the push service says that Chrome on Android has "
        "ended the subscription"
    )


def test_a_device_that_is_gone_does_not_hold_up_the_others(phone: Phone) -> None:
    phone.service.plays(reply(410), TAKEN)

    sent = phone.send(phone.browser.device(), phone.other.device())

    assert sent == phone.other.device().device_id
    assert ("gone", "alice", phone.browser.device().device_id) in phone.noted.noted


@pytest.mark.parametrize(
    ("status", "is_retryable"),
    [(413, False), (400, False), (429, True), (500, True), (503, True), (301, False)],
)
def test_refusals_are_treated_as_those_of_other_channels(
    phone: Phone, status: int, *, is_retryable: bool
) -> None:
    phone.service.plays(reply(status, b"", {"Retry-After": "7"}))

    failure = failure_of(phone.send)

    assert failure.is_retryable is is_retryable
    assert failure.retry_after == (timedelta(seconds=7) if is_retryable else None)
    assert str(status) in failure.reason


def test_a_push_service_that_hangs_up_is_asked_again(phone: Phone) -> None:
    phone.service.plays(cut_after())

    assert failure_of(phone.send).is_retryable


def test_a_retryable_failure_is_worth_another_attempt_beside_a_final_one(phone: Phone) -> None:
    phone.service.plays(reply(413), reply(503))

    failure = failure_of(lambda: phone.send(phone.browser.device(), phone.other.device()))

    assert failure.is_retryable


def test_a_key_that_was_replaced_is_read_anew_once(phone: Phone) -> None:
    phone.service.plays(reply(403, {"reason": "BadJwtToken"}), TAKEN)

    assert phone.send() == phone.browser.device().device_id
    assert len(phone.service.requests) == 2


def test_a_key_that_stays_refused_is_a_fault_to_name(phone: Phone) -> None:
    phone.service.plays(reply(403, {"reason": "BadJwtToken"}))

    failure = failure_of(phone.send)

    assert not failure.is_retryable
    assert "does not take this stack's key" in failure.reason
    assert len(phone.service.requests) == 2


def test_a_secret_that_is_no_key_is_named_and_not_told(phone: Phone) -> None:
    phone.key = "canary-no-key"

    failure = failure_of(phone.send)

    assert failure.reason == f"the secret {KEY} is no private key of P-256"


def test_a_stack_without_a_key_says_so(phone: Phone) -> None:
    sender = replace(phone.sender, key_parameter="")
    message = a_message(an_alert(), to_alice())

    failure = failure_of(
        lambda: sender.send(
            claimed(to_alice()), an_alert(), message, channel(phone.browser.device())
        )
    )

    assert failure.reason == "this stack has no key for push"


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:8080/push",
        "https://push.example.com/x",
        "https://fcm.googleapis.com.example.com/x",
    ],
)
def test_an_address_that_is_no_push_service_is_never_asked(phone: Phone, endpoint: str) -> None:
    asked: list[str] = []

    def resolve(name: str, _port: int) -> Sequence[str]:
        asked.append(name)
        return ["127.0.0.1"]

    sender = replace(phone.sender, outbound=Outbound(resolve=resolve))
    device = replace(phone.browser.device(), endpoint=endpoint)
    message = a_message(an_alert(), to_alice())

    failure = failure_of(
        lambda: sender.send(claimed(to_alice()), an_alert(), message, channel(device))
    )

    assert not failure.is_retryable
    assert failure.reason.startswith("not sent: the address of Chrome on Android must")
    assert asked == []


def test_a_push_host_that_leads_inside_is_refused(phone: Phone) -> None:
    inside = Outbound(resolve=lambda _name, _port: ["10.0.0.7"])
    sender = replace(phone.sender, outbound=inside)
    device = replace(phone.browser.device(), endpoint="https://fcm.googleapis.com/fcm/send/1")
    message = a_message(an_alert(), to_alice())

    failure = failure_of(
        lambda: sender.send(claimed(to_alice()), an_alert(), message, channel(device))
    )

    assert "not public" in failure.reason


def test_a_message_is_written_for_its_reader() -> None:
    alert = an_alert().acknowledge(by=ALICE, at=NINE)
    update = to_alice(event=NotificationEvent.ACKNOWLEDGED, reason=NotificationReason.CHANGED)
    reader = Reader(name="alice", is_person=True, zone="Europe/Berlin")
    message = message_of(alert, update, reader=reader, names=Names(), at=NINE)

    push = push_of(Notification.waiting(update, at=NINE), alert, message, NINE)

    assert "You have it" in push.payload.decode()
