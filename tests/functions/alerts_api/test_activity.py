"""Who changed what, as the API lists it."""

import csv
import io
import json
from datetime import timedelta
from hashlib import sha256
from itertools import count
from typing import Any

import pytest

from functions.alerts_api.activity_table import plain
from functions.alerts_api.route import Access
from functions.alerts_api.routes.activity import SEEN_LIMIT
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.domain.activity import KEPT_FOR, Activity, ActivityKind
from tocsin.domain.ids import Actor, AlertId

PATH = "/api/v1/activity"


@pytest.fixture
def admin(world: World) -> Client:
    """Alice; what is random differs from its first digit on."""
    numbers = count()

    def random_bytes(length: int) -> bytes:
        return sha256(str(next(numbers)).encode()).digest()[:length]

    return Client.of(world, random_bytes=random_bytes).with_key("admin")


def told(client: Client, **query: object) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get(PATH, **query).data
    return rows


def newest(client: Client, **query: object) -> dict[str, Any]:
    return told(client, **query)[0]


def fields(row: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {it["field"]: (it["before"], it["after"]) for it in row["changes"]}


# What is told


def test_a_new_object_is_told_with_its_maker_and_all_that_is_set(editor: Client) -> None:
    editor.send("PUT", "/api/v1/users/bob", body={"email": "bob@example.com"})

    row = newest(editor)

    assert {it: row[it] for it in ("at", "by", "via", "kind", "name", "action", "alert_id")} == {
        "at": "2026-03-01T09:00:00.000Z",
        "by": "alice",
        "via": "api",
        "kind": "user",
        "name": "bob",
        "action": "created",
        "alert_id": None,
    }
    assert fields(row)["email"] == (None, "bob@example.com")


def test_a_changed_object_is_told_with_the_changed_fields_only(editor: Client) -> None:
    path = "/api/v1/users/bob"
    editor.send("PUT", path, body={"email": "bob@example.com", "full_name": "Bob"})

    editor.send("PATCH", path, body={"email": "robert@example.com"})

    row = newest(editor)
    assert row["action"] == "changed"
    assert fields(row) == {"email": ("bob@example.com", "robert@example.com")}


def test_a_deleted_object_is_told_with_who_deleted_it_and_what_it_was(editor: Client) -> None:
    editor.send("PUT", "/api/v1/users/bob", body={"email": "bob@example.com"})

    editor.with_key("config", user="carol").send("DELETE", "/api/v1/users/bob")

    row = newest(editor)
    assert (row["by"], row["action"], row["name"]) == ("carol", "deleted", "bob")
    assert fields(row)["email"] == ("bob@example.com", None)


def test_the_same_settings_put_again_are_no_change(editor: Client) -> None:
    for _ in range(2):
        editor.send("PUT", "/api/v1/users/bob", body={"email": "bob@example.com"})

    assert [row["action"] for row in told(editor)] == ["created"]


def test_a_refused_change_is_not_told(editor: Client) -> None:
    editor.send("PUT", "/api/v1/users/bob", body={"email": "no address"})
    editor.send("DELETE", "/api/v1/users/nobody")

    assert told(editor) == []


def test_a_key_without_a_user_is_named_by_its_id(editor: Client) -> None:
    robot = editor.with_key("config", user=None)
    robot.send("PUT", "/api/v1/users/bob", body={})

    row = newest(editor)

    assert row["by"].startswith("key:")
    assert told(editor, by=row["by"]) == [row]


CHANGES: dict[str, list[tuple[str, str, Any, str, str]]] = {
    "channel": [
        ("PUT", "/channels/hook", {"type": "console"}, "channel", "created"),
        ("PATCH", "/channels/hook", {"rate_per_minute": 5}, "channel", "changed"),
        ("DELETE", "/channels/hook", None, "channel", "deleted"),
    ],
    "policy": [
        (
            "PUT",
            "/escalation-policies/db",
            {"steps": [{"targets": [{"user": "alice"}], "delay": "5m"}]},
            "escalation-policy",
            "created",
        ),
        ("PATCH", "/escalation-policies/db", {"repeat": 3}, "escalation-policy", "changed"),
        ("DELETE", "/escalation-policies/db", None, "escalation-policy", "deleted"),
    ],
    "route": [
        ("PUT", "/routes/all", {"escalation_policy": "all"}, "route", "created"),
        ("PATCH", "/routes/all", {"position": 7}, "route", "changed"),
        ("DELETE", "/routes/all", None, "route", "deleted"),
    ],
    "integration": [
        ("PUT", "/integrations/ci", {"type": "rest"}, "integration", "created"),
        ("PATCH", "/integrations/ci", {"paused": True}, "integration", "changed"),
        ("POST", "/integrations/ci/rotate", {}, "integration", "changed"),
        ("DELETE", "/integrations/ci", None, "integration", "deleted"),
    ],
    "heartbeat": [
        ("PUT", "/heartbeats/backup", {"period": "1h"}, "heartbeat", "created"),
        ("PATCH", "/heartbeats/backup", {"period": "2h"}, "heartbeat", "changed"),
        ("DELETE", "/heartbeats/backup", None, "heartbeat", "deleted"),
    ],
    "schedule": [
        (
            "PUT",
            "/schedules/primary",
            {"layers": [{"rotation": "daily", "start": "2026-01-05", "users": ["alice"]}]},
            "schedule",
            "created",
        ),
        ("POST", "/schedules/primary/feed", {}, "feed", "created"),
        ("POST", "/schedules/primary/feed", {}, "feed", "changed"),
        ("DELETE", "/schedules/primary/feed", None, "feed", "deleted"),
        (
            "POST",
            "/schedules/primary/overrides",
            {"user": "alice", "from": "2026-03-02T09:00:00Z", "to": "2026-03-02T10:00:00Z"},
            "override",
            "created",
        ),
        ("PATCH", "/schedules/primary", {"time_zone": "Europe/Paris"}, "schedule", "changed"),
        ("DELETE", "/schedules/primary", None, "override", "deleted"),
    ],
    "settings": [
        ("PUT", "/settings", {"bundle": "2m"}, "settings", "created"),
        ("PATCH", "/settings", {"bundle": "3m"}, "settings", "changed"),
    ],
    "silence": [
        (
            "PUT",
            "/silences/db",
            {"match": ['name="db"'], "duration": "1h", "reason": "Known"},
            "silence",
            "created",
        ),
        ("PATCH", "/silences/db", {"reason": "Known since"}, "silence", "changed"),
        ("DELETE", "/silences/db", None, "silence", "changed"),
    ],
    "window": [
        (
            "PUT",
            "/maintenance-windows/db",
            {"match": ['name="db"'], "duration": "1h", "reason": "Deploy"},
            "maintenance-window",
            "created",
        ),
        ("PATCH", "/maintenance-windows/db", {"reason": "Why"}, "maintenance-window", "changed"),
        ("DELETE", "/maintenance-windows/db", None, "maintenance-window", "changed"),
    ],
    "key": [("POST", "/keys", {"name": "robot", "scopes": ["alerts:read"]}, "key", "created")],
}


@pytest.mark.parametrize("noun", CHANGES)
def test_every_change_of_a_noun_is_told(admin: Client, noun: str) -> None:
    admin.send("PUT", "/api/v1/users/alice", body={"email": "alice@example.com"})
    steps = [{"targets": [{"user": "alice"}], "delay": "5m"}]
    admin.send("PUT", "/api/v1/escalation-policies/all", body={"steps": steps})

    for method, path, body, kind, action in CHANGES[noun]:
        admin.world.now += timedelta(seconds=1)
        reply = admin.send(method, f"/api/v1{path}", body=body)
        assert reply.status < 300, (path, reply.text)
        row = newest(admin)
        assert (row["by"], row["kind"], row["action"]) == ("alice", kind, action), path
        assert row["at"].endswith("Z")
        assert row["changes"], path


def test_a_changed_and_a_revoked_key_are_told_by_their_id_and_never_with_the_key(
    admin: Client,
) -> None:
    made = admin.post("/api/v1/keys", {"name": "robot", "scopes": ["alerts:read"]}).data
    path = f"/api/v1/keys/{made['id']}"
    admin.world.now += timedelta(seconds=1)
    admin.send("PATCH", path, body={"scopes": ["alerts:read", "config:read"]})
    changed = newest(admin, kind="key")
    admin.world.now += timedelta(seconds=1)
    admin.send("DELETE", path)

    rows = told(admin, name=made["id"])

    assert [row["action"] for row in rows] == ["deleted", "changed", "created"]
    assert fields(changed) == {"scopes": (["alerts:read"], ["alerts:read", "config:read"])}
    assert made["key"] not in json.dumps(rows)
    assert made["key"].removeprefix("tocsin_") not in json.dumps(rows)


def test_both_people_of_a_swap_are_told(admin: Client) -> None:
    for name in ("alice", "bob"):
        admin.send("PUT", f"/api/v1/users/{name}", body={"email": f"{name}@example.com"})
    layer = {"rotation": "daily", "start": "2026-01-05", "users": ["alice", "bob"]}
    admin.send("PUT", "/api/v1/schedules/primary", body={"layers": [layer]})
    shifts = admin.get("/api/v1/schedules/primary/shifts").data[2:6]
    spans = {
        name: next({"from": it["from"], "to": it["to"]} for it in shifts if name in json.dumps(it))
        for name in ("alice", "bob")
    }
    swap = admin.post(
        "/api/v1/schedules/primary/swaps",
        {"user": "alice", "with": "bob", "gives": spans["alice"], "takes": spans["bob"]},
    ).data
    admin.world.now += timedelta(seconds=1)

    bob = admin.with_key("alerts", user="bob")
    assert bob.post(f"/api/v1/schedules/primary/swaps/{swap['id']}/accept").status == 200

    rows = told(admin, by="bob")
    assert sorted((row["kind"], row["action"]) for row in rows) == [
        ("override", "created"),
        ("override", "created"),
        ("swap", "changed"),
    ]
    assert newest(admin, kind="swap", by="alice")["action"] == "created"


# Alerts and incidents


def test_what_people_do_to_an_alert_is_told_with_their_words(
    client: Client, editor: Client, alert_id: AlertId
) -> None:
    path = f"/api/v1/alerts/{alert_id}"
    for action, body in (
        ("acknowledge", {}),
        ("notes", {"note": "Looking"}),
        ("snooze", {"duration": "1h"}),
        ("resolve", {"note": "Fixed"}),
    ):
        client.world.now += timedelta(seconds=1)
        assert client.post(f"{path}/{action}", body).status < 300, action

    reader = client.with_key("config")
    rows = told(reader, kind="alert")

    assert [(row["action"], row["by"], row["alert_id"]) for row in rows] == [
        ("resolved", "alice", alert_id),
        ("snoozed", "alice", alert_id),
        ("note", "alice", alert_id),
        ("acknowledged", "alice", alert_id),
    ]
    assert fields(rows[2])["note"] == (None, "Looking")
    assert fields(rows[0])["note"] == (None, "Fixed")


def test_what_senders_and_timers_do_is_no_activity(world: World, editor: Client) -> None:
    world.opened()
    world.pass_time(minutes=30)
    world.follow()

    assert told(editor) == []


def test_an_incident_is_told_with_who_says_how_far_it_is(
    world: World, client: Client, alert_id: AlertId
) -> None:
    reader = client.with_key("alerts", "incidents", "config")
    made = reader.post("/api/v1/incidents", {"title": "Down", "alert_ids": [alert_id]})
    incident = made.data["id"]
    world.now += timedelta(seconds=1)
    reader.post(
        f"/api/v1/incidents/{incident}/updates",
        {"message": "It is the disk", "status": "identified"},
    )

    rows = told(reader, kind="incident")

    assert [row["action"] for row in rows] == ["changed", "created"]
    assert fields(rows[0]) == {
        "status": ("investigating", "identified"),
        "message": (None, "It is the disk"),
    }


# Secrets


def test_of_an_address_only_its_host_is_told(admin: Client) -> None:
    first, second = (f"https://hooks.example.com/services/{it}" for it in "AB")
    admin.send("PUT", "/api/v1/channels/hook", body={"type": "webhook", "url": first})
    admin.world.now += timedelta(seconds=1)
    signed = admin.send("PUT", "/api/v1/channels/hook", body={"type": "webhook", "url": second})
    assert signed.status == 200

    row = newest(admin)

    assert fields(row) == {"url": ("https://hooks.example.com/…", "https://hooks.example.com/…")}


def test_no_secret_of_any_answer_is_ever_told(admin: Client) -> None:
    secrets: list[str] = []
    for method, path, body in (
        ("PUT", "/channels/hook", {"type": "webhook", "url": "https://h.example.com/p4ss"}),
        ("PUT", "/integrations/ci", {"type": "rest"}),
        ("POST", "/integrations/ci/rotate", {}),
        ("PUT", "/heartbeats/backup", {"period": "1h"}),
        ("POST", "/keys", {"name": "robot", "scopes": ["alerts:read"]}),
    ):
        data = admin.send(method, f"/api/v1{path}", body=body).data
        secrets += [data[it] for it in ("url", "key", "signing_secret") if data.get(it)]

    written = json.dumps(told(admin, limit=200)) + admin.get(PATH, format="csv").text

    assert len(secrets) >= 5
    for secret in secrets:
        assert secret not in written
        for part in secret.split("/"):
            assert len(part) < 12 or "." in part or part not in written
    assert "p4ss" not in written
    for item in admin.world.table.starting_with("Y#"):
        assert "p4ss" not in json.dumps(item)


# The list


def test_pages_follow_each_other_and_hold_each_row_once(world: World, editor: Client) -> None:
    expected = []
    for number in range(25):
        world.now += timedelta(days=9)
        editor.send("PUT", f"/api/v1/users/user-{number}", body={})
        expected.append(f"user-{number}")

    found: list[str] = []
    query: dict[str, object] = {"limit": 4}
    while True:
        page = editor.get(PATH, **query).json
        found += [row["name"] for row in page["data"]]
        if not page["has_more"]:
            break
        query["cursor"] = page["next_cursor"]

    assert found == expected[::-1]


def test_rows_are_found_by_time_person_kind_and_name(world: World, editor: Client) -> None:
    editor.send("PUT", "/api/v1/users/bob", body={})
    world.now += timedelta(days=40)
    editor.with_key("config", user="carol").send(
        "PUT", "/api/v1/channels/ops", body={"type": "console"}
    )

    def names(**query: object) -> list[str]:
        return [row["name"] for row in told(editor, **query)]

    assert names() == ["ops", "bob"]
    assert names(by="Carol") == ["ops"]
    assert names(kind="user") == ["bob"]
    assert names(kind="user,channel") == ["ops", "bob"]
    assert names(name="BOB") == ["bob"]
    assert names(to="2026-03-20T00:00:00Z") == ["bob"]
    assert names(**{"from": "2026-03-20T00:00:00Z"}) == ["ops"]
    assert names(by="nobody") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"kind": "users"}, "kind"),
        ({"format": "xml"}, "format"),
        ({"cursor": "abc"}, "cursor"),
        ({"cursor": "1772355600000#../x"}, "cursor"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-03-02T00:00:00Z", "to": "2026-03-01T00:00:00Z"}, "to"),
        ({"limit": "many"}, "limit"),
    ],
)
def test_what_cannot_be_listed_is_refused(
    editor: Client, query: dict[str, object], field: str
) -> None:
    reply = editor.get(PATH, **query)

    assert reply.status == 422
    assert reply.wrong_fields == [field]


def test_only_who_reads_the_configuration_may_see_it(client: Client, anybody: Client) -> None:
    assert client.get(PATH).status == 403
    assert anybody.get(PATH).status == 401


def test_a_request_that_looked_at_enough_says_where_to_go_on(world: World, editor: Client) -> None:
    rows = [
        Activity(
            activity_id=f"row-{number}",
            at=world.now - timedelta(seconds=number),
            by=Actor("alice" if number else "carol"),
            kind=ActivityKind.ALERT,
            name="01KJMA0FM0SWN6QZPBR1784CMA",
            action="acknowledged",
        )
        for number in range(SEEN_LIMIT + 1)
    ]
    world.activity.add(
        [
            *rows,
            Activity(
                activity_id="oldest",
                at=world.now - timedelta(days=30),
                by=Actor("carol"),
                kind=ActivityKind.ALERT,
                name="x",
                action="note",
            ),
        ]
    )

    page = editor.get(PATH, by="carol").json
    assert [row["id"] for row in page["data"]] == ["row-0"]
    assert page["has_more"]
    last = editor.get(PATH, by="carol", cursor=page["next_cursor"]).json
    assert [row["id"] for row in last["data"]] == ["oldest"]
    assert not last["has_more"]


def test_a_row_outlives_a_year(world: World, editor: Client) -> None:
    editor.send("PUT", "/api/v1/users/bob", body={})
    [item] = world.table.starting_with("Y#")

    kept = int(item["expires_at"]["N"]) - world.now.timestamp()
    world.now += timedelta(days=366)

    assert kept == KEPT_FOR.total_seconds()
    assert [row["name"] for row in told(editor)] == ["bob"]


# For a spreadsheet


def test_a_table_has_one_line_for_each_field(editor: Client) -> None:
    editor.send("PUT", "/api/v1/users/bob", body={"email": "bob@example.com"})
    editor.send("PATCH", "/api/v1/users/bob", body={"email": "b@example.com", "role": "viewer"})

    reply = editor.get(PATH, format="csv")

    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["content-disposition"] == 'attachment; filename="activity.csv"'
    lines = list(csv.DictReader(io.StringIO(reply.text, newline="")))
    changed = {
        it["field"]: (it["before"], it["after"]) for it in lines if it["action"] == "changed"
    }
    assert changed["email"] == ("bob@example.com", "b@example.com")
    assert changed["role"][1] == "viewer"


@pytest.mark.parametrize(
    "said",
    [
        '=HYPERLINK("https://evil.example.com")',
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "  =1",
        "\uff1d1",
        "\u200b=1",
        "|calc",
        "%0a",
    ],
)
def test_no_cell_begins_a_formula(said: str) -> None:
    assert plain(said) == f"'{said}"


@pytest.mark.parametrize("said", ["", "alice", "a=b", "1-2", " plain", "'quoted", '"'])
def test_other_cells_stay_as_they_are(said: str) -> None:
    assert plain(said) == said


def test_a_name_that_is_a_formula_is_a_text_in_the_table(editor: Client) -> None:
    editor.send("PUT", "/api/v1/users/bob", body={"full_name": "=cmd|'/c calc'!A0"})

    lines = csv.DictReader(io.StringIO(editor.get(PATH, format="csv").text, newline=""))

    [cell] = [it["after"] for it in lines if it["field"] == "full_name"]
    assert cell == "'=cmd|'/c calc'!A0"


def test_a_long_table_says_where_to_go_on(world: World, editor: Client) -> None:
    for number in range(3):
        world.now += timedelta(seconds=1)
        editor.send("PUT", f"/api/v1/users/user-{number}", body={})

    first = editor.get(PATH, format="csv", limit=2)
    rest = editor.get(PATH, format="csv", limit=2, cursor=first.headers["next-cursor"])

    names = [
        {it["name"] for it in csv.DictReader(io.StringIO(reply.text, newline=""))}
        for reply in (first, rest)
    ]
    assert names == [{"user-2", "user-1"}, {"user-0"}]
    assert "next-cursor" not in rest.headers


# Nothing is left out

ELSEWHERE = {("PUT", "users"), ("PATCH", "users"), ("PATCH", "keys"), ("PATCH", "incidents")}
"""Tested by themselves."""


def test_each_operation_that_changes_the_configuration_is_tried_above(editor: Client) -> None:
    tried = {(method, path.split("/")[1]) for told in CHANGES.values() for method, path, *_ in told}
    nouns = {
        (route.method, route.path.split("/")[3])
        for route in editor.api.routes
        if route.method in {"PUT", "PATCH"} and route.access is not Access.OPEN
    }

    assert nouns - tried - ELSEWHERE == set(), "add it to CHANGES"
