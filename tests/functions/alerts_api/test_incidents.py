"""Promoting alerts and working on incidents."""

from collections.abc import Callable, Sequence
from itertools import batched
from typing import Any

import pytest

from tests.fakes.world import World
from tests.functions.alerts_api.client import Client, Reply
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.errors import AlertNotFoundError, TryAgainError
from tocsin.domain.ids import Actor, AlertId, WriteId
from tocsin.domain.incident import ATTACH_LIMIT
from tocsin.domain.people import ContactMethod, NotificationRule, User
from tocsin.domain.severity import Severity
from tocsin.usecases.change_incident import RESOLVED_AT_ONCE

INCIDENTS = "/api/v1/incidents"
UNKNOWN = "01KJM5ZZ00DRQ5V1N9YH3KW2TB"


@pytest.fixture(autouse=True)
def _pages_nobody(world: World) -> None:
    world.pages_nobody()


@pytest.fixture
def alice(anybody: Client) -> Client:
    return anybody.with_key("incidents", "alerts")


def promote(client: Client, alert_id: AlertId, body: object = None) -> Reply:
    return client.post(f"/api/v1/alerts/{alert_id}/create-incident", body)


def opened(client: Client, **body: object) -> str:
    """The path of a new incident."""
    incident_id = client.post(INCIDENTS, {"title": "Checkout is down"} | body).data["id"]
    return f"{INCIDENTS}/{incident_id}"


def test_promoting_makes_an_incident_of_the_alert(alice: Client, world: World) -> None:
    alert_id = world.opened("disk-full")

    reply = promote(alice, alert_id)

    assert reply.status == 201
    assert reply.data == {
        "id": reply.data["id"],
        "title": "disk-full",
        "status": "investigating",
        "severity": "critical",
        "alert_count": 1,
        "alert_ids": [alert_id],
        "responders": [],
        "created_by": "alice",
        "created_via": "api",
        "created_at": "2026-03-01T09:00:00.000Z",
        "resolved_at": None,
        "resolved_by": None,
        "resolved_via": None,
        "already_promoted": False,
    }
    assert reply.json["already_promoted"] is False


def test_the_alert_knows_of_it_and_its_timeline_tells_it(alice: Client, alert_id: AlertId) -> None:
    incident_id = promote(alice, alert_id).data["id"]

    assert alice.get(f"/api/v1/alerts/{alert_id}").data["incident_id"] == incident_id
    told = alice.get(f"/api/v1/alerts/{alert_id}/timeline").data[-1]
    assert (told["type"], told["by"], told["incident_id"]) == (
        "incident_created",
        "alice",
        incident_id,
    )


def test_promoting_twice_is_one_incident(alice: Client, alert_id: AlertId) -> None:
    first = promote(alice, alert_id)

    second = promote(alice, alert_id, {"title": "Something else"})

    assert second.status == 200
    assert second.json["already_promoted"] is True
    assert second.data == first.data | {"already_promoted": True}


def test_the_caller_may_say_what_to_call_it(alice: Client, world: World) -> None:
    reply = promote(alice, world.opened(), {"title": " Checkout\nis down ", "severity": "info"})

    assert (reply.data["title"], reply.data["severity"]) == ("Checkout is down", "info")


def test_somebody_who_acknowledges_meanwhile_does_not_stand_in_the_way(
    alice: Client, world: World, alert_id: AlertId, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_first_read(monkeypatch, lambda: world.acknowledge(alert_id))

    assert promote(alice, alert_id).status == 201
    assert world.alert(alert_id).status is AlertStatus.ACKNOWLEDGED


def test_two_who_promote_at_once_get_one_incident(
    alice: Client, alert_id: AlertId, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs: list[Reply] = []
    on_first_read(monkeypatch, lambda: theirs.append(promote(alice, alert_id)))

    ours = promote(alice, alert_id)

    assert (theirs[0].status, ours.status) == (201, 200)
    assert ours.data["id"] == theirs[0].data["id"]
    assert len(alice.get(INCIDENTS).data) == 1


def on_first_read(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen right after an alert was read."""
    read = DynamoDBAlerts.get

    def get(alerts: DynamoDBAlerts, alert_id: AlertId) -> Alert:
        alert = read(alerts, alert_id)
        monkeypatch.setattr(DynamoDBAlerts, "get", read)
        happens()
        return alert

    monkeypatch.setattr(DynamoDBAlerts, "get", get)


def test_an_incident_takes_the_worst_severity_of_its_alerts(alice: Client, world: World) -> None:
    world.signal("mild", severity=Severity.INFO)
    mild = world.signal("mild", severity=Severity.INFO).alert_id
    bad = world.opened("bad")

    reply = alice.post(INCIDENTS, {"title": "Two at once", "alert_ids": [mild, bad, mild]})

    assert reply.status == 201
    assert (reply.data["severity"], reply.data["alert_ids"]) == ("critical", [mild, bad])


def test_an_incident_may_begin_without_alerts(alice: Client) -> None:
    reply = alice.post(INCIDENTS, {"title": "Users complain"})

    assert (reply.status, reply.data["severity"], reply.data["alert_ids"]) == (201, "warning", [])


def test_an_alert_of_another_incident_is_not_taken(alice: Client, world: World) -> None:
    alert_id, free = world.opened("taken"), world.opened("free")
    incident_id = promote(alice, alert_id).data["id"]

    reply = alice.post(INCIDENTS, {"title": "Mine", "alert_ids": [free, alert_id]})

    assert (reply.status, reply.code) == (409, "already_promoted")
    assert incident_id in reply.json["error"]["message"]
    assert world.alert(free).incident_id is None


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        pytest.param({}, ["title"], id="no title"),
        pytest.param({"title": " \n"}, ["title"], id="a blank title"),
        pytest.param({"title": "x" * 257}, ["title"], id="a long title"),
        pytest.param({"title": "x", "severity": "bad"}, ["severity"], id="no such severity"),
        pytest.param({"title": "x", "alert_ids": "one"}, ["alert_ids"], id="ids that are no list"),
        pytest.param(
            {"title": "x", "alert_ids": [str(n) for n in range(ATTACH_LIMIT + 1)]},
            ["alert_ids"],
            id="too many alerts at once",
        ),
    ],
)
def test_what_is_wrong_is_named(alice: Client, body: object, fields: list[str]) -> None:
    reply = alice.post(INCIDENTS, body)

    assert (reply.status, reply.wrong_fields) == (422, fields)


@pytest.mark.parametrize(
    ("method", "below"),
    [
        ("GET", ""),
        ("PATCH", ""),
        ("POST", "/updates"),
        ("POST", "/resolve"),
        ("POST", "/alerts"),
    ],
)
@pytest.mark.parametrize("incident_id", [UNKNOWN, "inc_123", "%00"])
def test_an_unknown_incident_is_not_found(
    alice: Client, method: str, below: str, incident_id: str
) -> None:
    body = {"message": "?", "alert_ids": [UNKNOWN], "title": "?"} if method != "GET" else None

    reply = alice.send(method, f"{INCIDENTS}/{incident_id}{below}", body=body)

    assert (reply.status, reply.code) == (404, "incident_not_found")


def test_people_say_how_far_they_are(alice: Client, world: World) -> None:
    path = opened(alice)
    world.pass_time(minutes=5)

    told = alice.post(f"{path}/updates", {"message": "It is the database.", "status": "identified"})

    assert told.status == 201
    expected = {
        "at": "2026-03-01T09:05:00.000Z",
        "by": "alice",
        "via": "api",
        "message": "It is the database.",
        "status": "identified",
    }
    assert told.data == expected
    incident = alice.get(path).data
    assert (incident["status"], incident["updates"]) == ("identified", [expected])


def test_title_severity_and_status_can_be_changed(alice: Client) -> None:
    path = opened(alice)

    body = {"title": "Search is down", "severity": "info", "status": "monitoring"}
    changed = alice.send("PATCH", path, body=body)

    assert changed.status == 200
    assert {name: changed.data[name] for name in body} == body
    assert [it["status"] for it in alice.get(path).data["updates"]] == ["monitoring"]


def test_a_change_of_nothing_changes_nothing(alice: Client) -> None:
    path = opened(alice)
    before = alice.get(path).data

    assert alice.send("PATCH", path, body={"colour": "red"}).status == 200
    assert alice.get(path).data == before


def test_resolving_keeps_who_when_and_how(alice: Client, world: World) -> None:
    path = opened(alice)
    world.pass_time(hours=1)

    resolved = alice.post(f"{path}/resolve", {"note": "Rolled back."})

    assert resolved.status == 200
    assert (resolved.data["status"], resolved.data["resolved_by"]) == ("resolved", "alice")
    assert resolved.data["resolved_at"] == "2026-03-01T10:00:00.000Z"
    last = alice.get(path).data["updates"][-1]
    assert (last["message"], last["status"]) == ("Rolled back.", "resolved")


@pytest.mark.parametrize(
    ("method", "below", "body"),
    [
        pytest.param("POST", "/resolve", {}, id="resolve again"),
        pytest.param("PATCH", "", {"status": "resolved"}, id="resolve again by a change"),
        pytest.param("PATCH", "", {"status": "monitoring"}, id="reopen by a change"),
        pytest.param(
            "POST", "/updates", {"message": "?", "status": "identified"}, id="reopen by an update"
        ),
    ],
)
def test_a_resolved_incident_stays_resolved(
    alice: Client, world: World, method: str, below: str, body: dict[str, Any]
) -> None:
    path = opened(alice)
    alice.post(f"{path}/resolve")
    world.pass_time(minutes=1)

    refused = alice.send(method, path + below, body=body)

    assert (refused.status, refused.code) == (409, "already_resolved")
    assert alice.get(path).data["resolved_at"] == "2026-03-01T09:00:00.000Z"


def test_alerts_stay_open_unless_their_end_is_asked_for(
    alice: Client, world: World, alert_id: AlertId
) -> None:
    path = opened(alice, alert_ids=[alert_id])

    resolved = alice.post(f"{path}/resolve")

    assert resolved.data["resolved_alert_ids"] == []
    assert world.alert(alert_id).is_open


def test_its_open_alerts_are_resolved_with_it_when_asked(alice: Client, world: World) -> None:
    firing, had, over = world.opened("a"), world.opened("b"), world.opened("c")
    world.acknowledge(had, by=Actor("bob"))
    world.resolve(over, by=Actor("bob"))
    path = opened(alice, alert_ids=[firing, had, over])

    resolved = alice.post(f"{path}/resolve", {"resolve_alerts": True, "note": "Rolled back."})

    assert resolved.data["resolved_alert_ids"] == [firing, had]
    assert resolved.data["alerts_left"] == 0
    assert world.alert(firing).resolved_by == world.alert(had).resolved_by == "alice"
    assert world.alert(over).resolved_by == "bob"
    told = world.timeline(firing)[-1]
    assert (told.type, told.by) == ("resolved", "alice")
    assert dict(told.details) == {"note": "Rolled back.", "reason": "its incident was resolved"}


def test_what_fails_on_the_way_is_done_by_the_same_request_later(
    alice: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = world.opened("a"), world.opened("b")
    path = opened(alice, alert_ids=[first, second])
    write = DynamoDBAlerts.update

    def busy_for_the_second(
        alerts: DynamoDBAlerts, before: Alert, after: Alert, *, write_id: WriteId
    ) -> Alert:
        if before.alert_id == second:
            raise TryAgainError
        return write(alerts, before, after, write_id=write_id)

    with monkeypatch.context() as while_busy:
        while_busy.setattr(DynamoDBAlerts, "update", busy_for_the_second)
        refused = alice.post(f"{path}/resolve", {"resolve_alerts": True})
    resolved = alice.post(f"{path}/resolve", {"resolve_alerts": True})

    assert refused.code == "try_again"
    assert (resolved.status, resolved.data["resolved_alert_ids"]) == (200, [second])
    assert not world.alert(first).is_open


def with_alerts(alice: Client, ids: Sequence[str]) -> str:
    """Open an incident with so many alerts; its path."""
    path = opened(alice, alert_ids=[])
    for some in batched(ids, ATTACH_LIMIT, strict=False):
        assert alice.post(f"{path}/alerts", {"alert_ids": [*some]}).status == 200
    return path


def test_many_alerts_are_resolved_by_the_same_request_until_none_is_left(
    alice: Client, world: World
) -> None:
    ids = [world.opened(f"a-{number}") for number in range(2 * RESOLVED_AT_ONCE + 10)]
    path = with_alerts(alice, ids)
    told = []

    for _ in range(3):
        answer = alice.post(f"{path}/resolve", {"resolve_alerts": True})
        told.append((answer.status, answer.data["status"], answer.data["alerts_left"]))
        assert len(answer.data["resolved_alert_ids"]) <= RESOLVED_AT_ONCE

    assert told == [
        (200, "investigating", RESOLVED_AT_ONCE + 10),
        (200, "investigating", 10),
        (200, "resolved", 0),
    ]
    assert not [it for it in ids if world.alert(it).is_open]
    assert alice.post(f"{path}/resolve", {"resolve_alerts": True}).status == 409
    [last] = alice.get(path).data["updates"]
    assert last["status"] == "resolved"


def test_a_list_has_the_first_alerts_of_an_incident_and_says_how_many_there_are(
    alice: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.alerts_api.routes.incidents.ALERTS_LISTED", 2)
    ids = [world.opened(key) for key in "abc"]
    path = with_alerts(alice, ids)

    [listed], whole = alice.get(INCIDENTS).data, alice.get(path).data

    assert (listed["alert_ids"], listed["alert_count"]) == (ids[:2], 3)
    assert (whole["alert_ids"], whole["alert_count"]) == (ids, 3)


def test_an_alert_that_is_gone_does_not_keep_an_incident_open(
    alice: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = opened(alice, alert_ids=[world.opened()])

    def gone(*_: object, **__: object) -> Alert:
        raise AlertNotFoundError

    monkeypatch.setattr(DynamoDBAlerts, "update", gone)

    assert alice.post(f"{path}/resolve", {"resolve_alerts": True}).status == 200


def test_alerts_are_attached_once(alice: Client, world: World) -> None:
    first, second = world.opened("a"), world.opened("b")
    path = opened(alice, alert_ids=[first])

    for _ in range(2):
        attached = alice.post(f"{path}/alerts", {"alert_ids": [first, second]})
        assert (attached.status, attached.data["alert_ids"]) == (200, [first, second])

    assert world.happened(second).count("incident_created") == 1


@pytest.mark.parametrize("alert_ids", [[], None, "x", [1]])
def test_attaching_needs_alerts(alice: Client, alert_ids: object) -> None:
    refused = alice.post(f"{opened(alice)}/alerts", {"alert_ids": alert_ids})

    assert refused.status == 422


@pytest.fixture
def three(alice: Client, world: World) -> list[str]:
    """The paths of three incidents, which began a minute apart."""
    paths = []
    for title in ("first", "second", "third"):
        world.pass_time(minutes=1)
        paths.append(opened(alice, title=title))
    return paths


def test_the_list_is_newest_first_and_may_leave_out_what_is_over(
    alice: Client, three: list[str]
) -> None:
    alice.post(f"{three[1]}/resolve")

    assert [it["title"] for it in alice.get(INCIDENTS).data] == ["third", "second", "first"]
    assert [it["title"] for it in alice.get(INCIDENTS, open="true").data] == ["third", "first"]
    assert [it["title"] for it in alice.get(INCIDENTS, open="false").data] == ["second"]


@pytest.mark.usefixtures("three")
def test_paging_while_incidents_arrive_repeats_and_skips_none(alice: Client) -> None:
    page = alice.get(INCIDENTS, limit=2)
    opened(alice, title="fourth")

    rest = alice.get(INCIDENTS, limit=2, cursor=page.json["next_cursor"])

    assert [it["title"] for it in (*page.data, *rest.data)] == ["third", "second", "first"]
    assert rest.json["has_more"] is False


@pytest.mark.parametrize(
    ("query", "field"), [("open=perhaps", "open"), ("limit=0", "limit"), ("cursor=x", "cursor")]
)
def test_a_list_cannot_be_asked_for_in_any_way(alice: Client, query: str, field: str) -> None:
    refused = alice.send("GET", INCIDENTS, query=query)

    assert (refused.status, refused.wrong_fields) == (422, [field])


@pytest.mark.parametrize("scopes", [("incidents",), ("incidents", "alerts:read")])
def test_alerts_are_resolved_with_their_incident_by_who_may_resolve_alerts(
    anybody: Client, world: World, scopes: tuple[str, ...]
) -> None:
    only = anybody.with_key(*scopes)
    alert_id = world.opened()
    path = f"{INCIDENTS}/{promote(only, alert_id).data['id']}"

    refused = only.post(f"{path}/resolve", {"resolve_alerts": True})
    resolved = only.post(f"{path}/resolve", {})

    assert (refused.status, refused.code) == (403, "scope_missing")
    assert resolved.status == 200
    assert world.alert(alert_id).is_open


# Responders


@pytest.fixture
def team(world: World) -> World:
    for name in ("bob", "carol"):
        world.user(name, NotificationRule(by=ContactMethod.EMAIL))
    world.keep(world.users, User(name="frank"))
    return world


def paged(world: World) -> list[str]:
    world.follow()
    world.pass_time(seconds=1)
    return sorted(world.paged())


def test_a_responder_named_in_another_case_is_one_person(alice: Client, team: World) -> None:
    path = opened(alice, alert_ids=[team.opened()])

    alice.post(f"{path}/responders", {"users": ["BOB", "bob"]})
    added = alice.post(f"{path}/responders", {"user": "Bob"})

    assert [it["user"] for it in added.data["responders"]] == ["bob"]


def test_people_who_are_added_are_asked_about_its_alert(alice: Client, team: World) -> None:
    alert_id = team.opened()
    path = opened(alice, alert_ids=[alert_id])
    team.follow()
    team.pass_time(minutes=5)

    added = alice.post(f"{path}/responders", {"users": ["bob", "carol"], "note": "Help."})

    assert (added.status, added.json["warnings"]) == (200, [])
    assert added.data["responders"] == [
        {
            "user": user,
            "added_at": "2026-03-01T09:05:00.000Z",
            "added_by": "alice",
            "added_via": "api",
            "note": "Help.",
        }
        for user in ("bob", "carol")
    ]
    assert alice.get(path).data["responders"] == added.data["responders"]
    assert paged(team) == ["bob", "carol"]
    [entry] = [it for it in team.timeline(alert_id) if it.type == "paged"]
    assert entry.details == {"targets": ["user:bob", "user:carol"], "note": "Help."}


def test_those_that_it_has_are_left_alone(alice: Client, team: World) -> None:
    path = opened(alice, alert_ids=[team.opened()])
    alice.post(f"{path}/responders", {"user": "bob"})
    assert paged(team) == ["bob"]

    again = alice.post(f"{path}/responders", {"users": ["bob", "carol"]})

    assert [it["user"] for it in again.data["responders"]] == ["bob", "carol"]
    assert paged(team) == ["carol"]


def test_a_person_is_one_responder_in_whatever_case_the_name_is_typed(
    alice: Client, team: World
) -> None:
    path = opened(alice, alert_ids=[team.opened()])

    added = alice.post(f"{path}/responders", {"users": ["BOB", "bob"]})

    assert [it["user"] for it in added.data["responders"]] == ["bob"]
    assert paged(team) == ["bob"]


def test_the_newest_open_alert_is_the_one_that_they_are_asked_about(
    alice: Client, team: World
) -> None:
    ids = []
    for name in ("oldest", "open", "over"):
        ids.append(team.opened(name))
        team.pass_time(seconds=1)
    team.resolve(ids[2])
    path = opened(alice, alert_ids=ids)
    team.follow()

    alice.post(f"{path}/responders", {"user": "bob"})

    assert paged(team) == ["bob"]
    assert "paged" in team.happened(ids[1])


def test_where_all_is_over_they_are_asked_about_the_newest(alice: Client, team: World) -> None:
    alert_id = team.opened()
    path = opened(alice, alert_ids=[alert_id])
    team.follow()
    team.resolve(alert_id)

    added = alice.post(f"{path}/responders", {"user": "bob"})

    assert added.json["warnings"] == []
    assert paged(team) == ["bob"]
    assert not team.alert(alert_id).is_open


def test_of_a_former_episode_nobody_is_asked_and_the_answer_says_so(
    alice: Client, team: World
) -> None:
    alert_id = team.opened()
    path = opened(alice, alert_ids=[alert_id])
    team.follow()
    team.resolve(alert_id)
    team.opened()

    added = alice.post(f"{path}/responders", {"user": "bob"})

    why = "is not asked: the incident has no alert to ask about"
    assert added.json["warnings"] == [{"field": "user", "problem": why}]
    assert [it["user"] for it in added.data["responders"]] == ["bob"]
    assert paged(team) == []


def test_who_cannot_be_reached_is_a_warning(alice: Client, team: World) -> None:
    path = opened(alice, alert_ids=[team.opened()])

    added = alice.post(f"{path}/responders", {"users": ["bob", "frank"]})

    assert added.json["warnings"] == [
        {"field": "users[1]", "problem": "frank has no contact method"}
    ]


def test_an_incident_can_be_opened_with_its_people(alice: Client, team: World) -> None:
    alert_id = team.opened()
    body = {"title": "x", "alert_ids": [alert_id], "responders": ["bob"]}

    made = alice.post(INCIDENTS, body)

    assert (made.status, made.json["warnings"]) == (201, [])
    assert [it["user"] for it in made.data["responders"]] == ["bob"]
    assert paged(team) == ["bob"]
    told = ("incident_created", "paged")
    assert [word for word in team.happened(alert_id) if word in told] == list(told)


def test_people_are_added_by_a_change_too(alice: Client, team: World) -> None:
    path = opened(alice, alert_ids=[team.opened()])

    changed = alice.send("PATCH", path, body={"title": "Payments", "responders": ["bob"]})

    assert changed.data["title"] == "Payments"
    assert [it["user"] for it in changed.data["responders"]] == ["bob"]
    assert paged(team) == ["bob"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"user": "bob", "users": ["carol"]}, "body"),
        ({"user": "nobody"}, "user"),
        ({"users": ["bob", "nobody"]}, "users[1]"),
    ],
)
def test_only_people_that_there_are_can_be_added(
    alice: Client, team: World, body: dict[str, Any], field: str
) -> None:
    path = opened(alice, alert_ids=[team.opened()])

    refused = alice.post(f"{path}/responders", body)

    assert (refused.status, refused.wrong_fields) == (422, [field])
    assert alice.get(path).data["responders"] == []


@pytest.mark.usefixtures("team")
def test_nobody_is_added_to_a_resolved_incident(alice: Client) -> None:
    path = opened(alice)
    alice.post(f"{path}/resolve")

    refused = alice.post(f"{path}/responders", {"user": "bob"})

    assert (refused.status, refused.code) == (409, "already_resolved")


@pytest.mark.parametrize("scope", ["alerts:read", "incidents"])
def test_who_reads_alerts_reads_incidents(anybody: Client, scope: str) -> None:
    made = anybody.with_key("incidents").post("/api/v1/incidents", {"title": "Checkout is down"})
    reader = anybody.with_key(scope)

    assert [it["id"] for it in reader.get("/api/v1/incidents").data] == [made.data["id"]]
    assert reader.get(f"/api/v1/incidents/{made.data['id']}").status == 200


def test_a_reader_of_alerts_opens_no_incident(anybody: Client) -> None:
    reader = anybody.with_key("alerts")

    assert reader.post("/api/v1/incidents", {"title": "Checkout is down"}).status == 403


def test_a_key_for_configuration_reads_no_incidents(anybody: Client) -> None:
    reader = anybody.with_key("config")

    assert reader.get("/api/v1/incidents").status == 403
    assert reader.get("/api/v1/incidents/01KJM6B2V8ZK4C0M5N7P9R1T3W").status == 403
