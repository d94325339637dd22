"""The team's settings: one object, which has its defaults until it is set."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.examples import MINUTE, NINE
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.channels.by_type import MODULES
from tocsin.domain.configuration import Configured
from tocsin.domain.flapping import FlappingRule
from tocsin.domain.ids import WriteId
from tocsin.domain.team_settings import TeamSettings

PATH = "/api/v1/settings"
DEFAULTS: dict[str, Any] = {
    "bundle": "1m",
    "storm_labels": ["service", "cluster", "team"],
    "provider_rates": {
        "email": 840,
        "sms": 1200,
        "slack": 60,
        "push": 1200,
        "webhook": 1200,
        "apprise": 60,
        "console": 60_000,
    },
    "flapping": {"after": 5, "within": "1h", "stable": "15m", "hold_critical": "3m"},
    "notices": None,
    "managed_by": None,
}
FULL: dict[str, Any] = {
    "bundle": "2m",
    "storm_labels": ["app", "kubernetes.io/zone"],
    "provider_rates": {"email": 60},
    "flapping": {"after": 3, "within": "2h", "stable": "20m", "hold_critical": "0s"},
    "notices": ["shift_begins", "week"],
}


def test_what_nobody_has_set_is_shown_with_its_default(editor: Client) -> None:
    assert editor.get(PATH).data == {**DEFAULTS, "created_at": None}


def test_every_type_of_channel_has_a_published_rate() -> None:
    assert DEFAULTS["provider_rates"].keys() == MODULES.keys()


def test_what_is_set_is_shown_and_reaches_the_engine(world: World, editor: Client) -> None:
    said = editor.send("PUT", PATH, body=FULL)

    rates = {**DEFAULTS["provider_rates"], "email": 60}
    shown = {**FULL, "provider_rates": rates, "managed_by": None}
    assert said.status == 200
    assert "warnings" not in said.json
    assert said.data == editor.get(PATH).data == {**shown, "created_at": "2026-03-01T09:00:00.000Z"}
    assert world.paging.settings(NINE) == TeamSettings(
        bundle=2 * MINUTE,
        storm_labels=("app", "kubernetes.io/zone"),
        provider_rates={"email": 60},
        flapping=FlappingRule(
            after=3, within=timedelta(hours=2), stable=20 * MINUTE, hold_critical=timedelta()
        ),
        notices=frozenset(("shift_begins", "week")),
    )


def test_replacing_puts_what_is_left_out_back_to_its_default(editor: Client) -> None:
    editor.send("PUT", PATH, body=FULL)

    replaced = editor.send("PUT", PATH, body={})

    assert replaced.data == {**DEFAULTS, "created_at": "2026-03-01T09:00:00.000Z"}


def test_a_change_leaves_everything_else(world: World, editor: Client) -> None:
    editor.send("PATCH", PATH, body={"provider_rates": {"sms": 5}, "storm_labels": []})

    changed = editor.send("PATCH", PATH, body={"bundle": 0, "flapping": "off"}).data
    usual = editor.send("PATCH", PATH, body={"flapping": None}).data

    assert (changed["bundle"], changed["flapping"], changed["storm_labels"]) == ("0s", "off", [])
    assert usual == {**changed, "flapping": DEFAULTS["flapping"]}
    assert world.paging.settings(NINE).provider_rates == {"sms": 5}, "no default is kept as set"


@pytest.mark.parametrize(
    ("said", "field", "problem"),
    [
        ({"bundle": "61m"}, "bundle", "from 0s to 1h"),
        ({"bundle": "soon"}, "bundle", "90s"),
        ({"storm_labels": ["a"] * 2}, "storm_labels", "each label once"),
        ({"storm_labels": [f"l{it}" for it in range(9)]}, "storm_labels", "at most 8"),
        ({"storm_labels": ["a b"]}, "storm_labels[0]", "such as service"),
        ({"storm_labels": ["x" * 129]}, "storm_labels[0]", "128"),
        ({"provider_rates": {"email": 0}}, "provider_rates.email", "1"),
        ({"provider_rates": {"email": 60_001}}, "provider_rates.email", "60,000"),
        ({"provider_rates": {"fax": 1}}, "provider_rates.fax", "is no field here"),
        ({"flapping": {"after": 0}}, "flapping.after", "1"),
        ({"colour": "red"}, "colour", "is no field here"),
    ],
)
def test_a_wrong_value_is_named(
    editor: Client, said: dict[str, Any], field: str, problem: str
) -> None:
    for method in ("PUT", "PATCH"):
        refused = editor.send(method, PATH, body=said)

        assert (refused.status, refused.wrong_fields) == (422, [field])
        assert problem in refused.json["error"]["details"][0]["problem"].replace("60000", "60,000")
    assert editor.get(PATH).data["created_at"] is None


def test_policies_that_a_changed_rule_does_not_reach_are_named(editor: Client) -> None:
    editor.send("PUT", "/api/v1/channels/here", body={"type": "console"})
    steps = [{"targets": [{"channel": "here"}], "delay": "5m"}]
    for name, flapping in (("own", {"after": 2}), ("quiet", "off"), ("teams", None)):
        body = {"steps": steps, "flapping": flapping}
        editor.send("PUT", f"/api/v1/escalation-policies/{name}", body=body)

    changed = editor.send("PATCH", PATH, body={"flapping": {"after": 9}})
    unchanged = editor.send("PATCH", PATH, body={"bundle": "5m"})

    [warning] = changed.json["warnings"]
    assert warning["field"] == "flapping"
    assert warning["problem"].endswith("with their own: own, quiet")
    assert "warnings" not in unchanged.json


def test_what_the_teams_file_manages_is_changed_there(world: World, editor: Client) -> None:
    settings = Configured(value=replace(TeamSettings(), managed_by="team file"), created_at=NINE)
    world.settings.put(None, settings, write_id=WriteId("file"))

    for method in ("PUT", "PATCH"):
        refused = editor.send(method, PATH, body={"bundle": 0})
        assert (refused.status, refused.code) == (409, "managed_elsewhere")
    assert editor.get(PATH).data["managed_by"] == "team file"


def test_a_key_reads_and_changes_by_its_scopes(editor: Client) -> None:
    reader = editor.with_key("config:read")

    assert reader.get(PATH).status == 200
    assert reader.send("PUT", PATH, body={}).status == 403
    assert reader.send("PATCH", PATH, body={}).status == 403
    assert editor.with_key("alerts").get(PATH).status == 403
