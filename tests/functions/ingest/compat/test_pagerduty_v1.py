"""Version 1 of PagerDuty's Events API: other names, another status, the same alerts."""

from typing import Any

import pytest

from tests.functions.ingest.gateway import TOKEN, Gateway
from tests.sender_states import wire
from tocsin.domain.alert import AlertStatus
from tocsin.domain.severity import Severity

PATH = "/generic/2010-04-15/create_event.json"
TRIGGER = wire("pagerduty-docs/v1-trigger")


def event(**members: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {**TRIGGER, "service_key": TOKEN, "incident_key": "srv01/HTTP", **members}


@pytest.mark.parametrize("path", [PATH, f"{PATH}/", f"/i/{TOKEN}{PATH}"])
def test_an_alert_lives_by_its_clients_events(rest: Gateway, path: str) -> None:
    for action in ("trigger", "acknowledge", "resolve"):
        reply = rest.post(event(event_type=action), path=path)

        assert reply.status == 200
        assert reply.json == {
            "status": "success",
            "message": "Event processed",
            "incident_key": "srv01/HTTP",
        }
    assert rest.only_alert.status is AlertStatus.RESOLVED
    assert rest.only_alert.acknowledged_by == "integration:prod"


def test_all_that_is_said_is_kept(rest: Gateway) -> None:
    rest.post(event(), path=PATH)

    (alert,) = rest.alerts()
    assert alert.severity is Severity.CRITICAL
    assert alert.facts.source_severity is None
    assert alert.facts.summary == "FAILURE for production/HTTP on machine srv01.acme.com"
    assert alert.facts.labels == {"ping time": "1500ms", "load avg": "0.75"}
    assert alert.facts.urls == {
        "Sample Monitoring Service": "https://monitoring.service.com",
        "View in custom tool": "http://acme.pagerduty.com",
        "image": "https://chart.googleapis.com/chart?chs=600x400",
    }


def test_both_versions_mean_the_same_alert(rest: Gateway) -> None:
    rest.post(event(), path=PATH)
    rest.post(
        {"routing_key": TOKEN, "event_action": "resolve", "dedup_key": "srv01/HTTP"},
        path="/v2/enqueue",
    )

    assert rest.only_alert.status is AlertStatus.RESOLVED


def test_a_trigger_without_a_key_is_answered_with_one_that_resolves_it(rest: Gateway) -> None:
    made = rest.post(event(incident_key=None), path=PATH).json["incident_key"]

    rest.post(event(event_type="resolve", incident_key=made), path=PATH)

    assert rest.only_alert.status is AlertStatus.RESOLVED


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (
            event(event_type="close"),
            "'event_type' is no action; one of trigger, acknowledge, resolve",
        ),
        (event(event_type=None), "'event_type' is missing; one of trigger, acknowledge, resolve"),
        (event(description=" "), "'description' is missing"),
        (event(description={}), "'description' must be a text, not an object"),
        (event(incident_key=[]), "'incident_key' must be a text, not a list"),
        (
            event(service_key="short"),
            "Length of 'service_key' is incorrect (should be 32 characters)",
        ),
        (
            event(service_key="0" * 32),
            "'service_key' is invalid: there is no integration with this key",
        ),
        (
            event(service_key=None),
            "'service_key' is invalid: there is no integration with this key",
        ),
    ],
)
def test_a_refusal_names_the_fields_of_version_1(
    rest: Gateway, body: dict[str, Any], error: str
) -> None:
    reply = rest.post(body, path=PATH)

    assert reply.status == 400
    assert reply.json["status"] == "invalid event"
    assert error in reply.json["errors"]
    assert rest.alerts() == []


def test_resolving_needs_the_incident_key(rest: Gateway) -> None:
    reply = rest.post(event(event_type="resolve", incident_key=None), path=PATH)

    assert reply.status == 400
    assert reply.json["errors"][0].startswith("'incident_key' is needed to resolve")


def test_nothing_else_is_below_the_path(rest: Gateway) -> None:
    assert rest.post(event(), path="/generic/2010-04-15/other.json").status == 404
    assert rest.post(event(), path=PATH, method="GET").status == 405


@pytest.mark.parametrize("case", ["v1-trigger", "v1-resolve"])
def test_the_integrations_own_url_takes_version_1_too(pagerduty: Gateway, case: str) -> None:
    reply = pagerduty.deliver(f"pagerduty/{case}")

    assert (reply.status, reply.json["status"]) == (202, "success")
    assert len(pagerduty.alerts()) == (case == "v1-trigger")


@pytest.mark.parametrize(
    "body", [[], [event()], {}, {"event_action": "x"}, "text", {"payload": []}]
)
def test_the_integrations_own_url_refuses_a_body_that_is_no_event(
    pagerduty: Gateway, body: object
) -> None:
    assert pagerduty.post(body).status in (400, 422)
    assert pagerduty.alerts() == []
