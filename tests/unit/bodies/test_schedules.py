"""Schedules as people write them, and as they are written back."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.bodies.schedules import (
    ScheduleBody,
    settings_of_schedule,
    users_named,
    with_users,
)
from tocsin.domain.errors import InvalidInputError
from tocsin.domain.hours import Day, Hours
from tocsin.domain.on_call.schedule import Count, Follows, OverrideKind, Recurring, Schedule, Turns

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
WEEKLY = {
    "rotation": "weekly",
    "handoff": "mon 09:00",
    "start": "2026-01-05",
    "users": ["alice", "bob"],
}
NIGHTS = {"rrule": "FREQ=DAILY", "at": "18:00", "duration": "15h", "users": ["alice"]}
HOURS = {"days": ["mon", "tue"], "from": "09:00", "to": "18:00"}


def read(**said: Any) -> Schedule:  # noqa: ANN401 - JSON
    return ScheduleBody.model_validate({"time_zone": "Europe/Paris", **said}).named("primary")


def problems(**said: Any) -> dict[str, str]:  # noqa: ANN401 - JSON
    with pytest.raises(InvalidInputError) as refused:
        read(**said)
    return {it.field: it.problem for it in refused.value.details}


def rotation(**said: Any) -> Any:  # noqa: ANN401 - of one layer
    [layer] = read(layers=[said]).layers
    return layer.versions[0].rotation


def test_turns_have_a_handoff_and_a_start() -> None:
    read_as = rotation(**WEEKLY, every=2, first="bob")

    assert read_as.pattern.handoff == time(9)
    assert (read_as.pattern.every, read_as.pattern.day) == (2, Day.MON)
    assert read_as.members == (("alice",), ("bob",))
    assert read_as.first == 1


def test_a_date_is_meant_at_its_handoff() -> None:
    """Else the first turn would be over on the morning that the file names."""
    assert rotation(**WEEKLY).start == datetime(2026, 1, 5, 9)  # noqa: DTZ001 - on the wall
    exact = rotation(**WEEKLY | {"start": "2026-01-05T00:00"})
    assert exact.start == datetime(2026, 1, 5)  # noqa: DTZ001
    hourly = rotation(rotation="hourly", handoff="05:15", start="2026-01-05", users=["a", "b"])
    assert hourly.start == datetime(2026, 1, 5, 0, 15)  # noqa: DTZ001
    shifts = rotation(**NIGHTS | {"start": "2026-01-05", "excluded": ["2026-12-25"]})
    assert shifts.start == datetime(2026, 1, 5, 18)  # noqa: DTZ001
    assert shifts.pattern.excluded == (datetime(2026, 12, 25, 18),)  # noqa: DTZ001


def test_members_are_people_people_together_and_nobody() -> None:
    said = WEEKLY | {"users": ["alice", ["bob", "carol"], "nobody"], "first": "nobody"}

    read_as = rotation(**said)

    assert read_as.members == (("alice",), ("bob", "carol"), ())
    assert read_as.first == 2


def test_shifts_follow_a_rule() -> None:
    pattern = rotation(**NIGHTS).pattern

    assert pattern == Recurring(rule="FREQ=DAILY", at=time(18), duration=timedelta(hours=15))


def test_hours_may_end_on_the_next_day_or_at_its_begin() -> None:
    only = [HOURS, {"from": "22:00", "to": "06:00"}, {"from": "09:00", "to": "24:00"}, {}]

    assert rotation(**WEEKLY, only=only).only == (
        Hours(days=frozenset((Day.MON, Day.TUE)), begins=time(9), ends=time(18)),
        Hours(begins=time(22), ends=time(6)),
        Hours(begins=time(9)),
        Hours(),
    )


def test_a_version_begins_by_the_clock_of_the_schedule() -> None:
    [layer] = read(
        layers=[{"versions": [WEEKLY, {**WEEKLY, "from": "2026-11-30", "first": "bob"}]}]
    ).layers

    assert [it.begins for it in layer.versions] == [None, datetime(2026, 11, 30, 8, tzinfo=UTC)]
    assert layer.name == "layer 1"


def test_hours_of_a_layer_are_those_of_its_versions() -> None:
    own = {**WEEKLY, "from": "2026-11-30", "only": [{"days": ["sun"]}]}
    [layer] = read(layers=[{"versions": [WEEKLY, own], "only": [HOURS], "count": "always"}]).layers

    [first, second] = [it.rotation for it in layer.versions if it.rotation]
    assert first.only == (Hours(days=frozenset((Day.MON, Day.TUE)), begins=time(9), ends=time(18)),)
    assert second.only == (Hours(days=frozenset((Day.SUN,))),)
    assert first.count is second.count is Count.ALWAYS


def test_what_begins_at_the_next_handoff_is_the_whole_text() -> None:
    """A stack keeps what it has until then, and one that has nothing begins with it."""
    now = {**WEEKLY, "from": "next-handoff", "users": ["bob", "carol"]}

    assert read(layers=[{"versions": [WEEKLY, now]}]) == read(layers=[now_without_from(now)])


def now_without_from(said: dict[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in said.items() if field != "from"}


def test_overrides_are_by_the_clock_of_the_schedule_unless_they_have_an_offset() -> None:
    schedule = read(
        layers=[WEEKLY],
        overrides=[
            {"user": "carol", "from": "2026-12-24T09:00", "to": "2026-12-26T09:00:00Z"},
            {"kind": "remove", "user": "bob", "from": "2026-12-24", "to": "2026-12-25"},
        ],
    )

    [first, second] = schedule.overrides
    assert first.begins == datetime(2026, 12, 24, 8, tzinfo=UTC)
    assert first.ends == datetime(2026, 12, 26, 9, tzinfo=UTC)
    assert (first.kind, second.kind) == (OverrideKind.REPLACE, OverrideKind.REMOVE)
    assert second.begins == datetime(2026, 12, 23, 23, tzinfo=UTC)
    assert first.made_at < second.made_at, "the later one of the list is applied last"


def test_an_override_covers_a_repeated_hour_as_a_whole() -> None:
    """Clocks in Paris go back from 03:00 to 02:00 on 25 October 2026."""
    said = {"user": "carol", "from": "2026-10-25T02:30", "to": "2026-10-25T02:30"}
    assert not read_override(said)[0] >= read_override(said)[1]

    gap = {"user": "carol", "from": "2026-03-29T02:30", "to": "2026-03-29T04:00"}
    assert read_override(gap)[0] == datetime(2026, 3, 29, 1, tzinfo=UTC)


def read_override(said: dict[str, Any]) -> tuple[datetime, datetime]:
    [override] = read(layers=[WEEKLY], overrides=[said]).overrides
    return override.begins, override.ends


def test_the_same_text_has_the_same_overrides_each_time() -> None:
    said = {"user": "carol", "from": "2026-12-24T09:00", "to": "2026-12-26T09:00"}
    text: dict[str, Any] = {"layers": [WEEKLY], "overrides": [said, {**said, "user": "bob"}]}

    assert read(**text) == read(**text)
    assert len({it.override_id for it in read(**text).overrides}) == 2


def test_one_schedule_follows_another() -> None:
    follows = read(follows={"schedule": "first", "offset": 2}).follows

    assert follows == Follows(schedule="first", offset=2)


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({}, "layers | follows", "exactly one"),
    ({"layers": [WEEKLY], "follows": {"schedule": "x"}}, "layers | follows", "exactly one"),
    ({"follows": {"schedule": "primary"}}, "follows.schedule", "another"),
    ({"layers": [{"users": ["a"]}]}, "layers[0].rotation | rrule | versions", "exactly one"),
    ({"layers": [{"rotation": "daily"}]}, "layers[0].users", "required"),
    ({"layers": [WEEKLY | {"handoff": "09:00"}]}, "layers[0].handoff", "mon 09:00"),
    ({"layers": [WEEKLY | {"rotation": "daily"}]}, "layers[0].handoff", "09:00"),
    ({"layers": [WEEKLY | {"at": "09:00"}]}, "layers[0].at", "belongs to rrule"),
    ({"layers": [NIGHTS | {"handoff": "09:00"}]}, "layers[0].handoff", "belongs to rotation"),
    ({"layers": [NIGHTS | {"at": None}]}, "layers[0].at", "needed"),
    ({"layers": [NIGHTS | {"duration": "25h"}]}, "layers[0].duration", "next shift"),
    ({"layers": [NIGHTS | {"rrule": "FREQ=HOURLY"}]}, "layers[0].rrule", "DAILY"),
    ({"layers": [NIGHTS | {"rrule": "nonsense"}]}, "layers[0].rrule", "FREQ"),
    ({"layers": [WEEKLY | {"start": None}]}, "layers[0].start", "required"),
    ({"layers": [WEEKLY | {"first": "carol"}]}, "layers[0].first", "not among users"),
    ({"layers": [WEEKLY | {"count": "always"}]}, "layers[0].count", "belongs to only"),
    (
        {"layers": [WEEKLY | {"begins": "2026-02-01", "until": "2026-02-01"}]},
        "layers[0].until",
        "after begins",
    ),
    ({"layers": [WEEKLY | {"users": [["a", "A"]]}]}, "layers[0].users[0]", "once"),
    ({"layers": [WEEKLY | {"users": [["a", "nobody"]]}]}, "layers[0].users[0]", "no one"),
    (
        {"layers": [{**WEEKLY, "name": "a"}, {**WEEKLY, "name": "a"}]},
        "layers[1].name",
        "layers[0]",
    ),
    ({"layers": [{"versions": [WEEKLY], "users": ["a"]}]}, "layers[0].users", "versions"),
    (
        {
            "layers": [
                {
                    "versions": [
                        {**WEEKLY, "from": "2026-02-02"},
                        {**WEEKLY, "from": "2026-02-02"},
                    ]
                }
            ]
        },
        "layers[0].versions[1].from",
        "after",
    ),
    (
        {
            "layers": [WEEKLY],
            "overrides": [{"user": "a", "from": "2026-02-02", "to": "2026-02-01"}],
        },
        "overrides[0].to",
        "after",
    ),
    (
        {
            "layers": [WEEKLY],
            "overrides": [{"user": "a", "from": "2026-02-02", "to": "2028-02-01"}],
        },
        "overrides[0].to",
        "366 days",
    ),
    (
        {
            "layers": [WEEKLY],
            "overrides": [
                {"kind": "add", "user": "a", "for": "b", "from": "2026-02-02", "to": "2026-02-03"}
            ],
        },
        "overrides[0].for",
        "replace",
    ),
]


@pytest.mark.parametrize(("said", "field", "expected"), WRONG)
def test_a_mistake_is_named_with_its_field(said: dict[str, Any], field: str, expected: str) -> None:
    found = problems(**said)

    assert list(found) == [field]
    assert expected in found[field]


def test_all_mistakes_are_named_at_once() -> None:
    found = problems(
        layers=[WEEKLY | {"at": "09:00", "first": "carol"}, {"users": ["a"]}],
        overrides=[{"user": "a", "from": "2026-02-02", "to": "2026-02-01"}],
    )

    assert list(found) == [
        "layers[0].at",
        "layers[0].first",
        "layers[1].rotation | rrule | versions",
        "overrides[0].to",
    ]


def test_users_are_found_and_spelled_as_they_were_first_written() -> None:
    body = ScheduleBody.model_validate(
        {
            "layers": [
                WEEKLY | {"users": ["ALICE", ["bob", "carol"], "nobody"]},
                {"versions": [WEEKLY]},
            ],
            "overrides": [{"user": "Bob", "for": "c", "from": "2026-02-02", "to": "2026-02-03"}],
        }
    )

    assert list(users_named(body)) == [
        ("layers[0].users[0]", "ALICE"),
        ("layers[0].users[1][0]", "bob"),
        ("layers[0].users[1][1]", "carol"),
        ("layers[1].versions[0].users[0]", "alice"),
        ("layers[1].versions[0].users[1]", "bob"),
        ("overrides[0].user", "Bob"),
        ("overrides[0].for", "c"),
    ]
    spelled = with_users(body.named("x"), str.upper)
    assert spelled.overrides[0].user == "BOB"
    rotation_of_first = spelled.layers[0].versions[0].rotation
    assert rotation_of_first is not None
    assert rotation_of_first.members == (("ALICE",), ("BOB", "CAROL"), ())


def test_a_layer_that_is_to_go_is_shown_with_its_end() -> None:
    [layer] = read(layers=[WEEKLY]).layers
    [version] = layer.versions
    gone_at = datetime(2026, 3, 9, 8, tzinfo=UTC)
    gone = type(version)(begins=gone_at, position=0, time_zone=version.time_zone, rotation=None)
    schedule = Schedule(
        name="primary",
        time_zone="Europe/Paris",
        layers=(type(layer)(name="days", versions=(version, gone)),),
    )

    [shown] = settings_of_schedule(schedule, AT)["layers"]
    assert shown["until"] == "2026-03-09"
    assert settings_of_schedule(schedule, gone_at)["layers"] == []


PEOPLE = st.sampled_from(["alice", "bob", "carol", "dave"])
DATES = st.dates(
    min_value=datetime(2020, 1, 1, tzinfo=UTC).date(),
    max_value=datetime(2030, 1, 1, tzinfo=UTC).date(),
).map(str)
CLOCKS = st.times().map(lambda it: it.isoformat(timespec="minutes"))
DAYS = st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
MEMBERS = st.lists(
    PEOPLE | st.just("nobody") | st.lists(PEOPLE, min_size=2, max_size=3, unique=True),
    min_size=1,
    max_size=5,
)
ONLY = st.lists(
    st.fixed_dictionaries(
        {"from": CLOCKS, "to": CLOCKS},
        optional={"days": st.lists(DAYS, min_size=1, unique=True)},
    ),
    min_size=1,
    max_size=3,
)
OF_ALL = {
    "shifts_per_turn": st.integers(1, 9),
    "until": st.just("2031-01-01") | st.just("2031-01-01T12:34:56"),
    "begins": DATES,
    "only": ONLY,
}
LAYERS = st.one_of(
    st.fixed_dictionaries(
        {
            "rotation": st.just("weekly"),
            "handoff": st.tuples(DAYS, CLOCKS).map(" ".join),
            "start": DATES,
            "users": MEMBERS,
        },
        optional={**OF_ALL, "every": st.integers(1, 9)},
    ),
    st.fixed_dictionaries(
        {
            "rotation": st.sampled_from(["daily", "hourly"]),
            "handoff": CLOCKS,
            "start": DATES | DATES.map(lambda it: f"{it}T03:04:05"),
            "users": MEMBERS,
        },
        optional={**OF_ALL, "every": st.integers(1, 9)},
    ),
    st.fixed_dictionaries(
        {
            "rrule": st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SA,SU"]),
            "at": CLOCKS,
            "duration": st.sampled_from(["1h", "90m", "1d"]),
            "start": DATES,
            "users": MEMBERS,
        },
        optional={**OF_ALL, "excluded": st.lists(DATES, max_size=3)},
    ),
)


@given(layers=st.lists(LAYERS, min_size=1, max_size=3), position=st.integers(0, 4))
def test_what_is_written_back_is_read_as_the_same_schedule(
    layers: list[dict[str, Any]], position: int
) -> None:
    for layer in layers:
        member = layer["users"][position % len(layer["users"])]
        layer["first"] = member if isinstance(member, str) else member[0]
    schedule = read(layers=layers)

    written = settings_of_schedule(schedule, AT)

    again = ScheduleBody.model_validate(written).named("primary")
    assert again == schedule


def test_a_person_who_comes_twice_may_be_the_first_at_either_place() -> None:
    schedule = read(layers=[WEEKLY | {"users": ["alice", "bob", "alice"]}])
    [layer] = schedule.layers
    [version] = layer.versions
    assert version.rotation is not None
    turns = version.rotation.pattern
    assert isinstance(turns, Turns)
    later = type(version.rotation)(
        pattern=turns, start=version.rotation.start, members=version.rotation.members, first=2
    )
    changed = type(version)(begins=None, position=0, time_zone=version.time_zone, rotation=later)
    moved = Schedule(
        name="primary",
        time_zone="Europe/Paris",
        layers=(type(layer)(name=layer.name, versions=(changed,)),),
    )

    [shown] = settings_of_schedule(moved, AT)["layers"]

    assert shown["users"] == ["alice", "alice", "bob"]
    assert "first" not in shown
