"""Pingdom, UptimeRobot, Healthchecks.io, Uptime Kuma, Better Stack, Statuspage: what is theirs."""

from datetime import UTC, datetime

import pytest

from tests.functions.ingest.gateway import Gateway
from tests.sender_states import wire
from tocsin.domain.severity import Severity


def test_pingdom_says_how_important_a_check_is_and_since_when(pingdom: Gateway) -> None:
    pingdom.post({**wire("pingdom/down"), "importance_level": "LOW"})

    assert pingdom.only_alert.severity is Severity.WARNING
    assert pingdom.only_alert.source_started_at == datetime(2017, 6, 30, 22, 25, 43, tzinfo=UTC)


def test_uptimerobots_monitor_ends_by_its_id(uptimerobot: Gateway) -> None:
    up = wire("uptimerobot/json-up")

    fired = uptimerobot.post({**up, "alertType": "1", "alertTypeFriendlyName": "Down"})
    over = uptimerobot.post(up)

    assert (fired.outcomes, over.outcomes) == (["opened"], ["resolved"])


def test_uptimerobots_variables_that_were_left_alone_say_nothing(uptimerobot: Gateway) -> None:
    reply = uptimerobot.post({"monitorID": "*monitorID*", "alertType": "1"})

    assert (reply.status, reply.wrong_fields) == (422, ["monitorID"])


def test_uptimerobot_may_say_all_in_its_url(uptimerobot: Gateway) -> None:
    query = "monitorID=7&monitorFriendlyName=shop&alertType=1&alertDetails=timeout"

    replies = [uptimerobot.post(b"", method=method, query=query) for method in ("GET", "POST")]

    assert [reply.outcomes for reply in replies] == [["opened"], ["updated"]]


def test_uptimerobots_certificates_are_alerts_of_their_own(uptimerobot: Gateway) -> None:
    uptimerobot.post({"monitorID": "7", "alertType": "1"})

    reply = uptimerobot.post({"monitorID": "7", "alertType": "3"})

    assert reply.outcomes == ["opened"]
    assert uptimerobot.alert(reply).severity is Severity.WARNING


def test_healthchecks_may_say_all_in_its_url(healthchecks: Gateway) -> None:
    fired = healthchecks.post(b"", method="GET", query="check=f6&status=down&name=backup")
    over = healthchecks.post(b"", method="PUT", query="check=f6&status=up&name=backup")

    assert (fired.outcomes, over.outcomes) == (["opened"], ["resolved"])


def test_healthchecks_placeholders_that_were_left_alone_say_nothing(healthchecks: Gateway) -> None:
    reply = healthchecks.post({"check": "$CODE", "status": "$STATUS"})

    assert (reply.status, reply.wrong_fields) == (422, ["check", "status"])


@pytest.mark.parametrize("case", ["webhook-down", "webhook-down-form-data", "webhook-down-get"])
def test_uptime_kuma_is_understood_by_json_form_and_query(uptime_kuma: Gateway, case: str) -> None:
    fired = uptime_kuma.deliver(f"uptime-kuma/{case}")
    over = uptime_kuma.deliver("uptime-kuma/webhook-up")

    assert (fired.outcomes, over.outcomes) == (["opened"], ["resolved"])
    alert = uptime_kuma.alert(fired)
    assert (alert.facts.monitor_id, alert.facts.labels["env"]) == ("7", "prod")


@pytest.mark.parametrize("status", [2, 3])
def test_uptime_kumas_doubts_and_maintenance_ask_for_nothing(
    uptime_kuma: Gateway, status: int
) -> None:
    down = wire("uptime-kuma/webhook-down")

    reply = uptime_kuma.post({**down, "heartbeat": {**down["heartbeat"], "status": status}})

    assert (reply.status, reply.outcomes) == (202, ["ignored"])


def test_a_certificate_that_expires_soon_is_one_alert_for_any_number_of_days(
    uptime_kuma: Gateway,
) -> None:
    message = wire("uptime-kuma/webhook-cert-expiry")

    first = uptime_kuma.post(message)
    second = uptime_kuma.post({**message, "msg": message["msg"].replace("7 days", "3 days")})

    assert (first.outcomes, second.outcomes) == (["opened"], ["updated"])
    assert uptime_kuma.alert(first).severity is Severity.INFO
