"""The documents that were published before us: what they show, a client gets from us too."""

from typing import Any

import pytest

from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.domain.ids import AlertId
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts

SIGNAL_ROW = {
    "rule_id": "rule_xyz",
    "rule_name": "High Error Rate",
    "status": "firing",
    "severity": "critical",
    "source": "reflex",
    "current_value": 150,
    "threshold": 100,
}
SIGNAL_ALERT = SIGNAL_ROW | {
    "source_name": "error_count",
    "operator": "gt",
    "window": "5m",
    "tags": {"service": "api", "environment": "production"},
}
YIPYAP_ALERT = {
    "monitor_id": "01HXABCMONITOR0000",
    "monitor_name": "Public API",
    "severity": "critical",
    "status": "firing",
    "summary": "Public API is down",
    "reason": "503 from /health for 3 consecutive checks",
    "acknowledged_at": None,
    "acknowledged_by": None,
    "resolved_at": None,
    "labels": {"env": "prod", "team": "platform"},
}


@pytest.fixture
def signal_id(world: World) -> AlertId:
    facts = Facts(
        name="High Error Rate",
        source="reflex",
        source_name="error_count",
        rule_id="rule_xyz",
        rule_name="High Error Rate",
        threshold=100,
        operator="gt",
        window="5m",
        labels={"service": "api", "environment": "production"},
    )
    ids = []
    for value in (80, 150):
        ids.append(
            world.signal("errors", severity=Severity.CRITICAL, facts=facts, value=value).alert_id
        )
        world.pass_time(minutes=5)
    assert ids[1] is not None
    return ids[1]


@pytest.fixture
def yipyap_id(world: World) -> AlertId:
    facts = Facts(
        name="Public API",
        summary="Public API is down",
        reason="503 from /health for 3 consecutive checks",
        monitor_id="01HXABCMONITOR0000",
        monitor_name="Public API",
        labels={"env": "prod", "team": "platform"},
    )
    alert_id = world.signal("api", severity=Severity.CRITICAL, facts=facts).alert_id
    assert alert_id is not None
    return alert_id


def part_of(shown: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    return {name: shown[name] for name in like}


@pytest.mark.usefixtures("signal_id")
def test_signal_lists_alerts(client: Client, world: World) -> None:
    world.acknowledge(world.opened("another"))

    answer = client.get("/api/v1/alerts", status="firing", severity="critical").json

    assert [part_of(row, SIGNAL_ROW) for row in answer["data"]] == [SIGNAL_ROW]
    assert {name: answer["meta"][name] for name in ("total", "firing", "acknowledged")} == {
        "total": 2,
        "firing": 1,
        "acknowledged": 1,
    }


def test_signal_reads_an_alert(client: Client, signal_id: AlertId) -> None:
    shown = client.get(f"/api/v1/alerts/{signal_id}").data

    assert part_of(shown, SIGNAL_ALERT) == SIGNAL_ALERT
    assert [sample["value"] for sample in shown["history"]] == [80, 150]
    assert shown.keys() >= {"id", "fired_at", "incident_id"}


def test_signal_acknowledges(client: Client, signal_id: AlertId) -> None:
    body = {"note": "Investigating the issue"}

    answer = client.post(f"/api/v1/alerts/{signal_id}/acknowledge", body).data

    assert (answer["id"], answer["status"]) == (signal_id, "acknowledged")
    assert answer["acknowledged_by"] == "alice"
    assert answer["acknowledged_at"].endswith("Z")


def test_signal_names_its_errors(client: Client, signal_id: AlertId) -> None:
    path = f"/api/v1/alerts/{signal_id}"

    client.post(f"{path}/acknowledge")
    assert client.post(f"{path}/acknowledge").code == "already_acknowledged"
    client.post(f"{path}/resolve", {"note": "Deployed fix"})
    assert client.post(f"{path}/resolve").code == "already_resolved"
    assert client.get("/api/v1/alerts/alert_abc123").code == "alert_not_found"


def test_signal_snoozes(client: Client, signal_id: AlertId) -> None:
    body = {"duration": "1h", "reason": "Known issue, fix deploying"}

    answer = client.post(f"/api/v1/alerts/{signal_id}/snooze", body).data

    assert answer["snooze_reason"] == "Known issue, fix deploying"


def test_yipyap_reads_an_alert(client: Client, yipyap_id: AlertId) -> None:
    shown = client.get(f"/api/v1/alerts/{yipyap_id}").data

    assert part_of(shown, YIPYAP_ALERT) == YIPYAP_ALERT
    assert shown.keys() >= {"id", "fired_at", "current_escalation_step", "notification_count"}


def test_yipyap_acknowledges_twice(client: Client, yipyap_id: AlertId) -> None:
    body = {"note": "Investigating; pager acknowledged."}
    path = f"/api/v1/alerts/{yipyap_id}/ack"

    first, again = client.post(path, body), client.post(path, body)

    assert first.status == again.status == 200
    assert again.json["already_acknowledged"] is True


def test_yipyap_reads_a_timeline(client: Client, yipyap_id: AlertId) -> None:
    client.post(f"/api/v1/alerts/{yipyap_id}/ack", {"note": "mine"})

    fired, acknowledged = client.get(f"/api/v1/alerts/{yipyap_id}/timeline").data

    assert (fired["type"], fired["reason"]) == ("fired", YIPYAP_ALERT["reason"])
    assert acknowledged == {
        "type": "acknowledged",
        "at": "2026-03-01T09:00:00.000Z",
        "by": "alice",
        "note": "mine",
    }


def test_yipyap_reads_an_acknowledgement_without_a_note(client: Client, yipyap_id: AlertId) -> None:
    client.post(f"/api/v1/alerts/{yipyap_id}/ack")

    acknowledged = client.get(f"/api/v1/alerts/{yipyap_id}/timeline").data[-1]

    assert acknowledged["note"] == ""
