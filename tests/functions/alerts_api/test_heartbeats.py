"""Heartbeats: their URLs, shown once, and what is told of them."""

import re

import pytest

from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.adapters.dynamodb.configuration import heartbeat_repository
from tocsin.adapters.dynamodb.transactions import TransactionRefusedError
from tocsin.domain.credential import hash_token

PATH = "/api/v1/heartbeats/backup"


def test_a_new_one_shows_its_url_once(world: World, editor: Client) -> None:
    made = editor.send("PUT", PATH, body={"period": "1h"}).data

    found = re.fullmatch(r"https://[a-z0-9.-]+/i/([0-9a-f]{32})/heartbeat", made["url"])
    assert found is not None
    assert world.heartbeats.name_of(hash_token(found[1])) == "backup"
    assert made["token_prefix"] == found[1][:4]
    for answer in (
        editor.get(PATH),
        editor.get("/api/v1/heartbeats"),
        editor.send("PUT", PATH, body={"period": "2h"}),
        editor.send("PATCH", PATH, body={"grace": "5m"}),
    ):
        assert found[1] not in answer.text


def test_it_shows_when_it_was_heard_from_and_until_when_it_waits(
    world: World, editor: Client
) -> None:
    made = editor.send("PUT", PATH, body={"period": "1h", "grace": "5m"}).data
    world.pass_time(minutes=30)
    world.hear("backup")
    heard = editor.get(PATH).data
    world.pass_time(hours=2)
    overdue = editor.get(PATH).data

    assert (made["status"], made["heard_at"]) == ("waiting", None)
    assert made["deadline"] == "2026-03-01T10:05:00.000Z"
    assert (heard["status"], heard["heard_at"]) == ("healthy", "2026-03-01T09:30:00.000Z")
    assert heard["deadline"] == overdue["deadline"] == "2026-03-01T10:35:00.000Z"
    assert overdue["status"] == "overdue"


def test_other_settings_keep_what_was_heard(world: World, editor: Client) -> None:
    editor.send("PUT", PATH, body={"period": "1h"})
    world.pass_time(minutes=30)
    world.hear("backup")

    changed = editor.send("PUT", PATH, body={"period": "5m", "grace": 0}).data

    assert changed["heard_at"] == "2026-03-01T09:30:00.000Z"
    world.pass_time(minutes=5)
    assert len(world.list().alerts) == 1, "the shorter period counts at once"


def test_a_longer_period_ends_the_alert_of_a_miss(world: World, editor: Client) -> None:
    editor.send("PUT", PATH, body={"period": "1h"})
    world.pass_time(hours=2)
    [alert] = world.list().alerts
    assert alert.is_open

    editor.send("PATCH", PATH, body={"period": "1d"})
    world.pass_time(minutes=2)

    assert not world.alert(alert.alert_id).is_open


def test_a_change_that_a_beat_overtakes_is_to_be_sent_again(
    editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor.send("PUT", PATH, body={"period": "1h"})

    def overtaken(*_: object, **__: object) -> None:
        raise TransactionRefusedError([{}, None])

    monkeypatch.setattr(heartbeat_repository, "transact", overtaken)
    refused = editor.send("PATCH", PATH, body={"period": "2h"})

    assert (refused.status, refused.code) == (503, "try_again")


def test_a_removed_url_works_no_more(world: World, editor: Client) -> None:
    url = editor.send("PUT", PATH, body={"period": "1h"}).data["url"]
    token = url.removesuffix("/heartbeat").rpartition("/")[2]

    editor.send("DELETE", PATH)

    assert world.heartbeats.name_of(hash_token(token)) is None


def test_it_names_the_integrations_that_may_ping_it(world: World, editor: Client) -> None:
    made = editor.send("PUT", PATH, body={"period": "1h", "integrations": ["opsgenie"]}).data
    kept = editor.send("PATCH", PATH, body={"grace": "5m"}).data
    emptied = editor.send("PATCH", PATH, body={"integrations": None}).data

    assert (made["integrations"], kept["integrations"]) == (["opsgenie"], ["opsgenie"])
    assert (emptied["integrations"], world.heartbeats.get("backup").integrations) == ([], ())


def test_it_may_be_expected_by_a_clock(world: World, editor: Client) -> None:
    nightly = {"cron": "0 2 * * *", "time_zone": "Europe/Berlin", "grace": "30m"}

    made = editor.send("PUT", PATH, body=nightly).data

    assert {name: made[name] for name in nightly} == nightly
    assert made["period"] is None
    assert made["expected_at"] == "2026-03-02T01:00:00.000Z"
    assert made["deadline"] == "2026-03-02T01:30:00.000Z"
    world.pass_time(hours=16, minutes=29, seconds=59)
    assert world.list().alerts == ()
    world.pass_time(seconds=1)
    [alert] = world.list().alerts
    assert alert.facts.reason.endswith("expected at 0 2 * * * (Europe/Berlin) with 30m of grace")


def test_a_period_and_a_cron_expression_take_each_others_place(editor: Client) -> None:
    editor.send("PUT", PATH, body={"period": "1h"})

    by_clock = editor.send("PATCH", PATH, body={"cron": "0 2 * * *"}).data
    elsewhere = editor.send("PATCH", PATH, body={"time_zone": "Europe/Berlin"}).data
    by_period = editor.send("PATCH", PATH, body={"period": "2h"}).data

    shown = [(it["period"], it["cron"], it["time_zone"]) for it in (by_clock, elsewhere, by_period)]
    assert shown == [
        (None, "0 2 * * *", "UTC"),
        (None, "0 2 * * *", "Europe/Berlin"),
        ("2h", None, None),
    ]
