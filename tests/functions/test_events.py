"""The files in `events`: what AWS sends, as `sam local invoke` and the other tests take them."""

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from samcli.lib.generated_sample_events.events import Events

from tests.gateway_path import expect_arrived, function_of

ROOT = Path(__file__).parents[2]
FILES = {file.stem: file for file in sorted((ROOT / "events").glob("*"))}
HTTP = [name for name in FILES if name.startswith(("actions_", "alerts_api_", "ingest_"))]
SAMPLES = {
    "actions_": ("apigateway", "http-api-proxy"),
    "alerts_api_": ("apigateway", "http-api-proxy"),
    "ingest_": ("apigateway", "http-api-proxy"),
    "escalator_table_change": ("dynamodb", "update"),
    "escalator_tick": ("cloudwatch", "scheduled-event"),
    "escalator_timer": ("sqs", "receive-message"),
    "first_key_": ("cloudformation", "create-request"),
    "notifier_delivery": ("sqs", "receive-message"),
    "team_config_": ("cloudformation", "create-request"),
}
OF_THE_CASE = {
    *("headers", "pathParameters", "queryStringParameters", "Keys", "NewImage", "OldImage"),
    *("messageAttributes", "ResourceProperties", "OldResourceProperties"),
}
"""Objects whose names are each sender's own."""
NOT_IN_EVERY_EVENT = {
    *("cookies", "authentication", "authorizer", "stageVariables", "body"),
    *("pathParameters", "queryStringParameters", "OldImage", "NewImage"),
}
MORE_THAN_SAM_SHOWS = {
    "escalator_tick": {"version", "detail"},  # EventBridge Scheduler's own: detail is a text
    "first_key_": {"ServiceToken", "PhysicalResourceId", "OldResourceProperties"},
    "team_config_": {"ServiceToken", "PhysicalResourceId", "OldResourceProperties"},
}


def load(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(FILES[name].read_text(encoding="utf-8"))
    return event


def entry_of[T](table: dict[str, T], name: str, otherwise: T) -> T:
    return next((entry for prefix, entry in table.items() if name.startswith(prefix)), otherwise)


def unlike_sample(
    event: object, sample: object, known: set[str], place: str = "event"
) -> list[str]:
    """What AWS would not send like that; `known` says what it sends beyond the sample."""
    match event, sample:
        case dict(), dict():
            own = event.keys() - known
            wrong = [f"{place}.{name} is unknown" for name in own - sample.keys() - OF_THE_CASE]
            missing = sample.keys() - event.keys() - NOT_IN_EVERY_EVENT
            wrong += [f"{place}.{name} is missing" for name in missing]
            for name in (own & sample.keys()) - OF_THE_CASE:
                wrong += unlike_sample(event[name], sample[name], known, f"{place}.{name}")
            return wrong
        case list(), list():
            return [
                difference
                for member in event
                for difference in unlike_sample(member, sample[0], known, f"{place}[]")
            ]
        case _:
            same = type(event) is type(sample)
            return [] if same else [f"{place} is {event!r}, not like {sample!r}"]


def test_every_event_is_named_after_its_function_and_its_case() -> None:
    functions = "|".join(sorted(folder.name for folder in (ROOT / "functions").iterdir()))

    strange = [
        file.name
        for file in FILES.values()
        if not re.fullmatch(rf"({functions})_[a-z_]+\.json", file.name)
    ]
    assert strange == []


@pytest.mark.parametrize("name", FILES)
def test_an_event_has_the_shape_of_sams_sample(name: str) -> None:
    service, kind = entry_of(SAMPLES, name, ("", ""))
    sample = json.loads(Events().generate_event(service, kind, {}))

    known = entry_of(MORE_THAN_SAM_SHOWS, name, set())
    assert unlike_sample(load(name), sample, known) == []


@pytest.mark.parametrize("name", HTTP)
def test_a_request_says_one_thing_in_all_its_places(name: str) -> None:
    event = load(name)
    context = event["requestContext"]
    headers = event["headers"]

    expect_arrived(event)
    assert event["routeKey"] == context["routeKey"]
    assert event["rawPath"] == context["http"]["path"]
    assert headers["host"] == context["domainName"]
    assert headers["user-agent"] == context["http"]["userAgent"]
    assert headers == {header.lower(): value for header, value in headers.items()}
    assert dict(parse_qsl(event["rawQueryString"])) == event.get("queryStringParameters", {})
    assert body_length(event) == int(headers.get("content-length", "0"))


def body_length(event: dict[str, Any]) -> int:
    body: str = event.get("body", "")
    return len(base64.b64decode(body) if event["isBase64Encoded"] else body.encode())


@pytest.mark.parametrize("name", HTTP)
def test_a_request_comes_by_a_route_of_the_template(name: str, template: dict[str, Any]) -> None:
    event = load(name)
    folder = next(it for it in ("actions", "alerts_api", "ingest") if name.startswith(it))
    called = function_of(event["requestContext"]["http"]["method"], event["rawPath"])
    function = template["Resources"][called]["Properties"]
    routes = {
        f"{it['Properties']['Method']} {it['Properties']['Path']}"
        for it in function["Events"].values()
        if "Path" in it["Properties"]
    }

    assert function["CodeUri"] == f"functions/{folder}"
    assert event["routeKey"] in routes
    fixed, _, parameter = event["routeKey"].partition(" ")[2].partition("{")
    value = event.get("pathParameters", {}).get(parameter.rstrip("+}"), "")
    assert event["rawPath"] == fixed + value


@pytest.mark.parametrize("name", ["escalator_timer", "notifier_delivery"])
def test_a_message_has_the_digest_of_its_body(name: str) -> None:
    for record in load(name)["Records"]:
        digest = hashlib.md5(record["body"].encode(), usedforsecurity=False)
        assert record["md5OfBody"] == digest.hexdigest()


def test_changes_of_the_table_come_in_order() -> None:
    numbers = [
        int(record["dynamodb"]["SequenceNumber"])
        for record in load("escalator_table_change")["Records"]
    ]

    assert numbers == sorted(set(numbers))
