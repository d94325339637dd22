"""PagerDuty: what its API says otherwise than our file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.imports import AT, SAMPLES, Import, Json, import_json, import_of, sample

SCHEDULES = "GET /schedules?include[]=schedule_layers"
SERVICES = "GET /services?include[]=integrations"
POLICIES = "GET /escalation_policies"
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def made() -> Import:
    return import_of("pagerduty", SAMPLES / "pagerduty-api.json")


@pytest.fixture
def answers() -> Json:
    return sample("pagerduty-api.json")


def layer(**more: object) -> dict[str, Any]:
    return {
        "id": "L",
        "name": "L",
        "start": "2026-11-02T09:00:00-05:00",
        "end": None,
        "rotation_virtual_start": "2026-11-02T09:00:00-05:00",
        "rotation_turn_length_seconds": 604_800,
        "users": [{"user": {"id": it, "summary": it}} for it in ("ALICE", "BOB")],
        "restrictions": [],
        **more,
    }


def scheduled(folder: Path, *layers: dict[str, Any], at: datetime = AT) -> Import:
    schedule = {"id": "S", "name": "S", "time_zone": "America/New_York"}
    schedule["schedule_layers"] = list(layers)  # type: ignore[assignment]
    return import_json("pagerduty", {"GET /schedules": {"schedules": [schedule]}}, folder, at)


def test_the_first_layer_wins(made: Import) -> None:
    layers = made.named("schedules", "primary")["layers"]

    assert [it["name"] for it in layers] == ["weekend-cover", "layer-1"]
    assert made.on_call("primary", "2026-12-05T12:00:00-05:00") == {"bob"}


def test_the_virtual_start_decides_who_is_first(made: Import) -> None:
    layer_1 = made.named("schedules", "primary")["layers"][1]

    # The layer begins on 5 January, with the second person: turns count from a week before.
    assert layer_1["start"] == "2025-12-29"
    assert made.on_call("primary", "2026-01-05T09:00:00-05:00") == {"bob"}


@pytest.mark.parametrize(
    ("seconds", "unit", "every"),
    [
        (43_200, "hourly", 12),
        (86_400, "daily", 1),
        (172_800, "daily", 2),
        (604_800, "weekly", 1),
        (1_209_600, "weekly", 2),
        (18_000, "hourly", 5),
    ],
)
def test_a_turns_length_in_seconds_is_counted_in_units(
    tmp_path: Path, seconds: int, unit: str, every: int
) -> None:
    made = scheduled(tmp_path, layer(rotation_turn_length_seconds=seconds))

    (only,) = made.named("schedules", "s")["layers"]
    assert (only["rotation"], only["every"]) == (unit, every)
    assert not made.verified().differences


@pytest.mark.parametrize("seconds", [43_200, 86_400, 604_800, 1_209_600])
def test_turns_hand_over_by_the_clock_on_the_wall_over_both_changes(
    tmp_path: Path, seconds: int
) -> None:
    for month in (3, 10):
        at = datetime(2026, month, 1, tzinfo=UTC)
        turns = layer(rotation_turn_length_seconds=seconds, start="2025-11-02T09:00:00-05:00")

        assert not scheduled(tmp_path, turns, at=at).verified().differences


def test_a_turns_length_of_no_whole_hours_is_noted(tmp_path: Path) -> None:
    made = scheduled(tmp_path, layer(rotation_turn_length_seconds=5_400))

    assert made.note("TurnLength").value == "5400 seconds"
    assert made.verified().unnamed == []


def test_days_of_a_weekly_restriction_count_from_monday_1(made: Import) -> None:
    weekend = made.named("schedules", "primary")["layers"][0]

    assert weekend["only"] == [{"days": ["sat", "sun"], "from": "00:00", "to": "00:00"}]
    assert weekend["count"] == "always"


def test_a_daily_restriction_may_go_over_midnight(tmp_path: Path) -> None:
    restriction = {
        "type": "daily_restriction",
        "start_time_of_day": "22:00:00",
        "duration_seconds": 36_000,
    }

    made = scheduled(tmp_path, layer(restrictions=[restriction]))

    assert made.named("schedules", "s")["layers"][0]["only"] == [{"from": "22:00", "to": "08:00"}]
    assert not made.verified().differences


def test_a_weekly_restriction_may_go_over_sunday(tmp_path: Path) -> None:
    restriction = {
        "type": "weekly_restriction",
        "start_day_of_week": 5,
        "start_time_of_day": "17:30:00",
        "duration_seconds": 3 * 86_400,
    }

    made = scheduled(tmp_path, layer(restrictions=[restriction]))

    assert made.on_call("s", "2026-11-30T17:29:00-05:00") != set()
    assert made.on_call("s", "2026-11-30T17:30:00-05:00") == set()
    assert not made.verified().differences


def test_seconds_of_a_restriction_are_rounded_and_noted(tmp_path: Path) -> None:
    restriction = {
        "type": "daily_restriction",
        "start_time_of_day": "00:00:00",
        "duration_seconds": 86_399,
    }

    made = scheduled(tmp_path, layer(restrictions=[restriction]))

    assert "only" not in made.named("schedules", "s")["layers"][0]
    assert made.notes("RoundedToMinute")


def test_a_list_may_leave_layers_out(made: Import) -> None:
    assert made.note("LayersMissing").value == "Backup (PSCHED3)"
    assert [it["name"] for it in made.file["schedules"]] == ["primary", "follow-the-sun"]


def test_layers_are_taken_from_the_reading_of_the_schedule(answers: Json, tmp_path: Path) -> None:
    alone = {"id": "PSCHED3", "name": "Backup", "time_zone": "UTC", "schedule_layers": [layer()]}
    alone["schedule_layers"][0]["users"] = [{"user": {"id": "PBOB002"}}]  # type: ignore[index]
    answers["GET /schedules/PSCHED3"] = {"schedule": alone}

    made = import_json("pagerduty", answers, tmp_path)

    assert made.notes("LayersMissing") == []
    assert made.named("schedules", "backup")["layers"][0]["users"] == ["bob"]


def test_a_layer_that_ended_is_left_out_and_noted(made: Import) -> None:
    assert made.note("RotationEnded").value == "Old layer"


def test_who_is_gone_is_noted_and_never_asked(made: Import) -> None:
    assert {it.value for it in made.notes("UserGone")} == {"Someone who left"}
    step = made.named("escalation_policies", "platform-ep")["steps"][1]
    assert step["targets"] == [{"user": "bob"}]


def test_the_turn_of_who_is_gone_is_nobodys_and_the_difference_is_named(
    answers: Json, tmp_path: Path
) -> None:
    left = {"user": {"id": "PGONE99", "summary": "Someone who left"}}
    answers[SCHEDULES]["schedules"][0]["schedule_layers"][1]["users"].append(left)

    made = import_json("pagerduty", answers, tmp_path)

    layers = made.named("schedules", "primary")["layers"]
    assert layers[1]["users"] == ["alice", "bob", "nobody"]
    differences = made.verified().differences
    assert differences
    assert {it.note and it.note.code for it in differences} == {"UserGone"}


def test_an_override_stands_for_all_layers(made: Import) -> None:
    assert made.on_call("primary", "2026-12-25T12:00:00Z") == {"alice"}
    (override,) = made.named("schedules", "primary")["overrides"]
    assert override["from"] == "2026-12-24T14:00:00Z"


def test_an_override_by_who_is_gone_is_left_out_and_named(answers: Json, tmp_path: Path) -> None:
    overrides = answers["GET /schedules/PSCHED1/overrides?since=2026-12-01&until=2027-01-01"]
    overrides["overrides"][0]["user"] = {"id": "PGONE99", "summary": "Someone who left"}

    made = import_json("pagerduty", answers, tmp_path)

    differences = made.verified().differences
    assert {it.note and it.note.code for it in differences} == {"UserGone"}
    assert "overrides" not in made.named("schedules", "primary")


def test_delays_are_waits_after_each_rule_and_the_first_pages_at_once(made: Import) -> None:
    policy = made.named("escalation_policies", "platform-ep")

    assert [it["delay"] for it in policy["steps"]] == ["15m", "30m"]
    assert "hold" not in made.named("routes", "checkout-api")


def test_loops_count_repeats(made: Import) -> None:
    assert made.named("escalation_policies", "platform-ep")["repeat"] == 2


def test_round_robin_is_noted(made: Import) -> None:
    assert made.note("RoundRobin").place.endswith("escalation_rules[1]")


class TestScheduleOfEvents:
    def test_a_rule_of_days_is_kept_with_its_shifts_per_person(self, made: Import) -> None:
        (only,) = made.named("schedules", "follow-the-sun")["layers"]

        assert only["rrule"] == "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
        assert (only["at"], only["duration"], only["start"]) == ("09:00", "8h", "2026-06-01")
        assert only["shifts_per_turn"] == 5

    def test_an_empty_member_is_nobody(self, made: Import) -> None:
        assert made.named("schedules", "follow-the-sun")["layers"][0]["users"] == [
            "alice",
            "nobody",
        ]

    def test_an_excluded_date_has_no_shift(self, made: Import) -> None:
        assert made.named("schedules", "follow-the-sun")["layers"][0]["excluded"] == ["2026-12-25"]
        assert made.on_call("follow-the-sun", "2026-12-25T11:00:00Z") == set()
        # 07:00 UTC is 08:00 in Paris in December, and shifts begin at 09:00 there.
        assert made.note("ExcludedDay").value == "2026-12-25"

    def test_shifts_keep_their_time_on_the_wall(self, made: Import) -> None:
        # 07:00 UTC was given in June: 09:00 in Paris, which is 08:00 UTC in winter.
        assert made.on_call("follow-the-sun", "2026-11-30T08:00:00Z") == made.on_call(
            "follow-the-sun", "2026-11-30T15:59:00Z"
        )
        assert made.on_call("follow-the-sun", "2026-11-30T16:00:00Z") == set()

    def test_every_member_is_on_call_at_once(self, answers: Json, tmp_path: Path) -> None:
        event = answers["GET /v3/schedules/PV3SCH1"]["schedule"]["rotations"][0]["events"][0]
        members = [{"type": "user_member", "user_id": it} for it in ("PALICE1", "PBOB002")]
        event["assignment_strategy"] = {
            "type": "every_member_assignment_strategy",
            "members": members,
        }

        made = import_json("pagerduty", answers, tmp_path)

        (only,) = made.named("schedules", "follow-the-sun")["layers"]
        assert only["users"] == [["alice", "bob"]]
        assert not made.verified().differences

    def test_the_time_in_which_an_event_counts_is_kept(self, answers: Json, tmp_path: Path) -> None:
        event = answers["GET /v3/schedules/PV3SCH1"]["schedule"]["rotations"][0]["events"][0]
        event |= {
            "effective_since": "2026-12-07T00:00:00Z",
            "effective_until": "2026-12-18T12:00:00Z",
        }

        made = import_json("pagerduty", answers, tmp_path)

        (only,) = made.named("schedules", "follow-the-sun")["layers"]
        assert (only["begins"], only["until"]) == ("2026-12-07T01:00:00", "2026-12-18T13:00:00")
        assert not made.verified().differences

    def test_shifts_that_meet_are_cut_and_named(self, answers: Json, tmp_path: Path) -> None:
        event = answers["GET /v3/schedules/PV3SCH1"]["schedule"]["rotations"][0]["events"][0]
        event["end_time"] = "2026-06-02T15:00:00Z"

        made = import_json("pagerduty", answers, tmp_path)

        assert made.named("schedules", "follow-the-sun")["layers"][0]["duration"] == "1d"
        assert made.note("OverlappingShifts").value == "EU days"
        assert made.verified().unnamed == []

    def test_added_dates_are_noted(self, answers: Json, tmp_path: Path) -> None:
        event = answers["GET /v3/schedules/PV3SCH1"]["schedule"]["rotations"][0]["events"][0]
        event["recurrence"].append("RDATE:20261226T080000Z")

        assert import_json("pagerduty", answers, tmp_path).note("EventAdded").value == "1 dates"


class TestKeys:
    def test_an_integration_key_becomes_the_token_by_a_parameter(self, made: Import) -> None:
        integration = made.named("integrations", "checkout-api-prometheus")

        assert integration["type"] == "pagerduty"
        assert integration["token"] == {"parameter": "checkout-api-prometheus-token"}
        assert made.draft.keys.values == {"checkout-api-prometheus-token": KEY}
        assert made.notes("KeyKept")

    def test_a_key_that_cannot_be_a_token_is_noted(self, answers: Json, tmp_path: Path) -> None:
        answers[SERVICES]["services"][0]["integrations"][0]["integration_key"] = "too short"

        made = import_json("pagerduty", answers, tmp_path)

        assert "token" not in made.named("integrations", "checkout-api-prometheus")
        assert made.notes("KeyNotKept")


def test_urgency_by_support_hours_is_noted_with_the_hours(made: Import) -> None:
    assert made.named("routes", "checkout-api")["severity"] == "critical"
    assert made.note("SupportHours").value == (
        "Checkout API: critical from 09:00:00 to 18:00:00 Europe/Paris, else warning"
    )


def test_a_constant_urgency_is_a_severity_of_the_route(answers: Json, tmp_path: Path) -> None:
    service = answers[SERVICES]["services"][0]
    service["incident_urgency_rule"] = {"type": "constant", "urgency": "low"}

    made = import_json("pagerduty", answers, tmp_path)

    assert made.named("routes", "checkout-api")["severity"] == "warning"
    assert made.notes("UrgencyAsSeverity")


def test_rules_of_a_person_follow_urgency_and_calls_are_sms(made: Import) -> None:
    assert made.named("users", "alice")["notify"] == [
        {"after": "0s", "by": "sms", "severity": ["critical"]},
        {"after": "5m", "by": "sms", "severity": ["critical"]},
        {"after": "0s", "by": "email", "severity": ["warning", "info"]},
    ]
    assert made.notes("VoiceRule")
    assert made.note("ContactNotCarried").value == "push_notification_contact_method"


def test_times_of_a_service_are_those_of_policy_and_route(made: Import) -> None:
    assert made.named("escalation_policies", "platform-ep")["ack_timeout"] == "10m"
    assert made.named("routes", "checkout-api")["close_after"] == "4h"
    assert made.notes("AutoResolve")


def test_services_of_one_policy_with_other_ack_timeouts_have_policies_of_their_own(
    answers: Json, tmp_path: Path
) -> None:
    first, second = answers[SERVICES]["services"]
    key = "f" * 32
    second["integrations"] = [{**first["integrations"][0], "id": "X", "integration_key": key}]
    second["acknowledgement_timeout"] = 1_800

    made = import_json("pagerduty", answers, tmp_path)

    timeouts = {it["name"]: it.get("ack_timeout") for it in made.file["escalation_policies"]}
    assert timeouts == {"platform-ep": "10m", "platform-ep-ack-30m": "30m"}
    policy = made.named("integrations", "legacy-batch-prometheus")["escalation_policy"]
    assert policy == "platform-ep-ack-30m"


def test_what_has_no_counterpart_is_noted(made: Import) -> None:
    assert made.note("AlertGrouping").value == "time"
    assert made.note("EmailIntegration").value == "Checkout API: Email"
    assert made.note("ServiceOff").value == "Legacy batch"
    assert made.note("ServiceWithoutIntegration").value == "Legacy batch"


def test_a_service_that_is_switched_off_is_paused(answers: Json, tmp_path: Path) -> None:
    answers[SERVICES]["services"][0]["status"] = "disabled"

    made = import_json("pagerduty", answers, tmp_path)

    assert made.named("integrations", "checkout-api-prometheus")["paused"] is True


def test_maintenance_of_a_service_is_a_window_of_its_integrations(made: Import) -> None:
    window = made.named("maintenance_windows", "patch-night")

    assert window["match"] == ['integration="checkout-api-prometheus"']
