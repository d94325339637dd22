"""Reads a team's file, and says all that is wrong with it at once."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from tocsin.bodies.channel_settings import named_channel, problems_of_settings
from tocsin.bodies.field_errors import UNKNOWN, problems_of
from tocsin.bodies.names import RESERVED_CHANNELS, RESERVED_INTEGRATIONS, RESERVED_USERS
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.team_file.model import (
    ChannelEntry,
    HeartbeatEntry,
    IntegrationEntry,
    PolicyEntry,
    RouteEntry,
    ScheduleEntry,
    SilenceEntry,
    TeamFile,
    UserEntry,
    WindowEntry,
)
from tocsin.team_file.partial import problems_beside_form
from tocsin.team_file.places import value_at, without_nulls
from tocsin.team_file.references import (
    as_compared,
    names_of,
    problems_of_duplicates,
    problems_of_follows,
    problems_of_references,
)
from tocsin.team_file.secrets import WRITTEN, may_show, problems_of_secrets
from tocsin.team_file.values import problems_of_routes, read_silence, read_window

NOT_AS_IT_SHOULD_BE: Final = "The team's file is not as it should be."
_SHOWN_LENGTH: Final = 60
_EXPECTED: Final = "must "
"""Begins what a value should have been."""


class TeamFileError(InvalidInputError):
    """All that is wrong with a file; the field of a problem is its path in the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(NOT_AS_IT_SHOULD_BE, problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    """A list of the file."""

    name: str
    entry: type[BaseModel]
    check: Callable[[Any], object] | None = None
    """Takes an entry of the right form; raises InvalidInputError. None: its form is all."""
    reserved: Mapping[str, str] | None = None
    """Names that are refused, with the reason."""


def read_team_file(
    data: object, *, at: datetime, stack: str | None = None, allows_private: bool = False
) -> TeamFile:
    """Read a file.

    Args:
        data: The file as mappings, lists and texts; numbers and flags may be texts.
        at: The time now.
        stack: Where the stack's secrets lie, such as `/tocsin/payments`; None: not known.
        allows_private: Whether the stack may send to private addresses.

    Raises:
        TeamFileError: With all problems.
    """
    if not isinstance(data, Mapping):
        raise TeamFileError([Problem("", "must be names and values, such as team: payments")])
    problems = list(_unknown_without_value(data))
    said: Mapping[str, Any] = without_nulls(data)
    file, of_form = _form(said)
    problems += of_form
    problems += problems_of_secrets(said, stack)
    for section in _sections(at, allows_private=allows_private):
        problems += _problems_of_section(said, section)
        problems += problems_of_duplicates(said, section.name)
    malformed = {it.field for it in of_form}
    problems += [it for it in problems_of_references(said) if it.field not in malformed]
    problems += problems_of_follows(said)
    if file is not None:
        problems += problems_of_routes(file)
    if problems or file is None:
        raise TeamFileError(_once(problems, said))
    return file


def _sections(at: datetime, *, allows_private: bool) -> tuple[_Section, ...]:
    def check_channel(entry: Any) -> None:  # noqa: ANN401 - a type made at run time
        channel = named_channel(entry.name, entry.model_dump(exclude={"name"}))
        problems = list(problems_of_settings(channel, allows_private=allows_private))
        if problems:
            raise TeamFileError(problems)

    return (
        _Section(
            name="users",
            entry=UserEntry,
            check=lambda entry: entry.named(entry.name),
            reserved=RESERVED_USERS,
        ),
        _Section(
            name="channels", entry=ChannelEntry, check=check_channel, reserved=RESERVED_CHANNELS
        ),
        _Section(name="integrations", entry=IntegrationEntry, reserved=RESERVED_INTEGRATIONS),
        _Section(
            name="schedules", entry=ScheduleEntry, check=lambda entry: entry.named(entry.name)
        ),
        _Section(name="escalation_policies", entry=PolicyEntry),
        _Section(name="routes", entry=RouteEntry),
        _Section(name="silences", entry=SilenceEntry, check=lambda entry: read_silence(entry, at)),
        _Section(
            name="maintenance_windows",
            entry=WindowEntry,
            check=lambda entry: read_window(entry, at),
        ),
        _Section(name="heartbeats", entry=HeartbeatEntry, check=lambda entry: entry.cron_at(at)),
    )


def _form(data: Mapping[str, Any]) -> tuple[TeamFile | None, list[Problem]]:
    """Read the form of the whole file; a problem shows what was written."""
    try:
        return TeamFile.model_validate(data), []
    except ValidationError as error:
        problems = problems_of(error, TeamFile)
    return None, [replace(it, problem=_shown(it, data)) for it in problems]


def _unknown_without_value(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Fields that no object has, also those that would be left out for having no value."""
    try:
        TeamFile.model_validate(data)
    except ValidationError as error:
        yield from problems_of(error, TeamFile, only=UNKNOWN)


def _shown(problem: Problem, data: Mapping[str, Any]) -> str:
    """What was wrong, before what would be right."""
    value = value_at(data, problem.field)
    is_short = isinstance(value, str | int | float) and len(str(value)) <= _SHOWN_LENGTH
    if not is_short or not problem.problem.startswith(_EXPECTED) or not may_show(problem.field):
        return problem.problem
    return f"is {json.dumps(value, ensure_ascii=False)}; {problem.problem}"


def _problems_of_section(data: Mapping[str, Any], section: _Section) -> Iterator[Problem]:
    compared = as_compared(section.name)
    for path, name in names_of(data, section.name).items():
        if why := (section.reserved or {}).get(compared(name)):
            yield Problem(f"{path}.name", f"is reserved: {why}")
    members = data.get(section.name)
    for position, member in enumerate(members if isinstance(members, list) else ()):
        if isinstance(member, Mapping) and section.check:
            for problem in problems_beside_form(member, section.entry, section.check):
                path = f"{section.name}[{position}].{problem.field}"
                yield replace(problem, field=path)


def _once(problems: Sequence[Problem], data: object) -> list[Problem]:
    """Say each thing once.

    Of a written secret only that is said. Of a list that could have been a text, only what is wrong
    inside.
    """
    written = {it.field for it in problems if it.problem == WRITTEN}
    fields = {it.field for it in problems}

    def is_needed(problem: Problem) -> bool:
        field = problem.field
        if field in written:
            return problem.problem == WRITTEN
        is_list = isinstance(value_at(data, field), list)
        has_more = any(it.startswith(f"{field}[") for it in fields)
        return not (is_list and has_more and problem.problem.startswith(_EXPECTED))

    return list(dict.fromkeys(filter(is_needed, problems)))
