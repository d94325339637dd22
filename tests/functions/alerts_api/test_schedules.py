"""Schedules by the API: what is put, and who is on call by it."""

from datetime import timedelta
from typing import Any

import pytest

from tests.examples import HOUR, MINUTE, NINE
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client

DAY = 24 * HOUR
PRIMARY = "/api/v1/schedules/primary"
WEEKLY = {
    "rotation": "weekly",
    "handoff": "mon 09:00",
    "start": "2026-02-23",
    "users": ["alice", "bob"],
}
BODY = {"time_zone": "UTC", "layers": [WEEKLY]}
DAILY = {"rotation": "daily", "handoff": "09:00", "start": "2026-03-01", "users": ["alice", "bob"]}


@pytest.fixture
def world() -> World:
    """A Sunday: alice is on call until Monday 09:00."""
    world = World()
    for name in ("alice", "bob", "carol", "dave"):
        world.user(name)
    return world


@pytest.fixture
def admin(world: World) -> Client:
    return Client.of(world).with_key("admin")


@pytest.fixture
def alice(admin: Client) -> Client:
    return admin.with_key("alerts", "config:read", user="alice")


@pytest.fixture
def bob(admin: Client) -> Client:
    return admin.with_key("alerts", "config:read", user="bob")


def at(when: timedelta) -> str:
    return f"{NINE + when:%Y-%m-%dT%H:%M:%S}.000Z"


def problems(reply: Any) -> dict[str, str]:  # noqa: ANN401 - any reply
    return {it["field"]: it["problem"] for it in reply.json["error"]["details"]}


# What is put


def test_a_schedule_is_put_and_says_who_is_on_call(admin: Client) -> None:
    put = admin.send("PUT", PRIMARY, body=BODY)

    assert put.status == 201
    assert put.data == admin.get(PRIMARY).data
    assert put.data["on_call"] == {
        "people": ["alice"],
        "until": at(DAY),
        "layer": "layer 1",
        "overrides": [],
    }
    assert put.data["next"] == {
        "people": ["bob"],
        "from": at(DAY),
        "until": at(8 * DAY),
        "layer": "layer 1",
        "overrides": [],
    }
    assert put.data["layers"][0]["users"] == ["alice", "bob"]
    assert put.data["pending"] == []


def test_a_change_waits_for_the_next_handoff_and_is_shown_as_pending(
    world: World, admin: Client
) -> None:
    admin.send("PUT", PRIMARY, body=BODY)

    changed = admin.send("PATCH", PRIMARY, body={"layers": [{**WEEKLY, "users": ["carol"]}]})

    assert (changed.status, changed.data["on_call"]["people"]) == (200, ["alice"])
    assert changed.data["pending"] == [
        {"layer": "layer 1", "takes_effect_at": at(DAY), "is_removed": False}
    ]
    world.pass_time(days=1)
    after = admin.get(PRIMARY).data
    assert (after["on_call"]["people"], after["pending"]) == (["carol"], [])


def test_what_is_read_may_be_put_and_changes_nothing(admin: Client) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    admin.send("PUT", PRIMARY, body={"layers": [{**WEEKLY, "users": ["bob", "carol"]}]})
    before = admin.get(PRIMARY).data
    settings = {name: before[name] for name in ("time_zone", "layers", "overrides")}

    again = admin.send("PUT", PRIMARY, body=settings)

    assert (again.status, again.data) == (200, before)


def test_the_text_of_before_takes_a_pending_change_back(admin: Client) -> None:
    before = admin.send("PUT", PRIMARY, body=BODY).data
    admin.send("PUT", PRIMARY, body={"layers": [{**WEEKLY, "users": ["carol"]}]})

    back = admin.send("PUT", PRIMARY, body=BODY)

    assert back.data == before


def test_a_layer_that_has_not_begun_is_taken_back(admin: Client) -> None:
    before = admin.send("PUT", PRIMARY, body=BODY).data
    renamed = admin.send("PUT", PRIMARY, body={"layers": [{**WEEKLY, "name": "days"}]})
    assert [(it["layer"], it["is_removed"]) for it in renamed.data["pending"]] == [
        ("days", False),
        ("layer 1", True),
    ]

    assert admin.send("PUT", PRIMARY, body=BODY).data == before


@pytest.mark.parametrize(
    ("body", "field", "problem"),
    [
        ({}, "layers | follows", "exactly one"),
        ({"layers": []}, "layers", "at least one layer"),
        ({"layers": [WEEKLY], "folows": {}}, "folows", "did you mean follows?"),
        (
            {"layers": [{**WEEKLY, "users": ["alcie"]}]},
            "layers[0].users[0]",
            "there is no user alcie; did you mean alice?",
        ),
        (
            {"follows": {"schedule": "primray"}},
            "follows.schedule",
            "there is no schedule primray; did you mean",
        ),
        ({"layers": [{**WEEKLY, "handoff": "09:00"}]}, "layers[0].handoff", "mon 09:00"),
    ],
)
def test_what_is_wrong_is_named_with_what_was_meant(
    admin: Client, body: dict[str, Any], field: str, problem: str
) -> None:
    admin.send("PUT", "/api/v1/schedules/primary2", body=BODY)

    refused = admin.send("PUT", PRIMARY, body=body)

    assert refused.status == 422
    assert problem in problems(refused)[field]


def test_users_are_spelled_as_they_are_named(admin: Client) -> None:
    put = admin.send("PUT", PRIMARY, body={"layers": [{**WEEKLY, "users": ["ALICE", "Bob"]}]})

    assert put.data["layers"][0]["users"] == ["alice", "bob"]


def test_a_schedule_follows_one_with_layers_only(admin: Client) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    second = admin.send(
        "PUT", "/api/v1/schedules/second", body={"follows": {"schedule": "primary"}}
    )
    assert second.data["on_call"]["people"] == ["bob"]

    third = admin.send("PUT", "/api/v1/schedules/third", body={"follows": {"schedule": "second"}})
    assert "name primary" in problems(third)["follows.schedule"]
    turned = admin.send("PUT", PRIMARY, body={"follows": {"schedule": "second"}})
    assert set(problems(turned)) == {"follows.schedule", "follows"}


def test_what_refers_to_a_schedule_keeps_it(admin: Client) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    admin.send("PUT", "/api/v1/schedules/second", body={"follows": {"schedule": "primary"}})
    step = {"targets": [{"schedule": "primary", "position": "next"}], "delay": "5m"}
    policy = admin.send("PUT", "/api/v1/escalation-policies/default", body={"steps": [step]})
    assert policy.status == 201

    kept = admin.send("DELETE", PRIMARY)

    assert (kept.status, kept.code) == (409, "still_referenced")
    assert "escalation policy default, schedule second" in kept.json["error"]["message"]


def test_a_user_who_is_in_a_schedule_is_kept(admin: Client) -> None:
    admin.send("PUT", PRIMARY, body=BODY)

    kept = admin.send("DELETE", "/api/v1/users/bob")

    assert "used by schedule primary" in kept.json["error"]["message"]


def test_a_user_is_kept_while_a_change_that_leaves_them_out_waits(
    world: World, admin: Client
) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    admin.send("PUT", PRIMARY, body={"layers": [{**WEEKLY, "users": ["bob"]}]})
    assert admin.send("DELETE", "/api/v1/users/alice").code == "still_referenced"

    world.pass_time(days=1)
    assert admin.send("DELETE", "/api/v1/users/alice").status < 300


def test_a_user_is_kept_while_an_override_asks_them(admin: Client) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    made = admin.post(f"{PRIMARY}/overrides", override()).data

    kept = admin.send("DELETE", "/api/v1/users/carol")
    assert "used by an override of primary" in kept.json["error"]["message"]

    admin.send("DELETE", f"{PRIMARY}/overrides/{made['id']}")
    assert admin.send("DELETE", "/api/v1/users/carol").status < 300


def test_a_deleted_schedule_takes_its_overrides_and_its_calendar_with_it(
    world: World, admin: Client
) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    admin.post(f"{PRIMARY}/feed")
    admin.post(f"{PRIMARY}/take", {"user": "carol"})

    assert admin.send("DELETE", PRIMARY).status == 204

    assert world.overrides.list(world.now) == ()
    assert world.feeds.list() == ()
    again = admin.send("PUT", PRIMARY, body=BODY)
    assert again.data["on_call"]["people"] == ["alice"]


def test_a_policy_names_schedules_that_exist(admin: Client) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    step = {"targets": [{"schedule": "primry"}], "delay": "5m"}

    refused = admin.send("PUT", "/api/v1/escalation-policies/default", body={"steps": [step]})

    assert problems(refused) == {
        "steps[0].targets[0]": "there is no schedule primry; did you mean primary?"
    }


def test_those_whose_shifts_move_are_told_and_who_moves_them_is_not(
    world: World, admin: Client
) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    world.pass_time(seconds=1)
    assert world.providers.notices == []

    admin.send("PUT", PRIMARY, body={"layers": [{**WEEKLY, "users": ["alice", "carol"]}]})
    world.pass_time(seconds=1)

    told = {it.target: it.notice for it in world.providers.notices}
    assert set(told) == {"user:bob", "user:carol"}, "the key is alice's"
    assert told["user:bob"].title == "Your shifts in primary have moved"
    assert told["user:bob"].lines == ("You have none in the next four weeks.",)
    assert told["user:carol"].lines[0].startswith("On call from tomorrow, 09:00 to 9 Mar, 09:00")


# Who is on call, from when to when


def test_shifts_cover_the_whole_time(admin: Client) -> None:
    admin.send("PUT", PRIMARY, body=BODY)

    shifts = admin.get(f"{PRIMARY}/shifts", to=at(10 * DAY)).data

    assert [(it["from"], it["to"], it["people"]) for it in shifts] == [
        (at(timedelta()), at(DAY), ["alice"]),
        (at(DAY), at(8 * DAY), ["bob"]),
        (at(8 * DAY), at(10 * DAY), ["alice"]),
    ]


def test_gaps_are_when_nobody_is_on_call_and_reachability_warns_of_them(admin: Client) -> None:
    only = [{"days": ["mon"], "from": "09:00", "to": "10:00"}]

    put = admin.send("PUT", PRIMARY, body={"layers": [{**WEEKLY, "only": only}]})

    assert [it["field"] for it in put.json["warnings"]] == ["layers"]
    assert "nobody is on call by schedule primary from now" in put.json["warnings"][0]["problem"]
    gaps = admin.get(f"{PRIMARY}/gaps", to=at(2 * DAY)).data
    assert [(it["from"], it["to"]) for it in gaps] == [
        (at(timedelta()), at(DAY)),
        (at(DAY + HOUR), at(2 * DAY)),
    ]


def test_reachability_says_who_is_on_call_now_and_names_a_coming_gap(admin: Client) -> None:
    layer = {**DAILY, "only": [{"from": "08:00", "to": "20:00"}]}
    admin.send("PUT", PRIMARY, body={"layers": [layer]})
    step = {"targets": [{"schedule": "primary"}], "delay": "5m"}
    put = admin.send("PUT", "/api/v1/escalation-policies/default", body={"steps": [step]})
    assert any("nobody is on call" in it["problem"] for it in put.json["warnings"])

    reach = admin.get("/api/v1/reachability").data

    [message] = reach["paths"][0]["steps"][0]["messages"]
    assert (message["target"], message["schedule"], reach["ok"]) == ("user:alice", "primary", True)
    [gap] = [it for it in reach["problems"] if it["code"] == "schedule_gap"]
    assert (gap["kind"], gap["name"], gap["field"]) == ("schedule", "primary", "layers")
    assert gap["problem"] == (
        "nobody is on call by schedule primary from 20:00 to tomorrow, 08:00 (UTC), "
        "and 6 more times in the next 7 days"
    )


def test_reachability_says_that_nobody_is_on_call_now(admin: Client) -> None:
    layer = {**DAILY, "only": [{"from": "20:00", "to": "21:00"}]}
    admin.send("PUT", PRIMARY, body={"layers": [layer]})
    step = {"targets": [{"schedule": "primary"}], "delay": "5m"}
    admin.send("PUT", "/api/v1/escalation-policies/default", body={"steps": [step]})

    reach = admin.get("/api/v1/reachability").data

    assert not reach["ok"]
    assert "nobody_on_call" in {it["code"] for it in reach["problems"]}


def test_quality_is_the_covered_share_times_the_balance(admin: Client) -> None:
    layer = {**DAILY, "only": [{"from": "09:00", "to": "21:00"}]}
    admin.send("PUT", PRIMARY, body={"layers": [layer]})

    quality = admin.get(f"{PRIMARY}/quality", to=at(3 * DAY)).data

    assert quality == {
        "from": at(timedelta()),
        "to": at(3 * DAY),
        "covered": 0.5,
        "balance": 0.5,
        "score": 0.25,
        "hours": {"alice": 24.0, "bob": 12.0},
    }


def test_who_is_on_call_is_said_of_all_schedules_now_or_at_a_time(
    admin: Client, alice: Client
) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    admin.send("PUT", "/api/v1/schedules/second", body={"follows": {"schedule": "primary"}})

    now = alice.get("/api/v1/on-call").data
    later = alice.get("/api/v1/on-call", at=at(DAY)).data

    def people(said: Any) -> list[tuple[str, list[str]]]:  # noqa: ANN401 - JSON
        return [(it["schedule"], it["on_call"]["people"]) for it in said["schedules"]]

    assert people(now) == [("primary", ["alice"]), ("second", ["bob"])]
    assert people(later) == [("primary", ["bob"]), ("second", ["alice"])]
    assert (now["at"], later["at"]) == (at(timedelta()), at(DAY))


def test_an_override_of_the_past_is_part_of_the_past(world: World, admin: Client) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    admin.post(f"{PRIMARY}/take", {"user": "carol", "until": at(HOUR)})
    world.pass_time(hours=5)

    assert admin.get("/api/v1/on-call", at=at(MINUTE)).data["schedules"][0]["on_call"][
        "people"
    ] == ["carol"]
    shifts = admin.get(f"{PRIMARY}/shifts", **{"from": at(-HOUR), "to": at(2 * HOUR)}).data
    assert [it["people"] for it in shifts] == [["alice"], ["carol"], ["alice"]]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"to": at(-HOUR)}, "to"),
        ({"to": at(401 * DAY)}, "to"),
        ({"from": at(-401 * DAY)}, "from"),
        ({"from": at(401 * DAY)}, "from"),
    ],
)
@pytest.mark.parametrize("what", ["shifts", "gaps", "quality", "overrides"])
def test_a_time_that_cannot_be_listed_is_refused(
    admin: Client, what: str, query: dict[str, str], field: str
) -> None:
    admin.send("PUT", PRIMARY, body=BODY)

    refused = admin.get(f"{PRIMARY}/{what}", **query)

    assert (refused.status, refused.wrong_fields) == (422, [field])


@pytest.mark.parametrize("when", ["noon", at(-401 * DAY), at(401 * DAY)])
def test_a_time_at_which_nobody_knows_who_is_on_call_is_refused(admin: Client, when: str) -> None:
    refused = admin.get("/api/v1/on-call", at=when)

    assert (refused.status, refused.wrong_fields) == (422, ["at"])


def test_more_shifts_than_an_answer_holds_are_refused(admin: Client) -> None:
    hourly = {"rotation": "hourly", "start": "2026-03-01", "users": ["alice", "bob"]}
    admin.send("PUT", PRIMARY, body={"layers": [hourly]})

    refused = admin.get(f"{PRIMARY}/shifts", to=at(400 * DAY))

    assert problems(refused) == {"to": "9600 shifts are too many: ask for a shorter time"}
    assert len(admin.get(f"{PRIMARY}/shifts", to=at(100 * DAY)).data) == 2400


@pytest.mark.parametrize(
    "path", ["", "/shifts", "/layers", "/gaps", "/quality", "/overrides", "/swaps", "/feed"]
)
def test_an_unknown_schedule_is_not_found(admin: Client, path: str) -> None:
    reply = admin.get(f"{PRIMARY}{path}")

    assert reply.status == 404
    assert reply.code == ("feed_not_found" if path == "/feed" else "schedule_not_found")


# Overrides


def override(**instead: object) -> dict[str, object]:
    return {"user": "carol", "from": at(HOUR), "to": at(2 * HOUR), **instead}


def test_an_override_is_made_listed_and_ended(world: World, admin: Client, alice: Client) -> None:
    admin.send("PUT", PRIMARY, body=BODY)

    made = alice.post(
        f"{PRIMARY}/overrides", override(user="bob", reason="Dentist", **{"for": "alice"})
    )

    assert made.status == 201
    assert made.data == {
        "id": made.data["id"],
        "kind": "replace",
        "user": "bob",
        "for": "alice",
        "from": at(HOUR),
        "to": at(2 * HOUR),
        "reason": "Dentist",
        "made_at": at(timedelta()),
        "made_by": "alice",
    }
    assert alice.get(f"{PRIMARY}/overrides").json["data"] == [made.data]
    world.pass_time(minutes=90)
    assert alice.get(PRIMARY).data["on_call"]["people"] == ["bob"]

    assert alice.send("DELETE", f"{PRIMARY}/overrides/{made.data['id']}").status == 204

    assert alice.get(PRIMARY).data["on_call"]["people"] == ["alice"]
    [kept] = alice.get(f"{PRIMARY}/overrides", **{"from": at(timedelta())}).data
    assert kept["to"] == at(90 * MINUTE), "what is past stays"
    again = alice.send("DELETE", f"{PRIMARY}/overrides/{made.data['id']}")
    assert (again.status, again.code) == (404, "override_not_found")


def test_an_override_that_has_not_begun_leaves_nothing(admin: Client) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    made = admin.post(f"{PRIMARY}/overrides", override()).data

    assert admin.send("DELETE", f"{PRIMARY}/overrides/{made['id']}").status == 204

    assert admin.get(f"{PRIMARY}/overrides").data == []


def test_those_who_are_relieved_or_come_in_are_told(world: World, admin: Client) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    carol = admin.with_key("admin", user="dave")

    carol.post(f"{PRIMARY}/overrides", override())
    world.pass_time(seconds=1)

    told = {it.target: it.notice.title for it in world.providers.notices}
    assert told == {
        "user:alice": "Carol is on call in your place in primary",
        "user:carol": "You have a further shift in primary",
    }


def test_an_override_of_the_schedules_own_text_is_changed_there(admin: Client) -> None:
    own = {"user": "carol", "from": at(HOUR), "to": at(2 * HOUR)}
    admin.send("PUT", PRIMARY, body={**BODY, "overrides": [own]})
    [listed] = admin.get(f"{PRIMARY}/overrides").data
    assert (listed["made_by"], listed["made_at"]) == (None, None)

    refused = admin.send("DELETE", f"{PRIMARY}/overrides/{listed['id']}")

    assert (refused.status, refused.code) == (409, "managed_elsewhere")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (override(user="crol"), "user"),
        (override(**{"for": "erin"}), "for"),
        (override(to=at(timedelta())), "to"),
        (override(**{"from": at(-2 * HOUR), "to": at(-HOUR)}), "to"),
        (override(**{"from": at(390 * DAY), "to": at(401 * DAY)}), "to"),
        (override(kind="swap"), "kind"),
        (override(kind="add", **{"for": "alice"}), "for"),
    ],
)
def test_an_override_that_cannot_be_is_refused(
    admin: Client, body: dict[str, object], field: str
) -> None:
    admin.send("PUT", PRIMARY, body=BODY)

    refused = admin.post(f"{PRIMARY}/overrides", body)

    assert (refused.status, refused.wrong_fields) == (422, [field])


def test_people_change_their_own_shifts_and_administrators_those_of_all(
    admin: Client, bob: Client
) -> None:
    admin.send("PUT", PRIMARY, body=BODY)

    for_others = bob.post(f"{PRIMARY}/overrides", override(**{"for": "alice"}))
    assert (for_others.status, for_others.code) == (403, "scope_missing")
    assert bob.post(f"{PRIMARY}/take", {"user": "carol"}).status == 403
    assert bob.post(f"{PRIMARY}/take").status == 201
    made = admin.post(f"{PRIMARY}/overrides", override(**{"for": "alice"}))
    assert made.status == 201
    ended = bob.send("DELETE", f"{PRIMARY}/overrides/{made.data['id']}")
    assert ended.status == 403


def test_layers_are_listed_as_they_win_without_overrides(admin: Client) -> None:
    days = {**DAILY, "name": "days", "users": ["carol", "nobody"]}
    admin.send("PUT", PRIMARY, body={"time_zone": "UTC", "layers": [days, WEEKLY]})
    admin.post(f"{PRIMARY}/overrides", override())

    listed = admin.get(f"{PRIMARY}/layers", **{"from": at(timedelta()), "to": at(2 * DAY)})

    assert [(it["schedule"], it["layer"]) for it in listed.data] == [
        ("primary", "days"),
        ("primary", "layer 2"),
    ]
    assert [it["shifts"] for it in listed.data] == [
        [
            {"from": at(timedelta()), "to": at(DAY), "people": ["carol"]},
            {"from": at(DAY), "to": at(2 * DAY), "people": []},
        ],
        [
            {"from": at(timedelta()), "to": at(DAY), "people": ["alice"]},
            {"from": at(DAY), "to": at(2 * DAY), "people": ["bob"]},
        ],
    ]


def test_the_shifts_of_a_person_are_those_of_all_schedules_with_overrides(admin: Client) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    second = {"follows": {"schedule": "primary"}}
    admin.send("PUT", "/api/v1/schedules/second", body=second)
    admin.post(f"{PRIMARY}/take", {"user": "bob", "until": at(HOUR)})

    listed = admin.get("/api/v1/users/BOB/shifts", to=at(2 * DAY))

    assert listed.data == [
        {"schedule": "primary", "from": at(timedelta()), "to": at(HOUR)},
        {"schedule": "second", "from": at(timedelta()), "to": at(DAY)},
        {"schedule": "primary", "from": at(DAY), "to": at(2 * DAY)},
    ]
    assert admin.get("/api/v1/users/erin/shifts").status == 404


def test_the_shifts_of_a_person_are_refused_where_they_are_too_many(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin.send("PUT", PRIMARY, body={"time_zone": "UTC", "layers": [DAILY]})
    monkeypatch.setattr("functions.alerts_api.routes.schedules.SHIFTS_LIMIT", 3)

    assert admin.get("/api/v1/users/bob/shifts").wrong_fields == ["to"]
    assert admin.get(f"{PRIMARY}/layers").wrong_fields == ["to"]


def test_swaps_of_all_schedules_are_one_list(admin: Client, alice: Client) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    admin.send("PUT", "/api/v1/schedules/other", body=BODY)
    asked = [
        alice.post(f"/api/v1/schedules/{name}/swaps", swap()).data for name in ("other", "primary")
    ]

    assert alice.get("/api/v1/swaps").data == asked


def test_calendars_are_listed_without_their_urls(admin: Client) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    for path in (f"{PRIMARY}/feed", "/api/v1/users/bob/feed"):
        admin.post(path)

    listed = admin.get("/api/v1/feeds").data

    assert [(it.get("schedule"), it.get("user")) for it in listed] == [
        ("primary", None),
        (None, "bob"),
    ]
    assert all("url" not in it for it in listed)


# Taking a shift


def test_a_shift_is_taken_until_it_ends(admin: Client, bob: Client) -> None:
    admin.send("PUT", PRIMARY, body=BODY)

    taken = bob.post(f"{PRIMARY}/take", {"reason": "Alice is ill"})

    assert taken.status == 201
    assert (taken.data["user"], taken.data["from"], taken.data["to"]) == (
        "bob",
        at(timedelta()),
        at(DAY),
    )
    assert bob.get(PRIMARY).data["on_call"]["overrides"] == [taken.data["id"]]
    again = bob.post(f"{PRIMARY}/take")
    assert (again.status, again.code) == (409, "already_on_call")


def test_a_shift_is_taken_from_one_of_several_and_for_a_time(admin: Client) -> None:
    admin.send("PUT", PRIMARY, body={"layers": [{**WEEKLY, "users": [["alice", "bob"]]}]})

    taken = admin.post(f"{PRIMARY}/take", {"user": "carol", "for": "bob", "until": at(HOUR)})

    assert taken.data["to"] == at(HOUR)
    assert admin.get(PRIMARY).data["on_call"]["people"] == ["alice", "carol"]
    not_on_call = admin.post(f"{PRIMARY}/take", {"user": "bob", "for": "dave"})
    assert (not_on_call.status, not_on_call.code) == (409, "not_on_call")


def test_a_key_of_no_user_says_who_takes_the_shift(admin: Client) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    script = admin.with_key("admin", user=None)

    assert script.post(f"{PRIMARY}/take").wrong_fields == ["user"]
    assert script.post(f"{PRIMARY}/take", {"user": "bob"}).status == 201


# Swaps


def swap(**instead: object) -> dict[str, object]:
    gives = {"from": at(8 * DAY), "to": at(15 * DAY)}
    takes = {"from": at(DAY), "to": at(8 * DAY)}
    return {"with": "bob", "gives": gives, "takes": takes, **instead}


def people_at(client: Client, when: timedelta) -> list[str]:
    [only] = client.get("/api/v1/on-call", at=at(when)).data["schedules"]
    people: list[str] = only["on_call"]["people"]
    return people


def test_a_swap_is_asked_for_and_accepted(
    world: World, admin: Client, alice: Client, bob: Client
) -> None:
    admin.send("PUT", PRIMARY, body=BODY)

    asked = alice.post(f"{PRIMARY}/swaps", swap(reason="A wedding"))
    world.pass_time(seconds=1)

    assert (asked.status, asked.data["state"], asked.data["user"]) == (201, "asked", "alice")
    assert asked.data["expires_at"] == at(DAY)
    assert people_at(alice, 2 * DAY) == ["bob"], "nothing changes before"
    [told] = world.providers.notices
    assert (told.target, told.notice.swap) == ("user:bob", asked.data["id"])
    assert told.notice.title == "Alice asks you to swap shifts in primary"
    path = f"{PRIMARY}/swaps/{asked.data['id']}"
    assert bob.get(path).data == asked.data
    assert bob.get(f"{PRIMARY}/swaps").json["data"] == [asked.data]

    accepted = bob.post(f"{path}/accept")
    world.pass_time(seconds=1)

    assert (accepted.data["state"], accepted.data["answered_by"]) == ("accepted", "bob")
    assert people_at(alice, 2 * DAY) == ["alice"]
    assert people_at(alice, 9 * DAY) == ["bob"]
    assert people_at(alice, 16 * DAY) == ["bob"]
    answer = world.providers.notices[-1]
    assert (answer.target, answer.notice.swap) == ("user:alice", None)
    assert answer.notice.title == "Bob swaps shifts with you in primary"
    assert bob.post(f"{path}/accept").data == accepted.data, "said again, it changes nothing"
    assert len(alice.get(f"{PRIMARY}/overrides").data) == 2


@pytest.mark.parametrize(("word", "state"), [("decline", "declined"), ("withdraw", "withdrawn")])
def test_a_swap_that_is_declined_or_withdrawn_changes_nothing(
    admin: Client, alice: Client, bob: Client, word: str, state: str
) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    path = f"{PRIMARY}/swaps/{alice.post(f'{PRIMARY}/swaps', swap()).data['id']}"

    ended = bob.post(f"{path}/decline") if word == "decline" else alice.send("DELETE", path)

    assert ended.data["state"] == state
    late = bob.post(f"{path}/accept")
    assert (late.status, late.code) == (409, "swap_over")
    assert people_at(alice, 2 * DAY) == ["bob"]


def test_only_the_asked_person_answers_and_only_the_asker_withdraws(
    admin: Client, alice: Client, bob: Client
) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    path = f"{PRIMARY}/swaps/{alice.post(f'{PRIMARY}/swaps', swap()).data['id']}"

    assert alice.post(f"{path}/accept").status == 403
    assert alice.post(f"{path}/decline").status == 403
    assert bob.send("DELETE", path).status == 403


def test_a_swap_expires_when_the_first_of_its_shifts_begins(
    world: World, admin: Client, alice: Client, bob: Client
) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    path = f"{PRIMARY}/swaps/{alice.post(f'{PRIMARY}/swaps', swap()).data['id']}"

    world.pass_time(days=1)

    assert bob.get(path).data["state"] == "expired"
    assert bob.post(f"{path}/accept").code == "swap_over"


def test_a_swap_is_not_accepted_once_a_shift_is_anothers(
    admin: Client, alice: Client, bob: Client
) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    path = f"{PRIMARY}/swaps/{alice.post(f'{PRIMARY}/swaps', swap()).data['id']}"
    admin.post(f"{PRIMARY}/overrides", override(**{"from": at(2 * DAY), "to": at(3 * DAY)}))

    refused = bob.post(f"{path}/accept")

    assert (refused.status, refused.code) == (409, "not_on_call")
    assert bob.get(path).data["state"] == "asked"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (swap(**{"with": "bbo"}), "with"),
        (swap(**{"with": "alice"}), "with"),
        (swap(gives={"from": at(-DAY), "to": at(timedelta())}), "gives"),
        (swap(takes={"from": at(2 * DAY), "to": at(DAY)}), "takes"),
        (swap(takes={"from": at(399 * DAY), "to": at(401 * DAY)}), "takes"),
        (swap(takes={"from": "then", "to": at(DAY)}), "takes.from"),
    ],
)
def test_a_swap_that_cannot_be_is_refused(
    admin: Client, alice: Client, body: dict[str, object], field: str
) -> None:
    admin.send("PUT", PRIMARY, body=BODY)

    refused = alice.post(f"{PRIMARY}/swaps", body)

    assert (refused.status, refused.wrong_fields) == (422, [field])


def test_nobody_gives_or_takes_the_shift_of_a_third_person(admin: Client, alice: Client) -> None:
    admin.send("PUT", PRIMARY, body=BODY)

    refused = alice.post(f"{PRIMARY}/swaps", swap(**{"with": "carol"}))

    assert (refused.status, refused.code) == (409, "not_on_call")
    assert "carol is not on call in primary all that time" in refused.json["error"]["message"]


# Calendars


def test_a_calendar_has_a_url_that_is_shown_once(admin: Client) -> None:
    admin.send("PUT", PRIMARY, body=BODY)

    made = admin.post(f"{PRIMARY}/feed")

    assert made.status == 201
    token = made.data["url"].removeprefix("https://").partition("/cal/")[2]
    assert len(token) == len("0" * 32 + ".ics")
    assert made.data["token_prefix"] == token[:4]
    shown = admin.get(f"{PRIMARY}/feed").data
    assert shown == {
        "schedule": "primary",
        "token_prefix": made.data["token_prefix"],
        "created_at": at(timedelta()),
    }
    assert admin.post(f"{PRIMARY}/feed").data["url"] != made.data["url"]
    assert admin.send("DELETE", f"{PRIMARY}/feed").status == 204
    assert admin.get(f"{PRIMARY}/feed").code == "feed_not_found"


def test_people_make_the_url_of_their_own_calendar(admin: Client, bob: Client) -> None:
    assert bob.post("/api/v1/users/alice/feed").status == 403
    made = bob.post("/api/v1/users/BOB/feed")

    assert (made.status, made.data["user"]) == (201, "bob")
    admin.post("/api/v1/users/alice/feed")
    assert bob.send("DELETE", "/api/v1/users/alice/feed").status == 403
    assert bob.send("DELETE", "/api/v1/users/bob/feed").status == 204
    assert admin.post("/api/v1/users/erin/feed").code == "user_not_found"
    admin.post("/api/v1/users/bob/feed")
    assert admin.send("DELETE", "/api/v1/users/Bob").status < 300
    assert admin.get("/api/v1/users/bob/feed").code == "feed_not_found"


def test_a_repeated_request_does_not_show_the_url_again(admin: Client) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    headers = {"idempotency-key": "once"}

    first = admin.send("POST", f"{PRIMARY}/feed", headers=headers)
    again = admin.send("POST", f"{PRIMARY}/feed", headers=headers)

    assert first.data["url"]
    assert again.data == {**first.data, "url": None}


# Notices


@pytest.mark.parametrize("whose", ["/api/v1/settings", "/api/v1/users/alice"])
def test_notices_are_turned_off_by_the_team_and_by_each_person(
    world: World, admin: Client, bob: Client, whose: str
) -> None:
    admin.send("PUT", PRIMARY, body=BODY)
    off = admin.send("PATCH", whose, body={"notices": ["week"]})
    assert (off.status, off.data["notices"]) == (200, ["week"])

    bob.post(f"{PRIMARY}/take")
    world.pass_time(seconds=1)
    assert world.providers.notices == []
