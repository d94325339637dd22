"""Grafana OnCall: what its API says otherwise than our file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.imports import AT, SAMPLES, Import, Json, import_json, import_of, sample

SHIFTS = "GET /api/v1/on_call_shifts/"
STEPS = "GET /api/v1/escalation_policies/"
USERS = "GET /api/v1/users/"


@pytest.fixture(scope="module")
def made() -> Import:
    return import_of("grafana-oncall", SAMPLES / "grafana-oncall-api.json")


@pytest.fixture
def answers() -> Json:
    return sample("grafana-oncall-api.json")


def shift(**more: object) -> dict[str, Any]:
    return {
        "id": "O",
        "name": "shift",
        "type": "rolling_users",
        "level": 0,
        "start": "2026-11-02T08:00:00",
        "duration": 604_800,
        "frequency": "weekly",
        "interval": 1,
        "week_start": "MO",
        "rolling_users": [["ALICE"], ["BOB"], ["CAROL"]],
        "start_rotation_from_user_index": 0,
        **more,
    }


def scheduled(
    folder: Path, *shifts: dict[str, Any], kind: str = "web", at: datetime = AT
) -> Import:
    own = [{**it, "id": f"O{number}"} for number, it in enumerate(shifts)]
    schedule = {
        "id": "S",
        "name": "s",
        "type": kind,
        "time_zone": "Europe/Berlin",
        "shifts": [it["id"] for it in own],
    }
    answers = {"GET /api/v1/schedules/": {"results": [schedule]}, SHIFTS: {"results": own}}
    return import_json("grafana-oncall", answers, folder, at)


def test_times_of_a_web_schedule_are_utc_and_those_of_a_calendar_in_its_zone(made: Import) -> None:
    web, calendar = (made.named("schedules", it) for it in ("platform-primary", "payments"))

    assert web["time_zone"] == "UTC"
    assert made.note("UtcHandoff").value == "Europe/Berlin"
    assert calendar["time_zone"] == "America/New_York"
    assert made.on_call("payments", "2026-12-01T14:00:00Z") != set()
    assert made.on_call("payments", "2026-12-01T13:59:00Z") == set()


def test_the_higher_level_wins(made: Import) -> None:
    layers = made.named("schedules", "platform-primary")["layers"]

    assert [it["name"] for it in layers] == ["office-hours", "week-edited-in-march", "two-at-once"]


def test_groups_are_on_call_together(made: Import) -> None:
    layer = made.named("schedules", "platform-primary")["layers"][2]

    assert layer["users"] == [["alice", "bob"]]


def test_shifts_of_one_level_that_meet_are_on_call_together(tmp_path: Path) -> None:
    made = scheduled(
        tmp_path,
        shift(name="a", level=1, rolling_users=[["ALICE"]]),
        shift(name="b", level=1, rolling_users=[["BOB"]]),
        shift(name="c", level=0, rolling_users=[["CAROL"]]),
    )

    assert len(made.file["schedules"]) == 2
    assert not made.verified().differences


def test_a_shift_of_days_of_the_week_turns_by_the_week(made: Import) -> None:
    layer = made.named("schedules", "platform-primary")["layers"][0]

    assert (layer["rotation"], layer["handoff"]) == ("weekly", "mon 08:00")
    days = ["mon", "tue", "wed", "thu", "fri"]
    assert layer["only"] == [{"days": days, "from": "08:00", "to": "16:00"}]
    assert layer["count"] == "always"


@pytest.mark.parametrize("at", ["2026-03-01", "2026-11-27"])
def test_turns_of_a_week_edited_in_the_middle_count_from_the_start(at: str) -> None:
    made = import_of(
        "grafana-oncall",
        SAMPLES / "grafana-oncall-api.json",
        datetime.fromisoformat(at).replace(tzinfo=UTC),
    )

    # The ninth week after 5 January is the second one's, though the edit was in the eighth.
    assert made.named("schedules", "platform-primary")["layers"][1]["start"] == "2026-01-05"
    assert not made.verified().unnamed


@pytest.mark.parametrize("kind", ["web", "calendar"])
def test_turns_of_days_edited_in_the_middle_count_from_the_edit(tmp_path: Path, kind: str) -> None:
    daily = shift(frequency="daily", duration=86_400, rotation_start="2026-11-12T12:00:00")

    made = scheduled(tmp_path, daily, kind=kind)

    first = "2026-11-12" if kind == "web" else "2026-11-13"
    assert made.named("schedules", "s")["layers"][0]["start"] == first
    assert not made.verified().differences


def test_an_edit_that_is_still_to_come_begins_then(tmp_path: Path) -> None:
    made = scheduled(tmp_path, shift(rotation_start="2026-12-09T12:00:00"), kind="calendar")

    assert made.named("schedules", "s")["layers"][0]["begins"] == "2026-12-14T08:00:00"
    assert not made.verified().differences


def test_the_first_person_may_be_another_than_the_first_of_the_list(made: Import) -> None:
    assert made.named("schedules", "payments")["layers"][0]["users"] == ["alice", "bob"]


def test_shifts_that_leave_breaks_are_a_rule_with_a_duration(made: Import) -> None:
    layer = made.named("schedules", "payments")["layers"][0]

    assert layer["rrule"] == "FREQ=DAILY;UNTIL=20270228T190000"
    assert (layer["at"], layer["duration"]) == ("09:00", "8h")


@pytest.mark.parametrize(
    "more",
    [
        {"frequency": "weekly", "interval": 2, "duration": 1_209_600},
        {"frequency": "weekly", "interval": 2, "duration": 604_800},
        {"frequency": "weekly", "interval": 2, "by_day": ["TU", "TH"], "duration": 36_000},
        {"by_day": ["SA", "SU"], "duration": 86_400},
        {"by_day": ["MO", "WE"], "duration": 100_000},
        {"by_day": ["FR"], "week_start": "SU", "duration": 36_000},
        {"start": "2026-11-04T22:00:00", "by_day": ["MO", "TU"], "duration": 36_000},
        {"frequency": "daily", "interval": 2, "duration": 172_800},
        {"frequency": "daily", "interval": 3, "duration": 43_200},
        {"frequency": "daily", "by_day": ["MO", "WE", "FR"], "duration": 3_600},
        {"frequency": "daily", "interval": 2, "by_day": ["MO", "TU", "TH"], "duration": 3_600},
        {"frequency": "hourly", "interval": 8, "duration": 28_800},
        {"frequency": "monthly", "by_monthday": [1, 15], "duration": 86_400, "interval": 1},
        {"until": "2026-12-09T10:00:00"},
        {"by_day": ["WE"], "duration": 36_000, "until": "2026-12-09T10:00:00"},
        {"type": "recurrent_event", "users": ["ALICE", "BOB"], "rolling_users": None},
        {"type": "single_event", "users": ["ALICE"], "start": "2026-12-01T08:00:00"},
        {"type": "single_event", "users": ["BOB"], "duration": 5_184_000},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["web", "calendar"])
def test_a_shift_puts_the_same_people_on_call(
    tmp_path: Path, kind: str, more: dict[str, Any]
) -> None:
    made = scheduled(tmp_path, shift(**more), kind=kind)

    verified = made.verified()
    assert verified.schedules == 1
    assert [it.told() for it in verified.differences] == []


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("OverlappingShifts", {"frequency": "daily", "duration": 172_800}),
        ("HourlyShift", {"frequency": "hourly", "interval": 8, "duration": 3_600}),
        ("MonthlyShift", {"frequency": "monthly", "by_monthday": [31], "duration": 86_400}),
    ],
)
def test_what_a_layer_cannot_say_is_a_named_difference(
    tmp_path: Path, code: str, more: dict[str, Any]
) -> None:
    made = scheduled(tmp_path, shift(**more))

    assert made.notes(code)
    assert made.verified().unnamed == []


def test_an_override_stands_for_all_levels(made: Import) -> None:
    (override,) = made.named("schedules", "platform-primary")["overrides"]

    assert (override["user"], override["from"]) == ("bob", "2026-12-24T00:00:00Z")
    assert made.on_call("platform-primary", "2026-12-24T10:00:00Z") == {"bob"}


def test_a_calendar_behind_an_address_is_noted(made: Import) -> None:
    assert made.note("CalendarByAddress").value == "Legacy calendar"
    assert "calendar.example.com" not in made.text


def test_steps_are_read_in_their_order(made: Import) -> None:
    first, second = made.named("escalation_policies", "platform-critical")["steps"]

    assert first["targets"] == [{"schedule": "platform-primary"}, {"user": "bob"}]
    assert first["delay"] == "5m"
    assert second["targets"] == [{"user": "alice"}, {"user": "bob"}]


def test_steps_without_a_counterpart_are_noted(made: Import) -> None:
    places = {
        code: made.note(code).place.rpartition(".")[2]
        for code in ("RoundRobin", "StepHours", "StepDropped", "WebhookStep", "ImportantStep")
    }

    assert places == {
        "RoundRobin": "results[3]",
        "StepHours": "results[4]",
        "StepDropped": "results[5]",
        "WebhookStep": "results[6]",
        "ImportantStep": "results[2]",
    }


def test_steps_after_the_repeat_never_run(answers: Json, tmp_path: Path) -> None:
    later = {
        "id": "E8",
        "escalation_chain_id": "FCRIT001",
        "position": 8,
        "type": "notify_persons",
        "persons_to_notify": ["U1ALICE"],
    }
    answers[STEPS]["results"].append(later)

    made = import_json("grafana-oncall", answers, tmp_path)

    assert len(made.named("escalation_policies", "platform-critical")["steps"]) == 2
    assert made.named("escalation_policies", "platform-critical")["repeat"] == 5
    assert made.note("StepsAfterRepeat").value == "notify_persons"


def test_steps_after_hours_of_the_day_have_them_in_utc(answers: Json, tmp_path: Path) -> None:
    later = {
        "id": "E9",
        "escalation_chain_id": "FCRIT001",
        "position": 6,
        "type": "notify_persons",
        "persons_to_notify": ["U1ALICE"],
    }
    answers[STEPS]["results"].append(later)

    made = import_json("grafana-oncall", answers, tmp_path)

    policy = made.named("escalation_policies", "platform-critical")
    assert [it.get("only") for it in policy["steps"]] == [
        None,
        None,
        [{"from": "09:00", "to": "18:00"}],
    ]
    assert policy["time_zone"] == "UTC"


def test_a_wait_before_the_first_step_holds_the_first_page(answers: Json, tmp_path: Path) -> None:
    for step in answers[STEPS]["results"]:
        step["position"] += 1
    answers[STEPS]["results"].append(
        {
            "id": "E",
            "escalation_chain_id": "FCRIT001",
            "position": 0,
            "type": "wait",
            "duration": 60,
        }
    )

    made = import_json("grafana-oncall", answers, tmp_path)

    assert {it["hold"] for it in made.file["routes"]} == {"1m"}


def test_a_route_by_a_template_is_noted_and_one_by_a_label_is_kept(made: Import) -> None:
    by_label, rest = made.file["routes"]

    assert by_label["match"] == ['integration="prometheus"', 'label.severity=~"critical"']
    assert rest["match"] == ['integration="prometheus"']
    assert made.note("JinjaRoute").value == "{{ payload.labels.env == 'staging' }}"


def test_a_token_that_is_too_short_is_not_kept_and_not_shown(made: Import) -> None:
    assert made.note("KeyNotKept").value == "prometheus"
    assert "token" not in made.named("integrations", "prometheus")


def test_a_token_of_the_link_is_kept(answers: Json, tmp_path: Path) -> None:
    token = "a1B2c3D4e5F6g7H8i9J0k1L2m"
    link = f"https://oncall.example.com/integrations/v1/alertmanager/{token}/"
    answers["GET /api/v1/integrations/"]["results"][0]["link"] = link

    made = import_json("grafana-oncall", answers, tmp_path)

    assert made.draft.keys.values == {"prometheus-token": token}
    assert token not in made.text + made.report


def test_rules_for_sms_need_a_number_that_the_api_does_not_tell(made: Import) -> None:
    assert "notify" not in made.named("users", "alice")
    assert len(made.notes("AddressMissing")) == 2


def test_important_rules_are_for_critical_alerts(answers: Json, tmp_path: Path) -> None:
    rules = answers["GET /api/v1/personal_notification_rules/"]["results"]
    rules[0]["type"] = "notify_by_slack"
    rules[2]["type"] = "notify_by_email"

    made = import_json("grafana-oncall", answers, tmp_path)

    assert made.named("users", "alice")["notify"] == [
        {"after": "0s", "by": "slack", "severity": ["critical"]},
        {"after": "5m", "by": "email", "severity": ["critical"]},
    ]


def test_who_is_gone_has_no_turn_as_in_oncall(answers: Json, tmp_path: Path) -> None:
    answers[USERS]["results"].pop()

    made = import_json("grafana-oncall", answers, tmp_path)

    assert made.named("schedules", "platform-primary")["layers"][0]["users"] == ["alice"]
    assert made.notes("UserGone")
    assert not made.verified().differences
