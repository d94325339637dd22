"""Whether the team has a storm, as the API says it."""

from datetime import timedelta

from tests.fakes.world import World
from tests.functions.alerts_api.client import Client

PATH = "/api/v1/storm"


def storm(world: World, number: int) -> None:
    for each in range(number):
        world.opened(f"disk-{each}")
        world.now += timedelta(seconds=1)


def test_without_a_storm_there_is_nothing_to_say(world: World, client: Client) -> None:
    storm(world, 30)

    assert client.get(PATH).data == {
        "active": False,
        "since": None,
        "opened": 0,
        "severity": None,
        "groups": [],
        "newest_at": None,
        "ends_at": None,
        "incident_id": None,
    }
    assert "storm" not in client.get("/api/v1/alerts").json["meta"]


def test_a_storm_is_told_with_its_incident_and_in_every_list(world: World, client: Client) -> None:
    storm(world, 31)

    said = client.get(PATH).data
    assert said == {
        "active": True,
        "since": "2026-03-01T09:00:00.000Z",
        "opened": 31,
        "severity": "critical",
        "groups": [{"name": "prod-prometheus", "opened": 31}],
        "newest_at": "2026-03-01T09:00:30.000Z",
        "ends_at": "2026-03-01T09:10:30.000Z",
        "incident_id": said["incident_id"],
    }
    expected = {"since": "2026-03-01T09:00:00.000Z", "opened": 31}
    for query in ({}, {"status": "resolved"}, {"limit": "1"}, {"dedup_key": "disk-1"}):
        assert client.get("/api/v1/alerts", **query).json["meta"]["storm"] == expected
    world.pass_time(minutes=1)
    reader = client.with_key("incidents")
    incident = reader.get(f"/api/v1/incidents/{said['incident_id']}").data
    assert incident["title"] == "Storm: 31 alerts since 09:00 UTC — prod-prometheus 31"


def test_only_who_reads_alerts_may_see_it(editor: Client) -> None:
    assert editor.get(PATH).status == 403
