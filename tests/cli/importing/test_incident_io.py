"""incident.io: what its API says otherwise than our file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.imports import SAMPLES, Import, Json, import_json, import_of, sample

PATHS = "GET /v2/escalation_paths"
USERS = "GET /v2/users"


@pytest.fixture(scope="module")
def made() -> Import:
    return import_of("incident-io", SAMPLES / "incident-io-api.json")


@pytest.fixture
def answers() -> Json:
    """The sample, with bob as active as alice."""
    answers = sample("incident-io-api.json")
    answers[USERS]["users"][1]["is_active"] = True
    return answers


def rotations(answers: Json) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answers["GET /v2/schedules"]["schedules"][0]["config"][
        "rotations"
    ]
    return found


def test_a_planned_change_is_a_version_of_the_layer(made: Import) -> None:
    first, second = made.named("schedules", "primary-on-call")["layers"][0]["versions"]

    assert "from" not in first
    assert second["from"] == "2099-01-01T09:00:00Z"
    assert second["only"] == [{"days": ["mon"], "from": "09:00", "to": "17:00"}]
    assert made.note("PlannedChange").value == "from 2099-01-01 09:00 UTC"


def test_a_change_that_has_come_is_all_there_is(answers: Json, tmp_path: Path) -> None:
    rotations(answers)[1]["effective_from"] = "2026-01-01T09:00:00Z"

    made = import_json("incident-io", answers, tmp_path)

    (schedule,) = made.file["schedules"]
    assert "versions" not in schedule["layers"][0]
    assert not made.verified().differences


def test_a_change_within_the_weeks_compared_puts_the_same_people_on_call(
    answers: Json, tmp_path: Path
) -> None:
    rotations(answers)[1]["effective_from"] = "2026-12-10T13:00:00Z"

    made = import_json("incident-io", answers, tmp_path)

    assert not made.verified().differences


def test_two_layers_of_one_list_are_one_place_apart(answers: Json, tmp_path: Path) -> None:
    made = import_json("incident-io", answers, tmp_path)

    names = made.draft.schedules["01G0J1EXE7AXZ2C93K61WBPYEH"]
    on_call = [made.on_call(it, "2026-12-01T12:00:00Z") for it in names]
    assert sorted(map(sorted, on_call)) == [["alice"], ["bob"]]
    assert not made.verified().differences


def test_two_layers_of_one_list_without_a_change_to_come_follow_each_other(
    answers: Json, tmp_path: Path
) -> None:
    rotations(answers).pop()

    made = import_json("incident-io", answers, tmp_path)

    first, second = made.file["schedules"]
    assert second["follows"] == {"schedule": first["name"], "offset": 1}
    assert not made.verified().differences
    step = made.named("escalation_policies", "urgent-support")["steps"][0]
    assert step["targets"] == [{"schedule": first["name"]}, {"schedule": second["name"]}]


def test_handovers_may_alternate(answers: Json, tmp_path: Path) -> None:
    only = rotations(answers)
    del only[0]
    del only[0]["effective_from"]
    only[0] |= {
        "working_intervals": [],
        "users": [{"id": it, "email": f"{it}@example.com"} for it in ("a", "b", "c")],
    }

    made = import_json("incident-io", answers, tmp_path)

    (schedule,) = made.file["schedules"]
    assert [it["duration"] for it in schedule["layers"]] == ["1d", "3d"]
    # One day each, then three: four days for two turns.
    assert {it["rrule"] for it in schedule["layers"]} == {"FREQ=DAILY;INTERVAL=4"}
    assert not made.verified().differences


@pytest.mark.parametrize("month", [3, 10])
def test_alternating_handovers_keep_the_clock_on_the_wall(
    answers: Json, tmp_path: Path, month: int
) -> None:
    only = rotations(answers)
    only[0]["handovers"] = [
        {"interval": 5, "interval_type": "daily"},
        {"interval": 2, "interval_type": "daily"},
        {"interval": 1, "interval_type": "weekly"},
    ]
    only.pop()

    made = import_json("incident-io", answers, tmp_path, datetime(2027, month, 1, tzinfo=UTC))

    assert not made.verified().differences


def test_who_is_not_active_is_no_user_and_the_difference_is_named(made: Import) -> None:
    assert [it["name"] for it in made.file["users"]] == ["alice"]
    assert {it.value for it in made.notes("BlockedUser")} == {"BOB@example.com", "Bob Example"}
    (difference,) = made.verified().differences
    assert difference.note is not None
    assert difference.source == {"alice", "bob@example.com"}


def test_delays_add_up_and_channels_are_named(made: Import) -> None:
    steps = made.named("escalation_policies", "urgent-support")["steps"]

    # Five minutes to acknowledge, and the node that waits two more.
    assert [it["delay"] for it in steps] == ["7m", "1m", "15m"]
    assert steps[1]["targets"] == [{"channel": "slack-c0example"}]
    assert made.named("channels", "slack-c0example") == {
        "name": "slack-c0example",
        "type": "slack",
        "secret": "slack",
        "channel": "C0EXAMPLE",
    }
    assert made.note("SecretValueMissing").value == "slack"


def test_what_has_no_counterpart_is_noted(made: Import) -> None:
    assert made.note("ConditionalPath").value == "Alert priority: then_path"
    assert made.note("AckModeAll").place.endswith("path[0].level")
    assert "then_path[0]" in made.note("RoundRobin").place
    assert made.note("RepeatAfter").value == "Urgent Support: after 30m"
    assert made.note("NoRoute").value == "urgent-support"


def test_a_node_that_repeats_from_the_first_is_the_repeat_of_the_policy(made: Import) -> None:
    assert made.named("escalation_policies", "urgent-support")["repeat"] == 3


def test_a_node_that_repeats_from_another_is_noted(answers: Json, tmp_path: Path) -> None:
    answers[PATHS]["escalation_paths"][0]["path"][4]["repeat"]["to_node"] = "n3"

    made = import_json("incident-io", answers, tmp_path)

    assert "from n3 on" in [it.value for it in made.notes("RepeatAfter")]


def test_all_people_of_a_schedule_are_named_one_by_one(answers: Json, tmp_path: Path) -> None:
    target = answers[PATHS]["escalation_paths"][0]["path"][0]["level"]["targets"][0]
    target |= {"schedule_mode": "all_users", "urgency": "low"}

    made = import_json("incident-io", answers, tmp_path)

    step = made.named("escalation_policies", "urgent-support")["steps"][0]
    assert step["targets"] == [{"user": "alice"}, {"user": "bob"}]
    assert made.notes("AllNotified")
    assert made.notes("LowUrgency")


def test_a_branch_without_then_takes_the_other(answers: Json, tmp_path: Path) -> None:
    branch = answers[PATHS]["escalation_paths"][0]["path"][3]["if_else"]
    branch["then_path"], branch["else_path"] = [], branch["then_path"]

    made = import_json("incident-io", answers, tmp_path)

    assert made.note("ConditionalPath").value == "Alert priority: else_path"
    assert len(made.named("escalation_policies", "urgent-support")["steps"]) == 3
