"""What people do to an alert."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.examples import NINE
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client, Reply
from tocsin.domain.ids import AlertId
from tocsin.domain.severity import Severity


@pytest.fixture(autouse=True)
def _pages_nobody(world: World) -> None:
    world.pages_nobody()


def act(client: Client, alert_id: AlertId, action: str, **body: object) -> Reply:
    return client.post(f"/api/v1/alerts/{alert_id}/{action}", body or None)


@pytest.mark.parametrize("action", ["ack", "acknowledge"])
def test_acknowledging_names_who_and_when(client: Client, alert_id: AlertId, action: str) -> None:
    answer = act(client, alert_id, action, note="Investigating the issue")

    assert answer.status == 200
    assert answer.data["status"] == "acknowledged"
    assert answer.data["acknowledged_by"] == "alice"
    assert answer.data["acknowledged_at"] == "2026-03-01T09:00:00.000Z"
    assert answer.data["next_action"]["why"] == "acknowledged by alice"


def test_a_service_appears_under_its_keys_id(anybody: Client, alert_id: AlertId) -> None:
    service = anybody.with_key("alerts:write", user=None)

    assert act(service, alert_id, "ack").data["acknowledged_by"] == "key:key-0"


def test_ack_says_whether_somebody_was_first(client: Client, alert_id: AlertId) -> None:
    first, again = act(client, alert_id, "ack"), act(client, alert_id, "ack")

    assert [it.json["already_acknowledged"] for it in (first, again)] == [False, True]
    assert [it.data["already_acknowledged"] for it in (first, again)] == [False, True]


@pytest.mark.parametrize(
    ("action", "status"),
    [
        pytest.param("ack", 200, id="the friendly path agrees"),
        pytest.param("acknowledge", 409, id="the strict path objects"),
    ],
)
def test_the_first_responder_and_time_stay(
    anybody: Client, world: World, alert_id: AlertId, action: str, status: int
) -> None:
    alice, bob = (anybody.with_key("alerts", user=name) for name in ("alice", "bob"))
    act(alice, alert_id, "ack")
    world.pass_time(minutes=1)

    answer = act(bob, alert_id, action)

    assert answer.status == status
    assert status == 200 or answer.code == "already_acknowledged"
    assert world.alert(alert_id).acknowledged_by == "alice"
    assert world.alert(alert_id).acknowledged_at == NINE
    assert world.happened(alert_id) == ["fired", "acknowledged"]


@pytest.mark.parametrize("action", ["ack", "acknowledge", "unack", "resolve", "snooze", "unsnooze"])
def test_nothing_happens_to_what_is_resolved(
    client: Client, world: World, alert_id: AlertId, action: str
) -> None:
    world.resolve(alert_id)

    refused = act(client, alert_id, action, duration="1h")

    assert (refused.status, refused.code) == (409, "already_resolved")
    assert not world.alert(alert_id).is_open


def test_what_is_given_back_fires_again(client: Client, alert_id: AlertId) -> None:
    act(client, alert_id, "ack")

    answer = act(client, alert_id, "unack", note="not my team's")

    assert answer.data["status"] == "firing"
    assert answer.data["acknowledged_by"] is None
    assert answer.data["acknowledged_at"] is None


def test_only_what_somebody_has_can_be_given_back(client: Client, alert_id: AlertId) -> None:
    refused = act(client, alert_id, "unack")

    assert (refused.status, refused.code) == (409, "not_acknowledged")


def test_resolving_names_who_and_when(client: Client, alert_id: AlertId) -> None:
    answer = act(client, alert_id, "resolve", note="Deployed fix")

    assert answer.data["status"] == "resolved"
    assert answer.data["resolved_by"] == "alice"
    assert answer.data["resolved_at"] == "2026-03-01T09:00:00.000Z"


@pytest.mark.parametrize(
    ("body", "length"),
    [
        pytest.param({"duration": "1h"}, timedelta(hours=1), id="an hour"),
        pytest.param({"duration": "90s"}, timedelta(seconds=90), id="90 seconds"),
        pytest.param({"duration": "30d"}, timedelta(days=30), id="the longest"),
        pytest.param({"duration": 3600}, timedelta(hours=1), id="a duration in seconds"),
        pytest.param({"seconds": 60}, timedelta(minutes=1), id="seconds"),
        pytest.param({"seconds": "60"}, timedelta(minutes=1), id="seconds as a text"),
        pytest.param({"until": "2026-03-01T10:00:00Z"}, timedelta(hours=1), id="until a time"),
        pytest.param(
            {"until": "2026-03-01T12:00:00.500+02:00"},
            timedelta(hours=1, milliseconds=500),
            id="until a time elsewhere",
        ),
        pytest.param(
            {"duration": "1h", "until": None, "seconds": None},
            timedelta(hours=1),
            id="null says nothing",
        ),
    ],
)
def test_a_snooze_ends_when_it_was_told_to(
    client: Client, alert_id: AlertId, body: dict[str, object], length: timedelta
) -> None:
    snoozed = act(client, alert_id, "snooze", reason="deploying", **body).data

    assert datetime.fromisoformat(snoozed["snoozed_until"]) == NINE + length
    assert snoozed["snooze_reason"] == "deploying"
    assert (snoozed["snoozed_by"], snoozed["snoozed_via"]) == ("alice", "api")
    assert snoozed["status"] == "firing"
    assert snoozed["next_action"] == {
        "kind": "wake",
        "at": snoozed["snoozed_until"],
        "why": "the snooze ends",
        "step": 1,
        "targets": ["channel:ops"],
        "again": False,
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({}, "duration | seconds | until", id="no end"),
        pytest.param({"duration": "1h", "seconds": 60}, "duration | seconds | until", id="two"),
        pytest.param({"duration": "soon"}, "duration", id="no duration"),
        pytest.param({"duration": "1w"}, "duration", id="an unknown unit"),
        pytest.param({"duration": 1.5}, "duration", id="half a second"),
        pytest.param({"duration": True}, "duration", id="true"),
        pytest.param({"duration": 0}, "duration", id="no time at all"),
        pytest.param({"seconds": -60}, "seconds", id="backwards"),
        pytest.param({"seconds": "9" * 100}, "seconds", id="for ever"),
        pytest.param({"duration": "31d"}, "duration", id="longer than 30 days"),
        pytest.param({"until": "2026-03-01T08:59:59Z"}, "until", id="until a time that is past"),
        pytest.param({"until": "2026-03-01T09:00:00Z"}, "until", id="until now"),
        pytest.param({"until": "2026-04-01T09:00:00Z"}, "until", id="until after 30 days"),
        pytest.param({"until": "tomorrow"}, "until", id="no time"),
        pytest.param({"until": 1772355600}, "until", id="a number is no time"),
        pytest.param({"duration": "1h", "reason": 7}, "reason", id="no reason"),
        pytest.param({"duration": "1h", "reason": "x" * 2001}, "reason", id="a long reason"),
        pytest.param({"duration": "1h", "sticky_output": 1}, "sticky_output", id="no flag"),
        pytest.param({"duration": "1h", "sticky_severity": "y"}, "sticky_severity", id="no word"),
    ],
)
def test_a_snooze_that_makes_no_sense_is_refused(
    client: Client, world: World, alert_id: AlertId, body: dict[str, Any], field: str
) -> None:
    refused = act(client, alert_id, "snooze", **(body or {"reason": "?"}))

    assert (refused.status, refused.code) == (422, "invalid_request")
    assert refused.wrong_fields == [field]
    assert world.alert(alert_id).snooze is None


@pytest.mark.parametrize("sticky", [True, "true", "TRUE"])
def test_a_sticky_snooze_sleeps_through_worse(client: Client, world: World, sticky: object) -> None:
    alert_id = world.signal("disk", severity=Severity.WARNING).alert_id
    assert alert_id is not None
    act(client, alert_id, "snooze", duration="1h", sticky_severity=sticky)

    world.signal("disk", severity=Severity.CRITICAL)

    assert client.get(f"/api/v1/alerts/{alert_id}").data["snoozed_until"] is not None


def test_what_somebody_has_can_be_snoozed_too(client: Client, alert_id: AlertId) -> None:
    act(client, alert_id, "ack")

    assert act(client, alert_id, "snooze", duration="1h").data["status"] == "acknowledged"


def test_a_snooze_that_is_over_is_not_shown(
    client: Client, world: World, alert_id: AlertId
) -> None:
    act(client, alert_id, "snooze", duration="1m", reason="deploying")
    world.now += timedelta(minutes=1)

    shown = client.get(f"/api/v1/alerts/{alert_id}").data

    assert (shown["snoozed_until"], shown["snooze_reason"]) == (None, None)


def test_a_snooze_can_be_ended_early(client: Client, world: World, alert_id: AlertId) -> None:
    act(client, alert_id, "snooze", duration="1h")

    answer = act(client, alert_id, "unsnooze", note="deployed")

    assert answer.data["snoozed_until"] is None
    assert world.timeline(alert_id)[-1].details == {"reason": "deployed"}


def test_only_what_is_snoozed_can_be_woken(client: Client, world: World, alert_id: AlertId) -> None:
    refused = act(client, alert_id, "unsnooze")
    assert (refused.status, refused.code) == (409, "not_snoozed")

    act(client, alert_id, "snooze", duration="1m")
    world.now += timedelta(minutes=1)
    assert act(client, alert_id, "unsnooze").code == "not_snoozed"


def test_a_note_is_written_onto_the_timeline(client: Client, alert_id: AlertId) -> None:
    written = act(client, alert_id, "notes", note="it was DNS\nagain")

    timeline = client.get(f"/api/v1/alerts/{alert_id}/timeline").data
    assert written.status == 201
    assert timeline[-1] == written.data
    assert written.data["note"] == "it was DNS\nagain"


def test_what_is_resolved_can_still_be_noted(
    client: Client, world: World, alert_id: AlertId
) -> None:
    world.resolve(alert_id)

    assert act(client, alert_id, "notes", note="postmortem: DNS").status == 201


@pytest.mark.parametrize("note", [None, "", " \n", "x" * 10_001, 7])
def test_a_note_says_something(client: Client, alert_id: AlertId, note: object) -> None:
    refused = act(client, alert_id, "notes", note=note)

    assert (refused.status, refused.wrong_fields) == (422, ["note"])
