"""Change events stand on the timelines of the open alerts that they may explain."""

from typing import Any

import pytest

from functions.ingest.compat.pagerduty_changes import ALERTS_LIMIT
from tests.functions.ingest.gateway import TOKEN, Gateway
from tocsin.domain.ids import AlertId
from tocsin.domain.integration import IntegrationType
from tocsin.domain.timeline import ChangeType

PATH = "/v2/change/enqueue"
OTHER_TOKEN = "f" * 32


def trigger(gateway: Gateway, key: str, *, token: str = TOKEN, **payload: object) -> AlertId:
    event = {
        "routing_key": token,
        "event_action": "trigger",
        "dedup_key": key,
        "payload": {"summary": key, "severity": "error", **payload},
    }
    assert gateway.post(event, path="/v2/enqueue").status == 202
    return next(it.alert_id for it in gateway.alerts() if it.dedup_key == key)


def change(gateway: Gateway, **members: Any) -> int:  # noqa: ANN401 - any JSON
    payload = {"summary": "Deployed 1.4.2", "timestamp": "2026-03-01T08:59:00.000+0000"}
    body = {"routing_key": TOKEN, "payload": {**payload, **members.pop("payload", {})}, **members}
    return gateway.post(body, path=PATH).status


def notes(gateway: Gateway, alert_id: AlertId) -> list[object]:
    page = gateway.world.alerts.timeline(alert_id, cursor=None, limit=50)
    return [it.details["note"] for it in page.changes if it.type is ChangeType.NOTE]


@pytest.mark.parametrize(
    ("of_alert", "of_change"),
    [
        ({"source": "db-1"}, {"source": "db-1"}),
        ({"source": "a", "component": "mysql"}, {"source": "ci", "component": "mysql"}),
        (
            {"source": "a", "component": "mysql"},
            {"source": "ci", "custom_details": {"component": "mysql"}},
        ),
        (
            {"source": "a", "custom_details": {"service": "shop"}},
            {"source": "ci", "custom_details": {"service": "shop"}},
        ),
    ],
)
def test_a_change_of_the_same_thing_is_on_the_timeline(
    pagerduty: Gateway, of_alert: dict[str, Any], of_change: dict[str, Any]
) -> None:
    alert_id = trigger(pagerduty, "disk", **of_alert)

    links = [{"href": "https://ci.example.com/7"}, {"href": "javascript:x"}, {}, 7]
    assert change(pagerduty, payload=of_change, links=links) == 202

    assert notes(pagerduty, alert_id) == [
        "Changed at 2026-03-01T08:59:00.000Z: Deployed 1.4.2\nhttps://ci.example.com/7"
    ]


@pytest.mark.parametrize("payload", [{"source": "db-2"}, {}, {"component": "db-1"}])
def test_a_change_of_something_else_is_kept_nowhere(
    pagerduty: Gateway, payload: dict[str, Any]
) -> None:
    alert_id = trigger(pagerduty, "disk", source="db-1")

    assert change(pagerduty, payload=payload) == 202

    assert notes(pagerduty, alert_id) == []


def test_a_change_leaves_resolved_alerts_and_those_of_other_integrations_alone(
    pagerduty: Gateway,
) -> None:
    pagerduty.register(IntegrationType.PAGERDUTY, name="other", token=OTHER_TOKEN)
    of_another = trigger(pagerduty, "theirs", token=OTHER_TOKEN, source="db-1")
    over = trigger(pagerduty, "over", source="db-1")
    pagerduty.post(
        {"routing_key": TOKEN, "event_action": "resolve", "dedup_key": "over"}, path="/v2/enqueue"
    )

    change(pagerduty, payload={"source": "db-1"})

    assert notes(pagerduty, of_another) == notes(pagerduty, over) == []


def test_of_many_alerts_the_newest_are_told(pagerduty: Gateway) -> None:
    ids = []
    for number in range(ALERTS_LIMIT + 1):
        ids.append(trigger(pagerduty, f"disk {number}", source="db-1"))
        pagerduty.world.pass_time(seconds=1)

    change(pagerduty, payload={"source": "db-1"})

    assert [bool(notes(pagerduty, it)) for it in ids] == [False, *[True] * ALERTS_LIMIT]


def test_a_time_that_cannot_be_read_is_now(pagerduty: Gateway) -> None:
    alert_id = trigger(pagerduty, "disk", source="db-1")

    change(pagerduty, payload={"source": "db-1", "timestamp": "yesterday"})

    (note,) = notes(pagerduty, alert_id)
    assert str(note).startswith("Changed at 2026-03-01T09:00:00.000Z")


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ({"summary": ""}, "'payload.summary' is missing"),
        ({"summary": []}, "'payload.summary' must be a text, not a list"),
        ({"source": {}}, "'payload.source' must be a text, not an object"),
    ],
)
def test_a_change_without_a_summary_is_refused(
    pagerduty: Gateway, payload: dict[str, Any], error: str
) -> None:
    reply = pagerduty.post({"routing_key": TOKEN, "payload": payload | {}}, path=PATH)

    assert (reply.status, reply.json["status"]) == (400, "invalid event")
    assert error in reply.json["errors"]


def test_a_paused_integration_keeps_nothing(pagerduty: Gateway) -> None:
    alert_id = trigger(pagerduty, "disk", source="db-1")
    pagerduty.register_again(paused=True)
    pagerduty.world.pass_time(seconds=31)

    assert change(pagerduty, payload={"source": "db-1"}) == 202

    assert notes(pagerduty, alert_id) == []
