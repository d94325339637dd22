"""What is wrong with an entry beside its values of a wrong form."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tocsin.bodies.channels import CHANNEL_SETTINGS
from tocsin.bodies.field_errors import OR_NULL, UNKNOWN
from tocsin.domain.errors import InvalidInputError, Problem

_TRIES: Final = 12
"""More than an entry is deep: each one leaves out what is wrong, and then what needs that."""
_STAND_INS: Final[Mapping[str, object]] = {
    "name": "name",
    "reason": "reason",
    "match": ['name="name"'],
    "from": "2026-03-01T09:00:00Z",
}
"""For fields that an entry has to have."""
_LEFT_OUT: Final = object()
"""Stands where a member of a list was, so that the others keep their positions."""
_PARTS: Final = re.compile(r"[^.\[\]]+|\[\d+\]")
_EITHER: Final = " | "
_LAYER_NAME: Final = "layers.name"
"""Is compared with those of all layers."""
_TURNS: Final = "layers.rotation layers.rrule"
_AT_HANDOFF: Final = f"{_TURNS} layers.handoff layers.at"
_HANGS_ON: Final[Mapping[str, str]] = {
    **dict.fromkeys(("secret", *CHANNEL_SETTINGS), ""),
    "notify.by": "email phone slack_id",
    "layers": "",
    "follows": "",
    "follows.schedule": "name",
    _LAYER_NAME: f"layers {_LAYER_NAME}",
    "layers.rotation": "",
    "layers.rrule": "layers.start",
    "layers.every": _TURNS,
    "layers.handoff": _TURNS,
    "layers.at": _TURNS,
    "layers.duration": f"{_TURNS} layers.start",
    "layers.excluded": _TURNS,
    "layers.start": "",
    "layers.users": "",
    "layers.versions": "",
    "layers.first": "layers.users",
    "layers.count": "layers.only",
    "layers.until": f"{_AT_HANDOFF} layers.begins",
    "layers.from": f"{_AT_HANDOFF} layers.versions layers.from layers.time_zone time_zone",
    "overrides.to": "overrides.from time_zone",
    "overrides.for": "overrides.kind overrides.user",
    "from": "rrule",
    "to": "rrule from",
    "duration": "rrule from to",
    "start": "rrule",
    "rrule": "start time_zone duration",
    "period": "",
    "cron": "",
    "time_zone": "rrule cron period",
}
"""By field that a check refuses: others of its entry that it may refuse it for.

A field that is not here hangs on all of its entry. Versions of a layer are as the layer itself.
"""

type _Place = tuple[int | str, ...]
type _Scope = _Place
"""A member of a list of the entry; empty: the entry."""


@dataclass(frozen=True, slots=True)
class _Dropped:
    """What was left out of an entry, or is there in place of something else."""

    places: set[_Place] = field(default_factory=set)
    fields: set[tuple[_Scope, str]] = field(default_factory=set)
    unsure: set[tuple[_Scope, str]] = field(default_factory=set)
    """Objects any of whose fields may be meant by another that is wrong."""

    def add(self, place: _Place, *, is_unknown: bool) -> None:
        name, scope = _name(place), _scope(place)
        holder = name.rpartition(".")[0]
        self.places.add(place)
        self.fields.add((scope, name))
        if name == _LAYER_NAME or (is_unknown and holder == "layers"):
            self.fields.add(((), _LAYER_NAME))
        if is_unknown or place[-1] == "versions":
            self.unsure.add((scope, holder))

    def may_cause(self, place: _Place) -> bool:
        """Whether what a check says of a place may come from what is missing."""
        if any(place[:length] in self.places for length in range(1, len(place) + 1)):
            return True
        name, scopes = _name(place), ((), _scope(place))
        if name not in _HANGS_ON:
            return any(scope in scopes for scope, _ in self.fields)
        others = _HANGS_ON[name].split()
        return any((scope, it) in self.fields for scope in scopes for it in others) or any(
            (scope, it.rpartition(".")[0]) in self.unsure
            for scope in scopes
            for it in (name, *others)
        )


def problems_beside_form(
    member: Mapping[str, Any], model: type[BaseModel], check: Callable[[Any], object]
) -> Iterator[Problem]:
    """What a check refuses of an entry, also if some of its values have a wrong form.

    Those are left out, and so is each problem that may come from that.

    Args:
        member: The entry as it was written.
        model: Its form.
        check: Takes an entry of the right form; raises InvalidInputError.
    """
    remaining: Any = _kept(member)
    dropped = _Dropped()
    whole = _without_broken(remaining, model, dropped)
    if whole is None:
        return
    try:
        check(whole)
    except InvalidInputError as refusal:
        for problem in refusal.details:
            parts = [
                int(it[1:-1]) if it.startswith("[") else it for it in _PARTS.findall(problem.field)
            ]
            *holder, last = _as_written(remaining, parts)
            said = str(last).split(_EITHER) if isinstance(last, str) else [last]
            if not any(dropped.may_cause((*holder, it)) for it in said):
                yield replace(problem, field=_path((*holder, last)))


def _without_broken(
    remaining: dict[str, Any], model: type[BaseModel], dropped: _Dropped
) -> BaseModel | None:
    """The entry without what has a wrong form; None: too little would remain."""
    for _ in range(_TRIES):
        try:
            return model.model_validate(_kept(remaining))
        except ValidationError as error:
            said = error.errors(include_url=False, include_input=False)
        broken = {
            place: it["type"] == UNKNOWN
            for it in said
            if it["type"] != OR_NULL
            for place in [_place(remaining, it)]
        }
        for place in sorted(broken, key=len, reverse=True):
            is_lacking = len(place) == 1 and place[0] not in remaining
            if not place or (is_lacking and place[0] not in _STAND_INS):
                return None
            dropped.add(place, is_unknown=broken[place])
            _drop(remaining, place)
    return None


def _place(remaining: dict[str, Any], error: ErrorDetails) -> _Place:
    """What has to go: a value of a wrong form, or the object that lacks a field.

    Parts of pydantic's place that name a type are none of the entry's.
    """
    if error["type"] == "missing" and len(error["loc"]) == 1:
        return error["loc"]
    return tuple(_as_written(remaining, error["loc"], is_there=True))


def _drop(remaining: dict[str, Any], place: _Place) -> None:
    holder: Any = remaining
    *parts, last = place
    for part in parts:
        holder = holder[part]
    if isinstance(holder, list):
        holder[int(last)] = _LEFT_OUT
    elif len(place) == 1 and last not in holder:
        holder[last] = _STAND_INS[str(last)]
    else:
        del holder[last]


def _kept(data: Any) -> Any:  # noqa: ANN401 - a part of the file, in any shape
    match data:
        case Mapping():
            return {name: _kept(it) for name, it in data.items()}
        case list():
            return [_kept(it) for it in data if it is not _LEFT_OUT]
        case _:
            return data


def _as_written(
    data: Any,  # noqa: ANN401 - a part of the file, in any shape
    parts: Sequence[int | str],
    *,
    is_there: bool = False,
) -> Iterator[int | str]:
    """A place of what is kept by the positions of the file; `is_there`: only what it has."""
    for part in parts:
        there = part
        if isinstance(data, list) and isinstance(part, int):
            there = [at for at, it in enumerate(data) if it is not _LEFT_OUT][part]
            data = data[there]
        elif isinstance(data, dict) and part in data:
            data = data[part]
        elif is_there:
            continue
        else:
            data = None
        yield there


def _name(place: _Place) -> str:
    """Such as `layers.handoff`, of a layer and of its versions."""
    return ".".join(it for it in place if isinstance(it, str)).replace("versions.", "")


def _scope(place: _Place) -> _Scope:
    is_in_member = len(place) > 2 and isinstance(place[1], int)  # noqa: PLR2004 - and what is in it
    return place[:2] if is_in_member else ()


def _path(place: _Place) -> str:
    parts = (f"[{it}]" if isinstance(it, int) else f".{it}" for it in place)
    return "".join(parts).removeprefix(".")
