"""Names in a file that refer to its other objects."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from tocsin.bodies.names import NOBODY
from tocsin.domain.errors import Problem
from tocsin.domain.nearest import did_you_mean
from tocsin.team_file.places import found

_TARGETS: Final = "escalation_policies[].steps[].targets[]"
_ROTATIONS: Final = ("schedules[].layers[]", "schedules[].layers[].versions[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reference:
    words: str
    """What is referred to, such as `escalation policy`."""
    section: str
    """The list of the file that has it."""
    places: tuple[str, ...]


_REFERENCES: Final = (
    _Reference(
        words="user",
        section="users",
        places=(
            *(f"{rotation}.users[]" for rotation in _ROTATIONS),
            *(f"{rotation}.users[][]" for rotation in _ROTATIONS),
            "schedules[].overrides[].user",
            "schedules[].overrides[].for",
            f"{_TARGETS}.user",
        ),
    ),
    _Reference(words="channel", section="channels", places=(f"{_TARGETS}.channel",)),
    _Reference(
        words="schedule",
        section="schedules",
        places=(f"{_TARGETS}.schedule", "schedules[].follows.schedule"),
    ),
    _Reference(
        words="escalation policy",
        section="escalation_policies",
        places=(
            "integrations[].escalation_policy",
            "routes[].escalation_policy",
            "heartbeats[].escalation_policy",
        ),
    ),
    _Reference(
        words="integration", section="integrations", places=("heartbeats[].integrations[]",)
    ),
)


def names_of(data: object, section: str) -> dict[str, str]:
    """The names of a list's objects by their paths, in any shape of the rest."""
    return {path.removesuffix(".name"): name for path, name in found(data, f"{section}[].name")}


def as_compared(section: str) -> Callable[[str], str]:
    """Users are found by their names in any case."""
    return str.lower if section == "users" else str


def problems_of_references(data: object) -> Iterator[Problem]:
    missing = cache(_missing)  # a name is compared with all others once
    for reference in _REFERENCES:
        compared = as_compared(reference.section)
        known = names_of(data, reference.section)
        names = tuple(known.values())
        spelled = set(map(compared, names))
        for pattern in reference.places:
            for path, name in found(data, pattern):
                is_nobody = name.lower() == NOBODY and pattern.endswith("users[]")
                if compared(name) not in spelled and not is_nobody:
                    yield Problem(path, missing(reference, name, names))


def _missing(reference: _Reference, name: str, known: tuple[str, ...]) -> str:
    meant = did_you_mean(name, known)
    return f"there is no {reference.words} {name}{meant or f'; add it to {reference.section}'}"


def problems_of_follows(data: object) -> Iterator[Problem]:
    """A schedule follows one that has layers."""
    followed = {
        path.removesuffix(".follows.schedule"): name
        for path, name in found(data, "schedules[].follows.schedule")
    }
    named = names_of(data, "schedules")
    of_followers = {named[path]: name for path, name in followed.items() if path in named}
    for path, name in followed.items():
        if name in of_followers and named.get(path) != name:
            problem = f"{name} follows {of_followers[name]} itself; follow that, by another offset"
            yield Problem(f"{path}.follows.schedule", problem)


def problems_of_duplicates(data: object, section: str) -> Iterator[Problem]:
    compared = as_compared(section)
    first: dict[str, str] = {}
    for path, name in names_of(data, section).items():
        before = first.setdefault(compared(name), path)
        if before != path:
            yield Problem(f"{path}.name", f"is that of {before} too; each has a name of its own")
