"""Heartbeats that report as they did to Opsgenie and Alerta."""

import json
from dataclasses import replace

import pytest

from tests.examples import MINUTE
from tests.functions.ingest.alerta_client import Alerta
from tests.functions.ingest.gateway import TOKEN, Gateway
from tests.functions.ingest.opsgenie_client import Opsgenie
from tests.sender_states import wire
from tests.wire import response, sample
from tocsin.domain.cron import Cron
from tocsin.domain.ids import WriteId
from tocsin.domain.integration import IntegrationType


@pytest.fixture
def gateway(gateway: Gateway) -> Gateway:
    """Heartbeats are called as in the samples."""
    gateway.register(IntegrationType.REST)
    for number, name in enumerate(("hb-1", "cluster05", "alerta-vm")):
        gateway.watch(name, str(number) * 32)
    gateway.world.pass_time(minutes=1)
    return gateway


@pytest.fixture
def stranger(gateway: Gateway) -> Gateway:
    """No heartbeat names the integration."""
    for heartbeat in gateway.world.heartbeats.list():
        gateway.world.heartbeats.update(
            heartbeat, replace(heartbeat, integrations=("other",)), write_id=WriteId("named")
        )
    return gateway


def test_an_integration_that_no_heartbeat_names_ends_no_alert_of_a_missed_heartbeat(
    stranger: Gateway,
) -> None:
    stranger.world.pass_time(minutes=90)
    missed = {it.dedup_key for it in stranger.alerts() if it.is_open}

    replies = [
        Opsgenie(stranger).replay(sample("opsgenie-python/heartbeat-ping")).status,
        stranger.post(
            {"origin": "hb-1"}, path="/heartbeat", headers={"authorization": f"Key {TOKEN}"}
        ).status,
        stranger.post("", path=f"/i/{TOKEN}/heartbeat", query="name=hb-1").status,
        stranger.post({"status": "down"}, path=f"/i/{TOKEN}/heartbeat", query="name=hb-1").status,
    ]
    stranger.world.pass_time(minutes=2)

    assert replies == [202, 404, 404, 404]
    assert heard(stranger) == []
    assert {it.dedup_key for it in stranger.alerts() if it.is_open} == missed
    assert missed


@pytest.mark.parametrize("path", ["v2/heartbeats", "heartbeats"])
def test_lists_show_only_heartbeats_that_the_integration_may_ping(
    stranger: Gateway, path: str
) -> None:
    (first, *_) = stranger.world.heartbeats.list()
    named = replace(first, integrations=("prod",))
    stranger.world.heartbeats.update(first, named, write_id=WriteId("again"))

    said = stranger.post("", path=f"/i/{TOKEN}/{path}", method="GET").json
    rows = said["heartbeats"] if "heartbeats" in said else said["data"]["heartbeats"]

    assert [it.get("name", it.get("id")) for it in rows] == [first.name]


@pytest.mark.parametrize("path", ["v2/heartbeats/hb-1", "heartbeat/hb-1"])
def test_a_heartbeat_that_the_integration_may_not_ping_is_not_found(
    stranger: Gateway, path: str
) -> None:
    assert stranger.post("", path=f"/i/{TOKEN}/{path}", method="GET").status == 404


def heard(gateway: Gateway) -> list[str]:
    return [it.name for it in gateway.world.heartbeats.list() if it.heard_at is not None]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH"])
@pytest.mark.parametrize("name", ["hb-1", "HB_1"])
def test_opsgenies_ping_is_heard(gateway: Gateway, method: str, name: str) -> None:
    headers = {"authorization": "GenieKey 01234567-89ab-cdef-0123-456789abcdef"}

    reply = gateway.post("", path=f"/v2/heartbeats/{name}/ping", method=method, headers=headers)

    documented = wire("opsgenie-docs/responses")["202 heartbeat ping"]
    assert (reply.status, reply.json["result"]) == (202, documented["result"])
    assert heard(gateway) == ["hb-1"]


def test_opsgenies_sdk_pings(gateway: Gateway) -> None:
    assert Opsgenie(gateway).replay(sample("opsgenie-python/heartbeat-ping")).status == 202
    assert heard(gateway) == ["hb-1"]


def test_a_ping_of_an_unknown_heartbeat_is_answered_the_same_and_changes_nothing(
    gateway: Gateway,
) -> None:
    for name in ("unknown", "%00", "x" * 500):
        reply = Opsgenie(gateway).replay(
            sample("opsgenie-python/heartbeat-ping"), path=f"/v2/heartbeats/{name}/ping"
        )
        assert reply.status == 202

    assert heard(gateway) == []


def test_opsgenie_shows_whether_one_is_expired(gateway: Gateway) -> None:
    opsgenie = Opsgenie(gateway)
    path = sample("opsgenie-python/heartbeat-ping")

    before = opsgenie.replay(path, path="/v2/heartbeats/hb-1").json["data"]
    gateway.world.pass_time(hours=2)
    after = opsgenie.replay(path, path="/v2/heartbeats").json["data"]["heartbeats"]

    documented = wire("opsgenie-docs/responses")["200 heartbeat get"]["data"]
    assert set(documented) - set(before) == {"ownerTeam"}
    assert (before["expired"], before["interval"], before["intervalUnit"]) == (False, 1, "hours")
    assert [it["expired"] for it in after] == [True, True, True]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "", 403),
        ("PATCH", "/hb-1", 403),
        ("DELETE", "/hb-1", 403),
        ("POST", "/hb-1/disable", 403),
        ("GET", "/unknown", 404),
        ("GET", "/hb-1/other", 404),
    ],
)
def test_a_senders_key_configures_no_heartbeat(
    gateway: Gateway, method: str, path: str, status: int
) -> None:
    headers = {"authorization": "GenieKey 01234567-89ab-cdef-0123-456789abcdef"}
    body = {"name": "mine", "interval": 10, "intervalUnit": "minutes", "enabled": True}

    reply = gateway.post(body, path=f"/v2/heartbeats{path}", method=method, headers=headers)

    assert reply.status == status
    assert {"message", "took", "requestId"} <= set(reply.json)
    assert len(gateway.world.heartbeats.list()) == 3


@pytest.mark.parametrize(
    ("case", "name"), [("cli-heartbeat-full", "cluster05"), ("cli-heartbeat-default", "alerta-vm")]
)
def test_alertas_command_line_is_heard(gateway: Gateway, case: str, name: str) -> None:
    reply = Alerta(gateway).replay(sample(f"alerta-api/{case}"))

    status, documented = response(f"alerta-api/{case}")
    assert (reply.status, set(reply.json)) == (status, set(json.loads(documented)))
    assert set(reply.json["heartbeat"]) == set(json.loads(documented)["heartbeat"])
    assert reply.json["heartbeat"]["status"] == "ok"
    assert heard(gateway) == [name]


def test_alertas_list_is_answered(gateway: Gateway) -> None:
    reply = Alerta(gateway).replay(sample("alerta-api/cli-heartbeats"))

    documented = json.loads(response("alerta-api/cli-heartbeats")[1])
    assert set(reply.json) == set(documented)
    assert {it["origin"] for it in reply.json["heartbeats"]} == {"hb-1", "cluster05", "alerta-vm"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/heartbeat", {"origin": "o", "type": "Heartbeat"}, 404),
        ("POST", "/heartbeat", {}, 400),
        ("POST", "/heartbeat", {"origin": []}, 400),
        ("POST", "/heartbeats", {}, 404),
        ("DELETE", "/heartbeat/hb-1", "", 403),
        ("GET", "/heartbeat/unknown", "", 404),
    ],
)
def test_alertas_client_is_refused_an_unknown_heartbeat_and_any_change_of_one(
    gateway: Gateway, method: str, path: str, body: object, status: int
) -> None:
    reply = Alerta(gateway).send(method, path, body)

    assert (reply.status, reply.json["status"]) == (status, "error")
    assert heard(gateway) == []


def test_one_heartbeat_is_shown(gateway: Gateway) -> None:
    reply = Alerta(gateway).send("GET", "/heartbeat/cluster05")

    assert reply.json["heartbeat"]["timeout"] == 3660


def test_one_that_is_expected_by_a_clock_has_the_time_to_the_next_ping_as_its_interval(
    gateway: Gateway,
) -> None:
    [heartbeat] = [it for it in gateway.world.heartbeats.list() if it.name == "hb-1"]
    # It is 09:01 UTC, and was made at 09:00.
    nightly = replace(
        heartbeat, period=None, cron=Cron("0 2 * * *", "Europe/Berlin"), grace=30 * MINUTE
    )
    gateway.world.heartbeats.update(heartbeat, nightly, write_id=WriteId("by the clock"))

    opsgenie = gateway.post("", path=f"/i/{TOKEN}/v2/heartbeats/hb-1", method="GET").json["data"]
    alerta = gateway.post("", path=f"/i/{TOKEN}/heartbeat/hb-1", method="GET").json["heartbeat"]

    assert (opsgenie["interval"], opsgenie["intervalUnit"]) == (16, "hours")
    assert (opsgenie["expired"], alerta["status"]) == (False, "ok")
    assert alerta["timeout"] == 16.5 * 3600
