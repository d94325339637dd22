"""What the API says of the types of integration, and how each product is set up."""

import json

import pytest

from functions.ingest.senders import SenderSettings, Sent, sender_of
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tests.integration_types import FILE, text
from tocsin.domain.errors import InvalidInputError
from tocsin.domain.integration import IntegrationType

PATH = "/api/v1/integration-types"


def test_the_file_is_that_of_the_senders() -> None:
    assert FILE.read_text() == text(), "run `make senders`"


def test_every_type_that_can_be_made_is_listed_with_its_product(editor: Client) -> None:
    listed = editor.get(PATH, limit="200").json

    assert [it["type"] for it in listed["data"]] == sorted(IntegrationType)
    assert listed["meta"]["total"] == len(IntegrationType)
    assert {"type": "grafana", "product": sender_of(IntegrationType.GRAFANA).product} in listed[
        "data"
    ]


def test_a_type_says_how_it_is_set_up_in_words_that_lead_nowhere_else(editor: Client) -> None:
    for type_ in IntegrationType:
        about = editor.get(f"{PATH}/{type_}").data

        assert about["steps"]
        assert "](" not in about["steps"].replace("](http", "")
        assert "What it can say" not in about["steps"]
    assert "https://ADDRESS/i/TOKEN" in editor.get(f"{PATH}/alertmanager").data["steps"]


@pytest.mark.parametrize("type_", [it for it in IntegrationType if it != "github"])
def test_an_example_opens_an_alert_with_its_sender(
    world: World, editor: Client, type_: IntegrationType
) -> None:
    """GitHub says what happened in a header."""
    example = editor.get(f"{PATH}/{type_}").data["example"]
    settings = SenderSettings()

    entries = sender_of(type_).read(Sent(body=json.dumps(example).encode(), at=world.now), settings)

    assert len(entries) > 0
    assert not [it for it in entries if isinstance(it.read, InvalidInputError)]


def test_an_unknown_type_is_not_found(editor: Client) -> None:
    answer = editor.get(f"{PATH}/carrier-pigeon")

    assert answer.status == 404
    assert answer.json["error"]["message"] == "There is no type of integration with this name."


def test_only_who_reads_the_configuration_may_see_them(client: Client) -> None:
    assert client.get(PATH).status == 403
