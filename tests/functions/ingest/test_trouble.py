"""Inputs that other receivers of alerts had trouble with, through the handler."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.functions.ingest.gateway import SECRET, TOKEN, Gateway, Reply
from tests.trouble import NAMES, Case, Request, case
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.credential import Scope
from tocsin.domain.severity import Severity
from tocsin.domain.timeline import ChangeType

FIRING, RESOLVED, ACKNOWLEDGED = (
    AlertStatus.FIRING,
    AlertStatus.RESOLVED,
    AlertStatus.ACKNOWLEDGED,
)
INTEGRATION = "prod"
ALERTS_API = "/api/v1/alerts"
"""Asked of another function: here the alert itself is looked at."""


@dataclass
class Told:
    replies: list[Reply]
    alerts: list[Alert]

    @property
    def statuses(self) -> list[int]:
        return [reply.status for reply in self.replies]

    @property
    def only(self) -> Alert:
        (alert,) = self.alerts
        return alert

    @property
    def signals(self) -> list[dict[str, Any]]:
        """Of a dry run."""
        return [reply.result for reply in self.replies]

    def states(self) -> list[AlertStatus]:
        return [alert.status for alert in self.alerts]


def told(name: str) -> Told:
    gateway = Gateway()
    it = case(name, token=TOKEN, integration=INTEGRATION)
    gateway.register(it.type)
    gateway.give_key(Scope.CONFIG_READ)
    replies = [_sent(gateway, request) for request in _here(it)]
    return Told(replies, gateway.alerts())


def _here(it: Case) -> Sequence[Request]:
    return [request for request in it.requests if request.path != ALERTS_API]


def _sent(gateway: Gateway, request: Request) -> Reply:
    headers = dict(request.headers)
    if request.path.endswith("/try"):
        headers["authorization"] = f"Bearer {SECRET}"
    return gateway.post(
        request.body,
        path=request.path,
        method=request.method,
        query=request.query,
        headers=headers,
    )


def not_paged(it: Told) -> None:
    assert it.only.severity is Severity.INFO
    assert it.only.facts.source_severity == "none"


def service_health(it: Told) -> None:
    assert it.only.status is RESOLVED
    facts = it.only.facts
    assert facts.name == "ServiceHealth-WestEurope: Log Analytics - West Europe"
    assert facts.reason == "Summary of impact: Starting at 23:04 UTC, customers may see errors."
    assert facts.labels["service"] == "Log Analytics"


def data_in_base64(it: Told) -> None:
    assert (it.only.status, it.only.severity) == (RESOLVED, Severity.CRITICAL)
    assert it.only.facts.summary == "Disk full on db-1"


def handshake(it: Told) -> None:
    (reply,) = it.replies
    assert reply.status == 200
    assert reply.headers["webhook-allowed-origin"] == "eventgrid.azure.net"
    assert reply.headers["webhook-allowed-rate"] == "*"


def dollars(it: Told) -> None:
    assert it.only.facts.name == "$500 daily spend exceeded"
    assert it.only.severity is Severity.CRITICAL


def several_values(it: Told) -> None:
    assert it.only.facts.labels["role"] == "db,primary"
    assert it.only.facts.labels["service"] == "shop,billing"
    assert it.only.facts.name == "Replication lag"


def priority_first(it: Told) -> None:
    assert (it.only.status, it.only.facts.name) == (RESOLVED, "Disk space is low")
    assert it.only.facts.labels["host"] == "db-7"


def shapes(it: Told) -> None:
    first, second = it.alerts
    assert first.facts.labels == {"env": "prod", "team": "x"}
    assert first.facts.urls == {"Runbook": "https://wiki.example.com/1"}
    assert second.facts.labels == {"env": "prod"}
    assert second.facts.urls == {"Link": "https://wiki.example.com/2"}
    assert first.facts.truncated == second.facts.truncated == ()


def fork_does_not_resolve(it: Told) -> None:
    assert it.only.status is FIRING
    assert [reply.outcomes for reply in it.replies] == [["opened"], ["ignored"]]


def fork_is_another(it: Told) -> None:
    assert it.states() == [FIRING, FIRING]
    fork, ours = it.alerts
    assert "main of stranger/shop" in fork.facts.summary
    assert ours.facts.summary == "CI in acme/shop on main: failure"


def annotations(it: Told) -> None:
    facts = it.only.facts
    assert facts.reason == "impact: orders are not shipped\ncall: warehouse desk, ext. 12"
    assert facts.urls["playbook"] == "https://wiki.example.com/queue"


def rules_without_data(it: Told) -> None:
    assert [alert.facts.name for alert in it.alerts] == [
        "Checkout error rate: DatasourceNoData",
        "Payment latency: DatasourceNoData",
    ]


def compressed(it: Told) -> None:
    assert (it.only.dedup_key, it.only.severity) == ("gz", Severity.CRITICAL)


def paths(it: Told) -> None:
    assert it.statuses == [202, 202, 202, 202, 200, 202, 202, 202, 202]
    assert len(it.alerts) == 9


def comment(it: Told) -> None:
    assert it.only.status is ACKNOWLEDGED
    assert it.only.facts.reason.startswith('SNMP CRITICAL - "There are 2 failed disks." C:\\ 99%\n')


def letters(it: Told) -> None:
    assert it.only.facts.name == "Datenträger voll"
    assert it.only.facts.source == "srv-ä1"
    assert it.only.facts.truncated == ("body: not UTF-8, read as ISO-8859-1",)


def half_a_character(it: Told) -> None:
    assert it.only.facts.name == "shop"
    assert it.only.facts.reason == "body was: <title>Closed �"
    assert "[🔴 Down]" in it.only.facts.summary
    assert it.only.facts.truncated == ("body: half a character was replaced",)


def resolved(it: Told) -> None:
    assert it.only.status is RESOLVED


def closed_by_alias(it: Told) -> None:
    assert it.statuses == [202, 202]
    assert it.only.dedup_key == "db 1//var: 99% + ö #1?"
    assert it.only.status is RESOLVED


def same_uid(it: Told) -> None:
    assert it.only.status is RESOLVED
    assert it.only.facts.urls == {
        "link_to_upstream_details": "https://monit.example.com/1",
        "image": "https://img.example.com/1.png",
    }


def big_details(it: Told) -> None:
    assert it.statuses == [202]
    labels = it.only.facts.labels
    assert labels["num_firing"] == "400"
    assert labels["firing"].startswith(" - alertname = TargetDown\n")
    assert it.only.facts.truncated == ("labels: kept 8192 bytes of each of: firing",)


def key_in_header(it: Told) -> None:
    assert (it.statuses, it.only.dedup_key) == ([202], "hdr")


def any_label_name(it: Told) -> None:
    assert it.statuses == [200, 202]
    assert [alert.facts.labels["service.name"] for alert in it.alerts] == ["checkout", "payments"]


def environment(it: Told) -> None:
    assert it.only.facts.name == "Something went wrong"
    assert it.only.facts.labels == {"level": "info", "environment": "prod"}


def plugin(it: Told) -> None:
    facts = it.only.facts
    assert it.only.dedup_key == "plugin/notification-system/1257"
    assert facts.name == "This is an example Python exception"
    assert facts.source_severity == "error"
    assert "Sentry" in facts.urls


def anomaly(it: Told) -> None:
    (result,) = it.signals
    signal = result["signal"]
    assert signal["object"] == "text-cryptos"
    assert signal["labels"]["FunctionName"] == "text-cryptos"
    assert signal["labels"]["namespace"] == "AWS/Lambda"
    assert signal["labels"]["metric"] == "Invocations"
    assert signal["labels"]["expression"] == "ANOMALY_DETECTION_BAND(m1, 2)"


def databases(it: Told) -> None:
    first, second = it.signals
    assert first["dedup_key"] != second["dedup_key"]
    assert first["signal"]["name"] == "orders-prod: Multi-AZ instance failover started."
    assert second["signal"]["name"] == "billing-prod: Storage full"
    assert second["signal"]["object"] == "billing-prod"


def unknown_macros(it: Told) -> None:
    assert it.only.status is RESOLVED
    facts = it.only.facts
    assert "UNKNOWN" not in f"{facts}"
    assert facts.truncated == ()


def all_of_them(it: Told) -> None:
    assert it.statuses == [202]
    assert len(it.alerts) == 300


EXPECTED: dict[str, Callable[[Told], None]] = {
    "am-300-alerts": all_of_them,
    "am-severity-none": not_paged,
    "azure-service-health-resolved": service_health,
    "ce-data-base64": data_in_base64,
    "ce-options-handshake": handshake,
    "datadog-dollar-title": dollars,
    "datadog-multi-value-tags": several_values,
    "datadog-priority-prefix": priority_first,
    "generic-tags-links-shapes": shapes,
    "github-fork-main": fork_does_not_resolve,
    "github-fork-main-opens": fork_is_another,
    "grafana-custom-annotations": annotations,
    "grafana-datasource-nodata": rules_without_data,
    "gzip-body": compressed,
    "http-paths": paths,
    "icinga-newlines-quotes": comment,
    "latin1-powershell": letters,
    "lone-surrogate": half_a_character,
    "monit-bytes-ok": resolved,
    "monit-link-up": resolved,
    "og-alias-special": closed_by_alias,
    "oncall-formatted-webhook": same_uid,
    "pd-big-details": big_details,
    "pd-x-routing-key": key_in_header,
    "prom-utf8-label-names": any_label_name,
    "sentry-environment-tag": environment,
    "sentry-legacy-plugin": plugin,
    "sns-anomaly": anomaly,
    "sns-rds-events": databases,
    "zabbix-unknown-macros": unknown_macros,
}


@pytest.mark.parametrize("name", NAMES)
def test_what_gave_trouble_is_read_as_its_sender_means_it(name: str) -> None:
    EXPECTED[name](told(name))


def test_every_case_says_what_it_expects() -> None:
    assert sorted(EXPECTED) == NAMES


def test_an_acknowledgements_comment_is_on_the_timeline_with_its_lines() -> None:
    gateway = Gateway()
    it = case("icinga-newlines-quotes", token=TOKEN, integration=INTEGRATION)
    gateway.register(it.type)
    for request in it.requests:
        _sent(gateway, request)

    notes = [
        change.details["note"]
        for change in gateway.world.timeline(gateway.only_alert.alert_id)
        if change.type is ChangeType.ACKNOWLEDGED
    ]
    assert notes == ["kim: on it\nreplacing both\n\nETA 2h"]
