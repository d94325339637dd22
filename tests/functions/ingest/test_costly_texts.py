"""A mebibyte of text that is hard to read costs no sender and no endpoint more than other text."""

import time
from typing import Any, Final

import pytest

from tests.functions.ingest.gateway import TOKEN, Gateway, Reply
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
def test_no_endpoint_takes_long_to_read_them(gateway: Gateway, path: str) -> None:
    gateway.register(IntegrationType.REST)

    reply, took = timed(gateway, ENDPOINTS[path], f"/i/{TOKEN}/{path}")

    assert reply.status < 500
    assert took < SECONDS
