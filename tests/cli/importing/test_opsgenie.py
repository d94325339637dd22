"""Opsgenie: what its API and its backups say otherwise than our file."""

import json
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from tests.imports import AT, SAMPLES, Import, Json, import_json, import_of, sample

SCHEDULES = "GET /v2/schedules?expand=rotation"
ESCALATIONS = "GET /v2/escalations"


@pytest.fixture(scope="module")
def made() -> Import:
    return import_of("opsgenie", SAMPLES / "opsgenie-api.json")


@pytest.fixture
def answers() -> Json:
    return sample("opsgenie-api.json")


def rotation(**more: object) -> dict[str, Any]:
    people = [{"type": "user", "username": f"{it}@example.com"} for it in ("alice", "bob")]
    return {
        "id": "r",
        "name": "r",
        "startDate": "2026-11-02T08:00:00Z",
        "type": "weekly",
        "length": 1,
        "participants": people,
        **more,
    }


def scheduled(folder: Path, *rotations: dict[str, Any], at: datetime = AT) -> Import:
    schedule = {"id": "s", "name": "s", "timezone": "Europe/Paris", "rotations": list(rotations)}
    return import_json("opsgenie", {"GET /v2/schedules": {"data": [schedule]}}, folder, at)


def test_a_user_is_called_as_the_address_before_the_at_in_small_letters(made: Import) -> None:
    alice = made.named("users", "alice")

    assert alice["email"] == "alice@example.com"
    assert alice["role"] == "admin"
    assert alice["phone"] == "+15550100"
    assert alice["time_zone"] == "Europe/Paris"


def test_an_address_in_any_case_is_one_person(made: Import) -> None:
    assert [it["name"] for it in made.file["users"]] == ["alice", "bob"]


def test_rules_keep_their_delays_and_notices_of_shifts_are_noted(made: Import) -> None:
    assert made.named("users", "alice")["notify"] == [
        {"after": "0s", "by": "email"},
        {"after": "5m", "by": "sms"},
    ]
    assert made.note("ShiftNotice").value == "schedule-start"


def test_a_blocked_person_is_no_user_and_is_noted(made: Import) -> None:
    user, turn = made.notes("BlockedUser")
    assert user.value == turn.value == "carol@example.com"
    assert turn.place.endswith("data[0].rotations[2].participants[0]")
    assert "carol" not in made.text


def test_the_turn_of_a_blocked_person_is_nobodys_and_the_difference_is_named(
    answers: Json, tmp_path: Path
) -> None:
    carol = {"type": "user", "username": "Carol@example.com"}
    answers[SCHEDULES]["data"][0]["rotations"][0]["participants"].append(carol)

    made = import_json("opsgenie", answers, tmp_path)

    layer = made.named("schedules", "platform-schedule")["layers"][0]
    assert layer["users"] == ["alice", "bob", "nobody"]
    differences = made.verified().differences
    assert differences
    assert {it.note and it.note.code for it in differences} == {"BlockedUser"}


def test_a_turn_of_none_is_nobodys_and_a_team_is_its_people_together(made: Import) -> None:
    nights = made.named("schedules", "platform-schedule-nights")["layers"][0]

    assert nights["users"] == ["bob", "nobody", ["alice", "bob"]]
    note = made.note("TeamParticipant")
    assert note.value == "Platform: alice, bob"
    assert note.place.endswith("data[0].rotations[1].participants[2]")


def test_rotations_that_are_on_call_at_once_are_schedules_of_their_own(made: Import) -> None:
    # On Wednesday at 23:00 both the business hours, which last all week, and the nights hold.
    both = [
        made.on_call(it, "2026-12-02T22:00:00Z")
        for it in ("platform-schedule", "platform-schedule-nights")
    ]

    assert all(both)
    assert made.notes("OverlappingRotations")


def test_rotations_that_never_meet_share_a_schedule(tmp_path: Path) -> None:
    def hours(begins: int, ends: int) -> dict[str, Any]:
        restriction = {"startHour": begins, "startMin": 0, "endHour": ends, "endMin": 0}
        return {"type": "time-of-day", "restriction": restriction}

    made = scheduled(
        tmp_path,
        rotation(id="d", name="days", timeRestriction=hours(8, 20)),
        rotation(id="n", name="nights", timeRestriction=hours(20, 8)),
    )

    (schedule,) = made.file["schedules"]
    assert [it["name"] for it in schedule["layers"]] == ["days", "nights"]
    assert made.notes("OverlappingRotations") == []
    assert made.notes("GapInRotation") == []


def test_one_restriction_is_hours_of_each_day(made: Import) -> None:
    nights = made.named("schedules", "platform-schedule-nights")["layers"][0]

    assert nights["only"] == [{"from": "22:00", "to": "06:30"}]
    assert nights["count"] == "always"


def test_restrictions_from_a_day_to_another_hold_without_a_break(made: Import) -> None:
    hours = made.named("schedules", "platform-schedule")["layers"][0]

    assert hours["only"] == [
        {"days": ["mon"], "from": "09:00", "to": "00:00"},
        {"days": ["tue", "wed", "thu"], "from": "00:00", "to": "00:00"},
        {"days": ["fri"], "from": "00:00", "to": "18:00"},
    ]
    # Tuesday at 3 in the night is between Monday 09:00 and Friday 18:00.
    assert made.on_call("platform-schedule", "2026-12-01T02:00:00Z") != set()
    assert made.on_call("platform-schedule", "2026-11-28T12:00:00Z") == set()


def test_restrictions_may_wrap_from_friday_to_monday(tmp_path: Path) -> None:
    span = {"startDay": "friday", "startHour": 18, "startMin": 0}
    span |= {"endDay": "monday", "endHour": 9, "endMin": 30}
    restriction = {"type": "weekday-and-time-of-day", "restrictions": [span]}

    made = scheduled(tmp_path, rotation(timeRestriction=restriction))

    assert made.on_call("s", "2026-11-29T12:00:00Z") != set()
    assert made.on_call("s", "2026-11-30T08:29:00Z") != set()
    assert made.on_call("s", "2026-11-30T08:30:00Z") == set()
    assert not made.verified().differences


def test_hours_are_in_the_schedules_zone_and_start_dates_in_utc(made: Import) -> None:
    layer = made.named("schedules", "platform-schedule")["layers"][0]

    # 08:00 UTC in February is 09:00 in Paris, and stays so in summer.
    assert (layer["handoff"], layer["start"]) == ("mon 09:00", "2024-02-05")
    assert made.on_call("platform-schedule", "2027-06-28T06:59:00Z") == set()
    assert made.on_call("platform-schedule", "2027-06-28T07:00:00Z") != set()


def test_a_rotation_that_ended_is_left_out_and_noted(made: Import) -> None:
    note = made.note("RotationEnded")

    assert note.value == "Old"
    assert note.place.endswith("data[0].rotations[2]")


def test_a_rotation_that_ends_later_or_begins_later_says_so(tmp_path: Path) -> None:
    made = scheduled(
        tmp_path, rotation(startDate="2026-12-07T08:00:00Z", endDate="2026-12-21T08:00:00Z")
    )

    layer = made.named("schedules", "s")["layers"][0]
    assert layer["begins"] == "2026-12-07T09:00:00"
    assert layer["until"] == "2026-12-21T09:00:00"
    assert not made.verified().differences


def test_a_rotation_by_the_hour_hands_over_by_the_clock(tmp_path: Path) -> None:
    made = scheduled(tmp_path, rotation(type="hourly", length=12))

    assert made.on_call("s", "2026-11-28T08:00:00Z") != made.on_call("s", "2026-11-28T07:59:00Z")
    assert not made.verified().differences


def test_an_override_of_one_rotation_leaves_the_others_alone(made: Import) -> None:
    days, nights = (
        made.named("schedules", it) for it in ("platform-schedule", "platform-schedule-nights")
    )

    (override,) = days["overrides"]
    assert override["kind"] == "replace"
    assert override["user"] == "alice"
    assert override["from"] == "2026-12-24T09:00:00Z"
    assert "overrides" not in nights


def test_an_override_of_a_rotation_that_is_left_out_is_noted(answers: Json, tmp_path: Path) -> None:
    del answers[SCHEDULES]["data"][0]["rotations"][0]["participants"]

    made = import_json("opsgenie", answers, tmp_path)

    assert made.note("OverrideNotCarried").value == "alice"
    assert made.verified().differences
    assert made.verified().unnamed == []


def test_an_override_of_all_rotations_is_in_all_schedules(answers: Json, tmp_path: Path) -> None:
    del answers["GET /v2/schedules/s1/overrides"]["data"][0]["rotations"]

    made = import_json("opsgenie", answers, tmp_path)

    assert len(made.file["schedules"]) == 2
    assert all(it["overrides"] for it in made.file["schedules"])
    assert not made.verified().differences


def test_an_override_by_a_blocked_person_is_left_out_and_named(
    answers: Json, tmp_path: Path
) -> None:
    override = answers["GET /v2/schedules/s1/overrides"]["data"][0]
    override["user"] = {"username": "carol@example.com"}

    made = import_json("opsgenie", answers, tmp_path)

    differences = made.verified().differences
    assert {it.note and it.note.code for it in differences} == {"BlockedUser"}
    assert "overrides" not in made.named("schedules", "platform-schedule")


def test_rotations_that_the_list_leaves_out_are_read_from_their_own_answer(
    answers: Json, tmp_path: Path
) -> None:
    schedule = answers[SCHEDULES]["data"][0]
    rotations = schedule.pop("rotations")

    without = import_json("opsgenie", answers, tmp_path)
    answers["GET /v2/schedules/s1/rotations"] = {"data": rotations}
    made = import_json("opsgenie", answers, tmp_path)

    assert without.note("LayersMissing").value == "Platform_schedule"
    assert len(made.file["schedules"]) == 2


def test_a_schedule_that_is_switched_off_is_left_out(answers: Json, tmp_path: Path) -> None:
    answers[SCHEDULES]["data"][0]["enabled"] = False

    made = import_json("opsgenie", answers, tmp_path)

    assert "schedules" not in made.file
    assert made.note("DisabledSchedule").value == "Platform_schedule"


def test_delays_from_the_start_become_delays_from_step_to_step(made: Import) -> None:
    policy = made.named("escalation_policies", "platform-escalation")

    # 0, 5 and 60 minutes from the start; 10 minutes before the first of two repeats.
    assert [it["delay"] for it in policy["steps"]] == ["5m", "55m", "10m"]
    assert policy["repeat"] == 2


def test_rules_at_the_same_time_are_one_step(answers: Json, tmp_path: Path) -> None:
    for rule in answers[ESCALATIONS]["data"][0]["rules"]:
        rule["delay"] = {"timeAmount": 5, "timeUnit": "minutes"}

    made = import_json("opsgenie", answers, tmp_path)

    assert len(made.named("escalation_policies", "platform-escalation")["steps"]) == 1


def test_next_is_who_is_next_by_the_schedules(made: Import) -> None:
    step = made.named("escalation_policies", "platform-escalation")["steps"][1]

    assert step["targets"] == [
        {"schedule": "platform-schedule", "position": "next"},
        {"schedule": "platform-schedule-nights", "position": "next"},
    ]
    assert made.note("PolicyNextOnCall").place.endswith("data[0].rules[1]")


def test_admins_are_named_one_by_one(made: Import) -> None:
    step = made.named("escalation_policies", "platform-escalation")["steps"][2]

    assert step["targets"] == [{"user": "alice"}]
    assert made.note("PolicyTeamAdmins").value == "Platform: alice"


def test_all_of_a_team_are_named_one_by_one(answers: Json, tmp_path: Path) -> None:
    answers[ESCALATIONS]["data"][0]["rules"][2]["notifyType"] = "all"

    made = import_json("opsgenie", answers, tmp_path)

    step = made.named("escalation_policies", "platform-escalation")["steps"][2]
    assert step["targets"] == [{"user": "alice"}, {"user": "bob"}]
    assert made.note("AllNotified").value == "Platform: alice, bob"


def test_a_rule_that_waits_for_the_close_is_noted(made: Import) -> None:
    assert made.note("PolicyWaitsForClose").place.endswith("data[0].rules[2]")


def test_an_escalation_without_rules_is_left_out_and_noted(made: Import) -> None:
    assert made.note("PolicyWithoutRules").value == "Nobody"
    assert [it["name"] for it in made.file["escalation_policies"]] == [
        "platform-escalation",
        "platform-schedule",
    ]


def test_a_first_rule_that_waits_holds_the_first_page(answers: Json, tmp_path: Path) -> None:
    rule = answers[ESCALATIONS]["data"][0]["rules"][0]
    rule["delay"] = {"timeAmount": 3, "timeUnit": "minutes"}

    made = import_json("opsgenie", answers, tmp_path)

    steps = made.named("escalation_policies", "platform-escalation")["steps"]
    assert [it["delay"] for it in steps] == ["2m", "55m", "10m"]
    assert made.named("routes", "critical")["hold"] == "3m"
    assert "hold" not in made.named("routes", "default-routing-rule")
    assert made.note("PolicyFirstStepWaits").value == "3m"


def test_repeats_that_close_or_reset_are_noted(answers: Json, tmp_path: Path) -> None:
    repeat = answers[ESCALATIONS]["data"][0]["repeat"]
    repeat |= {"closeAlertAfterAll": True, "resetRecipientStates": True, "count": 20}

    made = import_json("opsgenie", answers, tmp_path)

    assert made.notes("ClosesAfterAll")
    assert made.notes("RepeatResetsAck")
    assert made.note("RepeatLimited").value == "20"
    assert made.named("escalation_policies", "platform-escalation")["repeat"] == 10


def test_members_of_a_team_are_read_from_the_reading_of_that_team(
    answers: Json, tmp_path: Path
) -> None:
    del answers["GET /v2/teams/t1?identifierType=id"]

    made = import_json("opsgenie", answers, tmp_path)

    assert made.note("TeamParticipant").value == "Platform: its people are not known"


def test_routing_rules_are_routes_and_the_default_one_comes_last(made: Import) -> None:
    critical, rest = made.file["routes"]

    assert critical["match"] == ['source_severity="P1"']
    assert critical["escalation_policy"] == "platform-escalation"
    assert "match" not in rest
    assert rest["escalation_policy"] == "platform-schedule"
    assert critical["position"] < rest["position"]


@pytest.mark.parametrize(
    ("field", "operation", "value", "matcher"),
    [
        ("message", "contains", "d.b", 'name=~"(?s).*d\\\\.b.*"'),
        ("alias", "starts-with", "x", 'dedup_key=~"(?s)x.*"'),
        ("entity", "equals", "a", 'object="a"'),
        ("extra-properties", "matches", "a|b", 'env=~"a|b"'),
        ("source", "is-empty", "", 'source=~""'),
        ("tags", "equals", "db", 'tags=~"db"'),
    ],
)
def test_a_condition_becomes_a_matcher(
    answers: Json, tmp_path: Path, field: str, operation: str, value: str, matcher: str
) -> None:
    condition = {"field": field, "operation": operation, "expectedValue": value, "key": "env"}
    criteria = {"type": "match-all-conditions", "conditions": [condition]}
    answers["GET /v2/teams/t1/routing-rules"]["data"][0]["criteria"] = criteria

    made = import_json("opsgenie", answers, tmp_path)

    assert made.named("routes", "critical")["match"] == [matcher]


def test_routes_of_several_teams_are_for_the_integrations_of_each(
    answers: Json, tmp_path: Path
) -> None:
    answers["GET /v2/teams"]["data"].append({"id": "t2", "name": "Shop"})
    answers["GET /v2/integrations"]["data"].append(
        {"id": "i3", "name": "Shop API", "type": "API", "teamId": "t2"}
    )
    answers["GET /v2/teams/t2/routing-rules"] = {
        "data": [
            {
                "name": "Shop",
                "isDefault": True,
                "notify": {"type": "escalation", "id": "e1", "name": "Platform_escalation"},
            }
        ]
    }

    made = import_json("opsgenie", answers, tmp_path)

    assert [it["match"][0] for it in made.file["routes"]] == [
        'integration=~"default-api|prometheus"',
        'integration=~"default-api|prometheus"',
        'integration="shop-api"',
    ]
    assert made.file["team"] == "team"
    assert made.note("SeveralTeams").value == "2"


def test_a_route_to_nobody_is_left_out_and_noted(answers: Json, tmp_path: Path) -> None:
    answers["GET /v2/teams/t1/routing-rules"]["data"][0]["notify"] = {"type": "none"}

    made = import_json("opsgenie", answers, tmp_path)

    assert made.note("RouteToNobody").value == "none"
    assert [it["name"] for it in made.file["routes"]] == ["default-routing-rule"]


def test_a_condition_that_matchers_cannot_say_leaves_the_route_out(
    answers: Json, tmp_path: Path
) -> None:
    unsayable = {"field": "description", "operation": "greater-than", "expectedValue": "1"}
    criteria = {"type": "match-all-conditions", "conditions": [unsayable]}
    answers["GET /v2/teams/t1/routing-rules"]["data"][0]["criteria"] = criteria

    made = import_json("opsgenie", answers, tmp_path)

    assert [it["name"] for it in made.file["routes"]] == ["default-routing-rule"]
    assert made.note("RouteCondition").value == "description greater-than"


def test_a_heartbeat_keeps_its_period_and_who_may_ping_it(made: Import) -> None:
    assert made.named("heartbeats", "nightly-backup") == {
        "name": "nightly-backup",
        "period": "1d",
        "severity": "critical",
        "integrations": ["prometheus", "default-api"],
    }
    assert made.note("HeartbeatNotCarried").value == "its tags and message"


def test_maintenance_of_an_integration_is_a_window(made: Import) -> None:
    window = made.named("maintenance_windows", "patch-night")

    assert window["match"] == ['integration="prometheus"']
    assert (window["from"], window["to"]) == ("2026-12-01T01:00:00Z", "2026-12-01T03:00:00Z")


def test_a_genie_key_that_is_there_goes_on_working(answers: Json, tmp_path: Path) -> None:
    key = "b1000000-0000-4000-8000-00000000abcd"
    answers["GET /v2/integrations/i2"] = {
        "data": {"name": "Default API", "type": "API", "apiKey": key}
    }

    made = import_json("opsgenie", answers, tmp_path)

    assert made.named("integrations", "default-api")["token"] == {"parameter": "default-api-token"}
    assert made.draft.keys.values == {"default-api-token": key}
    assert key not in made.text + made.report
    assert [it.value for it in made.notes("IntegrationWithoutKey")] == ["Prometheus"]


def test_an_integration_without_its_key_says_where_to_get_it(made: Import) -> None:
    assert [it.value for it in made.notes("IntegrationWithoutKey")] == ["Prometheus", "Default API"]


class TestBackup:
    def test_files_are_named_by_anything(self, tmp_path: Path) -> None:
        folder = copytree(SAMPLES / "OpsGenieBackups", tmp_path / "OpsGenieBackups")
        odd = folder / "schedules/EU"
        odd.mkdir()
        (folder / "schedules/Platform_schedule-s1.json").rename(odd / "days ⚡-s1.json")

        assert (
            import_of("opsgenie", tmp_path).text
            == import_of("opsgenie", SAMPLES / "OpsGenieBackups").text
        )

    def test_users_and_teams_are_wrapped_and_escalations_are_not(self) -> None:
        made = import_of("opsgenie", SAMPLES / "OpsGenieBackups")

        assert made.file["team"] == "platform"
        assert made.named("users", "alice")["notify"] == [{"after": "5m", "by": "sms"}]
        assert made.named("escalation_policies", "platform-escalation")["repeat"] == 2
        assert made.named("integrations", "prometheus")["type"] == "opsgenie"

    def test_the_report_says_that_a_backup_has_no_overrides_heartbeats_and_keys(self) -> None:
        made = import_of("opsgenie", SAMPLES / "OpsGenieBackups")

        (note,) = [it for it in made.notes("NotImported") if it.place == "the backup"]
        assert "overrides, heartbeats and keys" in note.value
        assert "April 2027" in note.to_do

    def test_templates_and_filters_of_an_integration_are_noted(self) -> None:
        made = import_of("opsgenie", SAMPLES / "OpsGenieBackups")

        assert made.note("IntegrationActions").place.startswith("integrations/i1.json")

    def test_a_folder_that_is_not_read_is_noted(self, tmp_path: Path) -> None:
        folder = copytree(SAMPLES / "OpsGenieBackups", tmp_path / "backup")
        policies = folder / "policiesV2"
        policies.mkdir()
        (policies / "x.json").write_text(json.dumps({"policy": {}}), encoding="utf-8")

        made = import_of("opsgenie", folder)

        assert "backup/policiesV2" in [it.place for it in made.notes("NotImported")]


def test_the_zone_of_a_start_date_may_be_any(tmp_path: Path) -> None:
    made = scheduled(tmp_path, rotation(startDate="2026-11-02T09:00:00+01:00"))

    assert made.named("schedules", "s")["layers"][0]["handoff"] == "mon 09:00"


def test_the_clock_on_the_wall_counts_over_the_change_in_spring(tmp_path: Path) -> None:
    at = datetime(2027, 3, 1, tzinfo=UTC)

    assert not scheduled(tmp_path, rotation(), at=at).verified().differences
