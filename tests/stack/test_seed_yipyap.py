"""Yipyap's page on alerts: its table of routes and scopes, parameters, bodies and answers."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.stack.client import Client, Sender, eventually
from tests.stack.likeness import unlike
from tests.vendor_documents import document, examples_in, table
from tocsin.domain.timeline import ChangeType

type NewName = Callable[[str], str]
type NewKey = Callable[..., Client]

PAGE = document("yipyap-alerts-api")
ALERT, ACKNOWLEDGE, RESOLVE, TIMELINE = examples_in("yipyap-alerts-api")
ROUTES = table(
    PAGE,
    "MethodPathDescriptionScope",
    r"(GET|POST)(/api/v1/alerts(?:/\{id\})?(?:/[a-z-]+)?)([A-Z].*)\.(alerts|incidents)",
)
LIST = "/api/v1/alerts"
PARAMETERS = (
    "status",
    "severity",
    "monitor_id",
    "group_id",
    "from, to",
    "q",
    "sort",
    "limit, cursor",
)
OWN = {"id", "fired_at", "at", "by", "notification_count"}


def payload(**changed: object) -> dict[str, Any]:
    """What a monitor says so that its alert is the one on the page."""
    said = ("monitor_id", "monitor_name", "severity", "summary", "reason", "labels")
    return {"name": ALERT["monitor_name"], **{name: ALERT[name] for name in said}, **changed}


@pytest.fixture
def monitor(api: Client, new_integration: Callable[..., Sender]) -> Sender:
    """A monitor whose alerts page by a step of the name on the page."""
    api.put("/api/v1/channels/yipyap", {"type": "console"}).expect(200, 201)
    step = {
        "name": ALERT["current_escalation_step"],
        "targets": [{"channel": "yipyap"}],
        "delay": "1h",
    }
    api.put("/api/v1/escalation-policies/yipyap", {"steps": [step]}).expect(200, 201)
    return new_integration(type="monitor", escalation_policy="yipyap")


@pytest.fixture
def alert_id(monitor: Sender) -> str:
    alert_id = monitor.send(**payload())["alert_id"]
    assert isinstance(alert_id, str)
    return alert_id


@pytest.fixture
def new_key(api: Client, new_name: NewName) -> NewKey:
    """Makes a client whose key has these scopes and perhaps an owner."""

    def make(*scopes: str, **owner: str) -> Client:
        if "user" in owner:
            api.put(f"/api/v1/users/{owner['user']}", {}).expect(200, 201)
        body = {"name": new_name("yipyap"), "scopes": scopes, **owner}
        return api.with_key(api.post("/api/v1/keys", body).expect(201).data["key"])

    return make


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [pytest.param(method, path, scope, id=f"{method} {path}") for method, path, _, scope in ROUTES],
)
def test_each_route_asks_for_the_scope_in_the_table(
    alert_id: str, new_key: NewKey, method: str, path: str, scope: str
) -> None:
    other = {"alerts": "incidents", "incidents": "alerts"}[scope]
    target = path.replace("{id}", alert_id)

    refused = new_key(other).send(method, target, None)
    allowed = new_key(scope).send(method, target, None)

    assert refused.expect(403).error_code == "scope_missing"
    allowed.expect(200, 201)


def test_the_table_of_routes_was_read_whole() -> None:
    assert len(ROUTES) == PAGE.count("/api/v1/alerts") - len(
        [line for line in PAGE.splitlines() if line.startswith(("GET /", "POST /"))]
    )


def test_each_documented_parameter_is_one_of_the_list(api: Client) -> None:
    documented = table(PAGE, "ParameterDescription", rf"({'|'.join(PARAMETERS)})(.+)")

    assert tuple(names for names, _ in documented) == PARAMETERS
    assert set(", ".join(PARAMETERS).split(", ")) <= api.parameters(LIST).keys()


def test_an_alert_shows_what_the_page_shows(alert_id: str, api: Client) -> None:
    alert = api.alert(alert_id)

    assert unlike(alert, ALERT, own=OWN) == []


def test_a_row_of_the_list_shows_it_too(alert_id: str, monitor: Sender, api: Client) -> None:
    (row,) = api.get(f"{LIST}?integration={monitor.name}").expect(200).data

    assert row["id"] == alert_id
    assert unlike(row, ALERT, own=OWN) == []


def test_the_events_api_fires_an_alert(new_key: NewKey) -> None:
    fields = {name: ALERT[name] for name in ("severity", "summary", "monitor_id", "monitor_name")}
    event = {
        "event_action": "trigger",
        "payload": {**fields, "custom_details": ALERT["reason"], "labels": ALERT["labels"]},
    }

    answer = new_key("events").post("/api/v1/events", event).expect(202)

    alert = new_key("alerts").alert(answer.data["results"][0]["alert_id"])
    shown = (*fields, "reason", "labels", "status")
    assert {name: alert[name] for name in shown} == {name: ALERT[name] for name in shown}


def test_the_owner_of_the_key_acknowledged(alert_id: str, new_key: NewKey) -> None:
    answer = new_key("alerts", user="usr-alice").post(f"{LIST}/{alert_id}/ack", ACKNOWLEDGE)

    assert answer.expect(200).data["acknowledged_by"] == "usr-alice"


def test_resolving_takes_the_note_on_the_page(alert_id: str, api: Client) -> None:
    answer = api.post(f"{LIST}/{alert_id}/resolve", RESOLVE).expect(200)

    assert answer.data["status"] == "resolved"
    (resolved,) = api.entries(alert_id, "resolved")
    assert resolved["note"] == RESOLVE["note"]


def test_the_timeline_shows_what_the_page_shows(alert_id: str, new_key: NewKey) -> None:
    alice = new_key("alerts", user="usr-alice")
    alice.post(f"{LIST}/{alert_id}/ack").expect(200)
    shown = ("fired", "acknowledged")
    documented = [entry for entry in TIMELINE["data"] if entry["type"] in shown]
    documented[0]["reason"] = ALERT["reason"]  # where the page cuts it short

    def entries() -> list[dict[str, Any]]:
        return [entry for entry in alice.timeline(alert_id) if entry["type"] in shown]

    timeline = eventually(entries, lambda found: len(found) == len(shown))

    assert unlike(timeline, documented, own=OWN) == []
    assert {entry["type"] for entry in TIMELINE["data"]} <= set(ChangeType)
