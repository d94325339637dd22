"""A hostile body gets a clear refusal or makes a clean alert, within its time."""

import json
import time
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.functions.ingest.gateway import Gateway, Reply
from tests.functions.ingest.hostile import VALUES, corpus, with_value
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.domain.alert import Alert
from tocsin.domain.dedup import DEDUP_KEY_LIMIT
from tocsin.domain.ids import fingerprint
from tocsin.domain.integration import IntegrationType
from tocsin.domain.signal import LINK_SCHEMES, NAME_LIMIT, Facts, printable

CPU_SECONDS = 1.0
TYPES = [IntegrationType.REST, IntegrationType.EVENTS]
CORPORA = {type_: corpus(type_) for type_ in TYPES}
REFUSED = {400, 413, 422}


@pytest.fixture(params=TYPES, ids=lambda type_: type_.value)
def type_(request: pytest.FixtureRequest) -> IntegrationType:
    return IntegrationType(request.param)


@pytest.fixture
def gateway(type_: IntegrationType) -> Gateway:
    gateway = Gateway()
    gateway.register(type_)
    return gateway


def sent(gateway: Gateway, body: bytes) -> Reply:
    """Send, and expect what holds for every body."""
    before = gateway.alerts()
    started = time.process_time()

    reply = gateway.post(body)

    assert time.process_time() - started < CPU_SECONDS
    assert reply.text.encode()
    if reply.status == 202:
        _expect_clean(gateway, reply)
    else:
        assert reply.status in REFUSED
        assert reply.error["code"] in {"bad_request", "payload_too_large", "invalid_request"}
        assert reply.error["message"]
        assert len(reply.text) < 5_000
        assert gateway.alerts() == before
    return reply


def _expect_clean(gateway: Gateway, reply: Reply) -> None:
    for result in reply.results:
        if result["outcome"] != "rejected":
            assert 0 < len(result["dedup_key"]) <= DEDUP_KEY_LIMIT
    for alert in gateway.alerts():
        for text in texts_of(alert):
            assert printable(text) == text
            assert text.encode().decode() == text
        assert all(url.startswith(LINK_SCHEMES) for url in alert.facts.urls.values())


def texts_of(alert: Alert) -> Iterator[str]:
    facts = alert.facts
    others = {"summary", "reason", "labels", "urls", "truncated"}
    names = {field.name for field in fields(Facts)} - others
    for short in (alert.current_value, *(getattr(facts, name) for name in names)):
        if isinstance(short, str):
            assert len(short) <= NAME_LIMIT
            yield short
    yield from (facts.summary, facts.reason, *facts.truncated)
    yield from (*facts.labels, *facts.labels.values(), *facts.urls, *facts.urls.values())


@pytest.mark.parametrize("case", CORPORA[IntegrationType.REST])
def test_a_body_is_refused_or_becomes_clean_that_is(
    gateway: Gateway, type_: IntegrationType, case: str
) -> None:
    sent(gateway, CORPORA[type_][case])


@pytest.mark.parametrize("case", VALUES)
def test_every_field_is_refused_or_becomes_clean_that_holds(
    type_: IntegrationType, case: str
) -> None:
    for field, entry in with_value(type_, VALUES[case]):
        gateway = Gateway()
        gateway.register(type_)

        reply = sent(gateway, json.dumps(entry).encode())

        if reply.status == 422:
            assert reply.wrong_fields, field


def test_there_are_bodies_enough() -> None:
    assert all(len(bodies) >= 60 for bodies in CORPORA.values())


EXPECTED: dict[str, int] = {
    "empty": 400,
    "33 deep": 400,
    "100,000 lists deep": 400,
    "null": 400,
    "one byte too many": 413,
    "one byte bigger": 413,
    "300,000 members": 413,
    "an empty list": 422,
    "an empty object": 422,
    "just as big as may be": 202,
    "good behind a byte order mark": 202,
    "escaped controls": 202,
    "one thing twice": 202,
    "half a character": 202,
    "half a character in a name": 202,
    "beyond what a number holds": 202,
    "a number of 5,000 digits": 202,
    "256 entries": 202,
}


@pytest.mark.parametrize("case", EXPECTED)
def test_the_answer_is_as_documented_to_a_body_that_is(
    gateway: Gateway, type_: IntegrationType, case: str
) -> None:
    assert sent(gateway, CORPORA[type_][case]).status == EXPECTED[case]


KEPT_APART = {
    *("name", "object", "output", "labels", "extra_urls", "current_value"),
    *("payload.summary", "payload.component", "payload.custom_details", "payload.labels"),
    *("payload.current_value", "links[0].href"),
}
"""One field of each kind."""


def accepted_everywhere(type_: IntegrationType, value: object) -> dict[str, Any]:
    """One entry with this value in a field of each kind that may hold it."""
    accepted: dict[str, Any] = {}
    for field, entry in with_value(type_, value):
        if field not in KEPT_APART:
            continue
        gateway = Gateway()
        gateway.register(type_)
        if gateway.post(entry).status == 202:
            payload = {**accepted.get("payload", {}), **(entry.get("payload") or {})}
            accepted |= {**entry, "payload": payload}
    return accepted


def test_the_alert_of_a_hostile_body_is_the_same_on_the_table(
    type_: IntegrationType, gateway: Gateway, call: Call
) -> None:
    slots = DynamoDBSlots(call, "tocsin", timedelta(days=90))
    on_table = Gateway(gateway.world)
    on_table.ports = replace(on_table.ports, slots=slots)
    bodies = [*CORPORA[type_].values()]
    bodies += [json.dumps(accepted_everywhere(type_, it)).encode() for it in VALUES.values()]
    for body in bodies:
        reply = gateway.post(body)
        if reply.status != 202:
            continue

        assert on_table.post(body).json == reply.json

        for key in {result["dedup_key"] for result in reply.results}:
            slot = fingerprint("prod", key)
            expected, found = gateway.world.slots.in_slot(slot), slots.in_slot(slot)
            assert expected is not None
            assert found is not None
            assert found.occurrences == expected.occurrences
            if found.overflow is None:
                assert found.facts == expected.facts
