"""DELETE of configuration: open alerts never stand in the way, and the answer tells of them."""

from typing import Any

import pytest

from functions.alerts_api.open_alerts import PAGES_LIMIT
from tests.examples import ALICE, HOUR, MINUTE, PROMETHEUS
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.adapters.dynamodb.configuration.heartbeat_repository import DynamoDBHeartbeats
from tocsin.domain.alert_query import LIMIT_MAXIMUM
from tocsin.domain.errors import TryAgainError
from tocsin.domain.heartbeat import Duty, Heartbeat
from tocsin.domain.ids import Actor, WriteId
from tocsin.domain.reception import Source

STEPS = [{"targets": [{"channel": "here"}], "delay": "5m"}]
POLICY = "/api/v1/escalation-policies/default"
INTEGRATION = "/api/v1/integrations/prod-prometheus"
HEARTBEAT = "/api/v1/heartbeats/backup"
OTHER = Source(integration="other")


@pytest.fixture
def editor(world: World) -> Client:
    """Alice, who may configure; channel `here` and policy `default` exist."""
    editor = Client.of(world).with_key("config")
    put(editor, "/api/v1/channels/here", {"type": "console"})
    put(editor, POLICY, {"steps": STEPS})
    return editor


def put(editor: Client, path: str, body: object) -> Any:  # noqa: ANN401 - any JSON
    reply = editor.send("PUT", path, body=body)
    assert reply.status in {200, 201}
    return reply.data


def warning(reply: Any) -> str:  # noqa: ANN401 - a reply
    [only] = reply.json["warnings"]
    return f"{only['field']}: {only['problem']}"


def needs_no_default(editor: Client) -> None:
    """Send everything to another policy."""
    put(editor, "/api/v1/escalation-policies/night", {"steps": STEPS})
    put(editor, "/api/v1/routes/all", {"escalation_policy": "night"})


def test_a_policy_that_open_alerts_follow_goes_and_the_answer_counts_them(
    world: World, editor: Client
) -> None:
    world.opened("disk")
    world.acknowledge(world.opened("fan"))
    over = world.opened("fuse")
    world.resolve(over)
    needs_no_default(editor)

    reply = editor.send("DELETE", POLICY)

    assert (reply.status, reply.data) == (200, {"open_alerts": 2})
    assert warning(reply).startswith("escalation_policy: open alerts that follow it: 2; each goes")
    assert editor.get(POLICY).status == 404


def test_a_policy_that_only_closed_alerts_followed_goes_without_a_word(
    world: World, editor: Client
) -> None:
    world.resolve(world.opened("disk"))
    needs_no_default(editor)

    reply = editor.send("DELETE", POLICY)

    assert (reply.status, reply.text) == (204, "")


def test_an_integration_goes_and_the_answer_says_that_nothing_resolves_its_alerts(
    world: World, editor: Client
) -> None:
    put(editor, INTEGRATION, {"type": "alertmanager"})
    world.opened("disk")
    world.opened("disk", source=OTHER)

    reply = editor.send("DELETE", INTEGRATION)

    assert (reply.status, reply.data) == (200, {"open_alerts": 1})
    assert warning(reply) == (
        "integration: open alerts that came from it: 1; nothing will resolve them by itself any "
        "more, so resolve them by hand"
    )
    assert editor.get(INTEGRATION).status == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_another_type_of_an_integration_says_so_too(
    world: World, editor: Client, method: str
) -> None:
    put(editor, INTEGRATION, {"type": "alertmanager"})
    world.opened("disk")

    same = editor.send(method, INTEGRATION, body={"type": "alertmanager", "paused": True})
    other = editor.send(method, INTEGRATION, body={"type": "grafana"})

    assert "warnings" not in same.json
    assert (other.status, other.data["type"]) == (200, "grafana")
    assert warning(other).startswith("integration: open alerts that came from it: 1;")


@pytest.mark.parametrize("actor", [ALICE, Actor("link:alice"), Actor("slack:alice")])
def test_somebody_who_has_open_alerts_goes_and_the_answer_counts_them(
    world: World, editor: Client, actor: Actor
) -> None:
    put(editor, "/api/v1/users/alice", {})
    world.acknowledge(world.opened("disk"), by=actor)
    world.acknowledge(world.opened("fan"), by=Actor("bob"))

    reply = editor.send("DELETE", "/api/v1/users/alice")

    assert (reply.status, reply.data) == (200, {"open_alerts": 1})
    assert warning(reply).startswith(
        "name: open alerts that alice has acknowledged or is being asked about: 1"
    )


@pytest.mark.parametrize(
    ("path", "target", "settings"),
    [
        ("/api/v1/users/bob", "user:bob", {}),
        ("/api/v1/channels/ops", "channel:ops", {"type": "console"}),
    ],
)
def test_a_target_that_is_being_asked_goes_and_the_answer_counts_the_alerts(
    world: World, editor: Client, path: str, target: str, settings: dict[str, str]
) -> None:
    put(editor, path, settings)
    world.escalation_policy((target, HOUR))
    world.opened("disk")
    world.acknowledge(world.opened("fan"), by=ALICE)
    world.escalation_policy(("user:alice", HOUR))

    reply = editor.send("DELETE", path)

    assert (reply.status, reply.data) == (200, {"open_alerts": 1})


def test_what_concerns_no_open_alert_goes_without_a_word(world: World, editor: Client) -> None:
    world.opened("disk", source=OTHER)
    put(editor, INTEGRATION, {"type": "alertmanager"})
    put(editor, "/api/v1/users/bob", {})
    put(editor, "/api/v1/routes/all", {"escalation_policy": "default"})
    put(editor, "/api/v1/channels/there", {"type": "console"})
    put(editor, HEARTBEAT, {"period": "1h"})

    for path in (
        INTEGRATION,
        "/api/v1/users/bob",
        "/api/v1/routes/all",
        "/api/v1/channels/there",
        HEARTBEAT,
    ):
        reply = editor.send("DELETE", path)
        assert (reply.status, reply.text) == (204, ""), path


def test_a_storm_is_counted_as_far_as_a_few_pages_reach(world: World, editor: Client) -> None:
    put(editor, INTEGRATION, {"type": "alertmanager"})
    most = PAGES_LIMIT * LIMIT_MAXIMUM
    for number in range(most + 1):
        world.opened(f"disk {number}", source=PROMETHEUS)

    reply = editor.send("DELETE", INTEGRATION)

    assert reply.data == {"open_alerts": most}
    assert f"at least {most};" in warning(reply)


def test_the_alert_of_a_heartbeat_that_is_removed_ends_with_it(
    world: World, editor: Client
) -> None:
    put(editor, HEARTBEAT, {"period": "1h"})
    world.pass_time(hours=2)
    [alert] = world.list().alerts

    reply = editor.send("DELETE", HEARTBEAT)

    assert (reply.status, reply.data) == (200, {"open_alerts": 0})
    assert warning(reply) == f"heartbeat: its alert {alert.alert_id} was open and is resolved now"
    over = world.alert(alert.alert_id)
    assert (over.is_open, over.resolved_by) == (False, ALICE)
    resolved = next(it for it in world.timeline(alert.alert_id) if it.type == "resolved")
    assert resolved.details["reason"] == "its heartbeat was removed"


def test_the_alert_of_a_heartbeat_ends_although_the_request_breaks_off_once_that_is_removed(
    world: World, editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(editor, HEARTBEAT, {"period": "1h"})
    world.pass_time(hours=2)
    [alert] = world.list().alerts
    delete = DynamoDBHeartbeats.delete

    def break_off(
        heartbeats: DynamoDBHeartbeats, heartbeat: Heartbeat, *, write_id: WriteId
    ) -> None:
        delete(heartbeats, heartbeat, write_id=write_id)
        raise TryAgainError

    monkeypatch.setattr(DynamoDBHeartbeats, "delete", break_off)

    assert editor.send("DELETE", HEARTBEAT).status == 503

    assert editor.send("DELETE", HEARTBEAT).status == 404
    assert not world.alert(alert.alert_id).is_open


def test_an_alert_that_opens_while_its_heartbeat_is_removed_ends_too(
    world: World, editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(editor, HEARTBEAT, {"period": "1h"})
    delete = DynamoDBHeartbeats.delete

    def after_it_was_missed(
        heartbeats: DynamoDBHeartbeats, heartbeat: Heartbeat, *, write_id: WriteId
    ) -> None:
        world.receive(heartbeat.signal(Duty.MISS), heartbeat.source)
        delete(heartbeats, heartbeat, write_id=write_id)

    monkeypatch.setattr(DynamoDBHeartbeats, "delete", after_it_was_missed)

    assert editor.send("DELETE", HEARTBEAT).status == 200
    assert not any(it.is_open for it in world.list().alerts)


def test_a_heartbeat_that_was_made_anew_opens_an_alert_when_it_is_missed_in_its_turn(
    world: World, editor: Client
) -> None:
    put(editor, HEARTBEAT, {"period": "1h"})
    world.pass_time(hours=2)
    editor.send("DELETE", HEARTBEAT)
    put(editor, HEARTBEAT, {"period": "1h"})
    assert not any(it.is_open for it in world.list().alerts)

    world.pass_time(seconds=(HOUR + MINUTE).total_seconds())

    assert [it.episode for it in world.list().alerts if it.is_open] == [2]


def test_the_alert_of_a_heartbeat_that_is_over_stays_as_it_is(world: World, editor: Client) -> None:
    put(editor, HEARTBEAT, {"period": "1h"})
    world.pass_time(hours=2)
    [alert] = world.list().alerts
    world.hear("backup")

    assert editor.send("DELETE", HEARTBEAT).status == 204
    assert world.alert(alert.alert_id).resolved_by == "integration:heartbeats"
