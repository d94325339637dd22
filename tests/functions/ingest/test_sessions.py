"""Intake behind a session of the console: the box in which a body is tried out."""

from typing import Any

import pytest

from tests.examples import HOUR
from tests.functions.alerts_api.client import request_event
from tests.functions.ingest.gateway import Gateway
from tests.functions.session.browser import HTTPS, Browser, only_session, person, signed_in
from tocsin.domain.integration import IntegrationType
from tocsin.domain.people import Role

TRY = "/api/v1/integrations/prod/try"
BODY = {"name": "Disk full", "severity": "critical"}


@pytest.fixture
def gateway() -> Gateway:
    gateway = Gateway()
    gateway.register(IntegrationType.REST)
    return gateway


def status_of(gateway: Gateway, path: str, body: object, **headers: str) -> int:
    from functions.ingest.answers import respond

    browser = signed_in(Browser(world=gateway.world), person_of(gateway))
    sent = {"origin": HTTPS, "cookie": f"__Host-tocsin={browser.own_cookie}", **headers}
    event: dict[str, Any] = request_event("POST", path, body=body, query="", headers=sent)
    event["requestContext"]["domainName"] = "tocsin.example.com"
    return int(respond(event, gateway.ports)["statusCode"])


def person_of(gateway: Gateway) -> Any:  # noqa: ANN401 - a stored user
    return person(gateway.world, role=Role.RESPONDER)


def test_a_person_tries_out_what_a_sender_would_send(gateway: Gateway) -> None:
    assert status_of(gateway, TRY, BODY) == 200


def test_a_page_of_another_site_tries_nothing(gateway: Gateway) -> None:
    assert status_of(gateway, TRY, BODY, origin="https://evil.example") == 403


def test_a_responder_sends_no_events(gateway: Gateway) -> None:
    assert status_of(gateway, "/api/v1/events", BODY) == 403


def test_intake_writes_nothing_of_a_session(gateway: Gateway) -> None:
    """Its role may not."""
    browser = signed_in(Browser(world=gateway.world), person_of(gateway))
    used_at = only_session(gateway.world).used_at
    gateway.world.now += HOUR
    sent = {"origin": HTTPS, "cookie": f"__Host-tocsin={browser.own_cookie}"}
    event = request_event("POST", TRY, body=BODY, query="", headers=sent)
    event["requestContext"]["domainName"] = "tocsin.example.com"
    from functions.ingest.answers import respond

    assert respond(event, gateway.ports)["statusCode"] == 200
    assert only_session(gateway.world).used_at == used_at
