"""Registering, changing, rotating and removing integrations."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.examples import MINUTE, NINE
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client, Reply
from tocsin.adapters.dynamodb.configuration.integration_repository import DynamoDBIntegrations
from tocsin.domain.credential import hash_token
from tocsin.domain.escalation import EscalationPolicy, Step, Target, TargetKind
from tocsin.domain.ids import WriteId
from tocsin.domain.integration import TOKENS_LIMIT, Integration

PATH = "/api/v1/integrations/prod-prometheus"
DEFAULTS = {
    "resolve_after": 0,
    "severity_map": {},
    "wake_on_output": False,
    "paused": False,
    "escalation_policy": None,
    "signature": None,
    "basic": None,
    "header_token": None,
    "allowed_cidrs": [],
}
SETTINGS = {
    "type": "events",
    "resolve_after": 90,
    "severity_map": {"major": "critical"},
    "wake_on_output": True,
    "paused": True,
    "escalation_policy": "default",
}


@pytest.fixture
def editor(world: World) -> Client:
    """Alice, who may configure; there is an escalation policy."""
    step = Step(name="first", targets=(Target(TargetKind.USER, "alice"),), delay=MINUTE)
    world.keep(world.policies, EscalationPolicy(name="default", steps=(step,)))
    return Client.of(world).with_key("config")


@pytest.fixture
def url(editor: Client) -> str:
    """The URL of prod-prometheus, which exists."""
    return made(editor)


def put(client: Client, body: object, path: str = PATH) -> Reply:
    return client.send("PUT", path, body=body)


def made(client: Client) -> str:
    url: str = put(client, {"type": "rest"}).data["url"]
    return url


def token_of(url: str) -> str:
    return url.rpartition("/")[2]


def owner_of(integrations: DynamoDBIntegrations, url: str, world: World) -> Integration | None:
    return integrations.by_token(hash_token(token_of(url)), at=world.now)


def test_a_new_integration_shows_its_url(
    editor: Client, integrations: DynamoDBIntegrations, world: World
) -> None:
    reply = put(editor, {"type": "rest"})

    assert reply.status == 201
    host = "abcde12345.execute-api.eu-central-1.amazonaws.com"
    assert re.fullmatch(f"https://{re.escape(host)}/i/[0-9a-f]{{32}}", reply.data["url"])
    assert reply.data["token_prefix"] == token_of(reply.data["url"])[:4]
    owner = owner_of(integrations, reply.data["url"], world)
    assert owner is not None
    assert owner.name == "prod-prometheus"


def test_a_public_url_takes_the_place_of_the_gateways_own(world: World) -> None:
    editor = Client.of(world, public_url="https://alerts.example.com").with_key("config")

    assert made(editor).startswith("https://alerts.example.com/i/")


def test_what_is_not_said_has_its_default(editor: Client) -> None:
    reply = put(editor, {"type": "rest"})

    assert {name: reply.data[name] for name in DEFAULTS} == DEFAULTS


def test_a_monitor_believes_a_recovery_after_a_minute(editor: Client) -> None:
    assert put(editor, {"type": "monitor"}).data["resolve_after"] == 60


@pytest.mark.parametrize("written", [90, "90", "90s"], ids=["number", "text", "short"])
def test_durations_are_written_in_seconds_or_in_short(editor: Client, written: object) -> None:
    reply = put(editor, {"type": "monitor", "resolve_after": written})

    assert reply.data["resolve_after"] == 90


def test_everything_that_can_be_set_is_shown(editor: Client) -> None:
    reply = put(editor, SETTINGS)

    assert {name: reply.data[name] for name in SETTINGS} == SETTINGS
    assert reply.data["created_at"] == "2026-03-01T09:00:00.000Z"


def test_severity_words_are_kept_as_they_are_looked_up(editor: Client) -> None:
    reply = put(editor, {"type": "rest", "severity_map": {" MAJOR ": "critical"}})

    assert reply.data["severity_map"] == {"major": "critical"}


def test_replacing_keeps_the_url_and_does_not_show_it(
    editor: Client, integrations: DynamoDBIntegrations, world: World, url: str
) -> None:
    put(editor, SETTINGS)

    reply = put(editor, {"type": "rest"})

    assert reply.status == 200
    assert "url" not in reply.data
    assert {name: reply.data[name] for name in DEFAULTS} == DEFAULTS
    assert owner_of(integrations, url, world) is not None


def test_no_url_is_shown_a_second_time(editor: Client, url: str) -> None:
    token = token_of(url)

    assert token not in editor.get(PATH).text
    assert token not in editor.get("/api/v1/integrations").text


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        pytest.param({}, ["type"], id="no type"),
        pytest.param({"type": None}, ["type"], id="a type that is null"),
        pytest.param({"type": "smoke-signal"}, ["type"], id="an unknown type"),
        pytest.param({"type": "rest", "colour": "red"}, ["colour"], id="an unknown field"),
        pytest.param({"type": "rest", "name": "other"}, ["name"], id="a name beside the path"),
        pytest.param(
            {"type": "rest", "resolve_after": "soon"}, ["resolve_after"], id="no duration"
        ),
        pytest.param(
            {"type": "rest", "resolve_after": "2d"}, ["resolve_after"], id="a long duration"
        ),
        pytest.param(
            {"type": "rest", "severity_map": {"major": "page"}},
            ["severity_map.major"],
            id="a severity that is none",
        ),
        pytest.param(
            {"type": "rest", "escalation_policy": "Default Policy"},
            ["escalation_policy"],
            id="a policy whose name is none",
        ),
        pytest.param(
            {"type": "rest", "paused": "maybe", "wake_on_output": 3},
            ["wake_on_output", "paused"],
            id="two faults at once",
        ),
    ],
)
def test_what_is_wrong_is_named(editor: Client, body: object, fields: list[str]) -> None:
    reply = put(editor, body)

    assert (reply.status, reply.code) == (422, "invalid_request")
    assert reply.wrong_fields == fields


@pytest.mark.parametrize("name", ["Prod", "a" * 65, "prod_prometheus", "%2e%2e", "a%252Fb", "ä"])
def test_a_name_that_is_none_is_refused(editor: Client, name: str) -> None:
    reply = put(editor, {"type": "rest"}, f"/api/v1/integrations/{name}")

    assert (reply.status, reply.wrong_fields) == (422, ["name"])


def test_the_name_of_events_with_a_key_is_reserved(editor: Client) -> None:
    reply = put(editor, {"type": "events"}, "/api/v1/integrations/events-api")

    assert (reply.status, reply.wrong_fields) == (422, ["name"])


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", PATH), ("PATCH", PATH), ("DELETE", PATH), ("POST", f"{PATH}/rotate")],
)
def test_an_unknown_integration_is_not_found(editor: Client, method: str, path: str) -> None:
    reply = editor.send(method, path)

    assert (reply.status, reply.code) == (404, "integration_not_found")


def test_pausing_leaves_everything_else(editor: Client) -> None:
    put(editor, SETTINGS | {"paused": False})

    reply = editor.send("PATCH", PATH, body={"paused": True})

    assert reply.status == 200
    assert {name: reply.data[name] for name in SETTINGS} == SETTINGS


def test_null_puts_a_setting_back_to_its_default(editor: Client) -> None:
    put(editor, SETTINGS | {"type": "monitor"})

    nothing: dict[str, Any] = dict.fromkeys(DEFAULTS)
    reply = editor.send("PATCH", PATH, body=nothing)

    expected = DEFAULTS | {"resolve_after": 60}
    assert {name: reply.data[name] for name in DEFAULTS} == expected


@pytest.mark.usefixtures("url")
def test_a_change_with_a_fault_changes_nothing(editor: Client) -> None:
    reply = editor.send("PATCH", PATH, body={"paused": True, "typ": "rest"})

    assert (reply.status, reply.wrong_fields) == (422, ["typ"])
    assert editor.get(PATH).data["paused"] is False


def test_a_removed_integration_is_gone_with_its_url(
    editor: Client, integrations: DynamoDBIntegrations, world: World, url: str
) -> None:
    reply = editor.send("DELETE", PATH)

    assert (reply.status, reply.text) == (204, "")
    assert editor.get(PATH).status == 404
    assert owner_of(integrations, url, world) is None


def test_a_rotation_shows_a_new_url_while_the_old_one_works_for_a_day(
    editor: Client, integrations: DynamoDBIntegrations, world: World, url: str
) -> None:
    reply = editor.post(f"{PATH}/rotate")

    assert reply.status == 200
    assert reply.data["url"] != url
    assert [it["valid_until"] for it in reply.data["urls"]] == [None, "2026-03-02T09:00:00.000Z"]
    world.pass_time(hours=24)
    assert owner_of(integrations, url, world) is None
    assert owner_of(integrations, reply.data["url"], world) is not None


def test_a_rotation_without_overlap_ends_the_old_url(
    editor: Client, integrations: DynamoDBIntegrations, world: World, url: str
) -> None:
    reply = editor.post(f"{PATH}/rotate", {"overlap": 0})

    assert reply.data["urls"] == [{"token_prefix": reply.data["token_prefix"], "valid_until": None}]
    assert owner_of(integrations, url, world) is None


@pytest.mark.parametrize("overlap", ["31d", -1, "1 week", None, True])
@pytest.mark.usefixtures("url")
def test_an_overlap_that_is_none_is_refused(editor: Client, overlap: object) -> None:
    reply = editor.post(f"{PATH}/rotate", {"overlap": overlap})

    assert (reply.status, reply.wrong_fields) == (422, ["overlap"])


@pytest.mark.usefixtures("url")
def test_too_many_urls_at_once_are_refused(editor: Client) -> None:
    for _ in range(TOKENS_LIMIT - 1):
        assert editor.post(f"{PATH}/rotate").status == 200

    reply = editor.post(f"{PATH}/rotate")

    assert (reply.status, reply.code) == (409, "conflict")


@pytest.mark.usefixtures("url")
def test_a_repeated_answer_does_not_hold_the_url(
    editor: Client, integrations: DynamoDBIntegrations, world: World
) -> None:
    once = {"idempotency-key": "rotate-1"}
    first = editor.post(f"{PATH}/rotate", headers=once)

    second = editor.post(f"{PATH}/rotate", headers=once)

    assert second.status == first.status
    assert second.data == first.data | {"url": None}
    assert owner_of(integrations, first.data["url"], world) is not None


@pytest.mark.usefixtures("url")
def test_what_the_teams_file_manages_is_changed_there(
    editor: Client, integrations: DynamoDBIntegrations
) -> None:
    before = integrations.get("prod-prometheus")
    managed = replace(before, managed_by="team file")
    integrations.put(before, managed, write_id=WriteId("file"))

    refusals = [
        put(editor, {"type": "rest"}),
        editor.send("PATCH", PATH, body={"paused": True}),
        editor.send("DELETE", PATH),
    ]

    assert [(it.status, it.code) for it in refusals] == [(409, "managed_elsewhere")] * 3
    assert editor.get(PATH).data["managed_by"] == "team file"
    assert editor.post(f"{PATH}/rotate").status == 200


def test_the_list_is_by_name_page_by_page(editor: Client) -> None:
    for name in ("c", "a", "b"):
        put(editor, {"type": "rest"}, f"/api/v1/integrations/{name}")

    first = editor.get("/api/v1/integrations", limit=2)
    second = editor.get("/api/v1/integrations", limit=2, cursor=first.json["next_cursor"])

    assert [it["name"] for it in first.data] == ["a", "b"]
    assert first.json["meta"] == {"total": 3}
    assert (first.json["has_more"], second.json["has_more"]) == (True, False)
    assert [it["name"] for it in second.data] == ["c"]
    assert "next_cursor" not in second.json


@pytest.mark.usefixtures("url")
def test_a_url_that_ran_out_is_no_longer_shown(editor: Client, world: World) -> None:
    editor.post(f"{PATH}/rotate", {"overlap": "1h"})
    world.pass_time(hours=1)

    assert len(editor.get(PATH).data["urls"]) == 1


def test_two_who_create_the_same_at_once_do_not_both_get_a_url(
    editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = DynamoDBIntegrations.put

    def raced(
        integrations: DynamoDBIntegrations,
        before: Integration | None,
        after: Integration,
        *,
        write_id: WriteId,
    ) -> Integration:
        """Another client is faster, once."""
        if before is None and not integrations.list():
            theirs = replace(after, tokens=(), created_at=NINE - timedelta(seconds=1))
            write(integrations, None, theirs, write_id=WriteId("theirs"))
        return write(integrations, before, after, write_id=write_id)

    monkeypatch.setattr(DynamoDBIntegrations, "put", raced)

    reply = put(editor, {"type": "rest"})

    assert (reply.status, reply.code) == (503, "try_again")


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/api/v1/integrations", "config:read"),
        ("GET", PATH, "config:read"),
        ("PUT", PATH, "config:write"),
        ("PATCH", PATH, "config:write"),
        ("DELETE", PATH, "config:write"),
        ("POST", f"{PATH}/rotate", "config:write"),
    ],
)
def test_reading_and_writing_need_their_scopes(
    anybody: Client, method: str, path: str, scope: str
) -> None:
    other = "config:write" if scope == "config:read" else "config:read"

    assert anybody.with_key(other, "alerts").send(method, path).code == "scope_missing"
    assert anybody.with_key(scope).send(method, path, body={"type": "rest"}).status != 403


def test_an_unknown_escalation_policy_is_refused(
    editor: Client, integrations: DynamoDBIntegrations
) -> None:
    refused = put(editor, {"type": "rest", "escalation_policy": "night"})

    assert (refused.status, refused.wrong_fields) == (422, ["escalation_policy"])
    assert "make it first" in refused.text
    assert integrations.list() == ()


def test_the_name_of_missed_heartbeats_is_reserved(editor: Client) -> None:
    refused = put(editor, {"type": "rest"}, "/api/v1/integrations/heartbeats")

    assert (refused.status, refused.wrong_fields) == (422, ["name"])
