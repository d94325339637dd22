"""Random schedules of each product: the file puts the same people on call as the source."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.imports import Import, import_json

ZONES = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
PEOPLE = ["ada", "ben", "cy", "dee"]
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
SOON = datetime(2026, 10, 1, tzinfo=UTC)

hours = st.integers(0, 23)
quarters = st.sampled_from([0, 15, 30, 45])
starts = st.datetimes(datetime(2025, 1, 1), datetime(2027, 3, 1)).map(  # noqa: DTZ001
    lambda it: it.replace(minute=it.minute // 15 * 15, second=0, microsecond=0, tzinfo=UTC)
)
instants = st.datetimes(datetime(2026, 2, 1), datetime(2027, 2, 1)).map(  # noqa: DTZ001
    lambda it: it.replace(tzinfo=UTC)
)
people = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4)
few = settings(max_examples=10, deadline=None)


def written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def expect_same(made: Import) -> None:
    verified = made.verified()
    assert [it.told() for it in verified.unnamed] == []


@st.composite
def opsgenie_rotations(draw: st.DrawFn) -> dict[str, Any]:
    member = st.one_of(
        st.sampled_from(PEOPLE).map(
            lambda it: {"type": "user", "id": it, "username": f"{it}@example.com"}
        ),
        st.just({"type": "none"}),
    )
    clock = st.fixed_dictionaries(
        {"startHour": hours, "startMin": quarters, "endHour": hours, "endMin": quarters}
    )
    span = st.builds(
        lambda days, times: {"startDay": days[0], "endDay": days[1], **times},
        st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)),
        clock,
    )
    restriction = draw(
        st.one_of(
            st.none(),
            clock.map(lambda it: {"type": "time-of-day", "restriction": it}),
            st.lists(span, min_size=1, max_size=3).map(
                lambda it: {"type": "weekday-and-time-of-day", "restrictions": it}
            ),
        )
    )
    begins = draw(starts)
    ends = draw(
        st.one_of(st.none(), st.integers(1, 500).map(lambda it: begins + timedelta(days=it)))
    )
    return {
        "name": draw(st.sampled_from(["days", "nights", "x"])),
        "startDate": written(begins),
        "endDate": None if ends is None else written(ends),
        "type": draw(st.sampled_from(["hourly", "daily", "weekly"])),
        "length": draw(st.integers(1, 5)),
        "participants": draw(st.lists(member, min_size=1, max_size=4)),
        "timeRestriction": restriction,
    }


@few
@given(
    rotations=st.lists(opsgenie_rotations(), min_size=1, max_size=4),
    overrides=st.lists(st.tuples(starts, st.integers(1, 200), st.sampled_from(PEOPLE)), max_size=2),
    zone=st.sampled_from(ZONES),
    at=instants,
)
def test_rotations_of_opsgenie(
    rotations: list[dict[str, Any]],
    overrides: list[tuple[datetime, int, str]],
    zone: str,
    at: datetime,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    own = [{**it, "id": f"r{number}"} for number, it in enumerate(rotations)]
    entries = [
        {
            "user": {"id": user, "username": f"{user}@example.com"},
            "startDate": written(begins),
            "endDate": written(begins + timedelta(hours=lasts)),
            "rotations": [{"id": "r0"}] if lasts % 2 else [],
        }
        for begins, lasts, user in overrides[:1]
    ]
    schedule = {"id": "s", "name": "s", "timezone": zone, "rotations": own}
    answers = {
        "GET /v2/schedules": {"data": [schedule]},
        "GET /v2/schedules/s/overrides": {"data": entries},
    }

    expect_same(import_json("opsgenie", answers, tmp_path_factory.mktemp("source"), at))


@st.composite
def pagerduty_layers(draw: st.DrawFn) -> dict[str, Any]:
    restriction = st.one_of(
        st.fixed_dictionaries(
            {
                "type": st.just("daily_restriction"),
                "start_time_of_day": st.builds(lambda h, m: f"{h:02}:{m:02}:00", hours, quarters),
                "duration_seconds": st.integers(1, 95).map(lambda it: it * 900),
            }
        ),
        st.fixed_dictionaries(
            {
                "type": st.just("weekly_restriction"),
                "start_day_of_week": st.integers(1, 7),
                "start_time_of_day": st.builds(lambda h, m: f"{h:02}:{m:02}:00", hours, quarters),
                "duration_seconds": st.integers(1, 671).map(lambda it: it * 900),
            }
        ),
    )
    virtual = draw(starts)
    begins = virtual + timedelta(days=draw(st.integers(0, 200)))
    return {
        "name": "layer",
        "start": written(begins),
        "end": draw(st.sampled_from([None, "", written(begins + timedelta(days=150))])),
        "rotation_virtual_start": written(virtual),
        "rotation_turn_length_seconds": draw(
            st.sampled_from([3600, 7200, 18_000, 43_200, 86_400, 259_200, 604_800, 1_209_600])
        ),
        "users": [{"user": {"id": it, "summary": it}} for it in draw(people)],
        "restrictions": draw(st.lists(restriction, max_size=2)),
    }


@few
@given(
    layers=st.lists(pagerduty_layers(), min_size=1, max_size=3),
    zone=st.sampled_from(ZONES),
    at=instants,
)
def test_layers_of_pagerduty(
    layers: list[dict[str, Any]],
    zone: str,
    at: datetime,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    schedule = {"id": "s", "name": "s", "time_zone": zone, "schedule_layers": layers}
    answers = {"GET /schedules": {"schedules": [schedule]}}

    expect_same(import_json("pagerduty", answers, tmp_path_factory.mktemp("source"), at))


@st.composite
def oncall_shifts(draw: st.DrawFn) -> dict[str, Any]:
    frequency = draw(st.sampled_from(["hourly", "daily", "weekly"]))
    period = {"hourly": 3600, "daily": 86_400, "weekly": 604_800}[frequency]
    every = draw(st.integers(1, 3))
    days = draw(
        st.one_of(
            st.none(),
            st.lists(
                st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]),
                min_size=1,
                max_size=4,
                unique=True,
            ),
        )
    )
    start = draw(starts)
    edited = start + timedelta(hours=draw(st.sampled_from([0, 0, 0, 30, 2000])))
    lasts = period * every
    if days is not None and frequency != "hourly":
        lasts = draw(st.integers(1, 24)) * 3600
    elif frequency == "daily":
        lasts = draw(st.sampled_from([lasts, 8 * 3600]))
    groups = st.lists(people.map(lambda it: list(dict.fromkeys(it))), min_size=1, max_size=3)
    return {
        "name": "shift",
        "type": "rolling_users",
        "level": draw(st.integers(0, 2)),
        "start": start.strftime("%Y-%m-%dT%H:%M:%S"),
        "rotation_start": edited.strftime("%Y-%m-%dT%H:%M:%S"),
        "duration": lasts,
        "frequency": frequency,
        "interval": every,
        "week_start": draw(st.sampled_from(["MO", "SU"])),
        "by_day": None if frequency == "hourly" else days,
        "until": draw(st.sampled_from([None, written(start + timedelta(days=400))])),
        "rolling_users": draw(groups),
        "start_rotation_from_user_index": draw(st.integers(0, 2)),
    }


@few
@given(
    shifts=st.lists(oncall_shifts(), min_size=1, max_size=3),
    kind=st.sampled_from(["web", "calendar"]),
    zone=st.sampled_from(["Europe/Paris", "Asia/Kolkata", "UTC"]),
    at=instants,
)
def test_shifts_of_oncall(
    shifts: list[dict[str, Any]],
    kind: str,
    zone: str,
    at: datetime,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    own = [{**it, "id": f"O{number}"} for number, it in enumerate(shifts)]
    schedule = {"id": "s", "name": "s", "type": kind, "time_zone": zone}
    schedule["shifts"] = [it["id"] for it in own]  # type: ignore[assignment]
    answers = {
        "GET /api/v1/schedules/": {"results": [schedule]},
        "GET /api/v1/on_call_shifts/": {"results": own},
    }

    expect_same(import_json("grafana-oncall", answers, tmp_path_factory.mktemp("source"), at))


@st.composite
def incident_rotations(draw: st.DrawFn) -> dict[str, Any]:
    handover = st.fixed_dictionaries(
        {"interval": st.integers(1, 4), "interval_type": st.sampled_from(["daily", "weekly"])}
    )
    working = st.fixed_dictionaries(
        {
            "weekday": st.sampled_from(DAYS),
            "start_time": st.sampled_from(["09:00", "20:30"]),
            "end_time": st.sampled_from(["17:00", "06:00"]),
        }
    )
    layers = draw(st.integers(1, 2))
    return {
        "name": "rota",
        "handover_start_at": written(draw(starts)),
        "handovers": draw(st.lists(handover, min_size=1, max_size=3)),
        "layers": [{"id": f"l{it}", "name": f"Layer {it}"} for it in range(layers)],
        "users": [{"id": it, "email": f"{it}@example.com"} for it in draw(people)],
        "working_intervals": draw(st.lists(working, max_size=2)),
    }


@few
@given(
    rotations=st.lists(incident_rotations(), min_size=1, max_size=2),
    planned=st.one_of(st.none(), st.tuples(incident_rotations(), instants)),
    zone=st.sampled_from(["Europe/Paris", "America/New_York", "UTC"]),
    at=instants,
)
def test_rotations_of_incident_io(
    rotations: list[dict[str, Any]],
    planned: tuple[Mapping[str, Any], datetime] | None,
    zone: str,
    at: datetime,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    own = [{**it, "id": f"r{number}"} for number, it in enumerate(rotations)]
    if planned is not None:
        version, since = planned
        own.append({**version, "id": "r0", "effective_from": written(since)})
    schedule = {"id": "s", "name": "s", "timezone": zone, "config": {"rotations": own}}
    answers = {"GET /v2/schedules": {"schedules": [schedule]}}

    expect_same(import_json("incident-io", answers, tmp_path_factory.mktemp("source"), at))
