"""Registering, changing, rotating and removing integrations."""

import re

import pytest

from tests.fakes.world import World
from tests.functions.alerts_api.client import Client, Reply
from tocsin.adapters.dynamodb.configuration.integration_repository import DynamoDBIntegrations
from tocsin.domain.credential import hash_token
from tocsin.domain.integration import Integration

PATH = "/api/v1/integrations/prod-prometheus"


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


def test_a_monitor_believes_a_recovery_after_a_minute(editor: Client) -> None:
    assert put(editor, {"type": "monitor"}).data["resolve_after"] == 60


@pytest.mark.parametrize("written", [90, "90", "90s"], ids=["number", "text", "short"])
def test_durations_are_written_in_seconds_or_in_short(editor: Client, written: object) -> None:
    reply = put(editor, {"type": "monitor", "resolve_after": written})

    assert reply.data["resolve_after"] == 90


def test_severity_words_are_kept_as_they_are_looked_up(editor: Client) -> None:
    reply = put(editor, {"type": "rest", "severity_map": {" MAJOR ": "critical"}})

    assert reply.data["severity_map"] == {"major": "critical"}


def test_replacing_keeps_the_url_and_does_not_show_it(
    editor: Client, integrations: DynamoDBIntegrations, world: World, url: str
) -> None:
    reply = put(editor, {"type": "events"})

    assert "url" not in reply.data
    assert owner_of(integrations, url, world) is not None


def test_no_url_is_shown_a_second_time(editor: Client, url: str) -> None:
    token = token_of(url)

    assert token not in editor.get(PATH).text
    assert token not in editor.get("/api/v1/integrations").text


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
def test_a_url_that_ran_out_is_no_longer_shown(editor: Client, world: World) -> None:
    editor.post(f"{PATH}/rotate", {"overlap": "1h"})
    world.pass_time(hours=1)

    assert len(editor.get(PATH).data["urls"]) == 1
