"""A key that another product made goes on working, wherever its senders put it."""

from typing import Any

import pytest

from tests.functions.ingest.gateway import Gateway
from tocsin.domain.integration import IntegrationType

KEYS = {
    "a PagerDuty key": "R03E1BQ2X7NPL0V9K5TMWY8ZC4HDGFJA",
    "a GenieKey": "2f6d0c3a-9b7e-4f51-8c2d-1a0b9e8d7c6f",
    "a short one": "AbCdEfGh_ijkl-mnop12",
    "a long one": "x" * 128,
}
TRIGGER = {
    "event_action": "trigger",
    "dedup_key": "disk",
    "payload": {"summary": "Disk full", "severity": "critical", "source": "db-1"},
}


@pytest.fixture(params=KEYS)
def key(request: pytest.FixtureRequest) -> str:
    return KEYS[request.param]


def sent(gateway: Gateway, type_: IntegrationType, key: str) -> Gateway:
    gateway.register(type_, token=key)
    return gateway


def test_it_is_the_token_of_an_integrations_url(gateway: Gateway, key: str) -> None:
    reply = sent(gateway, IntegrationType.EVENTS, key).post(TRIGGER, path=f"/i/{key}")

    assert reply.status == 202
    assert gateway.only_alert.integration == "prod"


@pytest.mark.parametrize("below", [False, True], ids=["in the event", "in the path"])
def test_it_is_a_routing_key(gateway: Gateway, key: str, below: bool) -> None:  # noqa: FBT001
    body: dict[str, Any] = {**TRIGGER, "routing_key": "0" * 32 if below else key}
    path = f"/i/{key}/v2/enqueue" if below else "/v2/enqueue"

    reply = sent(gateway, IntegrationType.PAGERDUTY, key).post(body, path=path)

    assert reply.status == 202
    assert gateway.only_alert.dedup_key == "disk"


def test_it_is_a_service_key(gateway: Gateway, key: str) -> None:
    body = {
        "service_key": key,
        "event_type": "trigger",
        "incident_key": "disk",
        "description": "Disk full",
    }

    reply = sent(gateway, IntegrationType.PAGERDUTY, key).post(
        body, path="/generic/2010-04-15/create_event.json"
    )

    assert reply.status == 200
    assert gateway.only_alert.dedup_key == "disk"


def test_it_is_a_genie_key(gateway: Gateway, key: str) -> None:
    reply = sent(gateway, IntegrationType.OPSGENIE, key).post(
        {"message": "Disk full", "alias": "disk"},
        path="/v2/alerts",
        headers={"authorization": f"GenieKey {key}"},
    )

    assert reply.status == 202
    assert gateway.only_alert.dedup_key == "disk"


def test_an_unknown_key_of_another_length_is_refused_as_pagerduty_does(gateway: Gateway) -> None:
    body = {**TRIGGER, "routing_key": "short"}

    reply = sent(gateway, IntegrationType.PAGERDUTY, KEYS["a long one"]).post(
        body, path="/v2/enqueue"
    )

    assert reply.status == 400
    assert "should be 32 characters" in reply.text


def test_an_unknown_key_that_is_no_uuid_is_refused_as_opsgenie_does(gateway: Gateway) -> None:
    reply = sent(gateway, IntegrationType.OPSGENIE, KEYS["a long one"]).post(
        {"message": "Disk full"}, path="/v2/alerts", headers={"authorization": "GenieKey short"}
    )

    assert reply.status == 422
    assert reply.json["message"] == "Key format is not valid!"
