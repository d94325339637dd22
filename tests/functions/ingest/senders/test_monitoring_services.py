"""Pingdom, UptimeRobot, Healthchecks.io, Uptime Kuma, Better Stack, Statuspage: what is theirs."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.functions.ingest.gateway import TOKEN, Gateway
from tests.wire import sample
from tocsin.domain.integration import IntegrationType
from tocsin.domain.severity import Severity

URL = f"/i/{TOKEN}"


def body_of(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(sample(name).body)
    return body


def test_pingdom_says_how_important_a_check_is_and_since_when(gateway: Gateway) -> None:
    gateway.register(IntegrationType.PINGDOM)

    gateway.post({**body_of("pingdom/down"), "importance_level": "LOW"})

    (alert,) = gateway.alerts()
    assert alert.severity is Severity.WARNING
    assert alert.source_started_at == datetime(2017, 6, 30, 22, 25, 43, tzinfo=UTC)


def test_uptimerobots_monitor_ends_by_its_id(gateway: Gateway) -> None:
    gateway.register(IntegrationType.UPTIMEROBOT)
    up = body_of("uptimerobot/json-up")

    fired = gateway.post({**up, "alertType": "1", "alertTypeFriendlyName": "Down"})
    over = gateway.post(up)

    assert (fired.outcomes, over.outcomes) == (["opened"], ["resolved"])


def test_uptimerobots_variables_that_were_left_alone_say_nothing(gateway: Gateway) -> None:
    gateway.register(IntegrationType.UPTIMEROBOT)

    reply = gateway.post({"monitorID": "*monitorID*", "alertType": "1"})

    assert (reply.status, reply.wrong_fields) == (422, ["monitorID"])


def test_uptimerobot_may_say_all_in_its_url(gateway: Gateway) -> None:
    gateway.register(IntegrationType.UPTIMEROBOT)
    query = "monitorID=7&monitorFriendlyName=shop&alertType=1&alertDetails=timeout"

    replies = [gateway.post(b"", method=method, query=query) for method in ("GET", "POST")]

    assert [reply.outcomes for reply in replies] == [["opened"], ["updated"]]


def test_uptimerobots_certificates_are_alerts_of_their_own(gateway: Gateway) -> None:
    gateway.register(IntegrationType.UPTIMEROBOT)
    gateway.post({"monitorID": "7", "alertType": "1"})

    reply = gateway.post({"monitorID": "7", "alertType": "3"})

    assert reply.outcomes == ["opened"]
    assert gateway.alert(reply).severity is Severity.WARNING


def test_healthchecks_may_say_all_in_its_url(gateway: Gateway) -> None:
    gateway.register(IntegrationType.HEALTHCHECKS)

    fired = gateway.post(b"", method="GET", query="check=f6&status=down&name=backup")
    over = gateway.post(b"", method="PUT", query="check=f6&status=up&name=backup")

    assert (fired.outcomes, over.outcomes) == (["opened"], ["resolved"])


def test_healthchecks_placeholders_that_were_left_alone_say_nothing(gateway: Gateway) -> None:
    gateway.register(IntegrationType.HEALTHCHECKS)

    reply = gateway.post({"check": "$CODE", "status": "$STATUS"})

    assert (reply.status, reply.wrong_fields) == (422, ["check", "status"])


@pytest.mark.parametrize("case", ["webhook-down", "webhook-down-form-data", "webhook-down-get"])
def test_uptime_kuma_is_understood_by_json_form_and_query(gateway: Gateway, case: str) -> None:
    gateway.register(IntegrationType.UPTIME_KUMA)

    fired = gateway.replay(sample(f"uptime-kuma/{case}"), path=URL)
    over = gateway.replay(sample("uptime-kuma/webhook-up"), path=URL)

    assert (fired.outcomes, over.outcomes) == (["opened"], ["resolved"])
    alert = gateway.alert(fired)
    assert (alert.facts.monitor_id, alert.facts.labels["env"]) == ("7", "prod")


@pytest.mark.parametrize("status", [2, 3])
def test_uptime_kumas_doubts_and_maintenance_ask_for_nothing(gateway: Gateway, status: int) -> None:
    gateway.register(IntegrationType.UPTIME_KUMA)
    down = body_of("uptime-kuma/webhook-down")

    reply = gateway.post({**down, "heartbeat": {**down["heartbeat"], "status": status}})

    assert (reply.status, reply.outcomes) == (202, ["ignored"])


def test_a_certificate_that_expires_soon_is_one_alert_for_any_number_of_days(
    gateway: Gateway,
) -> None:
    gateway.register(IntegrationType.UPTIME_KUMA)
    message = body_of("uptime-kuma/webhook-cert-expiry")

    first = gateway.post(message)
    second = gateway.post({**message, "msg": message["msg"].replace("7 days", "3 days")})

    assert (first.outcomes, second.outcomes) == (["opened"], ["updated"])
    assert gateway.alert(first).severity is Severity.INFO


@pytest.mark.parametrize(
    ("impact", "severity"),
    [("none", Severity.INFO), ("minor", Severity.WARNING), ("critical", Severity.CRITICAL)],
)
def test_a_status_pages_impact_is_the_severity(
    gateway: Gateway, impact: str, severity: Severity
) -> None:
    gateway.register(IntegrationType.STATUSPAGE)
    incident = body_of("statuspage/incident-identified")

    gateway.post({**incident, "incident": {**incident["incident"], "impact": impact}})

    assert gateway.alerts()[0].severity is severity
