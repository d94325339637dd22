"""Whether a page that is open shows what there is."""

from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.domain.change_cursor import SETTLES

PATH = "/api/v1/changes"


def settled(client: Client) -> str:
    client.world.now += SETTLES
    return str(client.get(PATH).data["cursor"])


def test_nothing_is_sent_while_nothing_changes(client: Client) -> None:
    cursor = settled(client)

    reply = client.get(PATH, since=cursor)

    assert (reply.status, reply.text) == (204, "")
    assert client.get(PATH).data == {"cursor": cursor}


def test_a_change_of_an_alert_moves_the_cursor_and_lists_show_it(
    world: World, client: Client
) -> None:
    alert_id = world.opened()
    before = settled(client)

    client.post(f"/api/v1/alerts/{alert_id}/acknowledge")
    reply = client.get(PATH, since=before)

    assert reply.status == 200
    assert reply.data["cursor"] != before
    [row] = client.get("/api/v1/alerts").data
    assert row["status"] == "acknowledged"


def test_what_was_read_too_early_is_read_again_and_then_no_more(
    world: World, client: Client
) -> None:
    before = settled(client)
    world.opened()

    first = client.get(PATH, since=before).data["cursor"]
    assert client.get(PATH, since=first).status == 204
    world.now += SETTLES
    second = client.get(PATH, since=first).data["cursor"]

    assert len({before, first, second}) == 3
    assert client.get(PATH, since=second).status == 204


def test_a_cursor_that_nobody_made_is_answered_with_the_right_one(client: Client) -> None:
    for since in ("", "-1", "no cursor", "ü" * 500):
        assert client.get(PATH, since=since).status == 200


def test_a_key_that_may_not_read_alerts_is_refused(editor: Client) -> None:
    assert editor.get(PATH).status == 403
