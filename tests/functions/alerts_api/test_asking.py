"""Alerts that people open, and people whom they ask about one."""

from typing import Any

import pytest

from tests.examples import MINUTE
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client, Reply
from tocsin.domain.answer import Answer, Claim
from tocsin.domain.ids import Actor, AlertId
from tocsin.domain.people import User
from tocsin.usecases.refusals import DeliveryFailedError

ALERTS = "/api/v1/alerts"
KEY = {"idempotency-key": "7d5f0f5e-9f4d"}


class Forgotten:
    """Answers that were never stored: each process died before."""

    def claim(self, _claim: Claim) -> Answer | None:
        return None

    def keep(self, _claim: Claim, _answer: Answer) -> None:
        """Not done."""

    def release(self, _claim: Claim) -> None:
        """Nothing to release."""


@pytest.fixture
def team(world: World) -> World:
    """Alice is asked first, then Bob; Frank has no contact method."""
    for name in ("alice", "bob"):
        world.user(name)
    world.keep(world.users, User(name="frank"))
    world.channel("ops")
    world.escalation_policy(("user:alice", 10 * MINUTE), ("user:bob", 10 * MINUTE))
    return world


def act(client: Client, alert_id: AlertId, action: str, body: object = None) -> Reply:
    return client.post(f"{ALERTS}/{alert_id}/{action}", body or {})


# An alert of one's own


def test_an_alert_of_ones_own_is_paged_as_any_other(client: Client, team: World) -> None:
    body = {
        "summary": "Customers cannot pay",
        "reason": "Three calls since 14:10.",
        "labels": {"team": "payments"},
        "urls": {"Runbook": "https://example.com/runbook", "Bad": "javascript:alert(1)"},
        "object": "checkout",
    }

    opened = client.post(ALERTS, body)

    assert opened.status == 201
    assert opened.json["warnings"] == []
    shown = opened.data
    assert (shown["name"], shown["summary"]) == ("Customers cannot pay", "Customers cannot pay")
    assert (shown["severity"], shown["integration"]) == ("critical", "by-hand")
    assert shown["urls"] == {"Runbook": "https://example.com/runbook"}
    assert (shown["object"], shown["labels"]) == ("checkout", {"team": "payments"})
    assert (shown["escalation_policy"], shown["status"]) == ("default", "firing")
    team.follow()
    team.pass_time(seconds=1)
    assert team.paged() == ["alice"]
    [fired] = client.get(f"{ALERTS}/{shown['id']}/timeline").data[:1]
    assert (fired["type"], fired["by"], fired["via"]) == ("fired", "alice", "api")


def test_it_can_be_acknowledged_and_resolved(client: Client, team: World) -> None:
    alert_id = client.post(ALERTS, {"name": "Checkout", "severity": "warning"}).data["id"]

    assert act(client, alert_id, "ack").status == 200
    resolved = act(client, alert_id, "resolve")

    assert (resolved.data["status"], resolved.data["severity"]) == ("resolved", "warning")
    assert team.alert(alert_id).episode == 1


def test_two_of_one_name_are_two_alerts(client: Client, team: World) -> None:
    ids = {client.post(ALERTS, {"name": "Checkout"}).data["id"] for _ in range(2)}

    assert len(ids) == 2
    assert team.list().counts.firing == 2


def test_with_targets_alone_these_are_asked_and_nobody_else(client: Client, team: World) -> None:
    body = {"name": "Checkout", "targets": [{"user": "bob"}, {"channel": "ops"}]}

    opened = client.post(ALERTS, body)

    assert (opened.status, opened.data["escalation_policy"]) == (201, None)
    team.follow()
    team.pass_time(hours=1)
    assert sorted(team.paged()) == ["bob", "ops"]
    words = [entry["type"] for entry in client.get(f"{ALERTS}/{opened.data['id']}/timeline").data]
    assert words[:2] == ["fired", "paged"]


def test_the_last_resort_hears_of_targets_of_whom_none_was_reached(
    client: Client, team: World
) -> None:
    refused = DeliveryFailedError("no such number", is_retryable=False)
    team.providers.fail("email", refused)
    body = {"name": "Checkout", "targets": [{"user": "bob"}, {"user": "frank"}]}

    alert_id = client.post(ALERTS, body).data["id"]
    team.follow()
    team.pass_time(minutes=1)

    why = "bob by e-mail: no such number; frank has no contact method"
    assert team.next_action(alert_id).why == f"reached nobody: {why}"
    assert team.topic is not None
    assert team.topic.texts == [f"CRITICAL Checkout reached nobody: {why}."]


def test_the_last_resort_is_left_alone_where_one_target_was_reached(
    client: Client, team: World
) -> None:
    body = {"name": "Checkout", "targets": [{"user": "frank"}, {"user": "bob"}]}

    client.post(ALERTS, body)
    client.post(ALERTS, {"name": "Tea", "severity": "info", "targets": [{"user": "frank"}]})
    team.follow()
    team.pass_time(minutes=1)

    assert team.topic is not None
    assert team.topic.texts == []


def test_with_a_policy_and_targets_both_are_asked(client: Client, team: World) -> None:
    team.escalation_policy(("user:bob", 10 * MINUTE), name="second")
    body = {"name": "x", "targets": [{"channel": "ops"}], "escalation_policy": "second"}

    assert client.post(ALERTS, body).data["escalation_policy"] == "second"

    team.follow()
    team.pass_time(seconds=1)
    assert sorted(team.paged()) == ["bob", "ops"]


def test_an_alert_that_pages_nobody_says_so(client: Client) -> None:
    opened = client.post(ALERTS, {"name": "Checkout"})

    assert opened.status == 201
    [warning] = opened.json["warnings"]
    assert warning["field"] == "escalation_policy"
    assert warning["problem"].endswith("no escalation policy pages for it")


def test_the_same_request_opens_one_alert(client: Client, team: World) -> None:
    first, again = (client.post(ALERTS, {"name": "Checkout"}, KEY) for _ in range(2))

    assert first.data["id"] == again.data["id"]
    assert team.list().counts.total == 1


def test_a_repeat_whose_first_answer_was_lost_opens_no_second_alert(
    client: Client, team: World
) -> None:
    first = client.post(ALERTS, {"name": "Checkout"}, KEY)
    anew = Client.of(team, answers=Forgotten()).using(client.secret)

    again = anew.post(ALERTS, {"name": "Checkout"}, KEY)

    assert (again.status, again.data["id"]) == (201, first.data["id"])
    assert team.list().counts.total == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"name": " "}, "name"),
        ({"name": "x", "severity": "apocalyptic"}, "severity"),
        ({"name": "x", "sevrity": "warning"}, "sevrity"),
        ({"name": "x", "targets": [{"user": "nobody"}]}, "targets[0]"),
        ({"name": "x", "targets": [{"user": "bob", "channel": "ops"}]}, "targets[0]"),
        ({"name": "x", "targets": [{"schedule": "primary"}]}, "targets[0].schedule"),
        ({"name": "x", "escalation_policy": "nope"}, "escalation_policy"),
    ],
)
def test_what_cannot_be_opened_names_the_field(
    client: Client, team: World, body: dict[str, Any], field: str
) -> None:
    refused = client.post(ALERTS, body)

    assert (refused.status, refused.code) == (422, "invalid_request")
    assert any(it == field or it.startswith(f"{field}.") for it in refused.wrong_fields)
    assert team.list().counts.total == 0


def test_who_may_only_read_opens_none(anybody: Client) -> None:
    assert anybody.with_key("alerts:read").post(ALERTS, {"name": "x"}).status == 403


# Asking about an alert


def test_people_are_asked_about_an_alert(client: Client, team: World) -> None:
    alert_id = team.opened()
    team.paged()
    body = {"targets": [{"user": "bob"}, {"channel": "ops"}], "note": "Yours, isn't it?"}

    asked = act(client, alert_id, "page", body)

    assert (asked.status, asked.json["warnings"]) == (200, [])
    team.follow()
    team.pass_time(seconds=1)
    assert sorted(team.paged()) == ["bob", "ops"]
    timeline = client.get(f"{ALERTS}/{alert_id}/timeline").data
    [entry] = [it for it in timeline if it["type"] == "paged"]
    assert entry["targets"] == ["user:bob", "channel:ops"]
    assert (entry["by"], entry["via"], entry["note"]) == ("alice", "api", "Yours, isn't it?")
    rows = client.get(f"{ALERTS}/{alert_id}/notifications").data
    occasions = {row["target"]: row["occasion"] for row in rows}
    assert occasions == {"user:alice": "first", "user:bob": "asked", "channel:ops": "asked"}


def test_a_person_who_cannot_be_reached_is_a_warning(client: Client, team: World) -> None:
    alert_id = team.opened()

    asked = act(client, alert_id, "page", {"targets": [{"user": "bob"}, {"user": "frank"}]})

    assert asked.status == 200
    assert asked.json["warnings"] == [
        {"field": "targets[1]", "problem": "frank has no contact method"}
    ]


def test_an_alert_is_assigned(client: Client, team: World) -> None:
    alert_id = team.opened()
    team.paged()

    assigned = act(client, alert_id, "assign", {"user": "bob", "note": "You know it."})

    assert (assigned.status, assigned.json["warnings"]) == (200, [])
    assert assigned.data["assigned_to"] == "bob"
    team.follow()
    team.pass_time(seconds=1)
    assert team.paged() == ["bob"]
    assert [row["assigned_to"] for row in client.get(ALERTS).data] == ["bob"]
    [entry] = [
        it for it in client.get(f"{ALERTS}/{alert_id}/timeline").data if it["type"] == "assigned"
    ]
    assert (entry["user"], entry["by"], entry["note"]) == ("bob", "alice", "You know it.")
    assert act(client, alert_id, "resolve").data["assigned_to"] is None


def test_who_cannot_be_reached_is_assigned_with_a_warning(client: Client, team: World) -> None:
    assigned = act(client, team.opened(), "assign", {"user": "frank"})

    assert assigned.json["warnings"] == [
        {"field": "user", "problem": "frank has no contact method"}
    ]


def test_the_next_step_begins_now(client: Client, team: World) -> None:
    alert_id = team.opened()
    team.paged()

    escalated = act(client, alert_id, "escalate", {"note": "I need help."})

    assert (escalated.status, escalated.data["current_escalation_step"]) == (200, "step-2")
    team.follow()
    team.pass_time(seconds=1)
    assert team.paged() == ["bob"]
    refused = act(client, alert_id, "escalate")
    assert (refused.status, refused.code) == (409, "no_step_left")


@pytest.mark.parametrize(
    ("action", "body"),
    [("page", {"targets": [{"user": "bob"}]}), ("assign", {"user": "bob"}), ("escalate", {})],
)
def test_what_is_over_or_unknown_asks_nobody(
    client: Client, team: World, action: str, body: dict[str, Any]
) -> None:
    alert_id = team.opened()
    team.resolve(alert_id)

    over = act(client, alert_id, action, body)
    unknown = act(client, AlertId("01KJM5ZZ00DRQ5V1N9YH3KW2TB"), action, body)

    assert (over.status, over.code) == (409, "already_resolved")
    assert (unknown.status, unknown.code) == (404, "alert_not_found")


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("page", {}, "targets"),
        ("page", {"targets": []}, "targets"),
        ("page", {"targets": [{"user": "nobody"}]}, "targets[0]"),
        ("page", {"targets": [{"channel": "gone"}]}, "targets[0]"),
        ("page", {"targets": [{}]}, "targets[0]"),
        ("assign", {}, "user"),
        ("assign", {"user": "nobody"}, "user"),
    ],
)
def test_only_people_that_there_are_can_be_asked(
    client: Client, team: World, action: str, body: dict[str, Any], field: str
) -> None:
    refused = act(client, team.opened(), action, body)

    assert (refused.status, refused.wrong_fields) == (422, [field])


# Names


@pytest.mark.parametrize("typed", ["dana.scott", "DANA.SCOTT"])
def test_a_person_is_asked_by_the_name_that_is_shown_in_whatever_case_it_is_typed(
    client: Client, team: World, typed: str
) -> None:
    """So that what the person does later is the same person's."""
    team.user("Dana.Scott")
    team.escalation_policy((("user:Dana.Scott", "user:bob"), 10 * MINUTE))
    alert_id = AlertId(client.post(ALERTS, {"name": "x", "targets": [{"user": typed}]}).data["id"])

    paged = act(client, alert_id, "page", {"targets": [{"user": typed}]})
    assigned = act(client, alert_id, "assign", {"user": typed})

    assert (paged.status, assigned.data["assigned_to"]) == (200, "Dana.Scott")
    assert {asking.targets for asking in team.alert(alert_id).askings} == {("user:Dana.Scott",)}
    team.follow()
    team.pass_time(seconds=1)
    assert team.paged() == ["Dana.Scott"] * 3
    # By the link in the message, whose reader is its target.
    by = Actor("link:Dana.Scott")
    assert team.acknowledge(alert_id, by=by).assigned_to == "Dana.Scott"
    team.unacknowledge(alert_id, by=by)
    team.pass_time(seconds=1)
    assert team.paged() == ["bob"]


def test_a_person_named_in_another_case_is_that_person_and_asked_once(
    client: Client, team: World
) -> None:
    alert_id = team.opened()
    everybody = {"targets": [{"user": "BOB"}, {"user": "bob"}, {"user": "Bob"}]}

    act(client, alert_id, "page", everybody)
    assigned = act(client, alert_id, "assign", {"user": "BOB"})
    opened = client.post(ALERTS, {"name": "Checkout", **everybody})

    assert assigned.data["assigned_to"] == "bob"
    entries = client.get(f"{ALERTS}/{opened.data['id']}/timeline").data
    assert [it["targets"] for it in entries if it["type"] == "paged"] == [["user:bob"]]
    team.pass_time(seconds=1)
    assert sorted(team.paged()) == ["alice", "bob", "bob", "bob"]
