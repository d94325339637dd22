"""`tocsin on-call` on the real API."""

import json

import pytest

from tests.cli.conftest import Tocsin
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client

pytestmark = [pytest.mark.loopback, pytest.mark.usefixtures("stack")]

WEEKLY = {"rotation": "weekly", "handoff": "mon 09:00", "start": "2026-03-02"}


@pytest.fixture
def editor(world: World) -> Client:
    editor = Client.of(world).with_key("config", "alerts")
    for name in ("alice", "bob"):
        world.user(name)
    return editor


def put(editor: Client, name: str, **layer: object) -> None:
    body = {"time_zone": "Europe/Paris", "layers": [{**WEEKLY, **layer}]}
    assert editor.send("PUT", f"/api/v1/schedules/{name}", body=body).status == 201


def test_who_is_on_call_until_when_and_who_is_next(editor: Client, tocsin: Tocsin) -> None:
    put(editor, "primary", users=["alice", "bob"])

    done = tocsin("on-call")

    assert done.code == 0, done.err
    assert [" ".join(line.split()) for line in done.lines] == [
        "SCHEDULE ON CALL UNTIL THEN",
        "primary bob Mon 2 Mar 08:00 UTC in 23 h alice",
    ]


def test_another_time_can_be_asked_for(editor: Client, tocsin: Tocsin) -> None:
    put(editor, "primary", users=["alice", "bob"])

    then = json.loads(tocsin("on-call", "--at", "2026-03-03T00:00:00Z", "-o", "json").out)

    assert then["schedules"][0]["on_call"]["people"] == ["alice"]


def test_an_override_and_a_gap_are_said(editor: Client, tocsin: Tocsin) -> None:
    put(editor, "nights", users=["alice"], only=[{"from": "20:00", "to": "08:00"}])
    put(editor, "primary", users=["alice", "bob"])
    made = {"user": "alice", "from": "2026-03-01T08:00:00Z", "to": "2026-03-01T20:00:00Z"}
    assert editor.post("/api/v1/schedules/primary/overrides", made).status == 201

    nights, primary = tocsin("on-call").lines[1:]

    assert nights.split()[:2] == ["nights", "nobody"]
    assert nights.endswith("a gap")
    assert primary.split()[:2] == ["primary", "alice"]
    assert primary.endswith("by an override")


def test_without_schedules_that_is_said(tocsin: Tocsin) -> None:
    assert tocsin("on-call").out == "There are no schedules.\n"
