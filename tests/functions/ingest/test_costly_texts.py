"""A mebibyte that is hard to read costs no sender and no endpoint more than any other."""

import json
import time
from itertools import cycle
from typing import Any, Final

import pytest

from functions.ingest.request_and_answer import UNUSABLE_LIMIT
from tests.functions.ingest.gateway import TOKEN, Gateway, Reply
from tests.functions.ingest.long_lists import SlowIntake
from tests.functions.ingest.test_mutated_samples import originals
from tests.wire import Sample, sample
from tocsin.domain.integration import IntegrationType
from tocsin.lambda_runtime.strict_json import BODY_LIMIT_BYTES

SIZE: Final = 110_000
"""Characters of one text; all of them together are nearly a mebibyte."""
SHAPES: Final = (
    "token" * (SIZE // 5),
    "at 97 % " + "a" * SIZE,
    "% " + ("f" * 64 + " ") * (SIZE // 65),
    "token-" + "a-" * (SIZE // 2),
    "token " + " " * SIZE,
    "[<{(" * (SIZE // 4),
    "$A{{#{$" * (SIZE // 8) + "token",
    "a='b' " * (SIZE // 6),
)
TEXTS: Final = {f"text{position}": text for position, text in enumerate(SHAPES)}
NAMES: Final = (
    *("name", "title", "message", "summary", "description", "output", "text", "alertname"),
    *("event", "subject", "status", "state"),
)
SECONDS: Final = 2.0
"""A fifth of it on a machine with nothing else to do; what grows faster takes hours."""

ENDPOINTS: Final[dict[str, Any]] = {
    "v2/enqueue": {
        "event_action": "trigger",
        "payload": {
            "summary": "Disk full",
            "severity": "critical",
            "source": "db-1",
            "custom_details": TEXTS,
        },
    },
    "v2/alerts": {"message": "Disk full", "description": SHAPES[0], "details": TEXTS},
    "alert": {
        "resource": "db-1",
        "event": "Disk",
        "environment": "Production",
        "service": ["shop"],
        "text": SHAPES[0],
        "attributes": TEXTS,
    },
    "api/v2/alerts": [{"labels": {"alertname": "Disk", **TEXTS}}],
    "heartbeat": {"name": "backup", **TEXTS},
}

UNUSABLE: Final = (b'{"a":1}', b"1", b'{"labels":{}}', b"{}", b'{"a":1}', b"[]", b'{"state":{}}')
"""Members of a list that no sender can use."""
GROUPS: Final = {IntegrationType.ALERTMANAGER: "alerts", IntegrationType.GRAFANA: "alerts"}
"""Types whose lists are within an object, and where."""
USABLE: Final = {
    IntegrationType.CLOUDEVENTS: "cloudevents/structured-firing",
    IntegrationType.GITHUB: "github/workflow_run-failure",
}
"""Where the headers of another sample make an alert of any body."""


def unusable_but_the_first(before: bytes, after: bytes) -> tuple[bytes, int]:
    """A body as long as may be that ends with so many unusable entries."""
    members: list[bytes] = []
    left = BODY_LIMIT_BYTES - len(before) - len(after)
    for member in cycle(UNUSABLE):
        left -= len(member) + 1
        if left < 0:
            return before + b"".join(b"," + it for it in members) + after, len(members)
        members.append(member)
    raise AssertionError


def first_of(type_: IntegrationType) -> tuple[Sample, bytes, bytes]:
    """What a product sent, as the first entry of a list that may go on, and what ends the list."""
    known = [sample(USABLE[type_])] if type_ in USABLE else originals(type_)
    it = next(each for each in known if each.body.startswith(b"{"))
    value = json.loads(it.body)
    group = GROUPS.get(type_)
    if group is None:
        return it, b"[" + json.dumps(value).encode(), b"]"
    whole = {name: inner for name, inner in value.items() if name != group}
    alerts = value.get(group, [{"labels": {"alertname": "Disk"}}])
    before = json.dumps({**whole, group: alerts[:1]}).encode()
    return it, before.removesuffix(b"]}"), b"]}"


def timed(gateway: Gateway, body: object, path: str) -> tuple[Reply, float]:
    began = time.thread_time()
    reply = gateway.post(body, path=path)
    return reply, time.thread_time() - began


def test_the_texts_are_as_long_as_a_body_may_be() -> None:
    assert 0.8 * BODY_LIMIT_BYTES < sum(map(len, SHAPES)) < BODY_LIMIT_BYTES


@pytest.mark.parametrize("type_", IntegrationType)
def test_no_type_takes_long_to_read_them(gateway: Gateway, type_: IntegrationType) -> None:
    gateway.register(type_)
    body = dict.fromkeys(NAMES, "x") | {"name": "Disk full", "labels": TEXTS}

    reply, took = timed(gateway, body, f"/i/{TOKEN}")

    assert reply.status < 500
    assert took < SECONDS


@pytest.mark.parametrize("path", ENDPOINTS)
def test_no_endpoint_takes_long_to_read_them(rest: Gateway, path: str) -> None:
    reply, took = timed(rest, ENDPOINTS[path], f"/i/{TOKEN}/{path}")

    assert reply.status < 500
    assert took < SECONDS


@pytest.mark.parametrize("type_", IntegrationType)
def test_no_type_takes_long_to_refuse_entries(gateway: Gateway, type_: IntegrationType) -> None:
    gateway.register(type_)
    first, before, after = first_of(type_)
    body, _ = unusable_but_the_first(before, after)
    began = time.thread_time()

    reply = SlowIntake(gateway, seconds=0).post(body, headers=first.headers)

    assert time.thread_time() - began < SECONDS
    assert reply.status < 500


@pytest.mark.parametrize("path", ["/api/v1/alerts", "/api/v2/alerts"])
def test_no_endpoint_takes_long_to_refuse_entries(alertmanager: Gateway, path: str) -> None:
    body, _ = unusable_but_the_first(b'[{"labels":{"alertname":"Disk"}}', b"]")

    reply, took = timed(alertmanager, body, f"/i/{TOKEN}{path}")

    assert took < SECONDS
    assert (reply.status, len(alertmanager.alerts())) == (400, 1)
    assert "alerts were not read" in reply.text


@pytest.mark.parametrize("threads", [True, False])
def test_entries_that_were_not_read_are_counted(rest: Gateway, threads: bool) -> None:  # noqa: FBT001
    body, unusable = unusable_but_the_first(b'[{"name":"Disk full"}', b"]")

    reply = SlowIntake(rest, seconds=0).post(body) if threads else rest.post(body)

    data = reply.json["data"]
    assert (reply.status, data["results"][0]["outcome"]) == (202, "opened")
    assert 0 < data["unread"] <= unusable - UNUSABLE_LIMIT
    assert len(data["results"]) + data["left_out"] == 1 + unusable
    assert len(rest.alerts()) == 1
