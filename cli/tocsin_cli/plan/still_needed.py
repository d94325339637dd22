"""What keeps a file from being applied: people made something by API that needs what would go."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tocsin.domain.on_call.members import members_of
from tocsin_cli.plan.nouns import NOUNS
from tocsin_cli.plan.state import ObjectId, TeamState

_OF_TARGET = {"user": "users", "channel": "channels", "schedule": "schedules"}


def refusals(before: TeamState, surplus: frozenset[ObjectId], at: datetime) -> Iterator[str]:
    """Say each, as the deployment would."""
    gone = {(section, _key(section, name)): (section, name) for section, name in surplus}
    for section, name in sorted(before.made_by_api):
        for needed in dict.fromkeys(_needed(section, name, before, at)):
            if needed in gone:
                other, its_name = gone[needed]
                yield (
                    f"the {NOUNS[other]} {its_name} is not in the file any more, and the "
                    f"{NOUNS[section]} {name}, which people made by API, needs it"
                )


def _key(section: str, name: str) -> str:
    return name.lower() if section == "users" else name


def _needed(section: str, name: str, state: TeamState, at: datetime) -> Iterator[ObjectId]:
    settings = state.objects.get((section, name), {})
    if policy := settings.get("escalation_policy"):
        yield "escalation_policies", policy
    for integration in settings.get("integrations", ()):
        yield "integrations", integration
    for step in settings.get("steps", ()):
        yield from map(_of_target, step["targets"])
    if section == "schedules":
        schedule = state.schedules[name]
        yield from (("users", user.lower()) for user in members_of(schedule, at))
        if schedule.follows is not None:
            yield "schedules", schedule.follows.schedule


def _of_target(target: dict[str, Any]) -> ObjectId:
    kind, name = next((it, target[it]) for it in _OF_TARGET if it in target)
    section = _OF_TARGET[kind]
    return section, _key(section, name)
