"""The handler as Lambda starts it, with a server on this machine in DynamoDB's place."""

import importlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.functions.ingest.gateway import event_of
from tests.scripted_server import ScriptedServer, cut_after, reply

pytestmark = pytest.mark.loopback

ENVIRONMENT = {
    "TABLE_NAME": "tocsin",
    "AWS_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "POWERTOOLS_SERVICE_NAME": "ingest",
}
NEEDED_LATER = {
    "concurrent": "few lists are long",
    "functions.ingest.long_lists": "few lists are long",
    "threading": "few lists are long",
    "tocsin.adapters.dynamodb.requests.progress_repository": "few lists are long",
    "tocsin.adapters.thread_calls": "few lists are long",
    "functions.ingest.events_api": "most senders have a token",
    "functions.ingest.senders.reading.bodies": "some senders have no body",
    "functions.ingest.compat": "few speak as another product's clients",
    "email": "few bodies are forms",
    "random": "most calls need no second attempt",
    "secrets": "a write id is no secret",
    "tocsin.adapters.dynamodb.alerts.alert_repository": "few look at alerts",
    "tocsin.adapters.dynamodb.requests.answer_repository": "few senders send an Idempotency-Key",
    "tocsin.adapters.dynamodb.configuration.key_repository": "most senders have a token",
    "tocsin.usecases.ports": "only type checkers read it",
}

type Handler = Callable[[dict[str, Any], object], dict[str, Any]]


@dataclass(frozen=True)
class Context:
    """What Lambda hands over beside the event."""

    milliseconds: int = 10_000

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


@pytest.fixture
def dynamodb() -> Iterator[ScriptedServer]:
    with ScriptedServer().running() as server:
        yield server


@pytest.fixture
def handler(dynamodb: ScriptedServer) -> Iterator[Handler]:
    """A cold start."""
    with pytest.MonkeyPatch.context() as environment:
        for name, text in {**ENVIRONMENT, "AWS_ENDPOINT_URL": dynamodb.url}.items():
            environment.setenv(name, text)
        environment.delitem(sys.modules, "functions.ingest.app", raising=False)
        app = importlib.import_module("functions.ingest.app")
        yield app.handler
        app._dynamodb.close()


def operations(dynamodb: ScriptedServer) -> list[str]:
    return [it.operation for it in dynamodb.requests]


CREDENTIAL = {"Item": {"pk": {"S": "K#1"}, "sk": {"S": "KEY"}, "integration": {"S": "prod"}}}
INTEGRATION = {
    "Item": {
        "pk": {"S": "C#integration"},
        "sk": {"S": "prod"},
        "type": {"S": "rest"},
        "resolve_after": {"N": "0"},
        "severity_map": {"M": {}},
        "wakes_on_output": {"BOOL": False},
        "paused": {"BOOL": False},
        "created_at": {"N": "1772355600000"},
        "version": {"N": "1"},
        "tokens": {"L": []},
    }
}
REFUSED = {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}
NOTHING: dict[str, Any] = {"Items": []}
FIRST_EVENT = (
    *(reply(body=CREDENTIAL), reply(body=INTEGRATION), reply(400, REFUSED)),
    *(reply(body=NOTHING), reply(body=NOTHING), reply(), reply()),
)
"""Whose token, refused as a repeat, whom to page, what was sent and the alert."""


def test_a_cold_start_makes_no_request(dynamodb: ScriptedServer, handler: Handler) -> None:
    assert callable(handler)
    assert dynamodb.connections == 0


def test_a_first_event_is_three_writes_over_one_connection(
    dynamodb: ScriptedServer, handler: Handler
) -> None:
    dynamodb.plays(*FIRST_EVENT)

    answer = handler(event_of("ingest_rest_trigger"), Context())

    assert answer["statusCode"] == 202
    assert json.loads(answer["body"])["data"]["results"][0]["outcome"] == "opened"
    assert operations(dynamodb) == [
        *("GetItem", "GetItem", "UpdateItem"),
        *("Query", "Query"),
        *("PutItem", "UpdateItem"),
    ]
    assert dynamodb.connections == 1


def test_two_writes_never_have_the_same_id(dynamodb: ScriptedServer, handler: Handler) -> None:
    dynamodb.plays(*FIRST_EVENT)
    handler(event_of("ingest_rest_trigger"), Context())

    update, put = (dynamodb.requests[position].json() for position in (2, -2))

    first = update["ExpressionAttributeValues"][":repeat_id"]["S"]
    second = put["Item"]["write_id"]["S"]
    assert first != second
    assert len(first) == len(second) == 16


@pytest.mark.parametrize("event", ["ingest_rest_trigger", "ingest_events_by_key"])
def test_there_is_always_time_left_to_say_try_again(
    dynamodb: ScriptedServer, handler: Handler, event: str
) -> None:
    dynamodb.plays(dynamodb.never_answer)
    started = time.monotonic()

    answer = handler(event_of(event), Context(milliseconds=1_300))

    assert answer["statusCode"] == 503
    assert answer["headers"]["retry-after"] == "1"
    assert time.monotonic() - started < 1.3


def a_long_list() -> dict[str, Any]:
    event = event_of("ingest_rest_trigger")
    event["body"] = json.dumps([{"name": f"Disk {number}"} for number in range(100)])
    event["isBase64Encoded"] = False
    return event


def test_a_long_list_whose_store_stalls_is_answered_in_time(
    dynamodb: ScriptedServer, handler: Handler
) -> None:
    dynamodb.plays(reply(body=CREDENTIAL), reply(body=INTEGRATION), reply(), dynamodb.never_answer)
    began = time.monotonic()

    answer = handler(a_long_list(), Context(milliseconds=3_000))

    assert answer["statusCode"] == 503
    assert time.monotonic() - began < 3


def test_the_next_event_has_its_own_time(dynamodb: ScriptedServer, handler: Handler) -> None:
    dynamodb.plays(reply())
    out_of_time = handler(event_of("ingest_rest_trigger"), Context(milliseconds=0))

    answer = handler(event_of("ingest_rest_trigger"), Context())

    assert (out_of_time["statusCode"], answer["statusCode"]) == (503, 404)


def test_unknown_and_unreachable_are_not_the_same(
    dynamodb: ScriptedServer, handler: Handler
) -> None:
    dynamodb.plays(cut_after())

    assert handler(event_of("ingest_rest_trigger"), Context())["statusCode"] == 503


def test_an_unknown_key_is_refused(dynamodb: ScriptedServer, handler: Handler) -> None:
    answer = handler(event_of("ingest_events_by_key"), Context())

    assert answer["statusCode"] == 401
    assert operations(dynamodb) == ["GetItem"]


@pytest.mark.usefixtures("handler")
def test_clients_of_other_products_have_a_handler_of_their_own(dynamodb: ScriptedServer) -> None:
    compat_handler = sys.modules["functions.ingest.app"].compat_handler
    event = event_of("ingest_rest_trigger")
    event["rawPath"] = "/v2/alerts"
    event["headers"] |= {"authorization": "GenieKey 0123456789abcdef0123456789abcdef"}

    answer = compat_handler(event, Context())

    assert answer["statusCode"] == 401
    assert json.loads(answer["body"])["message"] == "Could not authenticate"
    assert operations(dynamodb) == ["GetItem"]


def modules_loaded_by(code: str) -> set[str]:
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(loaded.stdout.split())


def test_a_cold_start_loads_only_what_every_event_needs() -> None:
    loaded = modules_loaded_by("import functions.ingest.app")

    assert "functions.ingest.routes" in loaded
    assert not NEEDED_LATER.keys() & loaded
    assert not [it for it in loaded if it.startswith("functions.ingest.senders.")]


NEEDED_TO_REPAIR = {
    "functions.ingest.senders.reading.forms",
    "functions.ingest.senders.reading.lenient_json",
    "functions.ingest.senders.reading.charsets",
}


@pytest.mark.parametrize("type_", ["alertmanager", "events", "generic", "grafana", "rest"])
def test_a_first_body_that_is_good_json_loads_nothing_that_repairs_others(type_: str) -> None:
    loaded = modules_loaded_by(
        "from datetime import UTC, datetime\n"
        "from functions.ingest.senders import SenderSettings, Sent, sender_of\n"
        "from tocsin.domain.integration import IntegrationType\n"
        """body = b'{"name": "x", "url": "https://x.test", "alerts": [{}]}'\n"""
        f"sender = sender_of(IntegrationType({type_!r}))\n"
        "sender.read(Sent(body=body, at=datetime.now(UTC)), SenderSettings())"
    )

    assert f"functions.ingest.senders.{type_}" in loaded
    assert not NEEDED_TO_REPAIR & loaded


def test_any_json_is_read_without_what_reads_prometheus() -> None:
    loaded = modules_loaded_by("import functions.ingest.senders.generic")

    assert "functions.ingest.senders.reading.prometheus_labels" not in loaded
