"""Grafana's webhooks, unified and legacy."""

import json
from datetime import UTC, datetime
from typing import Any

from tests.functions.ingest.gateway import TOKEN, Gateway
from tests.wire import sample
from tocsin.domain.alert import AlertStatus
from tocsin.domain.integration import IntegrationType
from tocsin.domain.severity import Severity

URL = f"/i/{TOKEN}"
FIRING: dict[str, Any] = json.loads(sample("grafana/unified-firing-2-alerts").body)


def test_a_group_becomes_its_alerts_and_each_ends_by_itself(gateway: Gateway) -> None:
    gateway.register(IntegrationType.GRAFANA)

    fired = gateway.replay(sample("grafana/unified-firing-2-alerts"), path=URL)
    resolved = gateway.replay(sample("grafana/unified-resolved-1-alert"), path=URL)

    assert fired.outcomes == ["opened", "opened"]
    assert resolved.outcomes == ["resolved"]
    states = {alert.facts.name: alert.status for alert in gateway.alerts()}
    assert states == {
        "High memory usage": AlertStatus.RESOLVED,
        "High CPU usage": AlertStatus.FIRING,
    }


def test_what_people_need_is_kept(gateway: Gateway) -> None:
    gateway.register(IntegrationType.GRAFANA)

    gateway.post({**FIRING, "alerts": FIRING["alerts"][:1]})

    (alert,) = gateway.alerts()
    assert alert.dedup_key == "play.grafana.org/1/c6eadffa33fcdf37"
    assert alert.severity is Severity.CRITICAL
    assert alert.source_started_at == datetime(2021, 10, 12, 7, 51, 3, 157000, tzinfo=UTC)
    facts = alert.facts
    assert facts.summary == "This alert was triggered for zone us-1"
    assert facts.labels["team"] == "blue"
    assert set(facts.urls) == {"Alert rule", "Runbook", "Silence"}


def test_another_organisation_is_another_alert(gateway: Gateway) -> None:
    gateway.register(IntegrationType.GRAFANA)
    gateway.post(FIRING)

    assert gateway.post({**FIRING, "orgId": 2}).outcomes == ["opened", "opened"]


def test_without_a_fingerprint_the_labels_are_the_identity(gateway: Gateway) -> None:
    gateway.register(IntegrationType.GRAFANA)
    alert = {key: it for key, it in FIRING["alerts"][0].items() if key != "fingerprint"}
    turned = {**alert, "labels": dict(reversed(alert["labels"].items())), "values": {"B": 99}}

    first = gateway.post({"alerts": [alert]})
    second = gateway.post({"alerts": [turned]})

    assert (first.outcomes, second.outcomes) == (["opened"], ["updated"])


def test_a_severity_label_counts(gateway: Gateway) -> None:
    gateway.register(IntegrationType.GRAFANA)
    alert = FIRING["alerts"][0]

    gateway.post({"alerts": [{**alert, "labels": {**alert["labels"], "severity": "warning"}}]})

    assert gateway.alerts()[0].severity is Severity.WARNING


def test_alerts_that_grafana_left_out_are_told(gateway: Gateway) -> None:
    gateway.register(IntegrationType.GRAFANA)

    gateway.post({**FIRING, "truncatedAlerts": 3})

    assert "left 3 of this group out" in gateway.alerts()[0].facts.truncated[0]


def test_one_bad_alert_does_not_lose_the_others(gateway: Gateway) -> None:
    gateway.register(IntegrationType.GRAFANA)

    reply = gateway.post({"alerts": [{}, 7, FIRING["alerts"][0]]})

    assert (reply.status, reply.outcomes) == (202, ["rejected", "rejected", "opened"])


def test_a_legacy_rule_fires_and_ends(gateway: Gateway) -> None:
    gateway.register(IntegrationType.GRAFANA)
    alerting = json.loads(sample("grafana/legacy-v6-alerting").body)

    fired = gateway.post(alerting)
    resolved = gateway.post({**alerting, "state": "ok"})

    assert (fired.outcomes, resolved.outcomes) == (["opened"], ["resolved"])
    alert = gateway.alert(fired)
    assert (alert.severity, alert.current_value) == (Severity.WARNING, 23644.5)
