"""Items of schedules: all layers with their versions as JSON in one item."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final

from tocsin.adapters.dynamodb.alerts.items import Image, Item, text
from tocsin.adapters.dynamodb.configuration.named_objects import Kind, manager_of, name_of
from tocsin.domain.errors import InvalidInputError, Problem, ScheduleNotFoundError
from tocsin.domain.hours import Day, Hours
from tocsin.domain.ids import instant, milliseconds
from tocsin.domain.on_call.schedule import (
    Count,
    Follows,
    Layer,
    LayerVersion,
    Override,
    OverrideKind,
    Recurring,
    Rotation,
    Schedule,
    Turns,
    Unit,
)

LIMIT_BYTES: Final = 65_536
"""Of the JSON; DynamoDB's limit is 400 KB, and each step that asks a schedule reads all of them."""

type Json = Mapping[str, Any]

_MILLISECOND: Final = timedelta(milliseconds=1)


def _write(schedule: Schedule) -> Item:
    written = json.dumps(
        {
            "time_zone": schedule.time_zone,
            "layers": [
                {"name": layer.name, "versions": list(map(_write_version, layer.versions))}
                for layer in schedule.layers
            ],
            "follows": _write_follows(schedule.follows) if schedule.follows else None,
            "followed": list(map(_write_follows, schedule.followed)),
            "overrides": list(map(write_override, schedule.overrides)),
        },
        separators=(",", ":"),
        ensure_ascii=False,
    )
    size = len(written.encode())
    if size > LIMIT_BYTES:
        problem = (
            f"take {size} bytes with the versions of the last 400 days, "
            f"and {LIMIT_BYTES} are the limit"
        )
        raise InvalidInputError("The schedule is too big.", [Problem("layers", problem)])
    return {"schedule": text(written)}


def _read(image: Image) -> Schedule:
    said = json.loads(image["schedule"]["S"])
    return Schedule(
        name=name_of(image),
        time_zone=said["time_zone"],
        layers=tuple(
            Layer(name=layer["name"], versions=tuple(map(_version_from, layer["versions"])))
            for layer in said["layers"]
        ),
        follows=_follows_from(said["follows"]) if said["follows"] else None,
        followed=tuple(map(_follows_from, said["followed"])),
        overrides=tuple(map(override_from, said["overrides"])),
        managed_by=manager_of(image),
    )


def _write_follows(follows: Follows) -> Json:
    return {
        "schedule": follows.schedule,
        "offset": follows.offset,
        "begins": _maybe_milliseconds(follows.begins),
        "ends": _maybe_milliseconds(follows.ends),
    }


def _follows_from(said: Json) -> Follows:
    return Follows(
        schedule=said["schedule"],
        offset=said["offset"],
        begins=_maybe_instant(said["begins"]),
        ends=_maybe_instant(said["ends"]),
    )


def _write_version(version: LayerVersion) -> Json:
    return {
        "begins": _maybe_milliseconds(version.begins),
        "position": version.position,
        "time_zone": version.time_zone,
        "rotation": _write_rotation(version.rotation) if version.rotation else None,
    }


def _version_from(said: Json) -> LayerVersion:
    return LayerVersion(
        begins=_maybe_instant(said["begins"]),
        position=said["position"],
        time_zone=said["time_zone"],
        rotation=_rotation_from(said["rotation"]) if said["rotation"] else None,
    )


def _write_rotation(rotation: Rotation) -> Json:
    return {
        "pattern": _write_pattern(rotation.pattern),
        "start": rotation.start.isoformat(),
        "members": rotation.members,
        "first": rotation.first,
        "shifts_per_turn": rotation.shifts_per_turn,
        "begins": _maybe_wall(rotation.begins),
        "until": _maybe_wall(rotation.until),
        "only": list(map(_write_hours, rotation.only)),
        "count": rotation.count,
    }


def _rotation_from(said: Json) -> Rotation:
    return Rotation(
        pattern=_pattern_from(said["pattern"]),
        start=datetime.fromisoformat(said["start"]),
        members=tuple(map(tuple, said["members"])),
        first=said["first"],
        shifts_per_turn=said["shifts_per_turn"],
        begins=_wall_from(said["begins"]),
        until=_wall_from(said["until"]),
        only=tuple(map(_hours_from, said["only"])),
        count=Count(said["count"]),
    )


def _write_pattern(pattern: Turns | Recurring) -> Json:
    if isinstance(pattern, Turns):
        return {
            "unit": pattern.unit,
            "every": pattern.every,
            "handoff": pattern.handoff.isoformat(),
            "day": pattern.day,
        }
    return {
        "rule": pattern.rule,
        "at": pattern.at.isoformat(),
        "duration": pattern.duration // _MILLISECOND,
        "excluded": [each.isoformat() for each in pattern.excluded],
    }


def _pattern_from(said: Json) -> Turns | Recurring:
    if "unit" in said:
        return Turns(
            unit=Unit(said["unit"]),
            every=said["every"],
            handoff=time.fromisoformat(said["handoff"]),
            day=None if said["day"] is None else Day(said["day"]),
        )
    return Recurring(
        rule=said["rule"],
        at=time.fromisoformat(said["at"]),
        duration=said["duration"] * _MILLISECOND,
        excluded=tuple(map(datetime.fromisoformat, said["excluded"])),
    )


def _write_hours(hours: Hours) -> Json:
    return {
        "days": _sorted(hours.days),
        "begins": hours.begins.isoformat(),
        "ends": hours.ends.isoformat(),
    }


def _hours_from(said: Json) -> Hours:
    return Hours(
        days=frozenset(map(Day, said["days"])),
        begins=time.fromisoformat(said["begins"]),
        ends=time.fromisoformat(said["ends"]),
    )


def write_override(override: Override) -> Json:
    return {
        "id": override.override_id,
        "kind": override.kind,
        "user": override.user,
        "for": override.instead_of,
        "begins": milliseconds(override.begins),
        "ends": milliseconds(override.ends),
        "made_at": milliseconds(override.made_at),
        "made_by": override.made_by,
        "reason": override.reason,
    }


def override_from(said: Json) -> Override:
    """The inverse of `write_override`."""
    return Override(
        override_id=said["id"],
        kind=OverrideKind(said["kind"]),
        user=said["user"],
        instead_of=said["for"],
        begins=instant(said["begins"]),
        ends=instant(said["ends"]),
        made_at=instant(said["made_at"]),
        made_by=said["made_by"],
        reason=said["reason"],
    )


def _sorted(days: Iterable[Day]) -> list[int]:
    return sorted(map(int, days))


def _maybe_milliseconds(at: datetime | None) -> int | None:
    return None if at is None else milliseconds(at)


def _maybe_instant(said: int | None) -> datetime | None:
    return None if said is None else instant(said)


def _maybe_wall(wall: datetime | None) -> str | None:
    return None if wall is None else wall.isoformat()


def _wall_from(said: str | None) -> datetime | None:
    return None if said is None else datetime.fromisoformat(said)


SCHEDULES: Final = Kind[Schedule](
    name="schedule",
    words="schedule",
    not_found=ScheduleNotFoundError,
    write=_write,
    read=_read,
)
