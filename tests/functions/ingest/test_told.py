"""Results tell an assumed severity and fields that were not read."""

from typing import Any

import pytest

from tests.functions.ingest.gateway import Gateway
from tocsin.domain.integration import IntegrationType
from tocsin.domain.severity import Severity

CLOUD_EVENT = {"specversion": "1.0", "id": "1", "source": "/a", "type": "t", "data": {}}
GROUP: dict[str, Any] = {"status": "firing", "labels": {"alertname": "A"}}


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        (IntegrationType.REST, {"name": "x"}),
        (IntegrationType.REST, {"name": "x", "severity": "katastrophal"}),
        (IntegrationType.MONITOR, {"name": "x", "severity": ""}),
        (IntegrationType.EVENTS, {"event_action": "trigger", "payload": {"summary": "s"}}),
        (IntegrationType.GENERIC, {"title": "x", "priority": "huge"}),
        (IntegrationType.CLOUDEVENTS, CLOUD_EVENT),
        (IntegrationType.ALERTMANAGER, {"version": "4", "alerts": [GROUP]}),
        (IntegrationType.APPRISE, {"title": "x", "message": "m", "type": "odd"}),
    ],
)
def test_a_missing_or_unknown_severity_is_told(
    gateway: Gateway, type_: IntegrationType, body: object
) -> None:
    gateway.register(type_)

    reply = gateway.post(body)

    assert reply.result["assumed"] == {"severity": "warning"}
    assert gateway.alert(reply).severity is Severity.WARNING


@pytest.mark.parametrize(
    "body", [{"name": "x", "severity": "warning"}, {"name": "x", "severity": "ok"}]
)
def test_a_known_severity_is_not_told(rest: Gateway, body: object) -> None:
    rest.post({"name": "x", "severity": "critical"})

    assert "assumed" not in rest.post(body).result


def test_a_word_of_the_integrations_own_is_known(gateway: Gateway) -> None:
    gateway.register(IntegrationType.REST, severity_map={"huge": "critical"})

    assert "assumed" not in gateway.post({"name": "x", "severity": "huge"}).result


@pytest.mark.parametrize(
    ("type_", "body", "ignored"),
    [
        (IntegrationType.REST, {"name": "x", "sevrity": "critical"}, ["sevrity"]),
        (IntegrationType.REST, {"name": "x", "Severity": "critical"}, ["Severity"]),
        (IntegrationType.REST, {"name": "x", "dedupKey": "k", "foo": 1}, ["dedupKey"]),
        (IntegrationType.REST, {"name": "x", "status": "resolved"}, ["status"]),
        (IntegrationType.GENERIC, {"title": "x", "sevrity": "critical"}, ["sevrity"]),
        (
            IntegrationType.EVENTS,
            {"event_action": "trigger", "payload": {"summary": "s", "sorce": "x"}, "dedupkey": "k"},
            ["dedupkey", "payload.sorce"],
        ),
        (IntegrationType.CLOUDEVENTS, {**CLOUD_EVENT, "data": {"sumary": "s"}}, ["data.sumary"]),
    ],
)
def test_a_field_that_looks_like_one_of_ours_is_told(
    gateway: Gateway, type_: IntegrationType, body: object, ignored: list[str]
) -> None:
    gateway.register(type_)

    assert gateway.post(body).result["ignored"] == ignored


@pytest.mark.parametrize("name", ["team", "region", "x", "n" * 200, "customer_id"])
def test_a_field_of_the_senders_own_is_not(rest: Gateway, name: str) -> None:
    assert "ignored" not in rest.post({"name": "x", "severity": "info", name: "y"}).result


@pytest.mark.parametrize("severity", ["ok", "resolved", "OK"])
def test_an_end_needs_no_name_but_its_key(rest: Gateway, severity: str) -> None:
    rest.post({"name": "x", "severity": "critical", "dedup_key": "k"})

    reply = rest.post({"dedup_key": "k", "severity": severity})

    assert reply.outcomes == ["resolved"]


def test_an_end_of_an_alert_that_is_not_open_is_no_error(rest: Gateway) -> None:
    assert rest.post({"dedup_key": "unknown", "severity": "ok"}).outcomes == ["ignored"]


@pytest.mark.parametrize(
    "body",
    [{"dedup_key": "k"}, {"dedup_key": "k", "severity": "critical"}, {"severity": "ok"}],
)
def test_what_opens_an_alert_needs_a_name(rest: Gateway, body: object) -> None:
    reply = rest.post(body)

    assert (reply.status, reply.wrong_fields) == (422, ["name"])


def test_the_end_in_a_batch_stands_beside_others(rest: Gateway) -> None:
    rest.post({"name": "x", "severity": "critical", "dedup_key": "k"})

    reply = rest.post([{"dedup_key": "k", "severity": "ok"}, {"name": "y", "severity": "info"}])

    assert reply.outcomes == ["resolved", "opened"]
