"""PagerDuty's Events API v2, as its clients send to it and as it answers."""

import json
from typing import Any

import pytest

from tests.functions.ingest.gateway import TOKEN, Gateway
from tests.wire import sample
from tocsin.domain.alert import AlertStatus
from tocsin.domain.integration import IntegrationType

PATH = "/v2/enqueue"
BELOW = f"/i/{TOKEN}/v2/enqueue"
TRIGGER = json.loads(sample("pagerduty-docs/v2-trigger").body)


@pytest.fixture
def pagerduty(gateway: Gateway) -> Gateway:
    """The endpoint speaks PagerDuty's language whatever the integration's type is."""
    gateway.register(IntegrationType.REST)
    return gateway


def event(**members: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {**TRIGGER, "routing_key": TOKEN, "dedup_key": "db-1/disk", **members}


@pytest.mark.parametrize("path", [PATH, f"{PATH}/", BELOW, f"{BELOW}/"])
def test_an_alert_lives_by_its_clients_events(pagerduty: Gateway, path: str) -> None:
    fired, acknowledged, resolved = (
        pagerduty.replay(sample(f"pagerduty-python/{case}"), path=path)
        for case in ("trigger-full", "acknowledge", "resolve")
    )

    for reply in (fired, acknowledged, resolved):
        assert reply.status == 202
        assert reply.json == {
            "status": "success",
            "message": "Event processed",
            "dedup_key": "db-1/disk",
        }
    (alert,) = pagerduty.alerts()
    assert alert.status is AlertStatus.RESOLVED
    assert alert.acknowledged_by == "integration:prod"


def test_a_trigger_without_a_key_is_answered_with_one_that_resolves_it(pagerduty: Gateway) -> None:
    fired = pagerduty.replay(sample("pagerduty-python/trigger-no-dedup-key"))
    key = fired.json["dedup_key"]

    pagerduty.post(event(event_action="resolve", dedup_key=key), path=PATH)

    (alert,) = pagerduty.alerts()
    assert alert.status is AlertStatus.RESOLVED


def test_a_form_that_is_json_is_read_as_json(pagerduty: Gateway) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}

    assert pagerduty.post(event(), path=PATH, headers=form).status == 202


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_what_is_said_about_an_unknown_key_is_no_error(pagerduty: Gateway, action: str) -> None:
    assert pagerduty.post(event(event_action=action), path=PATH).status == 202
    assert pagerduty.alerts() == []


def test_an_unknown_severity_is_no_error(pagerduty: Gateway) -> None:
    payload = {**TRIGGER["payload"], "severity": "page-me"}

    assert pagerduty.post(event(payload=payload), path=PATH).status == 202


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        pytest.param(b"{", 400, "Unrecognized object", id="not JSON"),
        pytest.param([event()], 400, "Unrecognized object", id="a list"),
        pytest.param(event(routing_key="0" * 32), 400, "invalid event", id="an unknown key"),
        pytest.param(event(routing_key=7), 400, "invalid event", id="a key that is no text"),
        pytest.param(event(event_action="close"), 400, "invalid event", id="an unknown action"),
        pytest.param(event(payload={}), 400, "invalid event", id="no summary"),
        pytest.param(
            event(event_action="resolve", dedup_key=None), 400, "invalid event", id="no dedup key"
        ),
        pytest.param(b" " * 1_100_000, 413, "error", id="too large"),
    ],
)
def test_a_refusal_is_spelled_as_pagerduty_does(
    pagerduty: Gateway, body: object, status: int, words: str
) -> None:
    reply = pagerduty.post(body, path=PATH)

    assert (reply.status, reply.json["status"]) == (status, words)
    assert reply.json["errors"]
    assert pagerduty.alerts() == []


def test_only_posts_are_events(pagerduty: Gateway) -> None:
    reply = pagerduty.post(event(), path=PATH, method="GET")

    assert (reply.status, reply.headers["allow"]) == (405, "POST")


def test_below_a_token_that_nobody_has_nothing_is_read(pagerduty: Gateway) -> None:
    reply = pagerduty.post(b"\xff" * 2_000_000, path=f"/i/{'0' * 32}/v2/enqueue")

    assert (reply.status, reply.json["status"]) == (400, "invalid event")


def test_a_fault_of_ours_is_spelled_so_too(
    pagerduty: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("something private")

    monkeypatch.setattr(pagerduty.world.alerts, "count", fail)

    reply = pagerduty.post(event(), path=PATH)

    assert (reply.status, reply.json["status"]) == (500, "error")
    assert "private" not in reply.text
