"""Tokens, keys and what was sent never leave by a refusal or a log."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.functions.ingest.gateway import Gateway, Reply, raising
from tests.functions.ingest.hostile import EVENT, EVENT_FIELDS, PAYLOAD_FIELDS, REST, REST_FIELDS
from tocsin.adapters.aws_json import AwsError, AwsUnavailableError
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.domain.credential import Scope
from tocsin.domain.integration import IntegrationType, Token

type Silence = Callable[[Reply], None]

CANARY = "canary7f3a"
TOKEN = f"{CANARY}abcdef0123456789abcdef"
SECRET = f"tocsin_{CANARY}"
VALUES: Mapping[str, Any] = {
    "a text": CANARY,
    "a list": [CANARY],
    "an object": {CANARY: CANARY},
    "an object in a list": [{CANARY: [CANARY]}],
}
BROKEN = [
    f'{{"name": "{CANARY}"',
    f'{{"{CANARY}": NaN}}',
    f'{{"{CANARY}": 1, "{CANARY}": 2}}',
    f'{{"{CANARY}": "\\ud800"}}',
    f'{{"\\ud800{CANARY}": 1}}',
    f'{{"{CANARY}": 1e999}}',
    CANARY,
    f'"{CANARY}"',
    f'["{CANARY}"]',
    f'{{"{CANARY}": {"[" * 40}{"]" * 40}}}',
    f"{CANARY} " * 200_000,
]


@pytest.fixture(
    params=[IntegrationType.REST, IntegrationType.EVENTS], ids=lambda type_: type_.value
)
def canaries(gateway: Gateway, request: pytest.FixtureRequest) -> Gateway:
    gateway.register(IntegrationType(request.param), tokens=(Token.of(TOKEN),))
    return gateway


@pytest.fixture
def expect_silence(capsys: pytest.CaptureFixture[str]) -> Silence:
    """Look for the canary wherever it must not be."""

    def expect(reply: Reply) -> None:
        captured = capsys.readouterr()
        assert captured.out
        assert CANARY not in captured.out.lower()
        assert CANARY not in captured.err.lower()
        if reply.status != 202:
            assert CANARY not in reply.text.lower()
            assert CANARY not in str(reply.headers).lower()

    return expect


def entries() -> list[Any]:
    found: list[Any] = []
    for value in VALUES.values():
        found += [{**REST, name: value} for name in REST_FIELDS]
        found += [{**EVENT, name: value} for name in EVENT_FIELDS]
        payloads = ({**EVENT["payload"], name: value} for name in PAYLOAD_FIELDS)
        found += [{**EVENT, "payload": payload} for payload in payloads]
        found += [{"event_action": value}, {"name": value, "severity": {}}, value]
    return found


def test_no_sent_value_is_logged_or_repeated_by_a_refusal(
    canaries: Gateway, expect_silence: Silence
) -> None:
    statuses = set()
    for entry in entries():
        reply = canaries.post(entry, path=f"/i/{TOKEN}")
        expect_silence(reply)
        statuses.add(reply.status)

    assert statuses >= {202, 422}


@pytest.mark.parametrize("body", BROKEN, ids=lambda body: body[:30])
def test_no_part_of_a_broken_body_is_repeated(
    canaries: Gateway, expect_silence: Silence, body: str
) -> None:
    reply = canaries.post(body, path=f"/i/{TOKEN}")

    assert reply.status in {400, 413, 422}
    expect_silence(reply)


@pytest.mark.parametrize(
    "path", [f"/i/{TOKEN}0", f"/i/{TOKEN}/more", f"/{CANARY}", f"/api/v1/events/{CANARY}"]
)
def test_no_path_is_logged_or_repeated(
    canaries: Gateway, expect_silence: Silence, path: str
) -> None:
    reply = canaries.post(REST, path=path)

    assert reply.status == 404
    expect_silence(reply)


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {SECRET}x"},
        {"authorization": f"Basic {CANARY}"},
        {"authorization": CANARY},
        {"x-api-key": CANARY},
        {"x-api-key": SECRET, "idempotency-key": CANARY * 50},
        {"x-api-key": SECRET, "idempotency-key": CANARY},
    ],
    ids=["unknown", "of another scheme", "alone", "elsewhere", "long", "for retries"],
)
def test_no_key_is_logged_or_repeated_that_is(
    gateway: Gateway, expect_silence: Silence, headers: Mapping[str, str]
) -> None:
    gateway.give_key(Scope.EVENTS, secret=SECRET)
    gateway.post(EVENT, path="/api/v1/events", headers=headers)

    reply = gateway.post({**EVENT, "dedup_key": "x"}, path="/api/v1/events", headers=headers)

    assert reply.status in {401, 409, 422}
    expect_silence(reply)


def unavailable_because_of(cause: Exception) -> Exception:
    fault = AwsUnavailableError()
    fault.__cause__ = cause
    return fault


@pytest.mark.parametrize(
    "fault",
    [
        AwsError(
            "ValidationException", f"One or more values: {CANARY}", item={"pk": {"S": CANARY}}
        ),
        unavailable_because_of(OSError(CANARY)),
        UnicodeEncodeError("utf-8", CANARY, 0, 1, CANARY),
        KeyError(CANARY),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_no_fault_takes_along_what_was_sent(
    canaries: Gateway,
    expect_silence: Silence,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
) -> None:
    for name in ("count", "in_slot"):
        monkeypatch.setattr(DynamoDBSlots, name, raising(fault))

    replies = [canaries.post(entry, path=f"/i/{TOKEN}") for entry in (REST, EVENT)]

    assert {reply.status for reply in replies} <= {422, 500, 503}
    assert len(json.dumps([reply.json for reply in replies])) < 2_000
    expect_silence(replies[1])
    assert all(CANARY not in reply.text for reply in replies)
