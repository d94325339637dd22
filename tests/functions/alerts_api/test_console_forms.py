"""The console's forms, as data/set-up.json describes them, against what the API takes."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from tests.fakes.world import World
from tests.functions.alerts_api.client import Client

FILE: Final = Path(__file__).parents[3] / "functions/console/src/data/set-up.json"
NOUNS: Final[dict[str, dict[str, Any]]] = json.loads(FILE.read_text())
ONE: Final = "/api/v1/users/{name}".count("/")
OF_ALL: Final = {"name", "managed_by", "created_at"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    described: dict[str, Any] = Client.of(World()).get("/openapi.json").json
    return described


def properties(document: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    """The members of a body or of an answer's `data`."""
    schema = content["content"]["application/json"]["schema"]
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        if "data" in schema.get("properties", {}):
            schema = schema["properties"]["data"]
    found: dict[str, Any] = schema["properties"]
    return found


def paths_of(document: dict[str, Any], noun: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The operations on all and on one."""
    paths = document["paths"]
    every = paths[f"/api/v1/{noun}"]
    below = f"/api/v1/{noun}/{{"
    one = next((it for it in paths if it.startswith(below) and it.count("/") == ONE), None)
    return every, paths[one] if one else every


@pytest.mark.parametrize("noun", NOUNS)
def test_a_form_offers_what_the_api_takes(document: dict[str, Any], noun: str) -> None:
    every, one = paths_of(document, noun)
    taken = properties(document, (one.get("put") or every["post"])["requestBody"])

    offered = {field["name"].partition(".")[0] for field in NOUNS[noun].get("fields", ())}

    assert offered <= taken.keys()


@pytest.mark.parametrize("noun", [it for it in NOUNS if it not in {"keys", "settings"}])
def test_what_is_shown_as_json_can_be_sent_as_it_is(document: dict[str, Any], noun: str) -> None:
    _, one = paths_of(document, noun)
    answered = properties(document, one["get"]["responses"]["200"])
    taken = properties(document, one["put"]["requestBody"])

    sent = answered.keys() - OF_ALL - set(NOUNS[noun].get("shown", ()))

    if not NOUNS[noun].get("isPosted"):
        assert sent <= taken.keys()


@pytest.mark.parametrize("noun", NOUNS)
def test_a_choice_is_one_that_the_api_knows(document: dict[str, Any], noun: str) -> None:
    text = json.dumps(document["components"])
    for field in NOUNS[noun].get("fields", ()):
        for option in field.get("options", ()):
            value = option if isinstance(option, str) else option[0]
            assert f'"{value}"' in text, field["name"]


@pytest.mark.parametrize("noun", [it for it in NOUNS if it not in {"keys", "settings"}])
def test_a_fact_is_a_member_of_the_answer(document: dict[str, Any], noun: str) -> None:
    _, one = paths_of(document, noun)
    answered = properties(document, one["get"]["responses"]["200"])

    for _, path, *_ in NOUNS[noun]["cells"]:
        assert not path or path.partition(".")[0] in answered
