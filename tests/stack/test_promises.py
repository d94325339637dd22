"""What else the stack promises: timelines, resolve windows, secrets out of logs."""

import json
from collections.abc import Callable

from local.stack.start import Stack
from tests.stack.client import Client, Sender, eventually

type NewName = Callable[[str], str]


def test_the_timeline_tells_each_change_once_and_in_order(
    rest: Sender, api: Client, new_name: NewName
) -> None:
    name = new_name("Story")
    alert_id = rest.send(name=name, severity="warning", output="93 %")["alert_id"]
    rest.send(name=name, severity="critical", output="97 %")
    api.post(f"/api/v1/alerts/{alert_id}/ack", {"note": "on it"}).expect(200)
    api.post(f"/api/v1/alerts/{alert_id}/notes", {"note": "cleaning up"}).expect(201, 200)
    api.post(f"/api/v1/alerts/{alert_id}/create-incident", {"title": "Disks"}).expect(201)
    rest.send(name=name, severity="ok")
    expected = ["fired", "severity_changed", "acknowledged", "note", "incident_created", "resolved"]

    eventually(lambda: api.story(alert_id), lambda types: types == expected)

    timeline = api.timeline(alert_id)
    assert timeline[0]["reason"] == "93 %"
    assert [it["note"] for it in timeline if it["type"] == "acknowledged"] == ["on it"]
    assert [entry["at"] for entry in timeline] == sorted(entry["at"] for entry in timeline)


def test_a_resolve_window_ends_by_itself_unless_it_fires_again(
    api: Client, new_integration: Callable[..., Sender]
) -> None:
    sender = new_integration(resolve_after="3s")
    steady = sender.send(name="Steady")["alert_id"]
    flapping = sender.send(name="Flapping")["alert_id"]
    assert sender.send(name="Steady", severity="ok")["outcome"] == "resolving"
    assert sender.send(name="Flapping", severity="ok")["outcome"] == "resolving"
    assert sender.send(name="Flapping")["outcome"] == "updated"

    alert = eventually(lambda: api.alert(steady), lambda alert: bool(alert["status"] == "resolved"))

    assert alert["resolved_by"] == "auto"
    assert api.alert(flapping)["status"] == "firing"
    eventually(
        lambda: api.story(flapping), lambda types: types == ["fired", "resolving", "updated"]
    )


def test_no_secret_is_in_any_log(
    stack: Stack, rest: Sender, events: Sender, api: Client, new_name: NewName
) -> None:
    made = api.post("/api/v1/keys", {"name": new_name("canary"), "scopes": ["alerts"]})
    secret = made.expect(201).data["key"]
    api.with_key(secret).get("/api/v1/alerts").expect(200)
    rest.post(b"{broken").expect(400)
    rest.send(name=new_name("Canary"), output="canary-output-7f3a")
    secrets = [secret, stack.api_key, rest.path.rpartition("/")[2], events.path.rpartition("/")[2]]
    logs = stack.aws.client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    written = [
        event["message"]
        for group in groups
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        for event in page["events"]
    ]
    written += [path.read_text() for path in stack.places.logs.glob("requests*")]

    text = "\n".join(written)

    assert "Request answered" in text
    assert [secret for secret in secrets if secret in text] == []
    assert "canary-output-7f3a" not in text


def test_the_document_describes_what_answers(api: Client) -> None:
    document = api.with_key(None).get("/openapi.json").expect(200).json

    assert document["openapi"].startswith("3.1")
    for path in ("/api/v1/alerts", "/api/v1/alerts/{alert_id}/snooze", "/i/{token}"):
        assert path in document["paths"]
    assert "<html" in api.with_key(None).get("/docs").expect(200).text
    assert json.loads(api.with_key(None).get("/health").expect(200).text)
