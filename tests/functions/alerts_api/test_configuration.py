"""What all kinds of configuration have in common: list, read, put, change, remove."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.domain.ids import WriteId


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind, with bodies that say little and all there is to say."""

    path: str
    code: str
    store: str
    minimal: Mapping[str, Any]
    full: Mapping[str, Any]
    defaults: Mapping[str, Any]
    change: Mapping[str, Any]


SEVERITIES = ["critical", "warning", "info"]
TARGETS = [{"channel": "here"}]
ONLY = [
    {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "18:00"},
    {"from": "22:00", "to": "06:30"},
]
STEPS = [{"name": "first", "targets": TARGETS, "delay": "5m", "only": ONLY}]

USUAL_FLAPPING = {"after": 5, "within": "1h", "stable": "15m", "hold_critical": "3m"}

KINDS = [
    Kind(
        path="escalation-policies",
        code="escalation_policy_not_found",
        store="policies",
        minimal={"steps": [{"targets": TARGETS, "delay": 90}]},
        full={
            "steps": [
                *STEPS,
                {"name": "second", "targets": [{"user": "bob"}], "delay": "24h", "only": []},
            ],
            "repeat": 10,
            "ack_timeout": "7d",
            "severities": ["critical"],
            "flapping": {"after": 10, "within": "1d", "stable": "1h", "hold_critical": "0s"},
            "time_zone": "Europe/Paris",
        },
        defaults={
            "steps": [{"name": "step 1", "targets": TARGETS, "delay": "90s", "only": []}],
            "repeat": 0,
            "ack_timeout": None,
            "severities": ["critical", "warning"],
            "flapping": None,
            "time_zone": None,
        },
        change={"repeat": 3},
    ),
    Kind(
        path="routes",
        code="route_not_found",
        store="routes",
        minimal={"escalation_policy": "default"},
        full={
            "match": ['team="payments"', 'severity=~"critical|warning"', 'env!=""'],
            "escalation_policy": "default",
            "severity": "info",
            "hold": "2m",
            "close_after": "12h",
            "only": ONLY,
            "time_zone": "America/New_York",
            "position": 0,
        },
        defaults={
            "match": [],
            "escalation_policy": "default",
            "severity": None,
            "hold": "0s",
            "close_after": None,
            "only": [],
            "time_zone": None,
            "position": 1000,
        },
        change={"position": 7},
    ),
    Kind(
        path="users",
        code="user_not_found",
        store="users",
        minimal={},
        full={
            "full_name": "Alice Archer",
            "email": "alice@example.com",
            "phone": "+15550100",
            "slack_id": "U1",
            "time_zone": "Europe/Paris",
            "notify": [
                {"after": "0s", "by": "email", "severity": SEVERITIES, "only": []},
                {"after": "5m", "by": "sms", "severity": ["critical"], "only": ONLY},
            ],
            "bundle": "2m",
            "role": "viewer",
        },
        defaults={
            "full_name": None,
            "email": None,
            "phone": None,
            "slack_id": None,
            "time_zone": "UTC",
            "notify": [],
            "bundle": None,
            "role": "responder",
        },
        change={"full_name": "Alice Baker"},
    ),
    Kind(
        path="channels",
        code="channel_not_found",
        store="channels",
        minimal={"type": "console"},
        full={
            "type": "webhook",
            "url": "https://example.com/hook?team=1",
            "secret": "/tocsin/tocsin/hook",
            "rate_per_minute": 7,
            "bundle": "0s",
        },
        defaults={"type": "console", "secret": None, "rate_per_minute": None, "bundle": None},
        change={"rate_per_minute": 6000},
    ),
    Kind(
        path="heartbeats",
        code="heartbeat_not_found",
        store="heartbeats",
        minimal={"period": "24h"},
        full={
            "period": "24h",
            "grace": "30m",
            "severity": "warning",
            "escalation_policy": "default",
        },
        defaults={"period": "1d", "grace": "1m", "severity": "critical", "escalation_policy": None},
        change={"severity": "info"},
    ),
    Kind(
        path="integrations",
        code="integration_not_found",
        store="integrations",
        minimal={"type": "rest"},
        full={
            "type": "events",
            "resolve_after": 90,
            "severity_map": {"major": "critical"},
            "wake_on_output": True,
            "paused": True,
            "escalation_policy": "default",
            "mapping": {
                "dedup_key": "join('/', [job.name, host])",
                "links": "{Job: url}",
                "summary": "text",
            },
            "topic_arn": "arn:aws:sns:eu-west-1:123456789012:alarms",
        },
        defaults={
            "resolve_after": 0,
            "severity_map": {},
            "wake_on_output": False,
            "paused": False,
            "escalation_policy": None,
            "mapping": None,
            "topic_arn": None,
            "signature": None,
            "basic": None,
            "header_token": None,
            "allowed_cidrs": [],
        },
        change={"paused": False},
    ),
]


@pytest.fixture
def editor(world: World) -> Client:
    """Alice, who may configure; what examples name is there."""
    editor = Client.of(world).with_key("config")
    for path, body in (
        ("channels/here", {"type": "console"}),
        ("users/bob", {}),
        ("escalation-policies/default", {"steps": STEPS}),
    ):
        assert editor.send("PUT", f"/api/v1/{path}", body=body).status == 201
    return editor


@pytest.fixture(params=KINDS, ids=lambda kind: kind.path)
def kind(request: pytest.FixtureRequest) -> Kind:
    kind: Kind = request.param
    return kind


def path(kind: Kind, name: str = "new") -> str:
    return f"/api/v1/{kind.path}/{name}"


def shown(data: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data.get(name) for name in body}


def written(body: Mapping[str, Any]) -> dict[str, Any]:
    """As it is shown: a whole day is a day."""
    return {name: "1d" if value == "24h" else value for name, value in body.items()}


def test_what_is_not_said_has_its_default(editor: Client, kind: Kind) -> None:
    made = editor.send("PUT", path(kind), body=kind.minimal)

    assert made.status == 201
    assert shown(made.data, kind.defaults) == kind.defaults
    assert made.data["name"] == "new"
    assert made.data["managed_by"] is None
    assert made.data["created_at"] == "2026-03-01T09:00:00.000Z"


def test_everything_that_can_be_set_is_shown(editor: Client, kind: Kind) -> None:
    editor.send("PUT", path(kind), body=kind.full)

    read = editor.get(path(kind)).data

    full = written(kind.full)
    if "steps" in full:
        full["steps"] = [written(step) for step in full["steps"]]
    assert shown(read, kind.full) == full


def test_what_is_shown_can_be_put_again(editor: Client, kind: Kind) -> None:
    made = editor.send("PUT", path(kind), body=kind.full).data
    said = {name: made[name] for name in kind.full}

    again = editor.send("PUT", path(kind), body=said)

    assert again.status == 200
    assert shown(again.data, said) == said


def test_replacing_puts_what_is_left_out_back_to_its_default(editor: Client, kind: Kind) -> None:
    editor.send("PUT", path(kind), body=kind.full)

    replaced = editor.send("PUT", path(kind), body=kind.minimal)

    assert replaced.status == 200
    assert shown(replaced.data, kind.defaults) == kind.defaults


def test_null_puts_a_setting_back_to_its_default(editor: Client, kind: Kind) -> None:
    editor.send("PUT", path(kind), body=kind.full)

    changed = editor.send("PATCH", path(kind), body={**dict.fromkeys(kind.full), **kind.minimal})

    assert shown(changed.data, kind.defaults) == kind.defaults


def test_a_change_leaves_everything_else(editor: Client, kind: Kind) -> None:
    before = editor.send("PUT", path(kind), body=kind.full).data

    after = editor.send("PATCH", path(kind), body=kind.change).data

    changing = {*kind.change, "url", "signing_secret"} - (
        {"url"} if kind.path == "channels" else set()
    )
    assert shown(after, kind.change) == kind.change
    assert {name: it for name, it in after.items() if name not in changing} == {
        name: it for name, it in before.items() if name not in changing
    }


def test_all_are_listed_by_name_and_page_by_page(editor: Client, kind: Kind) -> None:
    before = [row["name"] for row in editor.get(f"/api/v1/{kind.path}").data]
    for name in ("zoe", "amy"):
        editor.send("PUT", path(kind, name), body=kind.minimal)

    first = editor.get(f"/api/v1/{kind.path}", limit=1).json
    rest = editor.get(f"/api/v1/{kind.path}", cursor=first["next_cursor"]).json

    names = [row["name"] for row in (*first["data"], *rest["data"])]
    assert names == sorted((*before, "zoe", "amy"))
    assert first["meta"] == {"total": len(names)}
    assert (first["has_more"], rest["has_more"], "next_cursor" in rest) == (True, False, False)


def test_what_was_removed_is_gone(editor: Client, kind: Kind) -> None:
    editor.send("PUT", path(kind), body=kind.full)

    assert editor.send("DELETE", path(kind)).status == 204

    for method in ("GET", "PATCH", "DELETE"):
        gone = editor.send(method, path(kind), body={})
        assert (gone.status, gone.code) == (404, kind.code)


@pytest.mark.parametrize("name", ["New", "a_b", "a b", "x" * 65, "é", "%2e%2e", "a%252Fb"])
def test_what_cannot_be_a_name_is_refused(editor: Client, kind: Kind, name: str) -> None:
    if kind.path == "users" and name in {"New", "a_b"}:
        name = f"-{name}"

    refused = editor.send("PUT", path(kind, name), body=kind.minimal)

    assert (refused.status, refused.wrong_fields) == (422, ["name"])


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_field_that_nobody_knows_is_refused(editor: Client, kind: Kind, method: str) -> None:
    made = editor.send("PUT", path(kind), body=kind.full).data

    refused = editor.send(method, path(kind), body={**kind.full, "colour": "red"})

    assert (refused.status, refused.wrong_fields) == (422, ["colour"])
    known = {name: it for name, it in made.items() if name not in ("url", "signing_secret")}
    assert shown(editor.get(path(kind)).data, known) == known


def test_what_the_teams_file_manages_is_changed_there(
    world: World, editor: Client, kind: Kind
) -> None:
    editor.send("PUT", path(kind), body=kind.full)
    managed_by_file(world, kind)

    for method, body in (("PUT", kind.full), ("PATCH", kind.change), ("DELETE", None)):
        refused = editor.send(method, path(kind), body=body)
        assert (refused.status, refused.code) == (409, "managed_elsewhere")
        assert "team file" in refused.text
    assert editor.get(path(kind)).data["managed_by"] == "team file"


def managed_by_file(world: World, kind: Kind) -> None:
    store: Any = getattr(world, kind.store)
    before = store.get("new")
    if kind.store in {"heartbeats", "integrations"}:
        change = store.update if kind.store == "heartbeats" else store.put
        change(before, replace(before, managed_by="team file"), write_id=WriteId("file"))
    else:
        world.keep(store, replace(before.value, managed_by="team file"))


@pytest.mark.parametrize("said", ["off", False], ids=["off", "off as YAML reads it"])
def test_flapping_can_be_turned_off_and_on_again(editor: Client, said: object) -> None:
    policy = "/api/v1/escalation-policies/default"

    turned_off = editor.send("PATCH", policy, body={"flapping": said}).data
    left_alone = editor.send("PATCH", policy, body={"repeat": 1}).data
    usual = editor.send("PATCH", policy, body={"flapping": None}).data
    changed = editor.send("PATCH", policy, body={"flapping": {"after": 2}}).data

    assert (turned_off["flapping"], left_alone["flapping"]) == ("off", "off")
    assert usual["flapping"] is None
    assert changed["flapping"] == {**USUAL_FLAPPING, "after": 2}


@pytest.mark.parametrize("kind", [KINDS[-2], KINDS[-1]], ids=lambda kind: kind.path)
def test_a_public_url_takes_the_place_of_the_gateways_own(world: World, kind: Kind) -> None:
    editor = Client.of(world, public_url="https://alerts.example.com").with_key("config")

    made = editor.send("PUT", path(kind), body=kind.minimal).data

    assert made["url"].startswith("https://alerts.example.com/i/")


@pytest.mark.parametrize("name", ["events-api", "heartbeats", "tocsin", "by-hand"])
def test_the_names_of_what_needs_no_integration_are_reserved(editor: Client, name: str) -> None:
    refused = editor.send("PUT", f"/api/v1/integrations/{name}", body={"type": "rest"})

    assert (refused.status, refused.wrong_fields) == (422, ["name"])
