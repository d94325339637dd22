"""Who is awake, by the API."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.examples import HOUR, MINUTE, NINE
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.domain.ids import AlertId

ME = "/api/v1/me/awake"


@pytest.fixture
def me(world: World, client: Client) -> Client:
    world.user("alice")
    return client


def at(when: timedelta) -> str:
    return f"{NINE + when:%Y-%m-%dT%H:%M:%S}.000Z"


def shown(**instead: object) -> dict[str, Any]:
    return {
        "user": "alice",
        "awake": True,
        "scope": "mine",
        "since": at(timedelta()),
        "until": at(HOUR),
        "ends_at": at(15 * MINUTE),
        "seen_at": at(timedelta()),
        "ended_by": None,
    } | instead


def test_it_begins_for_an_hour_and_is_shown(me: Client) -> None:
    begun = me.post(ME)

    assert (begun.status, begun.data) == (201, shown())
    assert me.get(ME).data == shown()
    assert me.get("/api/v1/awake").json["data"] == [shown()]


@pytest.mark.parametrize(
    ("lasts", "until"), [("30m", 30 * MINUTE), ("4h", 4 * HOUR), (7200, 2 * HOUR)]
)
def test_it_lasts_as_long_as_is_said(me: Client, lasts: object, until: timedelta) -> None:
    begun = me.post(ME, {"for": lasts, "scope": "team"})

    assert begun.data == shown(until=at(until), scope="team")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"for": "29m"}, "for"),
        ({"for": "5h"}, "for"),
        ({"for": "soon"}, "for"),
        ({"scope": "all"}, "scope"),
        ({"until": "later"}, "until"),
    ],
)
def test_what_it_does_not_take_is_named(me: Client, body: dict[str, object], field: str) -> None:
    refused = me.post(ME, body)

    assert (refused.status, refused.wrong_fields) == (422, [field])


def test_said_again_it_changes_its_end(world: World, me: Client) -> None:
    me.post(ME)
    world.now += 10 * MINUTE

    again = me.post(ME, {"for": "2h"})

    assert again.status == 200
    assert again.data == shown(
        until=at(130 * MINUTE), ends_at=at(25 * MINUTE), seen_at=at(10 * MINUTE)
    )


def test_it_is_ended_by_hand_once(world: World, me: Client) -> None:
    me.post(ME)
    world.now += 5 * MINUTE
    ended = shown(awake=False, ends_at=at(5 * MINUTE), ended_by="hand")

    assert me.send("DELETE", ME).data == ended
    world.now += MINUTE
    assert me.send("DELETE", ME).data == ended
    assert me.get("/api/v1/awake").json["data"] == []
    assert me.post(ME).status == 201


def test_one_whose_time_is_over_is_not_awake_before_any_timer_comes(
    world: World, me: Client
) -> None:
    me.post(ME)
    world.now += 15 * MINUTE

    assert me.get(ME).data == shown(awake=False, ended_by="quiet")
    assert me.get("/api/v1/awake").json["data"] == []


def test_one_who_never_said_it_is_not_awake(me: Client) -> None:
    nothing = dict.fromkeys(("scope", "since", "until", "ends_at", "seen_at", "ended_by"))
    expected = {"user": "alice", "awake": False, **nothing}

    assert me.get(ME).data == expected
    assert me.send("DELETE", ME).data == expected


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_key_of_no_user_is_told_so(world: World, me: Client, method: str) -> None:
    [key] = world.keys.list()
    world.keys.update(key, replace(key, user=None), write_id=world.new_write_id())

    refused = me.send(method, ME)

    assert refused.status == 422
    assert refused.json["error"]["message"] == (
        "This key belongs to no user, so it cannot say who is awake."
    )


def test_a_key_whose_user_is_gone_is_told_so(client: Client) -> None:
    refused = client.post(ME)

    assert (refused.status, refused.wrong_fields) == (422, ["user"])


def test_scopes_are_those_of_alerts(world: World, editor: Client) -> None:
    world.user("alice")
    reader = editor.with_key("alerts:read")

    assert [editor.get(ME).status, editor.get("/api/v1/awake").status] == [403, 403]
    assert [reader.get(ME).status, reader.post(ME).status, reader.send("DELETE", ME).status] == [
        *(200, 403, 403)
    ]


def test_who_writes_a_note_is_not_asleep(world: World, me: Client, alert_id: AlertId) -> None:
    me.post(ME)
    world.now += 14 * MINUTE

    assert me.post(f"/api/v1/alerts/{alert_id}/notes", {"note": "looking"}).status == 201

    assert me.get(ME).data["seen_at"] == at(14 * MINUTE)


def test_who_works_at_a_page_is_still_there(me: Client, world: World) -> None:
    me.post(ME)
    world.pass_time(minutes=14)

    seen = me.post(f"{ME}/seen")

    assert (seen.status, seen.data) == (
        200,
        shown(seen_at=at(14 * MINUTE), ends_at=at(29 * MINUTE)),
    )
    world.pass_time(minutes=10)
    assert me.get(ME).data["awake"]


def test_who_is_not_awake_does_not_become_so_by_looking(me: Client) -> None:
    assert me.post(f"{ME}/seen").data["awake"] is False


def test_a_key_of_nobody_cannot_be_there(anybody: Client) -> None:
    assert anybody.with_key("alerts", user=None).post(f"{ME}/seen").status == 422
