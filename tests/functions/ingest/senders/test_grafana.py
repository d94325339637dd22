"""Grafana's webhooks, unified and legacy."""

from datetime import UTC, datetime
from typing import Any

from tests.functions.ingest.gateway import Gateway
from tests.sender_states import wire
from tocsin.domain.alert import AlertStatus
from tocsin.domain.severity import Severity

FIRING: dict[str, Any] = wire("grafana/unified-firing-2-alerts")


def test_a_group_becomes_its_alerts_and_each_ends_by_itself(grafana: Gateway) -> None:
    fired = grafana.deliver("grafana/unified-firing-2-alerts")
    resolved = grafana.deliver("grafana/unified-resolved-1-alert")

    assert fired.outcomes == ["opened", "opened"]
    assert resolved.outcomes == ["resolved"]
    states = {alert.facts.name: alert.status for alert in grafana.alerts()}
    assert states == {
        "High memory usage": AlertStatus.RESOLVED,
        "High CPU usage": AlertStatus.FIRING,
    }


def test_what_people_need_is_kept(grafana: Gateway) -> None:
    grafana.post({**FIRING, "alerts": FIRING["alerts"][:1]})

    (alert,) = grafana.alerts()
    assert alert.dedup_key == "play.grafana.org/1/c6eadffa33fcdf37"
    assert alert.severity is Severity.CRITICAL
    assert alert.source_started_at == datetime(2021, 10, 12, 7, 51, 3, 157000, tzinfo=UTC)
    facts = alert.facts
    assert facts.summary == "This alert was triggered for zone us-1"
    assert facts.labels["team"] == "blue"
    assert set(facts.urls) == {"Alert rule", "Runbook", "Silence"}


def test_another_organisation_is_another_alert(grafana: Gateway) -> None:
    grafana.post(FIRING)

    assert grafana.post({**FIRING, "orgId": 2}).outcomes == ["opened", "opened"]


def test_without_a_fingerprint_the_labels_are_the_identity(grafana: Gateway) -> None:
    alert = {key: it for key, it in FIRING["alerts"][0].items() if key != "fingerprint"}
    turned = {**alert, "labels": dict(reversed(alert["labels"].items())), "values": {"B": 99}}

    first = grafana.post({"alerts": [alert]})
    second = grafana.post({"alerts": [turned]})

    assert (first.outcomes, second.outcomes) == (["opened"], ["updated"])


def test_alerts_that_grafana_left_out_are_told(grafana: Gateway) -> None:
    grafana.post({**FIRING, "truncatedAlerts": 3})

    assert "left 3 of this group out" in grafana.alerts()[0].facts.truncated[0]


def test_one_bad_alert_does_not_lose_the_others(grafana: Gateway) -> None:
    reply = grafana.post({"alerts": [{}, 7, FIRING["alerts"][0]]})

    assert (reply.status, reply.outcomes) == (202, ["rejected", "rejected", "opened"])


def test_a_legacy_rule_fires_and_ends(grafana: Gateway) -> None:
    alerting = wire("grafana/legacy-v6-alerting")

    fired = grafana.post(alerting)
    resolved = grafana.post({**alerting, "state": "ok"})

    assert (fired.outcomes, resolved.outcomes) == (["opened"], ["resolved"])
    alert = grafana.alert(fired)
    assert (alert.severity, alert.current_value) == (Severity.WARNING, 23644.5)
