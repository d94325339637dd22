"""`tocsin export`: what a stack has, as a team's file that says the same."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.cli.conftest import KEY, Tocsin, add_key
from tests.examples import NINE
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.team_file.reading import read_team_file
from tocsin_cli.exit_codes import ExitCode

pytestmark = pytest.mark.loopback

OBJECTS: dict[str, dict[str, Any]] = {
    "users/alice": {
        "full_name": "Alice Archer",
        "email": "alice@example.com",
        "phone": "+4915112345678",
        "time_zone": "Europe/Berlin",
        "notify": [{"by": "email"}, {"after": "5m", "by": "sms", "severity": ["critical"]}],
    },
    "users/bob": {"email": "bob@example.com"},
    "channels/ops-mail": {"type": "email", "to": ["ops@example.com"], "bundle": "0s"},
    "schedules/primary": {
        "time_zone": "Europe/Berlin",
        "layers": [
            {
                "rotation": "weekly",
                "handoff": "mon 09:00",
                "start": "2026-01-05",
                "users": ["alice", ["bob", "alice"], "nobody"],
                "only": [{"days": ["mon", "fri"], "from": "08:00", "to": "18:00"}],
            },
            {"rrule": "FREQ=DAILY", "at": "18:00", "duration": "14h", "users": ["bob"]},
        ],
        "overrides": [
            {
                "user": "bob",
                "from": "2026-04-01T09:00",
                "to": "2026-04-02T09:00",
                "reason": "Day off",
            }
        ],
    },
    "schedules/secondary": {"follows": {"schedule": "primary", "offset": 1}},
    "escalation-policies/default": {
        "steps": [
            {
                "name": "first",
                "targets": [{"schedule": "primary"}, {"channel": "ops-mail"}],
                "delay": "5m",
            },
            {
                "targets": [{"schedule": "primary", "position": "next"}, {"user": "bob"}],
                "delay": "10m",
            },
        ],
        "repeat": 2,
        "ack_timeout": "30m",
        "severities": ["critical"],
        "flapping": "off",
    },
    "integrations/backups": {
        "type": "rest",
        "severity_map": {"major": "critical"},
        "resolve_after": "2m",
        "signature": {"header": "x-signature", "secret": "s" * 40},
        "allowed_cidrs": ["198.51.100.0/24"],
    },
    "integrations/monitors": {"type": "monitor"},
    "routes/payments": {
        "match": ['team="payments"'],
        "escalation_policy": "default",
        "hold": "2m",
        "position": 30,
        "only": [{"days": ["mon", "tue"], "from": "08:00", "to": "20:00"}],
        "time_zone": "Europe/Berlin",
    },
    "routes/all": {"escalation_policy": "default", "severity": "warning", "position": 20},
    "silences/staging": {"match": ['env="staging"'], "duration": "2h", "reason": "Moving"},
    "maintenance-windows/nightly": {
        "match": ['service="db"'],
        "start": "2026-03-02T02:00",
        "duration": "1h",
        "rrule": "FREQ=DAILY",
        "time_zone": "Europe/Berlin",
        "reason": "Backups",
    },
    "heartbeats/dump": {"cron": "0 2 * * *", "time_zone": "Europe/Berlin", "grace": "30m"},
    "heartbeats/sync": {"period": "1h", "escalation_policy": "default"},
}


@pytest.fixture
def editor(world: World) -> Client:
    return Client.of(world).with_key("config", "alerts", "silences")


@pytest.fixture
def configured(editor: Client) -> Client:
    for path, body in OBJECTS.items():
        answer = editor.send("PUT", f"/api/v1/{path}", body=body)
        assert answer.status in (200, 201), answer.text
    answer = editor.send("PUT", "/api/v1/settings", body={"bundle": "30s"})
    assert answer.status == 200
    return editor


@pytest.fixture(autouse=True)
def key(
    world: World,
    stack: str,  # noqa: ARG001 - which names another key
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_key(world, "tocsin_exports", "config:read", "silences")
    monkeypatch.setenv("TOCSIN_API_KEY", "tocsin_exports")


def exported(tocsin: Tocsin) -> dict[str, Any]:
    done = tocsin("export", "--team", "payments")
    assert done.code == 0, done.err
    read: dict[str, Any] = YAML(typ="safe").load(done.out)
    return read


@pytest.mark.usefixtures("configured")
def test_everything_is_exported_and_valid(tocsin: Tocsin, own_home: Path) -> None:
    path = own_home / "team.yaml"

    done = tocsin("export", "--team", "payments", "--out", str(path))

    assert done.code == 0, done.err
    assert done.out == f"{path} has 14 objects.\n"
    assert tocsin("validate", str(path)).out == f"{path} is valid.\n"
    names = {
        f"{section.replace('_', '-')}/{it['name']}"
        for section, entries in YAML(typ="safe").load(path.read_text()).items()
        if isinstance(entries, list)
        for it in entries
    }
    assert names == set(OBJECTS)


@pytest.mark.usefixtures("configured")
def test_an_exported_file_changes_nothing_in_its_stack(tocsin: Tocsin) -> None:
    tocsin("export", "--team", "payments", "--out", "team.yaml")

    planned = tocsin("plan", "team.yaml")

    assert "Nobody's." in planned.out
    assert "changed:" not in planned.out
    assert planned.code == ExitCode.CHANGES  # all of it was made by API
    assert "made by API until now, then by the file" in planned.out


def test_a_new_stack_of_an_exported_file_is_exported_the_same(
    configured: Client, tocsin: Tocsin
) -> None:
    before = tocsin("export", "--team", "payments").out
    for path, body in OBJECTS.items():
        configured.send("PUT", f"/api/v1/{path}", body=body)

    assert tocsin("export", "--team", "payments").out == before


@pytest.mark.usefixtures("configured")
def test_what_has_its_default_is_left_out(tocsin: Tocsin) -> None:
    file = exported(tocsin)

    assert file["users"][1] == {"name": "bob", "email": "bob@example.com"}
    assert file["heartbeats"][1] == {
        "name": "sync",
        "period": "1h",
        "escalation_policy": "default",
    }
    assert file["integrations"][1] == {"name": "monitors", "type": "monitor"}
    assert file["integrations"][0]["resolve_after"] == "2m"
    assert [it["name"] for it in file["routes"]] == ["all", "payments"]


@pytest.mark.usefixtures("configured")
def test_secrets_are_named_and_told(tocsin: Tocsin) -> None:
    done = tocsin("export", "--team", "payments")

    assert "s" * 40 not in done.out
    assert "secret: backups-signature" in done.out
    assert "backups-signature" in done.err


def test_what_is_over_is_left_out(world: World, configured: Client, tocsin: Tocsin) -> None:
    made = {"user": "alice", "from": "2026-03-01T12:00:00Z", "to": "2026-03-01T13:00:00Z"}
    configured.post("/api/v1/schedules/primary/overrides", made)
    overrides = exported(tocsin)["schedules"][0]["overrides"]
    assert [it["user"] for it in overrides] == ["bob", "alice"]

    world.pass_time(hours=5)

    file = exported(tocsin)
    assert "silences" not in file
    assert [it["user"] for it in file["schedules"][0]["overrides"]] == ["bob"]
    read_team_file(file, at=NINE + timedelta(hours=5))


def test_a_change_that_waits_is_exported_with_its_time(configured: Client, tocsin: Tocsin) -> None:
    changed = {**OBJECTS["schedules/primary"]}
    changed["layers"] = [{**changed["layers"][0], "users": ["bob", "alice"]}, changed["layers"][1]]
    assert configured.send("PUT", "/api/v1/schedules/primary", body=changed).status == 200

    versions = exported(tocsin)["schedules"][0]["layers"][0]["versions"]

    assert [it.get("from") for it in versions] == [None, "2026-03-02T08:00:00.000Z"]
    Path("team.yaml").write_text(tocsin("export", "--team", "payments").out)
    assert "changed:" not in tocsin("plan", "team.yaml").out


def test_an_existing_file_is_not_overwritten(tocsin: Tocsin, own_home: Path) -> None:
    (own_home / "team.yaml").write_text("mine")

    done = tocsin("export", "--out", "team.yaml")

    assert done.code == ExitCode.WRONG_USAGE
    assert (own_home / "team.yaml").read_text() == "mine"


@pytest.mark.usefixtures("configured")
def test_what_the_key_may_not_read_is_left_out_and_told(
    tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tocsin("export", "--team", "payments").out
    Path("team.yaml").write_text(file)
    monkeypatch.setenv("TOCSIN_API_KEY", KEY)

    done = tocsin("export", "--team", "payments")
    planned = tocsin("plan", "team.yaml")

    assert "silences:" not in done.out
    assert "silences are left out" in done.err
    assert "silence staging" not in planned.out
