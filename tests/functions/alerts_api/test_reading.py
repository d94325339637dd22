"""One alert, and what happened to it."""

from dataclasses import fields

import pytest

from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.domain.ids import AUTO, AlertId
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts
from tocsin.domain.timeline import Change, ChangeType

ALL_FACTS = Facts(
    name="Public API",
    summary="Public API is down",
    reason="503 from /health for 3 consecutive checks",
    source="reflex",
    source_name="error_count",
    object="checkout",
    source_severity="urgent",
    rule_id="rule_xyz",
    rule_name="High Error Rate",
    monitor_id="01HXABCMONITOR0000",
    monitor_name="Public API",
    group_id="grp_1",
    threshold=100,
    operator="gt",
    window="5m",
    labels={"env": "prod", "team": "platform"},
    urls={"Runbook": "https://example.com/runbook"},
    truncated=("reason: kept 65536 of 500000 bytes",),
)


@pytest.fixture(autouse=True)
def _pages_nobody(world: World) -> None:
    world.pages_nobody()


@pytest.fixture
def alert_id(world: World) -> AlertId:
    """An alert of which everything is known."""
    ids = []
    for value in (80, 150):
        ids.append(
            world.signal("api", severity=Severity.CRITICAL, facts=ALL_FACTS, value=value).alert_id
        )
        world.pass_time(minutes=5)
    assert ids[1] is not None
    return ids[1]


def test_an_alert_shows_all_that_is_known(client: Client, alert_id: AlertId) -> None:
    assert client.get(f"/api/v1/alerts/{alert_id}").data == {
        "id": alert_id,
        "dedup_key": "api",
        "status": "firing",
        "severity": "critical",
        "source_severity": "urgent",
        "name": "Public API",
        "summary": "Public API is down",
        "reason": "503 from /health for 3 consecutive checks",
        "source": "reflex",
        "source_name": "error_count",
        "object": "checkout",
        "integration": "prod-prometheus",
        "rule_id": "rule_xyz",
        "rule_name": "High Error Rate",
        "monitor_id": "01HXABCMONITOR0000",
        "monitor_name": "Public API",
        "group_id": "grp_1",
        "current_value": 150,
        "threshold": 100,
        "operator": "gt",
        "window": "5m",
        "labels": {"env": "prod", "team": "platform"},
        "tags": {"env": "prod", "team": "platform"},
        "urls": {"Runbook": "https://example.com/runbook"},
        "fired_at": "2026-03-01T09:00:00.000Z",
        "last_seen_at": "2026-03-01T09:05:00.000Z",
        "occurrences": 2,
        "episode": 1,
        "flapping": False,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "acknowledged_via": None,
        "assigned_to": None,
        "resolved_at": None,
        "resolved_by": None,
        "resolved_via": None,
        "snoozed_until": None,
        "silenced_by": None,
        "held_by": None,
        "snooze_reason": None,
        "snoozed_by": None,
        "snoozed_via": None,
        "escalation_policy": "default",
        "current_escalation_step": None,
        "notification_count": 0,
        "next_action": {
            "kind": "none",
            "at": None,
            "why": "default pages nobody for this severity",
            "step": None,
            "targets": [],
            "again": False,
        },
        "incident_id": None,
        "truncated": ["reason: kept 65536 of 500000 bytes"],
        "history": [
            {"timestamp": "2026-03-01T09:00:00.000Z", "value": 80},
            {"timestamp": "2026-03-01T09:05:00.000Z", "value": 150},
        ],
    }


def test_every_fact_is_shown_under_its_own_name(client: Client, alert_id: AlertId) -> None:
    shown = client.get(f"/api/v1/alerts/{alert_id}").data

    assert {field.name for field in fields(Facts)} <= shown.keys()


def test_what_was_not_cut_says_nothing_of_cutting(client: Client, world: World) -> None:
    alert_id = world.opened()

    assert "truncated" not in client.get(f"/api/v1/alerts/{alert_id}").data


def test_a_resolved_alert_waits_for_nothing(client: Client, world: World) -> None:
    alert_id = world.opened()
    world.resolve(alert_id)

    shown = client.get(f"/api/v1/alerts/{alert_id}").data

    assert shown["status"] == "resolved"
    assert shown["next_action"] is None


def test_an_older_episode_can_still_be_read(client: Client, world: World) -> None:
    first = world.opened()
    world.resolve(first)
    world.pass_time(minutes=1)
    second = world.opened()

    assert client.get(f"/api/v1/alerts/{first}").data["episode"] == 1
    assert client.get(f"/api/v1/alerts/{second}").data["episode"] == 2


def test_the_timeline_tells_what_happened_in_order(client: Client, world: World) -> None:
    alert_id = world.signal("api", facts=ALL_FACTS).alert_id
    path = f"/api/v1/alerts/{alert_id}"
    for action, body in (
        ("ack", {"note": "Investigating"}),
        ("snooze", {"seconds": 60, "reason": "deploying"}),
        ("notes", {"note": "it was DNS"}),
        ("unsnooze", {}),
        ("resolve", {"note": "Rolled back the bad deploy."}),
    ):
        world.pass_time(seconds=1)
        assert client.post(f"{path}/{action}", body).status in {200, 201}

    assert client.get(f"{path}/timeline").data == [
        {
            "type": "fired",
            "at": "2026-03-01T09:00:00.000Z",
            "by": "integration:prod-prometheus",
            "via": "integration",
            "reason": "503 from /health for 3 consecutive checks",
        },
        {
            "type": "acknowledged",
            "at": "2026-03-01T09:00:01.000Z",
            "by": "alice",
            "via": "api",
            "note": "Investigating",
        },
        {
            "type": "snoozed",
            "at": "2026-03-01T09:00:02.000Z",
            "by": "alice",
            "via": "api",
            "until": "2026-03-01T09:01:02.000Z",
            "reason": "deploying",
        },
        {
            "type": "note",
            "at": "2026-03-01T09:00:03.000Z",
            "by": "alice",
            "via": "api",
            "note": "it was DNS",
        },
        {
            "type": "woken",
            "at": "2026-03-01T09:00:04.000Z",
            "by": "alice",
            "via": "api",
            "reason": "alice ended the snooze",
        },
        {
            "type": "resolved",
            "at": "2026-03-01T09:00:05.000Z",
            "by": "alice",
            "via": "api",
            "note": "Rolled back the bad deploy.",
        },
    ]


def test_a_timeline_comes_in_pages(client: Client, world: World) -> None:
    alert_id = world.opened()
    for number in range(5):
        world.pass_time(seconds=1)
        world.note(alert_id, f"note {number}")
    path = f"/api/v1/alerts/{alert_id}/timeline"

    first = client.get(path, limit=4).json
    rest = client.get(path, limit=4, cursor=first["next_cursor"]).json

    entries = [entry.get("note") for entry in (*first["data"], *rest["data"])]
    assert entries == [None, *(f"note {number}" for number in range(5))]
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert "next_cursor" not in rest


def test_a_timeline_has_limits_like_a_list(client: Client, world: World) -> None:
    path = f"/api/v1/alerts/{world.opened()}/timeline"

    assert client.get(path, limit=500).status == 200
    assert client.get(path, limit=0).code == "invalid_request"


def test_a_timeline_that_is_not_written_yet_is_empty(client: Client, world: World) -> None:
    alert_id = world.opened_unfollowed()

    assert client.get(f"/api/v1/alerts/{alert_id}/timeline").data == []


def test_the_step_of_a_message_is_a_number_on_every_timeline(client: Client, world: World) -> None:
    """Entries of before had its name there."""
    alert_id = world.opened()
    earlier = Change(
        type=ChangeType.NOTIFICATION_SENT,
        at=world.now,
        by=AUTO,
        details={"channel": "email", "step": "first"},
    )
    world.timelines.tell({alert_id: [("earlier", earlier)]})

    [shown] = client.get(f"/api/v1/alerts/{alert_id}/timeline").data[1:]

    assert (shown["step"], shown["step_name"]) == (None, "first")
