"""Making, changing and revoking API keys."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.adapters.dynamodb.configuration.key_repository import DynamoDBKeys
from tocsin.domain.credential import ApiKey
from tocsin.domain.ids import WriteId
from tocsin.lambda_runtime.callers import REMEMBERED_FOR

KEYS = "/api/v1/keys"
LAPTOP = {"name": "alice's laptop", "scopes": ["alerts", "incidents"], "user": "alice"}


@pytest.fixture
def admin(world: World, anybody: Client) -> Client:
    """Alice, who may do everything; the key is `key-0`."""
    world.user("alice")
    return anybody.with_key("admin")


def using(client: Client, secret: str) -> Client:
    return replace(client, secret=secret)


def test_a_new_key_is_shown_once_and_works(admin: Client) -> None:
    made = admin.post(KEYS, LAPTOP)

    assert made.status == 201
    assert re.fullmatch(r"tocsin_[A-Za-z0-9_-]{43}", made.data["key"])
    me = using(admin, made.data["key"]).get("/api/v1/me").data
    assert (me["key_id"], me["actor"]) == (made.data["id"], "alice")


def test_a_key_is_shown_with_everything_but_its_secret(admin: Client) -> None:
    made = admin.post(KEYS, LAPTOP).data

    shown = admin.get(f"{KEYS}/{made['id']}")

    assert shown.data == {
        "id": made["id"],
        "name": "alice's laptop",
        "scopes": ["alerts:read", "alerts:write", "incidents"],
        "user": "alice",
        "created_at": "2026-03-01T09:00:00.000Z",
        "created_by": "alice",
        "last_used_at": None,
    }
    stored = admin.world.keys.get(made["id"])
    listed = admin.get(KEYS).text
    for secret in (made["key"], stored.secret_hash):
        assert secret not in shown.text
        assert secret not in listed


def test_a_key_without_scopes_opens_nothing(admin: Client) -> None:
    made = admin.post(KEYS, {"name": "none", "scopes": []}).data

    assert using(admin, made["key"]).get("/api/v1/alerts").code == "scope_missing"


def test_a_repeated_answer_does_not_hold_the_key(admin: Client) -> None:
    once = {"idempotency-key": "laptop-1"}
    first = admin.post(KEYS, LAPTOP, headers=once)

    second = admin.post(KEYS, LAPTOP, headers=once)

    assert second.status == 201
    assert second.data == first.data | {"key": None}
    assert len(admin.get(KEYS).data) == 2


def test_the_use_of_a_key_is_noted(admin: Client, world: World) -> None:
    made = admin.post(KEYS, LAPTOP).data
    world.pass_time(hours=1)

    using(admin, made["key"]).get("/api/v1/alerts")

    shown = admin.get(f"{KEYS}/{made['id']}").data
    assert shown["last_used_at"] == "2026-03-01T10:00:00.000Z"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        pytest.param({}, ["name", "scopes"], id="nothing"),
        pytest.param(LAPTOP | {"name": " "}, ["name"], id="a blank name"),
        pytest.param(LAPTOP | {"name": "x" * 101}, ["name"], id="a long name"),
        pytest.param(LAPTOP | {"scopes": ["events", "all"]}, ["scopes[1]"], id="no such scope"),
        pytest.param(LAPTOP | {"scopes": "alerts"}, ["scopes"], id="scopes that are no list"),
        pytest.param(LAPTOP | {"user": "key:1"}, ["user"], id="a user who looks like a key"),
        pytest.param(LAPTOP | {"user": "auto"}, ["user"], id="a user who looks like the service"),
        pytest.param(LAPTOP | {"expires": "never"}, ["expires"], id="an unknown field"),
    ],
)
def test_what_is_wrong_is_named(admin: Client, body: object, fields: list[str]) -> None:
    refused = admin.post(KEYS, body)

    assert (refused.status, refused.wrong_fields) == (422, fields)
    assert len(admin.get(KEYS).data) == 1


def test_a_name_is_one_line_of_visible_characters(admin: Client) -> None:
    made = admin.post(KEYS, LAPTOP | {"name": "  alice's\n\u202elaptop "})

    assert made.data["name"] == "alice's \N{REPLACEMENT CHARACTER}laptop"


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_unknown_key_is_not_found(admin: Client, method: str) -> None:
    for key_id in ("01KJM5ZZ00DRQ5V1N9YH3KW2TB", "x", "%23"):
        reply = admin.send(method, f"{KEYS}/{key_id}")
        assert (reply.status, reply.code) == (404, "key_not_found")


def test_what_a_change_leaves_out_stays(admin: Client) -> None:
    made = admin.post(KEYS, LAPTOP).data

    changed = admin.send("PATCH", f"{KEYS}/{made['id']}", body={"name": "old laptop"})

    assert changed.status == 200
    assert changed.data == {name: value for name, value in made.items() if name != "key"} | {
        "name": "old laptop"
    }


def test_other_scopes_hold_within_half_a_minute(admin: Client, world: World) -> None:
    made = admin.post(KEYS, LAPTOP).data
    laptop = using(admin, made["key"])
    assert laptop.get("/api/v1/alerts").status == 200

    admin.send("PATCH", f"{KEYS}/{made['id']}", body={"scopes": ["events"], "user": None})
    world.pass_time(seconds=REMEMBERED_FOR.total_seconds())

    assert laptop.get("/api/v1/alerts").code == "scope_missing"
    assert laptop.get("/api/v1/me").data["actor"] == f"key:{made['id']}"


def test_a_revoked_key_stops_working_within_half_a_minute(admin: Client, world: World) -> None:
    made = admin.post(KEYS, LAPTOP).data
    laptop = using(admin, made["key"])
    laptop.get("/api/v1/alerts")

    revoked = admin.send("DELETE", f"{KEYS}/{made['id']}")
    world.pass_time(seconds=REMEMBERED_FOR.total_seconds())

    assert (revoked.status, revoked.text) == (204, "")
    assert laptop.get("/api/v1/alerts").code == "unauthorized"
    assert [key["id"] for key in admin.get(KEYS).data] == ["key-0"]


def test_the_last_admin_key_is_not_revoked(admin: Client) -> None:
    admin.post(KEYS, LAPTOP)

    refused = admin.send("DELETE", f"{KEYS}/key-0")

    assert (refused.status, refused.code) == (409, "last_admin_key")


def test_the_last_admin_key_keeps_its_scope(admin: Client) -> None:
    refused = admin.send("PATCH", f"{KEYS}/key-0", body={"scopes": ["alerts"]})

    assert (refused.status, refused.code) == (409, "last_admin_key")
    assert admin.send("PATCH", f"{KEYS}/key-0", body={"scopes": ["admin", "events"]}).status == 200


def test_an_admin_key_goes_once_there_is_another(admin: Client) -> None:
    admin.post(KEYS, {"name": "second", "scopes": ["admin"]})

    assert admin.send("DELETE", f"{KEYS}/key-0").status == 204


def test_two_admin_keys_revoked_at_once_do_not_both_go(
    admin: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    revoke = DynamoDBKeys.revoke

    def raced(
        keys: DynamoDBKeys, key: ApiKey, *, while_stands: ApiKey | None = None, write_id: WriteId
    ) -> None:
        """While we revoke the one, another client revokes the other."""
        if while_stands is not None:
            revoke(keys, while_stands, write_id=WriteId("theirs"))
        revoke(keys, key, while_stands=while_stands, write_id=write_id)

    monkeypatch.setattr(DynamoDBKeys, "revoke", raced)
    admin.post(KEYS, {"name": "second", "scopes": ["admin"]})

    refused = admin.send("DELETE", f"{KEYS}/key-0")

    assert refused.code == "last_admin_key"
    assert [key.key_id for key in world.keys.list()] == ["key-0"]


def test_keys_are_listed_by_id_page_by_page(admin: Client, world: World) -> None:
    for name in ("first", "second"):
        world.now += timedelta(seconds=1)
        admin.post(KEYS, {"name": name, "scopes": []})

    first = admin.get(KEYS, limit=1)
    rest = admin.get(KEYS, cursor=first.json["next_cursor"])

    assert [key["name"] for key in (*first.data, *rest.data)] == ["first", "second", "of a test"]
    assert first.json["meta"] == {"total": 3}
