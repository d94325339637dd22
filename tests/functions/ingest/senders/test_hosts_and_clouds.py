"""Nagios, Icinga, Zabbix, Monit, Netdata; Azure, Google, Elastic, New Relic: what is theirs."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.functions.ingest.gateway import TOKEN, Gateway
from tests.wire import sample
from tocsin.domain.alert import AlertStatus
from tocsin.domain.integration import IntegrationType
from tocsin.domain.severity import Severity

URL = f"/i/{TOKEN}"


def body_of(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(sample(name).body)
    return body


def test_another_state_of_a_service_is_the_same_alert(gateway: Gateway) -> None:
    gateway.register(IntegrationType.ICINGA2)
    cases = ("problem-warning", "problem-critical", "problem-unknown", "recovery")

    outcomes = [
        gateway.replay(sample(f"icinga2/service-{case}"), path=URL).outcomes for case in cases
    ]

    assert outcomes == [["opened"], ["updated"], ["updated"], ["resolved"]]


def test_a_host_is_an_alert_without_a_service(gateway: Gateway) -> None:
    gateway.register(IntegrationType.NAGIOS)
    host = {
        "NOTIFICATIONTYPE": "PROBLEM",
        "HOSTNAME": "db-1",
        "HOSTSTATE": "DOWN",
        "HOSTOUTPUT": "no reply",
        "SERVICEDESC": "$SERVICEDESC$",
        "LASTHOSTSTATECHANGE": "1795301014",
    }

    fired = gateway.post(host)

    alert = gateway.alert(fired)
    assert (alert.facts.name, alert.facts.reason) == ("Host db-1", "no reply")
    assert alert.severity is Severity.CRITICAL
    assert alert.source_started_at == datetime.fromtimestamp(1795301014, UTC)


def test_zabbix_gets_exactly_200_and_json(gateway: Gateway) -> None:
    gateway.register(IntegrationType.ZABBIX)

    reply = gateway.replay(sample("zabbix/harp-webhook-problem"), path=URL)

    assert reply.status == 200
    assert reply.json["result"][0]["outcome"] == "opened"


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("Not classified", Severity.WARNING),
        ("Information", Severity.INFO),
        ("Average", Severity.WARNING),
        ("Disaster", Severity.CRITICAL),
        ("5", Severity.CRITICAL),
        ("1", Severity.INFO),
    ],
)
def test_zabbixs_severities_by_name_and_number(
    gateway: Gateway, word: str, severity: Severity
) -> None:
    gateway.register(IntegrationType.ZABBIX)

    gateway.post({**body_of("zabbix/harp-webhook-problem"), "trigger_severity": word})

    assert gateway.alerts()[0].severity is severity


def test_monit_reports_as_to_its_own_server(gateway: Gateway) -> None:
    gateway.register(IntegrationType.MONIT)
    event = sample("monit/mmonit-collector-event")

    fired = gateway.replay(event, path=URL)
    over = gateway.replay(
        event.with_body(event.body.replace(b"<state>1</state>", b"<state>0</state>")), path=URL
    )

    assert (fired.status, fired.text, over.status) == (200, "", 200)
    (alert,) = gateway.alerts()
    assert (alert.status, alert.facts.name) == (AlertStatus.RESOLVED, "disk on vm")
    assert alert.facts.reason == "status failed (2) -- DISK CRITICAL - 98% used"


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE a [<!ENTITY b "x">]><monit><event><service>&b;</service></event></monit>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><monit/>',
        '<!DOCTYPE a [<!ENTITY b "x">]><monit/>'.encode("utf-16"),
        b"<monit>" + b"<a/>" * 30_000 + b"</monit>",
        b'<?xml version="1.0" encoding="x-unheard-of"?><monit/>',
    ],
    ids=["an entity", "a file", "UTF-16", "many elements", "an unknown encoding"],
)
def test_xml_that_could_grow_or_ask_for_files_is_refused(gateway: Gateway, document: bytes) -> None:
    gateway.register(IntegrationType.MONIT)

    assert gateway.post(document).status == 400


@pytest.mark.parametrize("case", ["json-failure", "form-failure", "xml-failure"])
def test_apprise_says_the_same_in_three_ways(gateway: Gateway, case: str) -> None:
    gateway.register(IntegrationType.APPRISE)

    gateway.replay(sample(f"apprise/{case}"), path=URL)

    (alert,) = gateway.alerts()
    assert (alert.facts.name, alert.facts.reason) == ("Disk full", "db-1 at 99%")
    assert alert.severity is Severity.CRITICAL


def test_apprise_alerts_are_told_by_a_parameter_or_their_title(gateway: Gateway) -> None:
    gateway.register(IntegrationType.APPRISE)
    gateway.post({"title": "Disk full", "message": "93 %", "type": "failure"})

    other = gateway.post({"title": "Disk full", "type": "failure", "dedup_key": "db-2"})
    same = gateway.post({"title": "Disk full", "message": "95 %", "type": "warning"})

    assert (other.outcomes, same.outcomes) == (["opened"], ["updated"])


def test_azures_measurement_is_kept(gateway: Gateway) -> None:
    gateway.register(IntegrationType.AZURE_MONITOR)

    gateway.replay(sample("azure-monitor/common-schema-fired"), path=URL)

    (alert,) = gateway.alerts()
    assert (alert.current_value, alert.facts.threshold, alert.facts.operator) == (
        31.1105,
        "25",
        "GreaterThan",
    )
    assert alert.source_started_at == datetime(2019, 3, 22, 13, 58, 24, 371000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "severity"),
    [("Sev0", Severity.CRITICAL), ("Sev2", Severity.WARNING), ("Sev4", Severity.INFO)],
)
def test_azures_severities(gateway: Gateway, word: str, severity: Severity) -> None:
    gateway.register(IntegrationType.AZURE_MONITOR)
    fired = body_of("azure-monitor/common-schema-fired")
    fired["data"]["essentials"]["severity"] = word

    gateway.post(fired)

    assert gateway.alerts()[0].severity is severity


def test_googles_labels_and_measurement_are_kept(gateway: Gateway) -> None:
    gateway.register(IntegrationType.GCP_MONITORING)

    gateway.replay(sample("gcp-monitoring/incident-1.2-open"), path=URL)

    (alert,) = gateway.alerts()
    assert alert.current_value == "7679.000"
    assert alert.facts.labels["zone"] == "europe-west1-b"
    assert alert.source_started_at == datetime.fromtimestamp(1746178794, UTC)


def test_an_alert_of_elastic_may_warn(gateway: Gateway) -> None:
    gateway.register(IntegrationType.KIBANA)
    fired = body_of("kibana/illustrative-fired")

    gateway.post({**fired, "action_group": "metrics.threshold.warning"})

    assert gateway.alerts()[0].severity is Severity.WARNING


def test_new_relics_issues_keep_their_own_ids(gateway: Gateway) -> None:
    gateway.register(IntegrationType.NEWRELIC)
    activated = body_of("newrelic/workflow-activated")

    fired = gateway.post(activated)
    acted = gateway.post({**activated, "trigger": "USER_ACTION"})
    over = gateway.post({**activated, "state": "CLOSED"})

    assert (fired.outcomes, acted.outcomes, over.outcomes) == (
        ["opened"],
        ["updated"],
        ["resolved"],
    )
