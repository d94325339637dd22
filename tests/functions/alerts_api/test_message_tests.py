"""Tests of channels and of people: messages like any other, and their results."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.domain.ids import WriteId, is_ulid
from tocsin.domain.notification import Notification, NotificationEvent, NotificationReason
from tocsin.domain.people import ContactMethod, User, hash_address

PATH = "/api/v1/channels/hook"
ALICE = "/api/v1/users/alice/test"


type Fate = Callable[[Notification], Notification]


class Notifier:
    """Takes a test on when a client has waited long enough, if it ever does."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.deliveries = world.deliveries
        self.notifications = world.notifications
        self.fate: Fate | None = None
        self.takes_on_after = timedelta(seconds=1)

    def wait(self, seconds: float) -> None:
        self.world.now += timedelta(seconds=seconds)
        if self.fate is None:
            return
        for delivery in self.deliveries.arrived(self.world.now - self.takes_on_after):
            claimed = Notification.waiting(delivery, at=self.world.now).claim(at=self.world.now)
            self.notifications.add(claimed, write_id=WriteId("claim"))
            self.notifications.update(claimed, self.fate(claimed), write_id=WriteId("fate"))


@pytest.fixture
def notifier(world: World) -> Notifier:
    return Notifier(world)


@pytest.fixture
def tester(world: World, notifier: Notifier) -> Client:
    """Alice, with a webhook to try."""
    tester = Client.of(world, wait=notifier.wait).with_key("config")
    tester.send("PUT", PATH, body={"type": "webhook", "url": "https://example.com/hook"})
    return tester


@pytest.fixture
def responder(world: World, notifier: Notifier) -> Client:
    """Alice, who acts on alerts; her e-mail address is verified."""
    alice = User(
        name="Alice",
        email="alice@example.com",
        phone="+15550100",
        verified={ContactMethod.EMAIL: hash_address("alice@example.com")},
    )
    world.keep(world.users, alice)
    notifier.fate = lambda it: it.sent("msg_1", at=notifier.world.now)
    return Client.of(world, wait=notifier.wait).with_key("alerts")


def test_a_test_is_sent_like_any_other_message(notifier: Notifier, tester: Client) -> None:
    tester.post(f"{PATH}/test")

    [delivery] = notifier.deliveries.waiting
    assert (delivery.event, delivery.reason) == (NotificationEvent.TEST, NotificationReason.TEST)
    assert (delivery.target, delivery.channel, delivery.step) == ("channel:hook", "hook", 0)
    assert is_ulid(delivery.alert_id)


@pytest.mark.parametrize("after", [0, 1, 7.5])
def test_a_test_that_is_sent_says_so(notifier: Notifier, tester: Client, after: float) -> None:
    notifier.takes_on_after = timedelta(seconds=after)
    notifier.fate = lambda it: it.sent("msg_1", at=notifier.world.now)

    answer = tester.post(f"{PATH}/test")

    assert answer.status == 200
    expected = {"state": "sent", "provider_id": "msg_1", "reason": None, "attempts": 1}
    assert answer.data == expected


def test_a_test_that_fails_says_why(notifier: Notifier, tester: Client) -> None:
    notifier.fate = lambda it: it.fail("404", at=notifier.world.now, is_retryable=False)

    answer = tester.post(f"{PATH}/test")

    assert answer.status == 200
    assert (answer.data["state"], answer.data["reason"]) == ("failed", "404")


def test_a_test_that_is_skipped_has_failed_too(notifier: Notifier, tester: Client) -> None:
    notifier.fate = lambda it: it.skip("there is no channel hook", at=notifier.world.now)

    assert tester.post(f"{PATH}/test").data["state"] == "failed"


def test_a_test_that_is_tried_again_is_pending_and_says_why(
    notifier: Notifier, tester: Client
) -> None:
    notifier.fate = lambda it: it.fail("503", at=notifier.world.now, is_retryable=True)
    started = notifier.world.now

    answer = tester.post(f"{PATH}/test")

    assert answer.status == 202
    assert (answer.data["state"], answer.data["attempts"]) == ("pending", 1)
    assert answer.data["reason"] == "503; it is tried again at 2026-03-01T09:00:06.000Z"
    assert notifier.world.now - started == notifier.takes_on_after


def test_a_test_that_the_notifier_has_not_claimed_is_pending_after_8_seconds(
    notifier: Notifier, tester: Client
) -> None:
    started = notifier.world.now

    answer = tester.post(f"{PATH}/test")

    assert (answer.status, answer.data["state"], answer.data["attempts"]) == (202, "pending", 0)
    assert notifier.world.now - started == timedelta(seconds=8)


def test_a_host_that_does_not_answer_is_waited_for_no_longer_than_3_seconds(
    notifier: Notifier, tester: Client
) -> None:
    notifier.fate = lambda it: it
    started = notifier.world.now

    answer = tester.post(f"{PATH}/test")

    assert notifier.world.now - started <= notifier.takes_on_after + timedelta(seconds=3.5)
    assert (answer.status, answer.data) == (
        202,
        {
            "state": "pending",
            "provider_id": None,
            "reason": "it is being sent, and its provider has not answered yet",
            "attempts": 1,
        },
    )


def test_a_channel_that_is_busy_is_not_waited_for(notifier: Notifier, tester: Client) -> None:
    def put_off(it: Notification) -> Notification:
        later = notifier.world.now + timedelta(minutes=1)
        return it.put_off(later, "its channel is busy", at=notifier.world.now)

    notifier.fate = put_off
    started = notifier.world.now

    answer = tester.post(f"{PATH}/test")

    assert notifier.world.now - started <= notifier.takes_on_after + timedelta(seconds=1)
    assert (answer.data["state"], answer.data["reason"]) == ("pending", "its channel is busy")


def test_each_test_is_one_of_its_own(notifier: Notifier, tester: Client) -> None:
    for _ in range(2):
        tester.post(f"{PATH}/test")

    assert len({delivery.key for delivery in notifier.deliveries.waiting}) == 2


def test_only_a_channel_that_is_there_can_be_tested(notifier: Notifier, tester: Client) -> None:
    refused = tester.post("/api/v1/channels/other/test")

    assert (refused.status, refused.code) == (404, "channel_not_found")
    assert notifier.deliveries.waiting == []


SENT = {"state": "sent", "provider_id": "msg_1", "reason": None, "attempts": 1}


def test_a_person_is_paged_by_each_contact_method(notifier: Notifier, responder: Client) -> None:
    answer = responder.post(ALICE)

    assert (answer.status, answer.data) == (
        200,
        {
            "user": "Alice",
            "methods": [
                {"by": "email", "verified": True, **SENT},
                {"by": "sms", "verified": False, **SENT},
            ],
        },
    )
    assert notifier.deliveries.waiting == []


def test_a_test_of_a_person_is_sent_like_any_other_message(
    notifier: Notifier, responder: Client
) -> None:
    notifier.fate = None

    answer = responder.post(ALICE, {"by": ["sms", "sms"]})

    [delivery] = notifier.deliveries.waiting
    assert (delivery.event, delivery.target, delivery.channel) == (
        NotificationEvent.TEST,
        "user:Alice",
        "sms",
    )
    assert (answer.status, [it["state"] for it in answer.data["methods"]]) == (202, ["pending"])


def test_what_cannot_be_sent_has_failed_without_being_tried(
    world: World, notifier: Notifier, responder: Client
) -> None:
    answer = responder.post(ALICE, {"by": ["slack", "email"]})
    world.keep(world.users, User(name="sue", slack_id="U1"))
    without_app = responder.post("/api/v1/users/sue/test")
    without_mail = Client.of(world, wait=notifier.wait, sends_email=False).with_key("alerts")

    failed = {"by": "slack", "verified": False, "state": "failed", "attempts": 0}
    assert answer.data["methods"] == [
        {**failed, "provider_id": None, "reason": "Alice has no address for Slack"},
        {"by": "email", "verified": True, **SENT},
    ]
    assert [it["reason"] for it in without_app.data["methods"]] == [
        "no Slack channel is configured, whose app could write to people"
    ]
    assert without_mail.post(ALICE, {"by": ["email"]}).data["methods"][0]["reason"] == (
        "no e-mail goes to Alice: deploy the stack with EmailFrom"
    )


def test_a_person_without_a_contact_method_cannot_be_tested(
    world: World, responder: Client
) -> None:
    world.keep(world.users, User(name="frank"))

    refused = responder.post("/api/v1/users/frank/test")

    assert (refused.status, refused.wrong_fields) == (422, ["by"])
    assert responder.post("/api/v1/users/nobody/test").code == "user_not_found"
    assert responder.post(ALICE, {"by": ["pigeon"]}).wrong_fields == ["by[0]"]
    assert responder.post(ALICE, {"by": []}).wrong_fields == ["by"]


def test_a_repeated_request_pages_nobody_again(notifier: Notifier, responder: Client) -> None:
    notifier.fate = None
    once = {"idempotency-key": "drill-1"}

    first, second = (responder.post(ALICE, {"by": ["sms"]}, once) for _ in range(2))

    assert len(notifier.deliveries.waiting) == 1
    assert second.data == first.data


def test_who_may_only_read_alerts_pages_nobody(world: World, responder: Client) -> None:
    reader = Client.of(world).with_key("alerts:read")

    assert reader.post(ALICE).code == "scope_missing"
    assert responder.post(PATH + "/test").code == "scope_missing"
