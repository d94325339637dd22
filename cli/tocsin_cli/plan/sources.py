"""Configurations to compare: of a file, of a stack, and of a stack once a file is applied."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import BaseModel

from functions.team_config.still_on_call import still_on_call
from tocsin.bodies.facts import (
    settings_of_channel,
    settings_of_policy,
    settings_of_route,
    settings_of_user,
)
from tocsin.bodies.overrides import OverrideBody
from tocsin.bodies.schedules import settings_of_schedule
from tocsin.domain.configuration import Named
from tocsin.domain.on_call.next_version import applied
from tocsin.domain.on_call.schedule import Override, Schedule, ScheduleOverride
from tocsin.domain.people import ContactMethod, User, hash_address
from tocsin.domain.reachability import Sender
from tocsin.domain.routing import Routing
from tocsin.domain.severity import Severity
from tocsin.domain.ways import Noun
from tocsin.team_file.model import TeamFile
from tocsin.team_file.reading import TeamFileError, read_team_file
from tocsin.team_file.values import (
    channels_of,
    policies_of,
    routes_of,
    schedules_of,
    silences_of,
    users_of,
)
from tocsin_cli.assumed_device import with_assumed_device
from tocsin_cli.errors import FailedError
from tocsin_cli.exported import Export
from tocsin_cli.plan.state import ObjectId, Settings, TeamState
from tocsin_cli.plan.still_needed import refusals

STACK = "/tocsin/-"
"""Stands for the place of the secrets of any stack: names below it are compared."""


def state_of_file(file: TeamFile, at: datetime) -> TeamState:
    """What a new stack would have by this file."""
    schedules = {it.name: applied(None, it, at) for it in schedules_of(file)}
    return _state(file, schedules, at)


def state_of_stack(export: Export, at: datetime) -> TeamState:
    """What a stack has; schedules with what is in force and what is to come.

    Raises:
        FailedError: It has something that no file can say.
    """
    try:
        file = read_team_file(export.document, at=at, allows_private=True)
    except TeamFileError as error:
        said = "\n".join(f"  {it.field}: {it.problem}" for it in error.details)
        raise FailedError(f"the stack has what no file can say.\n{said}") from error
    state = _state(file, {it.name: it for it in schedules_of(file)}, at)
    return replace(
        state,
        users=[_verified(it, export) for it in state.users],
        overrides=[
            ScheduleOverride(name, _override(view, state.schedules[name].time_zone))
            for name, views in export.overrides.items()
            for view in views
        ],
        made_by_api=export.made_by_api,
        unread=export.unread,
    )


def state_after(before: TeamState, file: TeamFile, at: datetime) -> TeamState:
    """What there is once the file is applied.

    What people made by API stays, and a user for whom a changed rotation waits.
    """
    schedules = {
        it.name: applied(before.schedules.get(it.name), it, at, before.schedules)
        for it in schedules_of(file)
    }
    said = _state(file, schedules, at)
    by_api = frozenset(it for it in before.made_by_api if not _has(said, it))
    surplus = frozenset(
        it for it in before.objects if not _has(said, it) and it not in before.made_by_api
    )
    after = _with_what_stays(before, said, by_api)
    waiting = {
        it: why
        for section, name in surplus
        if section == "users"
        and (why := still_on_call(name, [*after.schedules.values()], before.overrides, at))
        for it in [(section, name)]
    }
    after = _with_what_stays(before, said, by_api | waiting.keys())
    return replace(
        after,
        made_by_api=by_api,
        unread=before.unread,
        stays_for_now=sorted(waiting.values()),
        refused=list(refusals(before, surplus, at)),
    )


def _has(state: TeamState, object_id: ObjectId) -> bool:
    """Names of users are the same in any case."""
    section, name = object_id
    if section != "users":
        return object_id in state.objects
    return any(user.name.lower() == name.lower() for user in state.users)


def _with_what_stays(
    before: TeamState, said: TeamState, staying: Collection[ObjectId]
) -> TeamState:
    def stays(section: str, name: str) -> bool:
        return (section, name) in staying

    known = {user.name.lower(): user for user in before.users}
    users = [
        replace(it, verified=own.verified, push_devices=own.push_devices)
        if (own := known.get(it.name.lower()))
        else it
        for it in said.users
    ]
    policies, routes = before.routing.policies, before.routing.routes
    return TeamState(
        users=[*users, *(it for it in before.users if stays("users", it.name))],
        channels={
            **{name: it for name, it in before.channels.items() if stays("channels", name)},
            **said.channels,
        },
        routing=Routing(
            policies={
                **{name: it for name, it in policies.items() if stays("escalation_policies", name)},
                **said.routing.policies,
            },
            routes=tuple(
                sorted(
                    (*said.routing.routes, *(it for it in routes if stays("routes", it.name))),
                    key=lambda it: (it.position, it.name),
                )
            ),
        ),
        senders=[
            *said.senders,
            *(it for it in before.senders if stays(f"{it.noun}s", it.name)),
        ],
        schedules={
            **{name: it for name, it in before.schedules.items() if stays("schedules", name)},
            **said.schedules,
        },
        overrides=before.overrides,
        objects={
            **{it: settings for it, settings in before.objects.items() if it in staying},
            **{it: said.objects[it] for it in said.objects if it[0] not in before.unread},
        },
    )


def _state(file: TeamFile, schedules: Mapping[str, Schedule], at: datetime) -> TeamState:
    return TeamState(
        users=users_of(file),
        channels={it.name: it for it in channels_of(file, STACK)},
        routing=Routing(policies={it.name: it for it in policies_of(file)}, routes=routes_of(file)),
        senders=list(_senders(file)),
        schedules=schedules,
        objects=dict(_objects(file, schedules, at)),
    )


def _senders(file: TeamFile) -> Iterator[Sender]:
    for integration in file.integrations:
        yield Sender(
            noun=Noun.INTEGRATION,
            name=integration.name,
            policy=integration.escalation_policy,
            is_paused=integration.paused,
        )
    for heartbeat in file.heartbeats:
        yield Sender(
            noun=Noun.HEARTBEAT,
            name=heartbeat.name,
            policy=heartbeat.escalation_policy,
            severities=frozenset((Severity(heartbeat.severity),)),
        )


def _objects(
    file: TeamFile, schedules: Mapping[str, Schedule], at: datetime
) -> Iterator[tuple[ObjectId, Settings]]:
    """All objects with their settings, in the order of a file; equal ones mean the same."""
    if file.settings is not None:
        yield ("settings", "settings"), _dumped(file.settings)
    silences = [it.name for it in silences_of(file, at)]
    settings_at = partial(settings_of_schedule, at=at)
    for section, named in (
        ("users", _named(users_of(file), settings_of_user)),
        ("channels", _named(channels_of(file, STACK), settings_of_channel)),
        ("integrations", _entries(file.integrations)),
        ("schedules", _named(map(_newest, schedules.values()), settings_at)),
        ("escalation_policies", _named(policies_of(file), settings_of_policy)),
        ("routes", _named(routes_of(file), settings_of_route)),
        ("silences", zip(silences, map(_dumped, file.silences), strict=True)),
        ("maintenance_windows", _entries(file.maintenance_windows)),
        ("heartbeats", _entries(file.heartbeats)),
    ):
        yield from (((section, name), settings) for name, settings in named)


def _newest(schedule: Schedule) -> Schedule:
    """What its text says, whenever it takes effect."""
    layers = (
        replace(it, versions=(replace(it.versions[-1], begins=None),))
        for it in schedule.layers
        if it.versions[-1].rotation is not None
    )
    return replace(schedule, layers=tuple(layers))


def _named[T: Named](
    values: Iterable[T], settings_of: Callable[[T], Settings]
) -> Iterator[tuple[str, Settings]]:
    return ((it.name, settings_of(it)) for it in values)


def _entries(entries: Iterable[Any]) -> Iterator[tuple[str, Settings]]:
    return ((it.name, _dumped(it)) for it in entries)


def _dumped(model: BaseModel) -> Settings:
    dumped = model.model_dump(mode="json", by_alias=True)
    return {name: it for name, it in dumped.items() if name != "name"}


def _verified(user: User, export: Export) -> User:
    methods = [ContactMethod(it) for it in export.verified.get(user.name, ())]
    if user.name in export.with_devices:
        user = with_assumed_device(user, is_verified=ContactMethod.PUSH in methods)
    addresses = {it: user.address_of(it) for it in methods}
    hashes = {it: hash_address(address) for it, address in addresses.items() if address}
    return replace(user, verified=hashes)


def _override(view: Settings, time_zone: str) -> Override:
    said = {name: it for name, it in view.items() if name not in ("id", "made_at", "made_by")}
    return OverrideBody.model_validate(said).override(
        time_zone,
        override_id=view["id"],
        made_at=datetime.fromisoformat(view["made_at"]),
        made_by=view["made_by"],
    )
