"""Silences and maintenance windows: made, changed and ended, and what they hold."""

from typing import Any

import pytest

from tests.examples import MINUTE
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client, Reply

SILENCES = "/api/v1/silences"
WINDOWS = "/api/v1/maintenance-windows"
MATCH = ['name="disk-full"']
BODY: dict[str, Any] = {"match": MATCH, "duration": "2h", "reason": "Deployment"}
NIGHTLY: dict[str, Any] = {
    "match": MATCH,
    "rrule": "FREQ=DAILY",
    "start": "2026-03-01T02:30:00",
    "time_zone": "Europe/Berlin",
    "duration": "2h",
    "reason": "Backups",
}


@pytest.fixture
def carol(world: World) -> Client:
    """A caller who may silence, and nothing else."""
    world.user("alice")
    world.escalation_policy(("user:alice", 10 * MINUTE))
    return Client.of(world).with_key("silences", user="carol")


def test_a_silence_is_made_with_a_name_and_shows_its_author_and_its_end(carol: Client) -> None:
    made = carol.send("POST", SILENCES, body=BODY)

    assert made.status == 201
    assert made.data["name"].startswith("silence-")
    assert made.data["match"] == MATCH
    assert (made.data["author"], made.data["reason"]) == ("carol", "Deployment")
    assert made.data["status"] == "active"
    assert made.data["from"] == "2026-03-01T09:00:00.000Z"
    assert made.data["to"] == "2026-03-01T11:00:00.000Z"
    assert carol.get(f"{SILENCES}/{made.data['name']}").data == made.data


def test_a_silence_says_what_it_holds_back_now(world: World, carol: Client) -> None:
    alert_id = world.opened()
    acknowledged = world.opened("cpu")
    world.acknowledge(acknowledged)

    made = carol.send("PUT", f"{SILENCES}/deploy", body={**BODY, "match": ['severity=~".+"']}).data

    assert (made["holding"], made["holding_ids"]) == (1, [alert_id])
    assert made["matches_nothing"] is False
    [listed] = carol.get(SILENCES).data
    assert listed["holding"] == 1


def test_a_silence_that_nothing_open_matches_says_so(world: World, carol: Client) -> None:
    world.opened("cpu")

    made = carol.send("PUT", f"{SILENCES}/deploy", body=BODY).data

    assert (made["holding"], made["matches_nothing"]) == (0, True)


def test_an_alert_says_what_silences_it(world: World, carol: Client) -> None:
    reader = carol.with_key("alerts")
    carol.send("PUT", f"{SILENCES}/deploy", body=BODY)

    alert_id = world.opened()

    shown = reader.get(f"/api/v1/alerts/{alert_id}").data
    [listed] = reader.get("/api/v1/alerts").data
    assert shown["silenced_by"] == listed["silenced_by"] == "deploy"
    assert shown["notification_count"] == 0
    assert shown["next_action"]["kind"] == "release"
    assert shown["next_action"]["why"] == "silenced by deploy (carol) until 11:00 UTC; then step 1"


def test_the_list_can_be_filtered_by_silenced(world: World, carol: Client) -> None:
    reader = carol.with_key("alerts")
    carol.send("PUT", f"{SILENCES}/deploy", body=BODY)
    silenced, other = world.opened(), world.opened("cpu")

    def ids(**query: str) -> list[str]:
        return [alert["id"] for alert in reader.get("/api/v1/alerts", **query).data]

    assert ids(silenced="true") == [silenced]
    assert ids(silenced="false") == [other]
    assert reader.get("/api/v1/alerts", silenced="true").json["meta"]["total"] == 2


def test_the_end_of_a_silence_says_how_many_alerts_are_released(
    world: World, carol: Client
) -> None:
    carol.send("PUT", f"{SILENCES}/deploy", body=BODY)
    alert_id = world.opened()
    assert world.paged() == []

    ended = carol.send("DELETE", f"{SILENCES}/deploy")
    world.follow()
    world.pass_time(seconds=5)

    assert (ended.status, ended.data) == (200, {"open_alerts": 1})
    assert world.paged() == ["alice"]
    assert carol.get(f"{SILENCES}/deploy").data["status"] == "expired"
    assert carol.with_key("alerts").get(f"/api/v1/alerts/{alert_id}").data["silenced_by"] is None
    assert carol.send("DELETE", f"{SILENCES}/deploy").status == 204


def test_a_silence_of_the_future_waits_for_its_begin(world: World, carol: Client) -> None:
    body = {**BODY, "from": "2026-03-01T10:00:00Z"}

    made = carol.send("PUT", f"{SILENCES}/deploy", body=body).data
    world.pass_time(hours=1)

    assert (made["status"], made["to"]) == ("pending", "2026-03-01T12:00:00.000Z")
    assert carol.get(f"{SILENCES}/deploy").data["status"] == "active"


def test_a_change_of_the_duration_counts_from_the_begin(world: World, carol: Client) -> None:
    carol.send("PUT", f"{SILENCES}/deploy", body=BODY)
    world.pass_time(minutes=30)

    changed = carol.send("PATCH", f"{SILENCES}/deploy", body={"duration": "3h"})

    assert changed.status == 200
    assert changed.data["from"] == "2026-03-01T09:00:00.000Z"
    assert changed.data["to"] == "2026-03-01T12:00:00.000Z"
    assert changed.data["match"] == MATCH


def test_a_pipeline_opens_a_window_and_closes_it(world: World, carol: Client) -> None:
    made = carol.send(
        "POST", WINDOWS, body={"duration": "30m", "match": MATCH, "reason": "Deploy 42"}
    )
    world.opened()
    closed = carol.send("DELETE", f"{WINDOWS}/{made.data['name']}")

    assert made.status == 201
    assert made.data["name"].startswith("window-")
    assert made.data["rrule"] is None
    assert (closed.status, closed.data["open_alerts"]) == (200, 1)


def test_a_window_that_recurs_shows_its_next_occurrence(world: World, carol: Client) -> None:
    made = carol.send("PUT", f"{WINDOWS}/nightly", body=NIGHTLY)

    assert made.status == 201
    assert made.data["status"] == "pending"
    assert made.data["from"] == "2026-03-02T01:30:00.000Z"
    assert made.data["duration"] == "2h"
    world.follow()
    world.pass_time(hours=17)
    assert carol.get(f"{WINDOWS}/nightly").data["status"] == "active"
    world.pass_time(hours=3)
    assert carol.get(f"{WINDOWS}/nightly").data["from"] == "2026-03-03T01:30:00.000Z"


def test_a_window_that_recurs_may_be_made_to_open_once(carol: Client) -> None:
    carol.send("PUT", f"{WINDOWS}/nightly", body=NIGHTLY)

    longer = carol.send("PATCH", f"{WINDOWS}/nightly", body={"duration": "3h"}).data
    once = carol.send(
        "PATCH",
        f"{WINDOWS}/nightly",
        body={"rrule": None, "start": None, "time_zone": None, "to": "2026-03-01T10:00:00Z"},
    ).data

    assert (longer["rrule"], longer["to"]) == ("FREQ=DAILY", "2026-03-02T04:30:00.000Z")
    assert (once["rrule"], once["to"]) == (None, "2026-03-01T10:00:00.000Z")


def test_silences_and_windows_of_one_name_are_two(carol: Client) -> None:
    carol.send("PUT", f"{SILENCES}/deploy", body=BODY)
    carol.send("PUT", f"{WINDOWS}/deploy", body=BODY)

    assert len(carol.get(SILENCES).data) == len(carol.get(WINDOWS).data) == 1


WRONG: list[Any] = [
    (SILENCES, {"match": []}, "match"),
    (SILENCES, {"match": None}, "match"),
    (SILENCES, {"match": ['team=="payments"']}, "match[0]"),
    (SILENCES, {"match": ['team=~"(a"']}, "match[0]"),
    (SILENCES, {"reason": ""}, "reason"),
    (SILENCES, {"reason": None}, "reason"),
    (SILENCES, {"duration": None}, "to | duration"),
    (SILENCES, {"to": "2026-03-01T10:00:00Z"}, "to | duration"),
    (SILENCES, {"duration": None, "to": "2026-03-01T08:00:00Z"}, "to"),
    (SILENCES, {"duration": None, "to": "soon"}, "to"),
    (SILENCES, {"from": "soon"}, "from"),
    (SILENCES, {"from": "9999-12-31T23:59:59Z"}, "from"),
    (SILENCES, {"from": "0001-01-01T00:00:00Z"}, "duration"),
    (SILENCES, {"duration": None, "to": "9999-12-31T23:59:59Z"}, "to"),
    (WINDOWS, {**NIGHTLY, "start": "9999-12-31T00:00:00"}, "rrule"),
    (SILENCES, {"from": "2026-02-01T08:00:00Z"}, "duration"),
    (SILENCES, {"duration": "0s"}, "duration"),
    (SILENCES, {"duration": "367d"}, "duration"),
    (SILENCES, {"rrule": "FREQ=DAILY"}, "rrule"),
    (WINDOWS, {"start": "2026-03-01T02:30:00"}, "start"),
    (WINDOWS, {"rrule": "FREQ=DAILY"}, "start"),
    (WINDOWS, {**NIGHTLY, "rrule": "FREQ=HOURLY"}, "rrule"),
    (WINDOWS, {**NIGHTLY, "from": "2026-03-01T02:30:00Z"}, "from"),
    (WINDOWS, {**NIGHTLY, "duration": "8d"}, "duration"),
    (WINDOWS, {**NIGHTLY, "start": "2026-03-01T02:30:00Z"}, "start"),
    (WINDOWS, {**NIGHTLY, "start": "night"}, "start"),
    (WINDOWS, {**NIGHTLY, "time_zone": "Berlin"}, "time_zone"),
]


@pytest.mark.parametrize(("path", "changed", "field"), WRONG)
def test_a_mistake_is_named_with_its_field(
    carol: Client, path: str, changed: dict[str, Any], field: str
) -> None:
    body = {name: value for name, value in {**BODY, **changed}.items() if value is not None}

    refused: Reply = carol.send("POST", path, body=body)

    assert (refused.status, refused.wrong_fields) == (422, [field])


def test_a_name_that_nothing_has_is_not_found(carol: Client) -> None:
    assert carol.get(f"{SILENCES}/nothing").code == "silence_not_found"
    assert carol.send("DELETE", f"{WINDOWS}/nothing").code == "maintenance_window_not_found"
