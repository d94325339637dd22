"""`tocsin plan`: people first, then objects; its exit code says how careful to be."""

import copy
import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.cli.conftest import Done, Tocsin
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.team_file.reading import read_team_file
from tocsin.team_file.values import policies_of, schedules_of, users_of
from tocsin_cli.exit_codes import ExitCode

THURSDAY = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
"""Alice is on call until Monday, 9 March, 09:00 in Paris; then Bob, then Carol."""

TEAM: dict[str, Any] = {
    "team": "payments",
    "users": [
        {"name": "alice", "email": "alice@example.com"},
        {"name": "bob", "email": "bob@example.com"},
        {"name": "carol", "email": "carol@example.com"},
    ],
    "schedules": [
        {
            "name": "primary",
            "time_zone": "Europe/Paris",
            "layers": [
                {
                    "rotation": "weekly",
                    "handoff": "mon 09:00",
                    "start": "2026-03-02",
                    "users": ["alice", "bob", "carol"],
                }
            ],
        }
    ],
    "integrations": [{"name": "backups", "type": "rest"}],
    "escalation_policies": [
        {"name": "default", "steps": [{"targets": [{"schedule": "primary"}], "delay": "5m"}]}
    ],
}

type Planned = Callable[..., Done]


@pytest.fixture
def world(world: World) -> World:
    world.now = THURSDAY
    return world


@pytest.fixture
def planned(tocsin: Tocsin, world: World) -> Planned:  # noqa: ARG001 - the time
    """Plan a file against TEAM."""
    write("before.yaml", TEAM)

    def plan(after: dict[str, Any], output: str = "table") -> Done:
        write("after.yaml", after)
        return tocsin("plan", "after.yaml", "--against", "before.yaml", "--output", output)

    return plan


def write(name: str, team: dict[str, Any]) -> None:
    with Path(name).open("w") as file:
        YAML().dump(team, file)


@pytest.fixture
def team() -> dict[str, Any]:
    return copy.deepcopy(TEAM)


def layer(team: dict[str, Any]) -> dict[str, Any]:
    layer: dict[str, Any] = team["schedules"][0]["layers"][0]
    return layer


def section(done: Done, title: str) -> list[str]:
    lines = done.lines[done.lines.index(title) + 1 :]
    return [line.strip() for line in lines[: lines.index("")] if line] if "" in lines else lines


MOVES = "Whose shifts move"
UNREACHABLE = "Who becomes unreachable"
PAGED = "Who is paged, now and in the next four weeks"


def test_the_same_file_changes_nothing(planned: Planned, team: dict[str, Any]) -> None:
    done = planned(team)

    assert done.code == ExitCode.DONE
    assert done.lines[1] == "Nothing changes."
    assert section(done, PAGED) == [
        "primary (Europe/Paris)",
        "now: alice, until Mon 9 Mar 09:00",
        "no change in the next four weeks",
    ]


def test_who_is_taken_out_of_a_rotation_stays_until_the_next_handoff_and_the_plan_says_so(
    planned: Planned, team: dict[str, Any]
) -> None:
    layer(team)["users"] = ["bob", "carol"]

    done = planned(team)

    assert done.code == ExitCode.CHANGES
    assert "now: alice, until Mon 9 Mar 09:00" in section(done, PAGED)
    assert section(done, MOVES)[:3] == [
        "primary (Europe/Paris)",
        "alice stays until Mon 9 Mar 09:00",
        "alice, no longer: Mon 23 Mar 09:00 to Mon 30 Mar 09:00",
    ]
    assert "No shift of now moves" in done.lines[1]


def test_a_person_who_comes_first_does_not_take_the_shift_of_now(
    planned: Planned, team: dict[str, Any]
) -> None:
    layer(team)["users"] = ["bob", "carol", "alice"]

    done = planned(team)

    assert done.code == ExitCode.CHANGES
    assert "alice stays until Mon 9 Mar 09:00" in section(done, MOVES)


def test_a_shift_of_now_that_moves_is_grave(planned: Planned, team: dict[str, Any]) -> None:
    team["schedules"][0]["overrides"] = [
        {"user": "carol", "from": "2026-03-05T08:00", "to": "2026-03-06T09:00"}
    ]

    done = planned(team)

    assert done.code == ExitCode.GRAVE_CHANGES
    assert done.lines[1] == "Look twice: the shift of now moves in primary."
    assert "now: alice → carol, until Fri 6 Mar 09:00" in section(done, PAGED)
    assert "alice is relieved at once, before the end of the shift" in section(done, MOVES)


def test_a_version_with_a_time_of_its_own_is_planned_for_that_time(
    planned: Planned, team: dict[str, Any]
) -> None:
    old = layer(team).copy()
    team["schedules"][0]["layers"] = [
        {"versions": [old, {**old, "from": "2026-03-07T09:00", "users": ["carol", "bob"]}]}
    ]

    done = planned(team)

    assert done.code == ExitCode.CHANGES
    assert "now: alice, until Sat 7 Mar 09:00" in section(done, PAGED)


def test_a_new_gap_is_grave_and_an_old_one_is_not(planned: Planned, team: dict[str, Any]) -> None:
    layer(team)["only"] = [{"days": ["mon", "tue", "wed", "thu", "fri"]}]

    done = planned(team)

    assert done.code == ExitCode.GRAVE_CHANGES
    assert section(done, UNREACHABLE)[0] == (
        "nobody is on call by primary: Sat 14 Mar 00:00 to Mon 16 Mar 00:00 (Europe/Paris)"
    )

    write("before.yaml", team)
    layer(team)["users"] = ["bob", "carol"]
    assert planned(team).code == ExitCode.CHANGES


def test_a_turn_of_nobody_is_no_gap(planned: Planned, team: dict[str, Any]) -> None:
    layer(team)["users"] = ["alice", "bob", "nobody"]

    assert planned(team).code == ExitCode.CHANGES


def test_a_person_on_call_without_an_address_is_grave(
    planned: Planned, team: dict[str, Any]
) -> None:
    team["users"].append({"name": "dave"})
    layer(team)["users"] = ["alice", "dave", "carol"]

    done = planned(team)

    assert done.code == ExitCode.GRAVE_CHANGES
    (line,) = section(done, UNREACHABLE)
    assert line == (
        "dave, on call by primary from Mon 9 Mar 09:00 (Europe/Paris) on, gets no page: "
        "dave has no contact method"
    )


def test_a_person_of_a_step_without_an_address_is_in_the_first_line_too(
    planned: Planned, team: dict[str, Any]
) -> None:
    team["users"].append({"name": "dave"})
    team["escalation_policies"][0]["steps"][0]["targets"].append({"user": "dave"})

    done = planned(team)

    assert done.code == ExitCode.CHANGES
    assert section(done, UNREACHABLE) != ["Nobody."]
    assert "No shift of now moves and no new gap, but see who becomes unreachable." in done.lines


def test_a_user_who_is_removed_during_the_shift_stays_until_its_end(
    planned: Planned, team: dict[str, Any]
) -> None:
    del team["users"][0]
    layer(team)["users"] = ["bob", "carol"]

    done = planned(team)

    assert done.code == ExitCode.CHANGES
    assert section(done, UNREACHABLE) == ["Nobody."]
    assert "alice stays until Mon 9 Mar 09:00" in section(done, MOVES)
    assert done.lines[-1] == (
        "  the user alice stays: the schedule primary asks them until 2026-03-09 08:00 UTC; the "
        "next deployment after that removes them"
    )


def test_alerts_that_reach_nobody_any_more_are_grave(
    planned: Planned, team: dict[str, Any]
) -> None:
    team["escalation_policies"][0]["severities"] = ["info"]

    done = planned(team)

    assert done.code == ExitCode.GRAVE_CHANGES
    assert section(done, UNREACHABLE)[0] == (
        "critical alerts that no integration and no route sends elsewhere reach nobody"
    )


def test_a_step_that_asks_others_is_shown_by_names_of_people(
    planned: Planned, team: dict[str, Any]
) -> None:
    hours = [{"days": ["mon", "fri"], "from": "08:00", "to": "20:00"}]
    step = {"targets": [{"user": "carol"}], "delay": "5m", "only": hours}
    team["escalation_policies"][0]["steps"].append(step)

    lines = section(planned(team), PAGED)

    table = [" ".join(line.split()) for line in lines[-4:]]
    assert table == [
        "escalation policy default, now",
        "STEP BEFORE AFTER",
        "1 step 1 alice (primary) alice (primary)",
        "2 step 2 - carol; after 5m; only mon fri 08:00-20:00",
    ]


def test_a_step_that_asks_another_schedule_is_planned_for_four_weeks(
    planned: Planned, team: dict[str, Any]
) -> None:
    team["schedules"].append({"name": "second", "follows": {"schedule": "primary"}})
    write("before.yaml", team)
    team["escalation_policies"][0]["steps"][0]["targets"] = [{"schedule": "second"}]

    done = planned(team)
    (policy,) = json.loads(planned(team, "json").out)["policies"]

    lines = [" ".join(line.split()) for line in section(done, PAGED)]
    start = lines.index("step 1 of default (Europe/Paris)")
    assert lines[start + 2 : start + 4] == [
        "Thu 5 Mar 13:00 to Mon 9 Mar 09:00 alice bob",
        "Mon 9 Mar 09:00 to Mon 16 Mar 09:00 bob carol",
    ]
    assert policy["changes"][0] == {
        "step": 1,
        "from": "2026-03-05T12:00:00.000Z",
        "to": "2026-03-09T08:00:00.000Z",
        "before": ["alice"],
        "after": ["bob"],
    }


def test_what_is_not_received_any_more_is_said(planned: Planned, team: dict[str, Any]) -> None:
    team["integrations"] = [{"name": "backups", "type": "monitor", "paused": True}]
    first = planned(team)
    del team["integrations"]
    second = planned(team)

    assert section(first, "What is not received any more") == [
        "anything from backups: it is paused",
        "bodies of rest from backups: it takes those of monitor",
    ]
    assert section(second, "What is not received any more") == [
        "anything from backups: it is removed, and its senders get 404"
    ]
    assert (first.code, second.code) == (ExitCode.CHANGES, ExitCode.CHANGES)


def test_objects_come_last_with_the_fields_that_change(
    planned: Planned, team: dict[str, Any]
) -> None:
    team["users"][1]["phone"] = "+15550100"
    team["channels"] = [{"name": "ops-mail", "type": "email", "to": ["ops@example.com"]}]
    del team["integrations"]
    layer(team)["users"] = ["alice", ["bob", "carol"]]

    done = planned(team)

    objects = [line.strip() for line in done.lines[done.lines.index("Objects") + 1 :]]
    assert objects == [
        *("made", "channel ops-mail"),
        *("changed: user bob", "phone: - → +15550100"),
        "changed: schedule primary",
        "layers[0].users: [alice, bob, carol] → [alice, [bob, carol]]",
        *("removed", "integration backups"),
    ]


def test_json_has_all_that_the_text_says_with_times_in_utc(
    planned: Planned, team: dict[str, Any]
) -> None:
    layer(team)["users"] = ["bob", "carol"]

    plan = json.loads(planned(team, "json").out)

    (schedule,) = plan["schedules"]
    assert plan["exit_code"] == ExitCode.CHANGES
    assert schedule["now"] == {
        "before": ["alice"],
        "after": ["alice"],
        "until": "2026-03-09T08:00:00.000Z",
    }
    assert schedule["changes"][0] == {
        "from": "2026-03-09T08:00:00.000Z",
        "to": "2026-03-16T08:00:00.000Z",
        "before": ["bob"],
        "after": ["carol"],
    }
    assert plan["objects"]["changed"][0]["name"] == "primary"


def test_markdown_is_for_a_merge_request(planned: Planned, team: dict[str, Any]) -> None:
    layer(team)["users"] = ["bob", "carol"]

    lines = planned(team, "markdown").lines

    assert lines[0] == "## Plan of after.yaml against before.yaml"
    assert "### Whose shifts move" in lines
    assert "| Mon 9 Mar 09:00 to Mon 16 Mar 09:00 | bob | carol |" in lines
    assert "- alice stays until Mon 9 Mar 09:00" in lines


@pytest.mark.usefixtures("world")
def test_a_revision_of_git_is_compared(tocsin: Tocsin, team: dict[str, Any]) -> None:
    git("init", "--quiet")
    git("commit", "--quiet", "--allow-empty", "--message", "Begin")
    write("team.yaml", team)
    git("add", "team.yaml")
    git("commit", "--quiet", "--message", "Add the team")
    layer(team)["users"] = ["bob", "carol"]
    write("team.yaml", team)

    changed = tocsin("plan", "team.yaml", "--against", "HEAD")
    new = tocsin("plan", "team.yaml", "--against", "HEAD~1")
    unknown = tocsin("plan", "team.yaml", "--against", "nowhere")
    option = tocsin("plan", "team.yaml", "--against", "--output=x")

    assert changed.code == ExitCode.CHANGES
    assert changed.lines[0] == "Plan of team.yaml against HEAD"
    assert new.lines[0] == "Plan of team.yaml against HEAD~1, which has no such file"
    assert unknown.code == ExitCode.WRONG_USAGE
    assert option.code == ExitCode.WRONG_USAGE
    assert "neither `stack`, nor a file, nor a revision" in unknown.err


def git(*arguments: str) -> None:
    settings = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    subprocess.run(["git", *settings, *arguments], check=True, capture_output=True)


def test_a_file_that_is_not_valid_is_not_planned(tocsin: Tocsin) -> None:
    Path("team.yaml").write_text("team: payments\nusres: []\n")

    done = tocsin("plan", "team.yaml", "--against", "team.yaml")

    assert done.code == ExitCode.FAILED
    assert "team.yaml:2:1: usres" in done.err


def test_without_a_stack_another_thing_to_compare_with_has_to_be_named(
    tocsin: Tocsin, team: dict[str, Any]
) -> None:
    write("team.yaml", team)

    assert tocsin("plan", "team.yaml").code == ExitCode.NOT_CONFIGURED
    assert tocsin("plan", "nowhere.yaml").code == ExitCode.WRONG_USAGE
    assert (
        tocsin("plan", "team.yaml", "--against", "team.yaml", "--profile", "x").code
        == ExitCode.WRONG_USAGE
    )


@pytest.mark.loopback
@pytest.mark.usefixtures("stack")
def test_what_people_made_by_api_stays_and_is_named(
    world: World, tocsin: Tocsin, team: dict[str, Any]
) -> None:
    editor = Client.of(world).with_key("config", "alerts")
    for path, kind in (("users", "users"), ("schedules", "schedules")):
        for entry in team[kind]:
            body = {name: it for name, it in entry.items() if name != "name"}
            assert editor.send("PUT", f"/api/v1/{path}/{entry['name']}", body=body).status == 201
    editor.send("PUT", "/api/v1/users/erin", body={"email": "erin@example.com"})
    taken = {
        "user": "carol",
        "from": (world.now + timedelta(days=5)).isoformat(),
        "to": (world.now + timedelta(days=6)).isoformat(),
    }
    assert editor.post("/api/v1/schedules/primary/overrides", taken).status == 201
    layer(team)["users"] = ["bob", "carol"]
    write("team.yaml", team)

    done = tocsin("plan", "team.yaml")
    plan = json.loads(tocsin("plan", "team.yaml", "--output", "json").out)

    assert done.lines[0].startswith("Plan of team.yaml against the stack http://127.0.0.1:")
    (schedule,) = plan["schedules"]
    assert schedule["now"]["after"] == ["alice"]
    overridden = ("2026-03-10T12:00", "2026-03-11T12:00")
    assert all(
        it["to"] <= overridden[1] or it["from"] >= overridden[0] for it in schedule["changes"]
    )
    assert any(it["to"].startswith(overridden[0]) for it in schedule["changes"])
    stays = done.lines.index("  made by API, not in the file: stays")
    assert done.lines[stays + 1] == "    user erin"
    assert plan["objects"]["removed"] == []


@pytest.mark.loopback
@pytest.mark.usefixtures("stack")
def test_what_the_deployment_would_refuse_is_said_before(
    world: World, tocsin: Tocsin, team: dict[str, Any]
) -> None:
    file = read_team_file(team, at=world.now)
    for user in users_of(file):
        world.keep(world.users, user)
    for policy in policies_of(file):
        world.keep(world.policies, policy)
    for schedule in schedules_of(file):
        world.keep(world.schedules, schedule)
    editor = Client.of(world).with_key("config", "alerts")
    by_api = {"match": ['env="prod"'], "escalation_policy": "default"}
    assert editor.send("PUT", "/api/v1/routes/prod", body=by_api).status == 201
    del team["escalation_policies"]
    write("team.yaml", team)

    done = tocsin("plan", "team.yaml")

    assert done.code == ExitCode.FAILED
    (line,) = section(done, "Why it cannot be applied")
    assert line == (
        "the escalation policy default is not in the file any more, and the route prod, which "
        "people made by API, needs it"
    )
