"""Who the storm is for, and the bystanders, registered by the public API."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from bench.storm.told import Place
from bench.team_on_stack import StackClient
from local.stack.places import Json
from local.stack.start import Stack

EMAIL: Final = "email"
SMS: Final = "sms"
METHODS: Final = {"critical": (EMAIL, SMS), "warning": (EMAIL,)}
"""How a user without rules of their own is paged."""
_LONG: Final = "24h"
"""Nobody answers, and no second step is asked while it is measured."""


@dataclass(frozen=True, slots=True)
class StormTeam:
    """Its integrations' paths, and where its messages go."""

    storm: str
    """Path of the integration that the storm is sent to."""
    warm_up: str
    """Path of one for what is sent before."""
    bystanders: Sequence[str]
    """Likewise, one for each bystander: each is asked once, as the first page of a quiet person."""
    places: Sequence[Place]
    """Where each alert of the storm is to be told."""

    @classmethod
    def register(cls, stack: Stack, *, people: int, bystanders: int, severity: str) -> Self:
        """Register all of them.

        Args:
            stack: A fresh one.
            people: Paged by the storm, all by the same step.
            bystanders: People who have nothing to do with it.
            severity: Of the storm's alerts.
        """
        client = StackClient(stack.url, stack.api_key)
        names = [f"storm-{number}" for number in range(1, people + 1)]
        for number, name in enumerate(names, 1):
            _add_user(client, name, phone=_phone(number))
        path = _add_integration(client, "storm", [{"user": it} for it in names])
        _add_user(client, "warm-up", bundle="0s")
        warm_up = _add_integration(client, "warm-up", [{"user": "warm-up"}])
        paths = []
        for number in range(1, bystanders + 1):
            name = f"bystander-{number}"
            _add_user(client, name)
            paths.append(_add_integration(client, name, [{"user": name}]))
        to_people = [Place(f"user:{it}", by) for it in names for by in METHODS[severity]]
        return cls(path, warm_up, paths, to_people)


def receiving_end(place: Place) -> tuple[str, str]:
    """The kind and the address that the outbox notes for a message to this place."""
    if place.channel == SMS:
        return "sms", _phone(int(place.name.rpartition("-")[2]))
    return "e-mail", _address(place.name)


def _add_user(client: StackClient, name: str, **more: Json) -> None:
    client.ask("PUT", f"/api/v1/users/{name}", {"email": _address(name), **more})


def _add_integration(client: StackClient, name: str, targets: Json) -> str:
    step: Json = {"name": "only", "targets": targets, "delay": _LONG}
    client.ask("PUT", f"/api/v1/escalation-policies/{name}", {"steps": [step]})
    return client.new_integration(name, escalation_policy=name)


def _address(name: str) -> str:
    return f"{name}@example.com"


def _phone(number: int) -> str:
    return f"+1555010{number:04}"
