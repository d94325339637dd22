"""What type `generic` and `sns` need besides: expressions, and a topic."""

from typing import Any

import pytest

from tests.functions.alerts_api.client import Client, Reply
from tocsin.adapters.dynamodb.configuration.integration_repository import DynamoDBIntegrations

PATH = "/api/v1/integrations/prod-jobs"
MAPPING = {"dedup_key": "join('/', [job.name, host])", "links": "{Job: url}", "summary": "text"}
TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"


def put(editor: Client, type_: str, **settings: Any) -> Reply:  # noqa: ANN401 - any setting
    return editor.send("PUT", PATH, body={"type": type_, **settings})


def test_a_mapping_is_kept_shown_and_taken_back(
    editor: Client, integrations: DynamoDBIntegrations
) -> None:
    shown = put(editor, "generic", mapping=MAPPING).data["mapping"]

    assert shown == MAPPING
    assert put(editor, "generic", mapping=shown).data["mapping"] == MAPPING
    assert integrations.get("prod-jobs").mapping == MAPPING


def test_null_takes_a_mapping_away(editor: Client) -> None:
    put(editor, "generic", mapping=MAPPING)

    assert editor.send("PATCH", PATH, body={"paused": True}).data["mapping"] == MAPPING
    assert editor.send("PATCH", PATH, body={"mapping": None}).data["mapping"] is None


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        pytest.param("job.", "must be a JMESPath expression", id="half an expression"),
        pytest.param("a b", "must be a JMESPath expression", id="two expressions"),
        pytest.param("", "", id="nothing"),
        pytest.param("lower(name)", "lower is none", id="a function of another language"),
        pytest.param("a[?b == lower(c)].d", "lower is none", id="deep within"),
        pytest.param("a." * 600 + "a", "", id="too long"),
        pytest.param(7, "", id="a number"),
    ],
)
def test_an_expression_that_cannot_be_read_is_named(
    editor: Client, integrations: DynamoDBIntegrations, expression: object, words: str
) -> None:
    reply = put(editor, "generic", mapping={**MAPPING, "severity": expression})

    assert reply.status == 422
    (detail,) = reply.json["error"]["details"]
    assert detail["field"] == "mapping.severity"
    assert words in detail["problem"]
    assert integrations.list() == ()


def test_a_part_that_alerts_do_not_have_is_named(editor: Client) -> None:
    reply = put(editor, "generic", mapping={"colour": "a"})

    assert (reply.status, reply.wrong_fields[0]) == (422, "mapping.colour")


def test_a_topic_is_kept_and_shown(editor: Client, integrations: DynamoDBIntegrations) -> None:
    assert put(editor, "sns", topic_arn=TOPIC).data["topic_arn"] == TOPIC
    assert integrations.get("prod-jobs").topic_arn == TOPIC


@pytest.mark.parametrize(
    "topic", ["alarms", "arn:aws:sqs:eu-west-1:123456789012:alarms", f"{TOPIC}\n"]
)
def test_what_is_no_topic_is_refused(editor: Client, topic: str) -> None:
    reply = put(editor, "sns", topic_arn=topic)

    assert (reply.status, reply.wrong_fields[0]) == (422, "topic_arn")
