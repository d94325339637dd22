"""Nagios, Icinga, Zabbix, Monit, Netdata; Azure, Google, Elastic, New Relic: what is theirs."""

from datetime import UTC, datetime

import pytest

from tests.functions.ingest.gateway import Gateway
from tests.sender_states import wire
from tests.wire import sample
from tocsin.domain.alert import AlertStatus
from tocsin.domain.severity import Severity


def test_another_state_of_a_service_is_the_same_alert(icinga2: Gateway) -> None:
    cases = ("problem-warning", "problem-critical", "problem-unknown", "recovery")

    outcomes = [icinga2.deliver(f"icinga2/service-{case}").outcomes for case in cases]

    assert outcomes == [["opened"], ["updated"], ["updated"], ["resolved"]]


def test_a_host_is_an_alert_without_a_service(nagios: Gateway) -> None:
    host = {
        "NOTIFICATIONTYPE": "PROBLEM",
        "HOSTNAME": "db-1",
        "HOSTSTATE": "DOWN",
        "HOSTOUTPUT": "no reply",
        "SERVICEDESC": "$SERVICEDESC$",
        "LASTHOSTSTATECHANGE": "1795301014",
    }

    fired = nagios.post(host)

    alert = nagios.alert(fired)
    assert (alert.facts.name, alert.facts.reason) == ("Host db-1", "no reply")
    assert alert.severity is Severity.CRITICAL
    assert alert.source_started_at == datetime.fromtimestamp(1795301014, UTC)


def test_zabbix_gets_exactly_200_and_json(zabbix: Gateway) -> None:
    reply = zabbix.deliver("zabbix/harp-webhook-problem")

    assert reply.status == 200
    assert reply.json["result"][0]["outcome"] == "opened"


def test_monit_reports_as_to_its_own_server(monit: Gateway) -> None:
    event = sample("monit/mmonit-collector-event")

    fired = monit.post(event.body, headers=event.headers)
    over = monit.post(event.body.replace(b"<state>1</state>", b"<state>0</state>"))

    assert (fired.status, fired.text, over.status) == (200, "", 200)
    (alert,) = monit.alerts()
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
def test_xml_that_could_grow_or_ask_for_files_is_refused(monit: Gateway, document: bytes) -> None:
    assert monit.post(document).status == 400


@pytest.mark.parametrize("case", ["json-failure", "form-failure", "xml-failure"])
def test_apprise_says_the_same_in_three_ways(apprise: Gateway, case: str) -> None:
    apprise.deliver(f"apprise/{case}")

    (alert,) = apprise.alerts()
    assert (alert.facts.name, alert.facts.reason) == ("Disk full", "db-1 at 99%")
    assert alert.severity is Severity.CRITICAL


def test_apprise_alerts_are_told_by_a_parameter_or_their_title(apprise: Gateway) -> None:
    apprise.post({"title": "Disk full", "message": "93 %", "type": "failure"})

    other = apprise.post({"title": "Disk full", "type": "failure", "dedup_key": "db-2"})
    same = apprise.post({"title": "Disk full", "message": "95 %", "type": "warning"})

    assert (other.outcomes, same.outcomes) == (["opened"], ["updated"])


def test_azures_measurement_is_kept(azure_monitor: Gateway) -> None:
    azure_monitor.deliver("azure-monitor/common-schema-fired")

    (alert,) = azure_monitor.alerts()
    assert (alert.current_value, alert.facts.threshold) == (31.1105, "25")
    assert alert.facts.operator == "GreaterThan"
    assert alert.source_started_at == datetime(2019, 3, 22, 13, 58, 24, 371000, tzinfo=UTC)


def test_googles_labels_and_measurement_are_kept(gcp_monitoring: Gateway) -> None:
    gcp_monitoring.deliver("gcp-monitoring/incident-1.2-open")

    (alert,) = gcp_monitoring.alerts()
    assert alert.current_value == "7679.000"
    assert alert.facts.labels["zone"] == "europe-west1-b"
    assert alert.source_started_at == datetime.fromtimestamp(1746178794, UTC)


def test_new_relics_issues_keep_their_own_ids(newrelic: Gateway) -> None:
    activated = wire("newrelic/workflow-activated")

    fired = newrelic.post(activated)
    acted = newrelic.post({**activated, "trigger": "USER_ACTION"})
    over = newrelic.post({**activated, "state": "CLOSED"})

    outcomes = [*fired.outcomes, *acted.outcomes, *over.outcomes]
    assert outcomes == ["opened", "updated", "resolved"]
