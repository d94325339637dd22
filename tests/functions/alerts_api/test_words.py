"""Sentences beside the facts, for a page: who is called, by name, and why something happened."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tests.schedules import daily, rotation, schedule
from tocsin.domain.ids import AlertId

STEP = timedelta(minutes=5)


def said(sentence: list[dict[str, object]]) -> str:
    return "".join(str(part["text"]) for part in sentence)


@pytest.fixture
def paged(world: World) -> AlertId:
    """Alice was paged; Bob is next, then Carol, and then nobody."""
    for name in ("alice", "bob", "carol"):
        world.user(name)
    world.escalation_policy(("user:alice", STEP), ("user:bob", STEP), ("user:carol", STEP))
    return world.opened()


def test_without_being_asked_an_alert_has_no_words(client: Client, paged: AlertId) -> None:
    alert = client.get(f"/api/v1/alerts/{paged}").data

    assert not {"words", "ahead"} & alert.keys()
    assert "called" not in alert["next_action"]
    assert "words" not in client.get("/api/v1/alerts").data[0]


def test_an_alert_says_who_is_called_and_who_after_them(client: Client, paged: AlertId) -> None:
    alert = client.get(f"/api/v1/alerts/{paged}", words="true").data

    assert said(alert["words"]["who"]) == "Nobody has it yet."
    assert said(alert["words"]["next"]) == ("Bob is called at 09:05 unless someone acknowledges.")
    assert {"text": "09:05", "strong": True, "at": "2026-03-01T09:05:00.000Z"} in alert["words"][
        "next"
    ]
    assert alert["next_action"]["called"] == [{"target": "user:bob", "user": "bob", "name": "Bob"}]
    assert [(it["kind"], it["at"], it["step"]) for it in alert["ahead"]] == [
        ("escalate", "2026-03-01T09:10:00.000Z", 3),
        ("exhaust", "2026-03-01T09:15:00.000Z", None),
    ]
    assert alert["ahead"][0]["called"] == [
        {"target": "user:carol", "user": "carol", "name": "Carol"}
    ]


def test_an_alert_says_what_each_action_brings(client: Client, paged: AlertId) -> None:
    words = client.get(f"/api/v1/alerts/{paged}", words="true").data["words"]

    assert said(words["if_acknowledged"]) == (
        "Once you acknowledge, you have it and Bob is not called."
    )
    assert said(words["if_resolved"]).startswith("Is it over for everybody?")
    assert (words["if_given_back"], words["if_woken"]) == ([], [])


def test_who_has_a_schedules_shift_then_is_named(client: Client, world: World) -> None:
    world.user("alice")
    world.user("bob")
    world.schedule(schedule(rotation(daily(), "bob")))
    world.schedule(schedule(rotation(daily(), "nobody"), name="nights"))
    world.escalation_policy(("user:alice", STEP), (("schedule:primary", "schedule:nights"), STEP))
    alert_id = world.opened()

    alert = client.get(f"/api/v1/alerts/{alert_id}", words="true").data

    assert alert["next_action"]["called"] == [
        {"target": "schedule:primary", "user": "bob", "name": "Bob"},
        {"target": "schedule:nights", "user": None, "name": None},
    ]


def test_a_list_has_the_words_of_each_row(client: Client, world: World, paged: AlertId) -> None:
    world.acknowledge(paged)
    world.opened("other")

    rows = client.get("/api/v1/alerts", words="true")

    assert "ignored" not in rows.json["meta"]
    assert [said(row["words"]["who"]) for row in rows.data] == [
        "Nobody has it yet.",
        "You have it.",
    ]
    assert [it["name"] for it in rows.data[0]["next_action"]["called"]] == ["Bob"]
    assert rows.data[1]["next_action"]["called"] == []


def test_words_of_a_list_ask_for_people_once_in_a_while(
    client: Client, world: World, paged: AlertId, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    ask = world.table.answer

    def counted(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(operation)
        return ask(operation, parameters)

    assert paged
    client.get("/api/v1/alerts", words="true")
    monkeypatch.setattr(world.table, "answer", counted)
    client.get("/api/v1/alerts")
    without = len(asked)
    client.get("/api/v1/alerts", words="true")

    assert without > 0
    assert len(asked) == 2 * without


def test_a_resolved_alert_has_no_next_action(client: Client, world: World, paged: AlertId) -> None:
    world.resolve(paged)

    alert = client.get(f"/api/v1/alerts/{paged}", words="true").data

    assert (alert["next_action"], alert["ahead"]) == (None, [])
    assert said(alert["words"]["next"]).startswith("Nothing is left to do.")


def test_a_key_of_no_user_is_not_addressed(anybody: Client, paged: AlertId, world: World) -> None:
    client = anybody.with_key("alerts", user=None)
    world.acknowledge(paged)

    words = client.get(f"/api/v1/alerts/{paged}", words="true").data["words"]

    assert said(words["who"]) == "Alice has it."


def test_a_timeline_has_sentences_with_reasons(
    client: Client, world: World, paged: AlertId
) -> None:
    world.pass_time(minutes=6)
    client.post(f"/api/v1/alerts/{paged}/ack", {"note": "Looking"})

    rows = client.get(f"/api/v1/alerts/{paged}/timeline", words="true").data

    told = [(row["type"], said(row["words"]["text"]), row["words"]["why"]) for row in rows]
    assert ("fired", "It began", "disk-full") in told
    assert ("escalated", "Step-2 began", "nobody acknowledged step-1") in told
    assert ("acknowledged", "You acknowledged", "") in told
    assert rows[-1]["note"] == "Looking"


def test_words_have_the_times_of_a_zone(client: Client, world: World, paged: AlertId) -> None:
    world.snooze(paged, timedelta(hours=4))
    path = f"/api/v1/alerts/{paged}"
    asked = {"words": "true", "time_zone": "Asia/Kolkata"}

    assert said(client.get(path, **asked).data["words"]["next"]).startswith(
        "It is quiet until 18:30."
    )
    rows = client.get(f"{path}/timeline", **asked).data
    snoozed = next(row for row in rows if row["type"] == "snoozed")
    assert said(snoozed["words"]["text"]) == "You snoozed it until 18:30"
    assert said(client.get("/api/v1/alerts", **asked).data[0]["words"]["next"]).startswith(
        "It is quiet until 18:30."
    )
    assert client.get(path, words="true", time_zone="Mars/Olympus").wrong_fields == ["time_zone"]


def test_a_timeline_can_begin_with_the_newest(client: Client, world: World, paged: AlertId) -> None:
    for number in range(5):
        world.pass_time(minutes=0.1)
        world.note(paged, f"note {number}")
    path = f"/api/v1/alerts/{paged}/timeline"

    newest = client.get(path, sort="-at", limit="2")
    rest = client.get(path, sort="-at", limit="2", cursor=newest.json["next_cursor"])

    assert [row["note"] for row in newest.data + rest.data] == [
        f"note {number}" for number in (4, 3, 2, 1)
    ]
    assert client.get(path, sort="up").wrong_fields == ["sort"]


@pytest.mark.parametrize("path", ["", "/{}", "/{}/timeline"])
def test_words_are_asked_for_by_true_or_false(client: Client, paged: AlertId, path: str) -> None:
    full = "/api/v1/alerts" + path.format(paged)

    assert client.get(full, words="false").status == 200
    assert client.get(full, words="please").wrong_fields == ["words"]


def test_words_of_an_alert_that_is_not_there_are_refused(client: Client) -> None:
    path = "/api/v1/alerts/01KJM5ZZ00DRQ5V1N9YH3KW2TB"

    assert client.get(path, words="true").status == 404
    assert client.get(f"{path}/timeline", words="true").status == 404
