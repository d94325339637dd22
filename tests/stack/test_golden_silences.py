"""Golden scenario 13, and silences, through the public interfaces of the deployed template."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.stack.client import Client, eventually
from tests.stack.team import LONG, Team
from tests.stack.webhook_receiver import Hook

SOON = timedelta(seconds=4)
RELEASED = 8
"""Alerts that a window holds."""
SOON_AGAIN = "10s"
LATE = 1
"""Further messages to a target: on a busy machine a function may start too late for the first.
tests/scenarios/test_silences.py expects one, by a clock of its own."""


@pytest.fixture
def pipeline(api: Client) -> Client:
    """A deploy pipeline: its key opens silences and windows, and nothing else."""
    made = api.post("/api/v1/keys", {"name": "deploys", "scopes": ["silences"]}).expect(201)
    return api.with_key(made.data["key"])


def reasons(hook: Hook) -> list[str]:
    return [page.notification["reason"] for page in hook.received]


def seconds_ahead(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def held(api: Client, alert_id: str) -> dict[str, Any]:
    return eventually(lambda: api.alert(alert_id), lambda alert: alert["silenced_by"] is not None)


def test_13_a_window_over_step_1_holds_it_and_its_end_releases_what_still_fires(
    team: Team, api: Client, pipeline: Client
) -> None:
    first, second = team.hook(), team.hook()
    sender = team.sender(([first], "4s"), ([second], LONG))
    body = {
        "match": [f'integration="{sender.name}"'],
        "to": seconds_ahead(10),
        "reason": "Deploy 42",
    }
    window = pipeline.post("/api/v1/maintenance-windows", body).expect(201).data

    firing, over = team.opened(sender), team.opened(sender)
    shown = held(api, firing)
    held(api, over)
    api.post(f"/api/v1/alerts/{over}/resolve").expect(200)

    ends_at = datetime.fromisoformat(window["to"])
    assert shown["silenced_by"] == window["name"]
    assert shown["next_action"]["kind"] == "release"
    assert datetime.fromisoformat(shown["next_action"]["at"]) == ends_at
    [page] = first.told(1)
    assert page.alert_id == firing
    assert timedelta() <= page.at - ends_at < SOON
    [escalated] = second.told(1)
    assert timedelta(seconds=4) <= escalated.at - ends_at
    assert escalated.at - page.at < timedelta(seconds=4) + SOON
    assert (reasons(first), reasons(second)) == (["released"], ["escalated"])
    assert {entry["type"] for entry in api.timeline(firing)} >= {"held", "released"}
    assert api.alert(firing)["silenced_by"] is None


def test_13_its_end_is_one_digest_for_each_person_and_channel(
    team: Team, api: Client, pipeline: Client
) -> None:
    people = [team.name("alice"), team.name("bob")]
    for name in people:
        user = {"email": f"{name}@example.com", "bundle": SOON_AGAIN}
        api.put(f"/api/v1/users/{name}", user).expect(201)
    channel = team.name("ops")
    mail = {"type": "email", "to": [f"{channel}@example.com"], "bundle": SOON_AGAIN}
    api.put(f"/api/v1/channels/{channel}", mail).expect(201)
    sender = team.sender(([*({"user": name} for name in people), {"channel": channel}], LONG))
    body = {"match": [f'integration="{sender.name}"'], "duration": "1h", "reason": "Deploy 44"}
    window = pipeline.post("/api/v1/maintenance-windows", body).expect(201).data
    alert_ids = {team.opened(sender) for _ in range(RELEASED)}
    for alert_id in alert_ids:
        held(api, alert_id)

    pipeline.delete(f"/api/v1/maintenance-windows/{window['name']}").expect(200)

    targets = {*(f"user:{name}" for name in people), f"channel:{channel}"}
    pages = eventually(
        lambda: [page for it in alert_ids for page in team.notifications(it)],
        lambda found: [it["state"] for it in found] == ["sent"] * (RELEASED * len(targets)),
        seconds=60,
    )
    assert {page["occasion"] for page in pages} == {"released"}
    assert Counter(page["target"] for page in pages) == dict.fromkeys(targets, RELEASED)
    for target in targets:
        messages = Counter(page["bundled_into"] for page in pages if page["target"] == target)
        assert len(messages) <= 1 + LATE, messages
        [(digest_id, told), *_] = messages.most_common()
        digest = api.get(f"/api/v1/digests/{digest_id}").expect(200).data
        assert (digest["target"], len(digest["alert_ids"])) == (target, told)


def test_a_window_over_step_2_stops_its_clock_and_closing_it_lets_it_go_on(
    team: Team, api: Client, pipeline: Client
) -> None:
    first, second = team.hook(), team.hook()
    sender = team.sender(([first], "6s"), ([second], LONG))
    alert_id = team.opened(sender)
    first.told(1)
    body = {
        "match": [f'integration="{sender.name}"'],
        "duration": "1h",
        "reason": "Deploy 43",
    }
    window = pipeline.post("/api/v1/maintenance-windows", body).expect(201).data
    held(api, alert_id)
    eventually(lambda: datetime.now(UTC), lambda at: at > first.received[0].at + 2 * SOON)
    assert second.received == []

    closed = pipeline.delete(f"/api/v1/maintenance-windows/{window['name']}").expect(200)

    assert closed.data == {"open_alerts": 1}
    second.told(1)
    assert reasons(second) == ["escalated"]
    listed = pipeline.get(f"/api/v1/maintenance-windows/{window['name']}").expect(200).data
    assert listed["status"] == "expired"


def test_a_key_of_a_pipeline_reads_no_alert(pipeline: Client) -> None:
    assert pipeline.get("/api/v1/alerts").expect(403).error_code == "scope_missing"
