"""One life of an alert in each sender's own words: it fires, fires again, and is over."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.functions.ingest.gateway import TOKEN, Gateway
from tests.wire import sample, samples
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.integration import IntegrationType
from tocsin.domain.severity import Severity


@dataclass(frozen=True)
class Life:
    """Which samples tell it, and what must be read from the first."""

    sender: str
    fires: str
    resolves: str
    name: str
    severity: Severity = Severity.CRITICAL
    links: str = ""

    @property
    def type(self) -> IntegrationType:
        return IntegrationType(self.sender)

    def case(self, name: str) -> str:
        return f"{self.sender}/{name}"


LIVES = [
    Life(
        "azure-monitor",
        "common-schema-fired",
        "common-schema-resolved",
        "WCUS-R2-Gen2",
        Severity.INFO,
    ),
    Life("apprise", "json-failure", "json-success", "Disk full"),
    Life(
        "better-stack",
        "incident-started",
        "incident-resolved",
        "Example.com homepage",
        links="Checked",
    ),
    Life(
        "datadog",
        "illustrative-triggered",
        "illustrative-recovered",
        "CPU high on host:i-0123",
        links="Event",
    ),
    Life(
        "gcp-monitoring",
        "incident-1.2-open",
        "incident-1.2-closed",
        "VM Instance - Sent packets",
        links="Incident",
    ),
    Life(
        "gcp-monitoring",
        "stackdriver-1.1-open",
        "stackdriver-1.1-closed",
        "CPU usage",
        links="Incident",
    ),
    Life(
        "github",
        "workflow_run-failure",
        "workflow_run-completed",
        "test in octo-org/octo-repo",
        links="Run, Workflow",
    ),
    Life(
        "gitlab",
        "pipeline-failed",
        "pipeline-success",
        "Pipeline of gitlab-org/gitlab-test",
        links="Commit, Pipeline",
    ),
    Life("healthchecks", "illustrative-down", "illustrative-up", "nightly backup"),
    Life("honeycomb", "triggered", "ok", "trig on ttt", links="Trigger"),
    Life(
        "icinga2",
        "service-problem-critical",
        "service-recovery",
        "disk /var on db-1",
        links="Notes",
    ),
    Life("kibana", "illustrative-fired", "illustrative-recovered", "CPU high", links="Kibana"),
    Life("monit", "exec-failed", "exec-succeeded", "disk on vm"),
    Life("nagios", "service-problem-critical", "service-recovery", "disk /var on db-1"),
    Life(
        "netdata", "cloud-alert-critical", "cloud-alert-clear", "disk_space_usage", links="Netdata"
    ),
    Life(
        "netdata",
        "agent-custom-critical",
        "agent-custom-clear",
        "disk_space_usage",
        links="Netdata",
    ),
    Life("netdata", "cloud-unreachable", "cloud-reachable", "db-1 is unreachable", links="Netdata"),
    Life("pingdom", "down", "up", "Alerta API on OpenShift", links="Checked"),
    Life(
        "sentry",
        "metric-alert-critical",
        "metric-alert-resolved",
        "Too many errors",
        links="Sentry",
    ),
    Life(
        "sentry",
        "issue-alert-triggered",
        "issue-resolved",
        "ReferenceError: heck is not defined",
        links="Sentry",
    ),
    Life(
        "statuspage",
        "incident-identified",
        "incident-resolved",
        "Database query delays",
        links="Incident",
    ),
    Life("statuspage", "component-major-outage", "component-operational", "Database component"),
    Life("uptime-kuma", "webhook-down", "webhook-up", "shop checkout", links="Checked"),
    Life(
        "zabbix",
        "harp-webhook-problem",
        "harp-webhook-resolve",
        "High CPU utilization",
        links="Zabbix",
    ),
]


@pytest.fixture(params=LIVES, ids=lambda life: f"{life.sender}/{life.fires}")
def life(request: pytest.FixtureRequest) -> Life:
    life: Life = request.param
    return life


def test_an_alert_fires_repeats_and_resolves_in_the_senders_own_words(
    gateway: Gateway, life: Life
) -> None:
    gateway.register(life.type)

    statuses = [
        gateway.deliver(life.case(case)).status for case in (life.fires, life.fires, life.resolves)
    ]

    assert all(200 <= status < 300 for status in statuses)
    (alert,) = gateway.alerts()
    assert (alert.status, alert.occurrences) == (AlertStatus.RESOLVED, 2)
    assert alert.facts.name == life.name
    assert alert.severity is life.severity
    assert ", ".join(sorted(alert.facts.urls)) == life.links


def test_its_end_alone_is_accepted_and_changes_nothing(gateway: Gateway, life: Life) -> None:
    gateway.register(life.type)

    reply = gateway.deliver(life.case(life.resolves))

    assert 200 <= reply.status < 300
    assert gateway.alerts() == []


def test_two_integrations_of_a_type_do_not_share_alerts(gateway: Gateway, life: Life) -> None:
    gateway.register(life.type, name="one")
    first = gateway.deliver(life.case(life.fires))
    token = TOKEN[::-1]
    gateway.register(life.type, name="other", token=token)

    gateway.replay(sample(life.case(life.fires)), path=f"/i/{token}")

    assert 200 <= first.status < 300
    assert len({alert.dedup_key for alert in gateway.alerts()}) == 1
    assert len(gateway.alerts()) == 2


WITHOUT_AN_END = {
    IntegrationType.AIRBRAKE,
    IntegrationType.EVENTBRIDGE,
    IntegrationType.GENERIC,
    IntegrationType.GRAFANA,
    IntegrationType.GRAYLOG,
    IntegrationType.UPTIMEROBOT,
}
"""Whose samples tell no whole life of one alert, or of several: they have tests of their own."""
OTHERS = sorted({life.type for life in LIVES} | WITHOUT_AN_END)


@pytest.fixture(params=OTHERS)
def type_(request: pytest.FixtureRequest) -> IntegrationType:
    return IntegrationType(request.param)


def test_every_sample_is_understood(gateway: Gateway, type_: IntegrationType) -> None:
    gateway.register(type_)

    statuses = {it.name: gateway.deliver(it.name).status for it in samples(type_)}

    assert all(200 <= status < 300 for status in statuses.values()), statuses


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"", 400, id="empty"),
        pytest.param(b"hello", 400, id="no JSON"),
        pytest.param(b"<a>", 400, id="half an element"),
        pytest.param(b'"hello"', 400, id="a text"),
        pytest.param(b"[]", 422, id="an empty list"),
        pytest.param(b"{}", 422, id="an empty object"),
        pytest.param(b"[7]", 422, id="a list of numbers"),
        pytest.param(json.dumps({"x": "y" * 2**20}).encode(), 413, id="too large"),
        pytest.param(b"<" + b"a" * 2**20, 413, id="too large, and no JSON"),
    ],
)
def test_a_wrong_body_is_refused_with_what_would_be_right(
    gateway: Gateway, type_: IntegrationType, body: bytes, status: int
) -> None:
    gateway.register(type_)

    reply = gateway.post(body)

    assert reply.status == status
    assert reply.error["message"]
    assert gateway.alerts() == []


@pytest.fixture
def mapped(gateway: Gateway, life: Life) -> Callable[[str], list[Alert]]:
    """What opens where the integration's map has another meaning for the severity as sent."""
    gateway.register(life.type)
    gateway.deliver(life.case(life.fires))
    word = (gateway.only_alert.facts.source_severity or "").lower()

    def opened(meaning: str) -> list[Alert]:
        again = Gateway()
        again.register(life.type, severity_map={word: meaning})
        again.deliver(life.case(life.fires))
        return again.alerts()

    return opened


def test_the_integrations_own_words_go_first(mapped: Callable[[str], list[Alert]]) -> None:
    assert [it.severity for it in mapped("warning")] == [Severity.WARNING]


def test_a_severity_that_the_integration_calls_ok_opens_nothing(
    mapped: Callable[[str], list[Alert]],
) -> None:
    assert mapped("ok") == []
