"""Devices for push, by the API: those of the person who asks, and nobody else's."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.examples import NINE
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tests.push_browser import Browser
from tocsin.domain.ids import WriteId
from tocsin.domain.notification import Notification
from tocsin.domain.people import ContactMethod, NotificationRule, User

DEVICES = "/api/v1/me/push-devices"
FCM = "https://fcm.googleapis.com/fcm/send/"


@pytest.fixture
def browser() -> Browser:
    return Browser(f"{FCM}1")


@pytest.fixture
def me(world: World, client: Client) -> Client:
    world.user("alice")
    return client


def devices_of(world: World, name: str = "alice") -> dict[str, Any]:
    return {it.device_id: it for it in world.users.get(name).value.push_devices}


def test_browsers_subscribe_with_the_key_of_the_stack(me: Client) -> None:
    assert me.get("/api/v1/push-key").data == {"key": "B-public"}


def test_a_browser_is_registered_and_shown_without_its_keys(me: Client, browser: Browser) -> None:
    made = me.post(DEVICES, browser.subscription)

    shown = {
        "id": browser.device().device_id,
        "name": "Chrome on Android",
        "push_service": "fcm.googleapis.com",
        "created_at": "2026-03-01T09:00:00.000Z",
        "last_ok_at": None,
        "last_seen_at": None,
        "gone_at": None,
    }
    assert (made.status, made.data) == (201, shown)
    assert me.get(DEVICES).json["data"] == [shown]
    assert browser.keys["auth"] not in str(me.get(DEVICES).json)


def test_what_is_stored_is_what_the_browser_encrypts_with(
    me: Client, world: World, browser: Browser
) -> None:
    me.post(DEVICES, browser.subscription)

    assert devices_of(world) == {browser.device().device_id: browser.device()}


def test_the_same_browser_again_renews_its_device(
    me: Client, world: World, browser: Browser
) -> None:
    me.post(DEVICES, browser.subscription)
    stored = world.users.get("alice")
    gone = replace(stored.value.push_devices[0], gone_at=NINE)
    changed = stored.changed(replace(stored.value, push_devices=(gone,)))
    world.users.put(stored, changed, write_id=WriteId("gone"))

    again = me.post(DEVICES, browser.subscription | {"name": "My phone"})

    assert (again.status, again.data["name"], again.data["gone_at"]) == (200, "My phone", None)
    assert len(devices_of(world)) == 1


def test_a_browser_whose_address_changed_takes_the_place_of_its_former_one(
    me: Client, world: World, browser: Browser
) -> None:
    me.post(DEVICES, browser.subscription)
    newer = Browser(f"{FCM}2")

    nameless = {"endpoint": newer.endpoint, "keys": newer.keys, "replaces": browser.endpoint}
    made = me.post(DEVICES, nameless)

    assert set(devices_of(world)) == {newer.device().device_id}
    assert made.data["name"] == "Chrome on Android"


def test_a_browser_may_have_no_name(me: Client, browser: Browser) -> None:
    made = me.post(DEVICES, {"endpoint": browser.endpoint, "keys": browser.keys})

    assert (made.status, made.data["name"]) == (201, "A browser")


def test_who_adds_and_removes_a_device_is_told_without_what_opens_it(
    me: Client, world: World, browser: Browser
) -> None:
    device = browser.device()
    me.post(DEVICES, browser.subscription)
    world.pass_time(minutes=1)
    me.post(f"{DEVICES}/{device.device_id}/seen")
    me.send("DELETE", f"{DEVICES}/{device.device_id}")

    answer = Client.of(world).with_key("admin").get("/api/v1/activity", kind="user", name="alice")

    shown = [{"name": "Chrome on Android", "added_at": "2026-03-01T09:00:00.000Z"}]
    rows = [(it["at"], it["by"], it["via"], it["action"], it["changes"]) for it in answer.data]
    assert rows == [
        (
            *("2026-03-01T09:01:00.000Z", "alice", "api", "changed"),
            [{"field": "push_devices", "before": shown, "after": None}],
        ),
        (
            *("2026-03-01T09:00:00.000Z", "alice", "api", "changed"),
            [{"field": "push_devices", "before": None, "after": shown}],
        ),
    ]
    for secret in (device.endpoint, device.p256dh, device.auth, device.device_id):
        assert secret not in answer.text


def test_a_sixth_device_has_no_room(me: Client, world: World) -> None:
    for number in range(5):
        assert me.post(DEVICES, Browser(f"{FCM}{number}").subscription).status == 201

    refused = me.post(DEVICES, Browser(f"{FCM}9").subscription)

    assert (refused.status, refused.code) == (409, "too_many_devices")
    assert len(devices_of(world)) == 5


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"endpoint": "https://push.example.com/1"}, "endpoint"),
        ({"endpoint": "http://127.0.0.1:8080/1"}, "endpoint"),
        ({"endpoint": "https://fcm.googleapis.com:444/1"}, "endpoint"),
        ({"endpoint": None}, "endpoint"),
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"keys": {"p256dh": "AAAA", "auth": "BTBZMqHH6r4Tts7J_aSIgg"}}, "keys.p256dh"),
        ({"expirationTime": None}, "expirationTime"),
    ],
)
def test_what_is_no_subscription_is_named(
    me: Client, world: World, browser: Browser, change: dict[str, object], field: str
) -> None:
    refused = me.post(DEVICES, browser.subscription | change)

    assert (refused.status, refused.wrong_fields) == (422, [field])
    assert devices_of(world) == {}


def test_a_device_is_removed(me: Client, world: World, browser: Browser) -> None:
    made = me.post(DEVICES, browser.subscription)

    removed = me.send("DELETE", f"{DEVICES}/{made.data['id']}")

    assert removed.status == 204
    assert devices_of(world) == {}
    again = me.send("DELETE", f"{DEVICES}/{made.data['id']}")
    assert (again.status, again.code) == (404, "push_device_not_found")


def test_a_tick_says_that_a_push_arrived_and_verifies_the_method(
    me: Client, editor: Client, browser: Browser
) -> None:
    made = me.post(DEVICES, browser.subscription)
    assert editor.get("/api/v1/users/alice").data["verified"]["push"] is False

    seen = me.post(f"{DEVICES}/{made.data['id']}/seen")

    assert (seen.status, seen.data["last_seen_at"]) == (200, "2026-03-01T09:00:00.000Z")
    assert editor.get("/api/v1/users/alice").data["verified"]["push"] is True


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/test"), ("POST", "/seen"), ("DELETE", "")],
)
def test_nobody_elses_device_can_be_touched(
    me: Client, world: World, browser: Browser, method: str, path: str
) -> None:
    world.keep(world.users, User(name="bob", push_devices=(browser.device(),)))

    answer = me.send(method, f"{DEVICES}/{browser.device().device_id}{path}")

    assert (answer.status, answer.code) == (404, "push_device_not_found")
    assert devices_of(world, "bob") == {browser.device().device_id: browser.device()}


def test_a_key_of_nobody_has_no_devices(world: World, browser: Browser) -> None:
    script = Client.of(world).with_key("alerts", user=None)

    answers = [script.get(DEVICES), script.post(DEVICES, browser.subscription)]

    assert [it.status for it in answers] == [422, 422]


def test_one_who_only_reads_registers_nothing(world: World, browser: Browser) -> None:
    world.user("alice")
    reader = Client.of(world).with_key("alerts:read")

    assert reader.get(DEVICES).status == 200
    assert reader.post(DEVICES, browser.subscription).status == 403


def test_a_test_goes_to_one_device_and_its_result_is_told(world: World, browser: Browser) -> None:
    world.keep(world.users, User(name="alice", push_devices=(browser.device(),)))

    def wait(seconds: float) -> None:
        world.now += timedelta(seconds=seconds)
        for delivery in world.deliveries.arrived(world.now):
            claimed = Notification.waiting(delivery, at=world.now).claim(at=world.now)
            world.notifications.add(claimed, write_id=WriteId("claim"))
            sent = claimed.sent(browser.device().device_id, at=world.now)
            world.notifications.update(claimed, sent, write_id=WriteId("sent"))

    me = Client.of(world, wait=wait).with_key("alerts")
    answer = me.post(f"{DEVICES}/{browser.device().device_id}/test")

    assert (answer.status, answer.data["state"]) == (200, "sent")
    assert answer.data["id"] == browser.device().device_id


def test_a_user_who_is_put_again_keeps_their_devices(
    world: World, me: Client, browser: Browser
) -> None:
    me.post(DEVICES, browser.subscription)
    admin = me.with_key("config")

    put = admin.send("PUT", "/api/v1/users/alice", body={"notify": [{"by": "push"}]})

    assert put.status == 200
    assert devices_of(world) == {browser.device().device_id: browser.device()}
    assert world.users.get("alice").value.notify == (NotificationRule(by=ContactMethod.PUSH),)


def test_a_rule_may_come_before_the_device_and_reachability_says_so(world: World) -> None:
    admin = Client.of(world).with_key("config")

    put = admin.send("PUT", "/api/v1/users/carol", body={"notify": [{"by": "push"}]})

    assert put.status == 201
    assert "carol has no device for push: open /console/me/phone" in str(put.json["warnings"])


def test_a_change_beside_it_is_not_undone(
    me: Client, world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, raced = world.users.put, list[int]()

    def race(before: Any, after: Any, *, write_id: WriteId) -> Any:  # noqa: ANN401 - as the repository has it
        if not raced:
            raced.append(1)
            stored = world.users.get("alice")
            changed = stored.changed(replace(stored.value, full_name="Alice Archer"))
            put(stored, changed, write_id=WriteId("other"))
        return put(before, after, write_id=write_id)

    monkeypatch.setattr(type(world.users), "put", lambda _self, *args, **more: race(*args, **more))

    assert me.post(DEVICES, browser.subscription).status == 201
    stored = world.users.get("alice").value
    assert (stored.full_name, len(stored.push_devices)) == ("Alice Archer", 1)
