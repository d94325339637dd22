"""Channels: generated secrets, and changes of type."""

import base64

import pytest

from tests.fakes.secrets import InMemorySecrets
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client, Reply
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.domain.errors import ConcurrentUpdateError

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
