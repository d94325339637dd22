"""Bodies for the API that nobody should send: refused clearly, or done whole."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.functions.ingest.hostile import VALUES, corpus
from tests.stack.client import Client, Reply, Sender
from tests.stack.hostile import expect_whole, wrong_with
from tocsin.domain.integration import IntegrationType

ALERT = "/api/v1/alerts/{alert}"
INTEGRATION = "/api/v1/integrations/{integration}"
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()
CALLS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "an acknowledgement": ("POST", f"{ALERT}/ack", {"note": "mine"}),
    "a snooze": ("POST", f"{ALERT}/snooze", {"duration": "1h", "reason": "known"}),
    "a snooze until a time": (
        *("POST", f"{ALERT}/snooze"),
        {"until": TOMORROW, "sticky_severity": True, "sticky_output": True},
    ),
    "a note": ("POST", f"{ALERT}/notes", {"note": "x"}),
    "a bulk action": ("POST", "/api/v1/alerts/bulk", {"action": "ack", "ids": ["{alert}"]}),
    "a bulk filter": (
        *("POST", "/api/v1/alerts/bulk"),
        {"action": "note", "note": "x", "filter": {"integration": "nobody", "q": "nothing"}},
    ),
    "a promotion": ("POST", f"{ALERT}/create-incident", {"title": "x", "severity": "info"}),
    "an incident": (
        *("POST", "/api/v1/incidents"),
        {"title": "x", "severity": "info", "alert_ids": ["{alert}"]},
    ),
    "a key": ("POST", "/api/v1/keys", {"name": "x", "scopes": [], "user": "alice"}),
    "an integration": (
        *("PUT", INTEGRATION),
        {"type": "rest", "resolve_after": "1m", "severity_map": {"bad": "info"}, "paused": False},
    ),
    "a change of one": ("PATCH", INTEGRATION, {"resolve_after": "1m"}),
    "a rotation": ("POST", f"{INTEGRATION}/rotate", {"overlap": "1h"}),
}
READ_ALIKE = {"an acknowledgement", "a bulk action", "an incident", "a change of one"}
"""What others of them read in the same way."""
DONE = {200, 201}
SENSELESS = {
    "not JSON": b"{'note': 'x'}",
    "another type": b'["note"]',
    "nested 1,000 deep": b'{"a":' * 1_000 + b"1" + b"}" * 1_000,
    "NaN": b'{"note": NaN}',
    "a NUL": b'{"note": "a\0b"}',
    "half a surrogate pair": b'{"note": "\\ud800"}',
    "one thing twice": b'{"note": "a", "note": "b"}',
    "1 MiB and a byte": b" " * 1_048_577,
}


@dataclass(frozen=True, slots=True)
class Call:
    """One request that takes a body, on an alert of its own."""

    name: str
    good: dict[str, Any]
    send: Callable[[bytes], Reply]
    sender: Sender


@pytest.fixture(params=CALLS)
def call(
    request: pytest.FixtureRequest, new_integration: Callable[..., Sender], api: Client
) -> Call:
    method, path, good = CALLS[request.param]
    sender = new_integration()
    alert_id = sender.send(name="hostile", severity="critical")["alert_id"]
    target = path.replace("{alert}", alert_id).replace("{integration}", sender.name)
    filled = json.loads(json.dumps(good).replace("{alert}", alert_id))
    return Call(request.param, filled, lambda body: api.send(method, target, body), sender)


def expect_all_is_whole(call: Call, api: Client) -> None:
    (row,) = expect_whole(api, call.sender.name)
    api.timeline(row["id"])
    for path in ("/api/v1/incidents", "/api/v1/integrations", "/api/v1/keys"):
        api.get(f"{path}?limit=200").expect(200)


def test_what_makes_no_sense_does_nothing_at_all(call: Call, api: Client) -> None:
    path = f"/api/v1/alerts?integration={call.sender.name}"
    before = api.get(path).data

    answered = {what: call.send(body).status for what, body in SENSELESS.items()}

    assert answered == dict.fromkeys(SENSELESS, 400) | {"1 MiB and a byte": 413}
    assert api.get(path).data == before


@pytest.mark.parametrize("call", ["a snooze", "a key"], indirect=True)
def test_whatever_is_sent_is_refused_clearly_or_done_whole(call: Call, api: Client) -> None:
    wrong = {
        name: found
        for name, body in corpus(IntegrationType.REST).items()
        if (reply := call.send(body)).status not in DONE and (found := wrong_with(reply))
    }

    assert wrong == {}
    expect_all_is_whole(call, api)


@pytest.mark.parametrize("call", sorted(CALLS.keys() - READ_ALIKE), indirect=True)
def test_any_value_in_any_field_is_refused_by_its_name_or_taken(call: Call, api: Client) -> None:
    wrong = {}
    for field in call.good:
        for name, value in VALUES.items():
            reply = call.send(json.dumps({**call.good, field: value}).encode())
            if reply.status in DONE:
                continue
            if found := wrong_with(reply):
                wrong[f"{field}: {name}"] = found
            elif reply.status == 422 and field not in named_by(reply):
                wrong[f"{field}: {name}"] = f"another field is blamed: {reply.text[:200]}"

    assert wrong == {}
    expect_all_is_whole(call, api)


def named_by(reply: Reply) -> str:
    """All that a refusal names; alternatives are named together."""
    return " ".join(detail["field"] for detail in reply.json["error"]["details"])
