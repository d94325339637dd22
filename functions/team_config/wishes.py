"""What the file wants of each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from functions.team_config.section import Wanted
from functions.team_config.sections import POLICY
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.team_file.reading import read_team_file
from tocsin.team_file.values import (
    channels_of,
    policies_of,
    routes_of,
    schedules_of,
    settings_of_team,
    silences_of,
    users_of,
    windows_of,
)

if TYPE_CHECKING:
    from functions.team_config.nexts import Nexts
    from functions.team_config.sections import Wishes
    from tocsin.domain.on_call.schedule import Schedule
    from tocsin.domain.silence import Silence


class _Named(Protocol):
    @property
    def name(self) -> str: ...


def wishes_of(file: Mapping[str, Any], *, team: str, nexts: Nexts, allows_private: bool) -> Wishes:
    """Read a file.

    Args:
        file: As CloudFormation sends it.
        team: Of the stack.
        nexts: What becomes of stored objects.
        allows_private: Whether the stack may send to private addresses.

    Raises:
        InvalidInputError: With all problems.
    """
    at, stack = nexts.at, nexts.secrets.stack
    read = read_team_file(file, at=at, stack=stack, allows_private=allows_private)
    if read.team != team:
        problem = f"is {read.team}, and this stack is that of {team}"
        raise InvalidInputError("The file is another team's.", [Problem("team", problem)])
    settings = settings_of_team(read)
    return {
        "settings": {} if settings is None else _by_name("settings", [settings], nexts.of_value),
        "user": _by_name("users", users_of(read), nexts.of_user),
        "channel": _by_name("channels", channels_of(read, stack), nexts.of_channel),
        "schedule": _followed_first(schedules_of(read), nexts),
        POLICY: _by_name("escalation_policies", policies_of(read), nexts.of_value),
        "integration": _by_name("integrations", read.integrations, nexts.of_integration),
        "heartbeat": _by_name("heartbeats", read.heartbeats, nexts.of_heartbeat),
        "route": _by_name("routes", routes_of(read), nexts.of_value),
        "silence": _not_over("silences", silences_of(read, at), nexts),
        "maintenance window": _not_over("maintenance_windows", windows_of(read, at), nexts),
    }


def _by_name[V: _Named](
    place: str, values: Sequence[V], becomes: Callable[[V, Any], Any]
) -> Mapping[str, Wanted[Any]]:
    """Args: becomes: Takes one of the values, and what is stored."""
    return {
        value.name: Wanted(f"{place}[{position}]", partial(becomes, value))
        for position, value in enumerate(values)
    }


def _not_over[S: Silence](
    place: str, silences: Sequence[S], nexts: Nexts
) -> Mapping[str, Wanted[Any]]:
    """What is over is not made anew; what is stored of it expires by itself."""
    held = _by_name(place, silences, nexts.of_hold)
    return {it.name: held[it.name] for it in silences if it.span_at(nexts.at) is not None}


def _followed_first(schedules: Sequence[Schedule], nexts: Nexts) -> Mapping[str, Wanted[Any]]:
    wanted = _by_name("schedules", schedules, nexts.of_schedule)
    ordered = sorted(schedules, key=lambda it: it.follows is not None)
    return {it.name: wanted[it.name] for it in ordered}
