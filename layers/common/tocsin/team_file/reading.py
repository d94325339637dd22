"""Reads a team's file, and says all that is wrong with it at once."""

import copy
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tocsin.bodies.channel_settings import named_channel, problems_of_settings
from tocsin.bodies.field_errors import OR_NULL, UNKNOWN, problems_of
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
_STAND_INS: Final[Mapping[str | int, str]] = {"time_zone": "UTC"}
"""Of a needed field that is wrong; else any text."""
_WORD: Final = re.compile(r"\w+")


class TeamFileError(InvalidInputError):
    """All that is wrong with a file; the field of a problem is its path in the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(NOT_AS_IT_SHOULD_BE, problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    """A list of the file."""

    name: str
    entry: type[BaseModel]
    check: Callable[[Any], object] = lambda _entry: None
    """Takes an entry of the right form; raises InvalidInputError."""
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
        if isinstance(member, Mapping):
            yield from _problems_of_entry(member, section, f"{section.name}[{position}]")


def _problems_of_entry(
    member: Mapping[str, Any], section: _Section, path: str
) -> Iterator[Problem]:
    """What is wrong with an entry whose form is right, or would be without its broken parts."""
    whole, kept, without = _without_broken(member, section.entry)
    if whole is None:
        return
    try:
        section.check(whole)
    except InvalidInputError as refusal:
        for problem in refusal.details:
            if without.isdisjoint(_WORD.findall(f"{problem.field} {problem.problem}")):
                yield Problem(f"{path}.{_as_written(problem.field, kept)}", problem.problem)


type _Kept = Mapping[str, Sequence[int]]
"""By list of an entry: the positions of its members that were kept."""


def _without_broken(
    member: Mapping[str, Any], model: type[BaseModel]
) -> tuple[BaseModel | None, _Kept, frozenset[str]]:
    """An entry without its fields whose form is wrong.

    So that one mistake does not hide the others. Where a member of a list lacks more than that, all
    of it is left out.

    Returns:
        None if it has no form even so; what was kept of its lists; the names of fields that were
        left out: what a check says of those may be wrong.
    """
    errors = _errors(member, model)
    remaining = copy.deepcopy(dict(member))
    fields = [field for it in errors if (field := _field_of(it, member)) is not None]
    for field in fields:
        _leave_out(remaining, field)
    needed = {it["loc"] for it in _errors(remaining, model) if it["type"] == "missing"}
    for field in needed.intersection(fields):
        _leave_out(remaining, field, _STAND_INS.get(field[-1], "x"))
    without = frozenset(str(field[-1]) for field in fields)
    places = {_listed(it) for it in _errors(remaining, model)}
    if None in places:
        return None, {}, without
    kept: dict[str, Sequence[int]] = {}
    for name in {it[0] for it in places if it is not None}:
        members = remaining[name]
        kept[name] = [it for it in range(len(members)) if (name, it) not in places]
        remaining[name] = [members[it] for it in kept[name]]
    if _errors(remaining, model):
        return None, {}, without
    return model.model_validate(remaining), kept, without


def _errors(data: object, model: type[BaseModel]) -> Sequence[ErrorDetails]:
    try:
        model.model_validate(data)
    except ValidationError as error:
        said = error.errors(include_url=False, include_input=False)
        return [it for it in said if it["type"] != OR_NULL] or said
    return ()


type _Field = tuple[str | int, ...]


def _field_of(error: ErrorDetails, data: object) -> _Field | None:
    """The field that an error is in, as a path; None: it is a member of a list that holds objects.

    Parts of an error's place that are not in the data name the form that was tried.
    """
    path: list[tuple[str | int, object]] = []
    for part in error["loc"]:
        is_of_list = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if is_of_list or (isinstance(data, Mapping) and part in data):
            data = data[part]  # type: ignore[index] # one of the two
            path.append((part, data))
    if path and isinstance(path[-1][0], int) and not isinstance(path[-1][1], Mapping | list):
        path.pop()
    if not path or isinstance(path[-1][0], int):
        return None
    return tuple(part for part, _ in path)


def _leave_out(
    data: Any,  # noqa: ANN401 - an entry, in any shape
    field: _Field,
    stand_in: str | None = None,
) -> None:
    for part in field[:-1]:
        if isinstance(data, Mapping) and part not in data:
            return
        data = data[part]
    if stand_in is None:
        data.pop(field[-1], None)
    else:
        data[field[-1]] = stand_in


def _listed(error: ErrorDetails) -> tuple[str, int] | None:
    """The list and the position of the member that an error is in; None: it is in none."""
    name, *rest = error["loc"] or ("",)
    position = next((part for part in rest if isinstance(part, int)), None)
    return None if position is None or not isinstance(name, str) else (name, position)


def _as_written(field: str, kept: _Kept) -> str:
    """The field of a problem by the positions in the file."""
    name, bracket, rest = field.partition("[")
    if not bracket or name not in kept:
        return field
    position, _, after = rest.partition("]")
    return f"{name}[{kept[name][int(position)]}]{after}"


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
