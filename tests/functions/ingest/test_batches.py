"""Many entries in one body."""

from typing import Any

import pytest

from tests.functions.ingest.gateway import Gateway
from tocsin.domain.integration import IntegrationType


def disk(number: int, **more: object) -> dict[str, Any]:
    return {"name": f"Disk {number} full", **more}


def test_every_entry_has_a_result_in_its_place(rest: Gateway) -> None:
    rest.post(disk(2))

    reply = rest.post([disk(1), disk(2), disk(3, severity="ok")])

    assert reply.status == 202
    assert reply.outcomes == ["opened", "updated", "ignored"]
    assert [it["dedup_key"] for it in reply.results] == [
        "Disk 1 full//",
        "Disk 2 full//",
        "Disk 3 full//",
    ]


def test_entries_act_in_their_order(rest: Gateway) -> None:
    reply = rest.post([disk(1), disk(1), disk(1, severity="ok"), disk(1)])

    assert reply.outcomes == ["opened", "updated", "resolved", "reopened"]


@pytest.mark.parametrize("bad", [{}, [], 5, None, "text", {"name": {}}])
def test_one_bad_entry_does_not_lose_the_others(rest: Gateway, bad: object) -> None:
    reply = rest.post([disk(1), bad, disk(2)])

    assert reply.status == 202
    assert reply.outcomes == ["opened", "rejected", "opened"]
    rejected = reply.results[1]
    assert (rejected["dedup_key"], rejected["alert_id"]) == (None, None)
    assert rejected["error"]["code"] == "invalid_request"
    assert rejected["error"]["details"]
    assert len(rest.alerts()) == 2


def test_nothing_but_bad_entries_is_refused_with_what_is_wrong_in_each(rest: Gateway) -> None:
    reply = rest.post([{}, 5, {"name": "x", "source": []}])

    assert (reply.status, reply.code) == (422, "invalid_request")
    assert reply.wrong_fields == ["[0].name", "[1].entry", "[2].source"]
    assert "Not one of the 3 entries" in reply.error["message"]


def test_a_list_of_one_bad_entry_is_refused_like_the_entry(rest: Gateway) -> None:
    assert rest.post([{}]).error["details"] == rest.post({}).error["details"]


def test_an_empty_list_is_refused(rest: Gateway) -> None:
    reply = rest.post([])

    assert (reply.status, reply.code) == (422, "invalid_request")
    assert "empty" in reply.error["message"]


def test_a_paused_integration_takes_note_and_does_nothing(
    gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway.register(IntegrationType.REST, paused=True)

    reply = gateway.post([disk(1), {}, disk(2, severity="ok")])

    assert (reply.status, reply.outcomes) == (202, ["ignored", "rejected", "ignored"])
    assert gateway.alerts() == []
    assert '"EventsAccepted": 2' in capsys.readouterr().out


def test_an_event_has_a_whole_life_in_one_body(events: Gateway) -> None:
    trigger = {"event_action": "trigger", "dedup_key": "k", "payload": {"summary": "s"}}
    acknowledge = {"event_action": "acknowledge", "dedup_key": "k"}

    reply = events.post(
        [trigger, acknowledge, {**acknowledge, "event_action": "resolve"}, acknowledge]
    )

    assert reply.outcomes == ["opened", "acknowledged", "resolved", "ignored"]
