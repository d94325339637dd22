"""The products' own test notifications."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.functions.ingest.gateway import Gateway
from tests.sender_states import wire
from tocsin.domain.alert import AlertStatus
from tocsin.domain.integration import IntegrationType
from tocsin.domain.severity import Severity

GRAFANA: dict[str, Any] = {
    "receiver": "test",
    "status": "firing",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "TestAlert", "instance": "Grafana"},
            "annotations": {"summary": "Notification test"},
            "fingerprint": "57c6d9296de2ad39",
            "generatorURL": "",
        }
    ],
    "externalURL": "http://localhost:3000/",
    "version": "1",
}
GRAYLOG = {
    "event_definition_id": "this-is-a-test-notification",
    "event_definition_type": "test-dummy-v1",
    "event_definition_title": "Event Definition Test Title",
    "event": {"id": "NotificationTestId", "priority": 2, "message": "Notification test message"},
}
NETDATA = {
    "host": "db-1",
    "name": "test_alarm",
    "chart": "test.chart",
    "family": "test.family",
    "status": "CRITICAL",
}


@dataclass(frozen=True)
class Pressed:
    """A product's button, and what its test of the end sends, if it has one."""

    type: IntegrationType
    body: object
    name: str
    end: object = None
    headers: tuple[tuple[str, str], ...] = ()


BUTTONS = [
    Pressed(IntegrationType.GRAFANA, GRAFANA, "TestAlert"),
    Pressed(
        IntegrationType.GRAFANA,
        {
            "ruleId": 7008839925862512012,
            "ruleName": "Test notification",
            "ruleUrl": "http://localhost:3000/",
            "state": "alerting",
            "title": "[Alerting] Test notification",
            "message": "Someone is testing the alert notification within Grafana.",
        },
        "Test notification",
    ),
    Pressed(IntegrationType.GRAYLOG, GRAYLOG, "Event Definition Test Title"),
    Pressed(IntegrationType.UPTIME_KUMA, wire("uptime-kuma/webhook-test-button"), "shop Testing"),
    Pressed(
        IntegrationType.GCP_MONITORING, wire("gcp-monitoring/test-connection"), "Test Incident"
    ),
    Pressed(
        IntegrationType.HONEYCOMB,
        {"id": "abc", "name": "Slow", "status": "TRIGGERED", "isTest": True},
        "Slow",
        {"id": "abc", "name": "Slow", "status": "OK", "isTest": True},
    ),
    Pressed(
        IntegrationType.HEALTHCHECKS,
        {"check": "8b4a2e2e-0000-4000-8000-000000000001", "name": "TEST", "status": "down"},
        "TEST",
        {"check": "8b4a2e2e-0000-4000-8000-000000000002", "name": "TEST", "status": "up"},
    ),
    Pressed(
        IntegrationType.NETDATA,
        NETDATA,
        "test_alarm",
        {**NETDATA, "status": "CLEAR"},
    ),
    Pressed(
        IntegrationType.NETDATA,
        {"message": "This is a test", "title": "Test notification"},
        "Test notification",
    ),
    Pressed(
        IntegrationType.DATADOG,
        {
            "alert_id": "7",
            "alert_cycle_key": "0",
            "alert_transition": "Triggered",
            "alert_priority": "P1",
            "alert_title": "[TEST] [P1] [Triggered on {host:db-7}] Disk space is low",
        },
        "Disk space is low",
        {
            "alert_id": "7",
            "alert_cycle_key": "0",
            "alert_transition": "Recovered",
            "alert_title": "[TEST] [P1] [Recovered on {host:db-7}] Disk space is low",
        },
    ),
    Pressed(
        IntegrationType.GITHUB,
        wire("github/ping"),
        "Ping of octo-org/octo-repo",
        headers=(("x-github-event", "ping"),),
    ),
    Pressed(
        IntegrationType.ZABBIX,
        {
            "event_id": "{EVENT.ID}",
            "eventvalue": "{EVENT.VALUE}",
            "trigger_name": "{EVENT.NAME}",
            "trigger_severity": "{EVENT.NSEVERITY}",
            "host_name": "{HOST.NAME}",
            "source": "https://zabbix.example.com",
        },
        "Test of Zabbix's media type",
    ),
]


@pytest.fixture(params=BUTTONS, ids=lambda pressed: f"{pressed.type}: {pressed.name}")
def pressed(request: pytest.FixtureRequest) -> Pressed:
    pressed: Pressed = request.param
    return pressed


def press(gateway: Gateway, pressed: Pressed) -> None:
    gateway.register(pressed.type)
    reply = gateway.post(pressed.body, headers=dict(pressed.headers))
    assert 200 <= reply.status < 300


def test_a_products_test_opens_an_alert_with_the_label_test_that_pages_no_one(
    gateway: Gateway, pressed: Pressed
) -> None:
    press(gateway, pressed)

    (alert,) = gateway.alerts()
    assert (alert.status, alert.severity) == (AlertStatus.FIRING, Severity.INFO)
    assert alert.facts.labels["test"] == "true"
    assert alert.facts.name == pressed.name
    assert alert.lapses_at == gateway.world.now + timedelta(minutes=10)


def test_a_test_is_over_after_ten_minutes(gateway: Gateway, pressed: Pressed) -> None:
    press(gateway, pressed)

    gateway.world.pass_time(minutes=11)

    assert gateway.only_alert.status is AlertStatus.RESOLVED


@pytest.mark.parametrize(
    "pressed", [it for it in BUTTONS if it.end], ids=lambda pressed: str(pressed.type)
)
def test_a_products_test_of_the_end_ends_its_alert_at_once(
    gateway: Gateway, pressed: Pressed
) -> None:
    press(gateway, pressed)

    gateway.post(pressed.end, headers=dict(pressed.headers))

    assert gateway.only_alert.status is AlertStatus.RESOLVED


def test_a_products_test_does_not_touch_a_real_alert(honeycomb: Gateway) -> None:
    honeycomb.post({"id": "abc", "name": "Slow", "status": "TRIGGERED"})

    honeycomb.post({"id": "abc", "name": "Slow", "status": "TRIGGERED", "is_test": True})
    honeycomb.post({"id": "abc", "name": "Slow", "status": "OK", "is_test": True})

    severities = {alert.severity: alert.status for alert in honeycomb.alerts()}
    assert severities == {
        Severity.CRITICAL: AlertStatus.FIRING,
        Severity.INFO: AlertStatus.RESOLVED,
    }
