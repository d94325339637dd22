"""Channels: generated secrets, changes of type, and the test button."""

import base64
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.fakes.secrets import InMemorySecrets
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client, Reply
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.domain.errors import ConcurrentUpdateError
from tocsin.domain.ids import WriteId, is_ulid
from tocsin.domain.notification import (
    Notification,
    NotificationEvent,
    NotificationReason,
)

PATH = "/api/v1/channels/hook"
HOOK = {"type": "webhook", "url": "https://example.com/hook"}


@pytest.fixture
def secrets() -> InMemorySecrets:
    return InMemorySecrets()


@pytest.fixture
def editor(world: World, secrets: InMemorySecrets) -> Client:
    return Client.of(world, secrets=secrets).with_key("config")


def put(editor: Client, **body: object) -> Reply:
    return editor.send("PUT", PATH, body={**HOOK, **body})


def test_a_webhook_gets_a_signing_secret_that_is_shown_once(
    editor: Client, secrets: InMemorySecrets
) -> None:
    made = put(editor).data

    assert made["signing_secret"].startswith("whsec_")
    assert len(base64.b64decode(made["signing_secret"].removeprefix("whsec_"))) == 32
    assert made["secret"].startswith("/tocsin/tocsin/channels/hook.")
    assert secrets.kept == {made["secret"]: made["signing_secret"]}
    for answer in (editor.get(PATH), editor.get("/api/v1/channels"), put(editor)):
        assert made["signing_secret"] not in answer.text


def test_a_generated_secret_stays_whatever_else_changes(
    editor: Client, secrets: InMemorySecrets
) -> None:
    made = put(editor).data

    replaced = put(editor, url="https://example.com/other").data
    changed = editor.send("PATCH", PATH, body={"rate_per_minute": 5, "secret": None}).data

    assert replaced["secret"] == changed["secret"] == made["secret"]
    assert secrets.kept == {made["secret"]: made["signing_secret"]}


def test_a_webhook_that_names_a_secret_gets_none(editor: Client, secrets: InMemorySecrets) -> None:
    made = put(editor, secret="/tocsin/tocsin/hook").data

    assert "signing_secret" not in made
    assert secrets.kept == {}


def test_a_bare_name_is_meant_below_the_stacks_own_prefix(editor: Client) -> None:
    assert put(editor, secret="payments/hook").data["secret"] == "/tocsin/tocsin/payments/hook"


def test_a_generated_secret_is_deleted_when_the_channel_names_another(
    editor: Client, secrets: InMemorySecrets
) -> None:
    put(editor)

    put(editor, secret="/tocsin/tocsin/hook")

    assert secrets.kept == {}


def test_a_webhook_that_names_its_secret_no_more_gets_one(editor: Client) -> None:
    put(editor, secret="/tocsin/tocsin/hook")

    assert put(editor).data["signing_secret"].startswith("whsec_")


def test_a_removed_channel_takes_its_generated_secret_along(
    editor: Client, secrets: InMemorySecrets
) -> None:
    put(editor)

    editor.send("DELETE", PATH)

    assert secrets.kept == {}


def test_a_secret_that_others_made_is_never_removed(
    editor: Client, secrets: InMemorySecrets
) -> None:
    secrets.put("/tocsin/tocsin/hook", "theirs")
    put(editor, secret="/tocsin/tocsin/hook")

    editor.send("DELETE", PATH)

    assert secrets.kept == {"/tocsin/tocsin/hook": "theirs"}


def test_a_refused_channel_leaves_no_secret(editor: Client, secrets: InMemorySecrets) -> None:
    refused = put(editor, url="https://bob:x@example.com/")

    assert refused.status == 422
    assert secrets.kept == {}


def test_a_webhook_that_lost_a_race_leaves_no_secret(
    editor: Client, secrets: InMemorySecrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*_: object, **__: object) -> None:
        raise ConcurrentUpdateError("Another request just made this.")

    monkeypatch.setattr(DynamoDBConfiguration, "put", overtaken)

    refused = put(editor)

    assert (refused.status, refused.code) == (503, "try_again")
    assert secrets.kept == {}


def test_another_type_begins_without_the_settings_of_the_old_one(editor: Client) -> None:
    put(editor, rate_per_minute=5)

    changed = editor.send("PATCH", PATH, body={"type": "console"}).data

    assert (changed["type"], changed["secret"], changed["rate_per_minute"]) == ("console", None, 5)
    assert "url" not in changed


# The test button


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
    put(tester)
    return tester


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

    answer = tester.post(f"{PATH}/test")

    assert answer.status == 202
    assert (answer.data["state"], answer.data["reason"]) == ("pending", "503")
    assert answer.data["attempts"] == 1


def test_a_test_that_the_notifier_has_not_claimed_is_pending_after_8_seconds(
    notifier: Notifier, tester: Client
) -> None:
    started = notifier.world.now

    answer = tester.post(f"{PATH}/test")

    assert (answer.status, answer.data["state"], answer.data["attempts"]) == (202, "pending", 0)
    assert notifier.world.now - started == timedelta(seconds=8)


def test_each_test_is_one_of_its_own(notifier: Notifier, tester: Client) -> None:
    for _ in range(2):
        tester.post(f"{PATH}/test")

    assert len({delivery.key for delivery in notifier.deliveries.waiting}) == 2


def test_only_a_channel_that_is_there_can_be_tested(notifier: Notifier, tester: Client) -> None:
    refused = tester.post("/api/v1/channels/other/test")

    assert (refused.status, refused.code) == (404, "channel_not_found")
    assert notifier.deliveries.waiting == []


def test_the_name_of_the_last_resort_is_reserved(editor: Client) -> None:
    refused = editor.send("PUT", "/api/v1/channels/last-resort", body=HOOK)

    assert refused.status == 422
    assert refused.json["error"]["details"] == [
        {
            "field": "name",
            "problem": "is reserved for the stack's own last resort; take another name",
        }
    ]
    assert editor.get("/api/v1/channels/last-resort").status == 404
