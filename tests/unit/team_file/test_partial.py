"""Beside a value of a wrong form all else that is wrong is said, and nothing that is right."""

import copy
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.team_file.test_reading import AT, GOOD, WEEKLY
from tocsin.domain.errors import Problem
from tocsin.team_file.places import without_nulls
from tocsin.team_file.reading import TeamFileError, read_team_file
from tocsin_cli.yaml_file import read_yaml

EXAMPLE: Any = read_yaml(
    (Path(__file__).parents[3] / "teams/example.yaml").read_bytes(), "example.yaml"
).data
RULE = {
    "rrule": "FREQ=WEEKLY;BYDAY=SA;UNTIL=20251231T000000",
    "at": "09:00",
    "duration": "24h",
    "excluded": ["2025-03-08"],
    "start": "2025-01-04",
    "users": ["nobody", "alice"],
}
TIGHT: dict[str, Any] = GOOD | {
    "users": [
        {
            "name": "alice",
            "full_name": "Alice",
            "email": "alice@example.com",
            "phone": "+15550101",
            "slack_id": "U1",
            "time_zone": "Europe/Paris",
            "bundle": "2m",
            "role": "admin",
            "notices": ["shift_begins"],
            "notify": [
                {"by": "email", "after": "0s", "severity": ["critical"]},
                {"by": "sms", "only": [{"days": ["mon"], "from": "09:00", "to": "18:00"}]},
                {"by": "slack"},
            ],
        },
        {"name": "Bob", "phone": "+15550100", "notify": [{"by": "sms"}]},
    ],
    "channels": [
        *GOOD["channels"],
        {"name": "hook", "type": "webhook", "url": "https://example.com/", "rate_per_minute": 9},
    ],
    "schedules": [
        {
            "name": "primary",
            "time_zone": "America/New_York",
            "layers": [
                WEEKLY
                | {
                    "name": "days",
                    "first": "bob",
                    "every": 2,
                    "begins": "2026-01-05T08:00",
                    "until": "2026-01-05",
                    "only": [{"days": ["mon"], "from": "08:00"}],
                    "count": "always",
                },
                {"name": "layer 1", **RULE, "begins": "2025-01-04T08:00", "until": "2025-01-04"},
                {
                    "name": "versions",
                    "only": [{"to": "08:00"}],
                    "count": "always",
                    "versions": [
                        {**WEEKLY, "from": "2026-01-05T10:00", "time_zone": "Asia/Tokyo"},
                        {
                            **WEEKLY,
                            "handoff": "mon 18:00",
                            "from": "2026-01-05",
                            "time_zone": "Asia/Tokyo",
                        },
                        {**WEEKLY, "from": "2026-01-05T10:00", "first": "bob"},
                        {**RULE, "from": "2026-01-06", "first": "alice"},
                        {**WEEKLY, "from": "next-handoff"},
                        {**WEEKLY, "from": "2026-01-02T10:00"},
                    ],
                },
                {
                    "rotation": "daily",
                    "handoff": "09:00",
                    "start": "2026-01-05",
                    "users": [["alice", "Bob"], "nobody"],
                    "first": "bob",
                },
            ],
            "overrides": [
                {"user": "bob", "from": "2026-12-24T15:00Z", "to": "2026-12-24T10:30"},
                {"kind": "replace", "user": "bob", "for": "alice", "from": "2026-12-24",
                 "to": "2026-12-25", "reason": "Holidays"},
                {"kind": "remove", "user": "bob", "from": "2026-12-24", "to": "2026-12-25"},
            ],
        },
        {"name": "secondary", "follows": {"schedule": "primary", "offset": 1}},
        {"name": "third", "follows": {"schedule": "name"}},
        {"name": "name", "layers": [WEEKLY]},
    ],
    "silences": [
        *GOOD["silences"],
        {"name": "s", "match": ['a="b"', 'c="d"'], "from": "2020-01-01", "to": "2020-01-02",
         "reason": "Over"},
    ],
    "maintenance_windows": [
        GOOD["maintenance_windows"][0]
        | {"rrule": "FREQ=DAILY;COUNT=27", "duration": "20h", "time_zone": "Asia/Tokyo"},
        {
            "name": "once",
            "match": ['a="b"'],
            "from": "2020-01-01T00:00:00Z",
            "to": "2020-01-02T00:00:00Z",
            "reason": "Over",
        },
    ],
    "heartbeats": [
        *GOOD["heartbeats"],
        {
            "name": "cron",
            "cron": "0 2 * * *",
            "time_zone": "Europe/Paris",
            "grace": "5m",
            "severity": "warning",
        },
    ],
}  # fmt: skip
"""Each of its values is right only beside others."""

type Place = tuple[int | str, ...]


def found(data: object) -> list[Problem]:
    try:
        read_team_file(data, at=AT)
    except TeamFileError as error:
        return list(error.details)
    return []


def leaves(data: object, place: Place = ()) -> Iterator[Place]:
    match data:
        case dict() | list() if data:
            members = data.items() if isinstance(data, dict) else enumerate(data)
            for part, member in members:
                yield from leaves(member, (*place, part))
        case _:
            if len(place) > 2:
                yield place


def holders(data: object, place: Place) -> Iterator[tuple[Place, Any]]:
    """A place and those around it, in a copy."""
    here: Any = data
    for position, part in enumerate(place):
        yield place[:position], here
        here = here[part]


def path_of(place: Place) -> str:
    parts = (f"[{it}]" if isinstance(it, int) else f".{it}" for it in place)
    return "".join(parts).removeprefix(".")


def lies_at(problem: Problem, place: Place) -> bool:
    """A name that is no name is missing where it is referred to."""
    if place[-1] == "name" and len(place) == 3 and problem.problem.startswith("there is no "):
        return True
    path = path_of(place)
    return bool(re.match(rf"{re.escape(problem.field)}($|[.\[])", path)) or bool(
        re.match(rf"{re.escape(path)}($|[.\[])", problem.field)
    )


@pytest.mark.parametrize("wrong", [{"x": [1]}, "%", []])
@pytest.mark.parametrize("good", [EXAMPLE, TIGHT])
def test_nothing_that_is_right_is_refused_beside_a_value_of_a_wrong_form(
    good: Any,  # noqa: ANN401 - a file
    wrong: object,
) -> None:
    assert found(good) == []
    for place in leaves(without_nulls(good)):
        data = without_nulls(good)
        *_, (_, holder) = holders(data, place)
        holder[place[-1]] = wrong
        problems = found(data)

        elsewhere = [it for it in problems if not lies_at(it, place)]
        assert elsewhere == [], place
        if isinstance(wrong, dict):
            assert problems, place


@pytest.mark.parametrize("good", [EXAMPLE, TIGHT])
def test_nothing_that_is_right_is_refused_beside_a_field_of_another_name(
    good: Any,  # noqa: ANN401 - a file
) -> None:
    """`emial` is said, and not that a rule has no e-mail."""
    for place in leaves(without_nulls(good)):
        for depth in range(3, len(place) + 1):
            inner = place[:depth]
            if isinstance(name := inner[-1], int):
                continue
            data = without_nulls(good)
            *_, (around, holder) = holders(data, inner)
            holder[f"{name}_"] = holder.pop(name)

            wrong = (*around, f"{name}_")
            elsewhere = [
                it for it in found(data) if not lies_at(it, inner) and not lies_at(it, wrong)
            ]
            assert elsewhere == [], inner


@pytest.mark.parametrize("good", [EXAMPLE, TIGHT])
def test_nothing_that_is_right_is_refused_beside_two_values_of_a_wrong_form(
    good: Any,  # noqa: ANN401 - a file
) -> None:
    """Each with the next ones, which are mostly of the same object."""
    places = list(leaves(without_nulls(good)))
    for position, place in enumerate(places):
        for other in places[position + 1 : position + 4]:
            data = without_nulls(good)
            for it in (place, other):
                *_, (_, holder) = holders(data, it)
                holder[it[-1]] = {"x": [1]}

            elsewhere = [
                it for it in found(data) if not lies_at(it, place) and not lies_at(it, other)
            ]
            assert elsewhere == [], (place, other)


SATURDAYS = {
    "rrule": "FREQ=WEEKL",
    "at": "09:00",
    "duration": "24h",
    "start": "2026-01-03",
    "users": ["alice"],
}
WINDOW = GOOD["maintenance_windows"][0]
HIDDEN: list[tuple[dict[str, Any], set[str]]] = [
    (
        {
            "schedules": [
                {
                    "name": "primary",
                    "time_zone": "Pariss",
                    "layers": [SATURDAYS, WEEKLY | {"first": "carol"}],
                }
            ]
        },
        {
            "schedules[0].time_zone",
            "schedules[0].layers[0].rrule",
            "schedules[0].layers[1].first",
        },
    ),
    (
        {
            "schedules": [
                {"name": "primary", "layers": [SATURDAYS | {"handoff": "25:00"}, WEEKLY]},
            ]
        },
        {"schedules[0].layers[0].handoff", "schedules[0].layers[0].rrule"},
    ),
    (
        {"heartbeats": [{"name": "backup", "cron": "0 2 *", "grace": "x"}]},
        {"heartbeats[0].grace", "heartbeats[0].cron"},
    ),
    (
        {"maintenance_windows": [WINDOW | {"reason": ["x"], "rrule": "FREQ=WEEKL"}]},
        {"maintenance_windows[0].reason", "maintenance_windows[0].rrule"},
    ),
    (
        {"maintenance_windows": [WINDOW | {"match": ["x"], "rrule": "FREQ=WEEKL"}]},
        {"maintenance_windows[0].match[0]", "maintenance_windows[0].rrule"},
    ),
    (
        {"channels": [*GOOD["channels"], {"name": "X", "type": "slack", "channel": "#x"}]},
        {"channels[2].name", "channels[2].secret"},
    ),
    (
        {
            "users": [
                {"name": "alice", "role": "boss", "notify": [{"by": "fax"}, {"by": "sms"}]},
                {"name": "Bob"},
            ]
        },
        {"users[0].role", "users[0].notify[0].by", "users[0].notify[1].by"},
    ),
]


@pytest.mark.parametrize(("change", "fields"), HIDDEN)
def test_a_value_of_a_wrong_form_hides_nothing_that_does_not_hang_on_it(
    change: dict[str, Any], fields: set[str]
) -> None:
    assert {it.field for it in found(copy.deepcopy(GOOD) | change)} == fields


def test_positions_are_those_of_the_file() -> None:
    layer = WEEKLY | {"users": ["alice", 7, "Bob", ["bob", "b b", "BOB"]]}
    schedule = {"name": "primary", "layers": ["x", layer, "y", {"versions": [3, SATURDAYS]}]}
    fields = {it.field for it in found(GOOD | {"schedules": [schedule, GOOD["schedules"][1]]})}

    assert fields == {
        "schedules[0].layers[0]",
        "schedules[0].layers[1].users[1]",
        "schedules[0].layers[1].users[3][1]",
        "schedules[0].layers[2]",
        "schedules[0].layers[3].versions[0]",
        "schedules[0].layers[3].versions[1].rrule",
    }


def test_many_mistakes_take_no_more_than_their_number() -> None:
    def seconds(count: int) -> float:
        wrong = WEEKLY | {"handoff": "25:00"} | {f"x{it}": 1 for it in range(count)}
        override = {"user": "bob", "from": "2026-12-25", "to": "2026-12-24", "reason": 3}
        schedule = {"name": "primary", "layers": [wrong], "overrides": [override] * 100}
        before = time.process_time()
        assert len(found(GOOD | {"schedules": [schedule, GOOD["schedules"][1]]})) > count
        return time.process_time() - before

    seconds(100)
    assert seconds(4_000) < 16 * seconds(1_000)
