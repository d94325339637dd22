"""Names of people, and the references to them."""

import pytest

from tests.fakes.world import World
from tests.functions.alerts_api.client import Client, Reply
from tocsin.domain.people import ContactMethod, User, hash_address

STEPS = [{"targets": [{"user": "alice.b"}], "delay": "5m"}]


def put(editor: Client, path: str, body: object) -> Reply:
    return editor.send("PUT", f"/api/v1/{path}", body=body)


@pytest.mark.parametrize("name", ["Alice", "alice.archer", "a_b", "7", "x" * 64, "Z-1._"])
def test_a_name_is_as_people_have_it(editor: Client, name: str) -> None:
    assert put(editor, f"users/{name}", {}).data["name"] == name


@pytest.mark.parametrize(
    "name", ["-a", ".a", "_a", "a+b", "a:b", "a#b", "a@b", "auto", "Auto", "Nobody"]
)
def test_a_name_that_would_be_read_as_something_else_is_refused(editor: Client, name: str) -> None:
    refused = put(editor, f"users/{name.replace('#', '%23')}", {})

    assert (refused.status, refused.wrong_fields) == (422, ["name"])


def test_no_channel_appears_on_timelines_as_the_service_itself(editor: Client) -> None:
    hook = {"type": "webhook", "url": "https://example.com/hook"}

    refused = put(editor, "channels/auto", hook)

    assert (refused.status, refused.wrong_fields) == (422, ["name"])


def test_a_name_in_another_case_is_the_same_user(editor: Client) -> None:
    put(editor, "users/Alice.B", {"full_name": "Alice"})

    again = put(editor, "users/alice.b", {"full_name": "Alice Baker"})

    assert (again.status, again.data["name"]) == (200, "Alice.B")
    assert editor.get("/api/v1/users/ALICE.B").data["full_name"] == "Alice Baker"
    assert editor.get("/api/v1/users").json["meta"] == {"total": 1}
    changed = editor.send("PATCH", "/api/v1/users/aLICE.b", body={"time_zone": "Europe/Paris"})
    assert (changed.data["name"], changed.data["full_name"]) == ("Alice.B", "Alice Baker")
    assert editor.send("DELETE", "/api/v1/users/alice.B").status == 204


def test_users_are_listed_in_the_order_of_their_names_in_any_case(editor: Client) -> None:
    for name in ("bob", "Carol", "Alice"):
        put(editor, f"users/{name}", {})

    names: list[str] = []
    cursor = ""
    for _ in range(3):
        page = editor.get("/api/v1/users", limit=1, cursor=cursor).json
        names += [row["name"] for row in page["data"]]
        cursor = page.get("next_cursor", "")

    assert (names, cursor) == (["Alice", "bob", "Carol"], "")


def test_a_policy_names_a_user_in_any_case_and_pages_the_user(world: World, editor: Client) -> None:
    put(editor, "users/Alice.B", {"email": "alice@example.com"})

    policy = put(editor, "escalation-policies/default", {"steps": STEPS})
    world.opened()

    assert policy.data["steps"][0]["targets"] == [{"user": "Alice.B"}]
    assert world.paged() == ["Alice.B"]
    refused = editor.send("DELETE", "/api/v1/users/ALICE.b")
    assert refused.code == "still_referenced"


def test_a_target_that_does_not_exist_is_refused_with_the_nearest_name(editor: Client) -> None:
    put(editor, "users/Alice", {})
    steps = [{"targets": [{"user": "alcie"}, {"user": "zed"}], "delay": "5m"}]

    refused = put(editor, "escalation-policies/default", {"steps": steps}).json["error"]

    assert refused["details"] == [
        {
            "field": "steps[0].targets[0]",
            "problem": "there is no user alcie; did you mean Alice?",
        },
        {"field": "steps[0].targets[1]", "problem": "there is no user zed; make it first"},
    ]


def test_a_key_is_for_a_user_that_exists_named_as_first_written(world: World) -> None:
    world.user("Alice")
    admin = Client.of(world).with_key("admin")

    made = admin.post("/api/v1/keys", {"name": "laptop", "scopes": ["alerts"], "user": "ALICE"})
    refused = admin.post("/api/v1/keys", {"name": "x", "scopes": [], "user": "alise"})
    path = f"/api/v1/keys/{made.data['id']}"
    unchanged = admin.send("PATCH", path, body={"user": "nobody"})

    assert made.data["user"] == "Alice"
    assert (refused.status, unchanged.status) == (422, 422)
    assert refused.json["error"]["details"] == [
        {"field": "user", "problem": "there is no user alise; did you mean Alice?"}
    ]
    assert unchanged.wrong_fields == ["user"]
    assert admin.send("PATCH", path, body={"user": None}).data["user"] is None


def test_a_name_that_was_allowed_before_is_changed_and_named(world: World, editor: Client) -> None:
    world.keep(world.users, User(name="-old", email="old@example.com"))
    steps = [{"targets": [{"user": "-old"}], "delay": "5m"}]

    assert put(editor, "users/-old", {"email": "new@example.com"}).status == 200
    assert put(editor, "escalation-policies/default", {"steps": steps}).status == 201


def test_what_was_verified_stays_with_its_address(world: World, editor: Client) -> None:
    verified = {ContactMethod.EMAIL: hash_address("alice@example.com")}
    world.keep(
        world.users,
        User(name="alice", email="alice@example.com", phone="+15550100", verified=verified),
    )

    renamed = editor.send("PATCH", "/api/v1/users/alice", body={"full_name": "Alice"})
    moved = editor.send("PATCH", "/api/v1/users/alice", body={"email": "new@example.com"})

    assert renamed.data["verified"] == {"email": True, "sms": False}
    assert moved.data["verified"] == {"email": False, "sms": False}


ADMINS = {"email": "alice@example.com", "role": "admin"}


@pytest.mark.parametrize(
    ("method", "name", "body"),
    [
        ("PUT", "bob", {"role": "admin"}),
        ("PATCH", "bob", {"role": "admin"}),
        ("PATCH", "alice", {"email": "thief@example.com"}),
        ("PATCH", "alice", {"slack_id": "U0THIEF"}),
        ("PATCH", "alice", {"role": "viewer"}),
        ("PUT", "new", {"role": "admin", "email": "thief@example.com"}),
    ],
)
def test_a_key_for_the_configuration_makes_nobody_an_administrator(
    editor: Client, method: str, name: str, body: object
) -> None:
    """Who signs in by an administrator's address is one."""
    admin = editor.with_key("admin")
    put(admin, "users/alice", ADMINS)
    put(admin, "users/bob", {"email": "bob@example.com"})

    refused = editor.send(method, f"/api/v1/users/{name}", body=body)

    assert (refused.status, refused.code) == (403, "scope_missing")
    assert admin.send(method, f"/api/v1/users/{name}", body=body).status in {200, 201}


def test_what_else_an_administrator_has_is_changed_by_a_key_for_the_configuration(
    editor: Client,
) -> None:
    put(editor.with_key("admin"), "users/alice", ADMINS)

    changed = editor.send("PATCH", "/api/v1/users/alice", body={"phone": "+15550100"})

    assert changed.status == 200
    assert changed.data["role"] == "admin"
