"""Schedules: layers of rotations, or the list of another schedule from a later place on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Annotated, Any, Final

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from tocsin.bodies.model import (
    ConfigurationBody,
    Name,
    Number,
    TimeZone,
    with_example,
)
from tocsin.bodies.overrides import OverrideBody, checked_time, settings_of_override
from tocsin.bodies.rotations import MEMBERS_LIMIT, RotationBody, member_of, settings_of_rotation
from tocsin.bodies.text import Line
from tocsin.domain.alert_json import written
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.on_call.schedule import (
    Follows,
    Layer,
    LayerVersion,
    Rotation,
    Schedule,
)
from tocsin.domain.time_zone import first_instant, zone_of

NEXT_HANDOFF: Final = "next-handoff"
LAYERS_LIMIT: Final = 20
VERSIONS_LIMIT: Final = 20
OVERRIDES_LIMIT: Final = 200
OFFSET_LIMIT: Final = MEMBERS_LIMIT
_BESIDE_VERSIONS: Final = frozenset(("name", "versions", "only", "count"))


def _checked_from(text: str) -> str:
    return text if text == NEXT_HANDOFF else checked_time(text)


From = Annotated[str, Field(max_length=40), AfterValidator(_checked_from)]


class VersionBody(RotationBody):
    """What a layer is from a time on."""

    from_: From = Field(
        NEXT_HANDOFF,
        alias="from",
        description=(
            f"From when on; by default `{NEXT_HANDOFF}`: when the turn ends that runs at its "
            "deployment. Without an offset, by the clock of its time zone; a date is meant at its "
            "handoff."
        ),
        examples=["2026-11-30T09:00"],
    )
    time_zone: TimeZone | None = Field(
        None, description="By default the schedule's.", examples=["Europe/Paris"]
    )

    @property
    def is_from_next_handoff(self) -> bool:
        return self.from_ == NEXT_HANDOFF

    def begins_at(self, time_zone: str) -> datetime:
        """An instant, of a version that names one."""
        at = datetime.fromisoformat(self.from_)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
        return first_instant(self.wall(self.from_), zone_of(time_zone))


class LayerBody(RotationBody):
    """One rotation, or its versions one after the other."""

    model_config = with_example(
        name="days",
        rotation="weekly",
        handoff="mon 09:00",
        start="2026-01-05",
        users=["alice", "bob"],
    )

    name: Annotated[Line, Field(max_length=64)] | None = Field(
        None,
        description=(
            "By it a changed layer is known again. By default its position in the list: layer 1."
        ),
        examples=["days"],
    )
    versions: (
        Annotated[list[VersionBody], Field(min_length=1, max_length=VERSIONS_LIMIT)]
        | SkipJsonSchema[None]
    ) = Field(
        None,
        description=(
            "In place of a rotation: several, in the order of their beginnings. `only` and `count` "
            "of the layer are those of all versions that have none."
        ),
    )


class FollowsBody(ConfigurationBody):
    """The same list of people, from a later place on."""

    model_config = with_example(schedule="primary", offset=1)

    schedule: Name = Field(examples=["primary"])
    offset: Annotated[Number, Field(ge=1, le=OFFSET_LIMIT)] = Field(
        1, description="How many places later in the list.", examples=[1]
    )

    @property
    def follows(self) -> Follows:
        return Follows(schedule=self.schedule, offset=self.offset)


class ScheduleBody(ConfigurationBody):
    """A schedule without its name, which is in the path: layers, or `follows`."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["layers"]}, {"required": ["follows"]}],
            "examples": [
                {
                    "time_zone": "Europe/Paris",
                    "layers": [
                        {
                            "rotation": "weekly",
                            "handoff": "mon 09:00",
                            "start": "2026-01-05",
                            "users": ["alice", "bob"],
                        }
                    ],
                }
            ],
        }
    )

    time_zone: TimeZone = Field(
        "UTC", description="A name of the IANA database.", examples=["Europe/Paris"]
    )
    layers: (
        Annotated[list[LayerBody], Field(min_length=1, max_length=LAYERS_LIMIT)]
        | SkipJsonSchema[None]
    ) = Field(None, description="The first one that has somebody on call, or nobody, wins.")
    follows: FollowsBody | SkipJsonSchema[None] = Field(
        None,
        description="In place of layers: who comes later in the list of another schedule.",
    )
    overrides: Annotated[list[OverrideBody], Field(max_length=OVERRIDES_LIMIT)] = Field(
        [], description="In order: a later one is applied to what those before it make."
    )

    def named(self, name: str) -> Schedule:
        """The schedule that it describes.

        A version from the next handoff on stands for what was before it as well: until then a
        stack keeps what it has, and one that has nothing begins with it.

        Raises:
            InvalidInputError: With all that is wrong, by field.
        """
        problems: list[Problem] = []
        if (self.layers is None) is (self.follows is None):
            problems.append(Problem("layers | follows", "exactly one of the two must be there"))
        if self.follows is not None and self.follows.schedule == name:
            problems.append(Problem("follows.schedule", "must be another schedule"))
        layers = [
            _read_layer(layer, position, self.time_zone, problems)
            for position, layer in enumerate(self.layers or ())
        ]
        seen: dict[str, int] = {}
        for position, layer in enumerate(layers):
            if (first := seen.setdefault(layer.name, position)) != position:
                problem = f"is that of layers[{first}] too: give each layer a name of its own"
                problems.append(Problem(f"layers[{position}].name", problem))
        overrides = []
        for position, override in enumerate(self.overrides):
            try:
                overrides.append(override.of_text(name, self.time_zone, position))
            except InvalidInputError as refusal:
                problems += _below(f"overrides[{position}]", refusal.details)
        if problems:
            raise InvalidInputError("The body is not as it should be.", problems)
        return Schedule(
            name=name,
            time_zone=self.time_zone,
            layers=tuple(layers),
            follows=self.follows.follows if self.follows else None,
            overrides=tuple(overrides),
        )


def users_named(body: ScheduleBody) -> Iterator[tuple[str, str]]:
    """Each user whom a schedule names, with the field, in the order of the body."""
    for position, layer in enumerate(body.layers or ()):
        place = f"layers[{position}]"
        yield from _users_of(layer, place)
        for number, version in enumerate(layer.versions or ()):
            yield from _users_of(version, f"{place}.versions[{number}]")
    for position, override in enumerate(body.overrides):
        yield f"overrides[{position}].user", override.user
        if override.for_ is not None:
            yield f"overrides[{position}].for", override.for_


def with_users(schedule: Schedule, spelled_as: Callable[[str], str]) -> Schedule:
    """The same schedule with its users as they were first written."""

    def members_of(rotation: Rotation) -> Rotation:
        members = tuple(tuple(map(spelled_as, member)) for member in rotation.members)
        return replace(rotation, members=members)

    layers = (
        replace(
            layer,
            versions=tuple(
                replace(it, rotation=it.rotation and members_of(it.rotation))
                for it in layer.versions
            ),
        )
        for layer in schedule.layers
    )
    overrides = (
        replace(
            it,
            user=spelled_as(it.user),
            instead_of=it.instead_of and spelled_as(it.instead_of),
        )
        for it in schedule.overrides
    )
    return replace(schedule, layers=tuple(layers), overrides=tuple(overrides))


def settings_of_schedule(schedule: Schedule, at: datetime) -> dict[str, Any]:
    """As a body has them: what is in force at an instant, and what is to come.

    A layer that is to go ends by `until`; what has ended is left out.
    """
    settings: dict[str, Any] = {"time_zone": schedule.time_zone}
    if schedule.follows:
        settings["follows"] = {
            "schedule": schedule.follows.schedule,
            "offset": schedule.follows.offset,
        }
    else:
        layers = sorted(schedule.layers, key=lambda it: it.versions[-1].position)
        shown = (_settings_of_layer(it, schedule.time_zone, at) for it in layers)
        settings["layers"] = [it for it in shown if it is not None]
    settings["overrides"] = [settings_of_override(it) for it in schedule.overrides]
    return settings


def _users_of(body: RotationBody, place: str) -> Iterator[tuple[str, str]]:
    for position, said in enumerate(body.users or ()):
        there = f"{place}.users[{position}]"
        if isinstance(said, str):
            yield from ((there, user) for user in member_of(said))
        else:
            yield from ((f"{there}[{number}]", user) for number, user in enumerate(said))


def _read_layer(body: LayerBody, position: int, time_zone: str, problems: list[Problem]) -> Layer:
    """Read one; its problems join those of the schedule."""
    place = f"layers[{position}]"
    name = body.name or f"layer {position + 1}"
    if body.versions is None:
        rotation, wrong = body.read()
        if body.rotation is body.rrule is None:
            needed = Problem(
                "rotation | rrule | versions", "exactly one of the three must be there"
            )
            wrong = [needed if "rotation" in it.field else it for it in wrong]
        problems += _below(place, wrong)
        version = LayerVersion(
            begins=None, position=position, time_zone=time_zone, rotation=rotation
        )
        return Layer(name=name, versions=(version,))
    for field in sorted(body.model_fields_set - _BESIDE_VERSIONS):
        if getattr(body, field) is not None:
            problem = "belongs to each of the versions; beside them only name, only and count"
            problems.append(Problem(f"{place}.{field}", problem))
    versions: list[LayerVersion] = []
    for number, version_body in enumerate(body.versions):
        there = f"{place}.versions[{number}]"
        inherited: dict[str, Any] = {
            field: getattr(body, field)
            for field in ("only", "count")
            if field in body.model_fields_set - version_body.model_fields_set
        }
        said = version_body.model_copy(update=inherited)
        rotation, wrong = said.read()
        problems += _below(there, wrong)
        zone = said.time_zone or time_zone
        is_first = number == 0 and "from_" not in said.model_fields_set
        if is_first or said.is_from_next_handoff:
            begins, versions = None, []
        else:
            begins = said.begins_at(zone) if not wrong else None
        former = versions[-1].begins if versions else None
        if begins is not None and former is not None and begins <= former:
            problems.append(Problem(f"{there}.from", "must lie after that of the version before"))
        versions.append(
            LayerVersion(begins=begins, position=position, time_zone=zone, rotation=rotation)
        )
    return Layer(name=name, versions=tuple(versions))


def _below(place: str, problems: Sequence[Problem]) -> list[Problem]:
    return [replace(it, field=f"{place}.{it.field}") for it in problems]


def _settings_of_layer(layer: Layer, time_zone: str, at: datetime) -> dict[str, Any] | None:
    """None: it has gone."""
    coming = [it for it in layer.versions if it.begins is not None and it.begins > at]
    past = [it for it in layer.versions if it not in coming]
    shown = [*past[-1:], *coming]
    versions = [
        _settings_of_version(version, following, time_zone, is_coming=version in coming)
        for version, following in zip_longest(shown, shown[1:])
        if version.rotation is not None
    ]
    match versions:
        case []:
            return None
        case [{"from": _}] | [{"time_zone": _}] | [_, _, *_]:
            return {"name": layer.name, "versions": versions}
        case _:
            return {"name": layer.name, **versions[0]}


def _settings_of_version(
    version: LayerVersion, following: LayerVersion | None, time_zone: str, *, is_coming: bool
) -> dict[str, Any]:
    rotation = version.rotation
    if rotation is None:
        return {}
    is_last = following is not None and following.rotation is None
    if following is not None and is_last and following.begins is not None:
        goes_at = following.begins.astimezone(zone_of(version.time_zone)).replace(tzinfo=None)
        until = min(rotation.until or goes_at, goes_at)
        rotation = replace(rotation, until=until)
    settings: dict[str, Any] = {"from": written(version.begins)} if is_coming else {}
    if version.time_zone != time_zone:
        settings["time_zone"] = version.time_zone
    return settings | settings_of_rotation(rotation)
