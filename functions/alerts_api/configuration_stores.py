"""The stores of all kinds of configuration, and the references between their objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from functions.alerts_api.open_alerts import OpenAlerts
from tocsin.domain.configuration import Configured
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.escalation import EscalationPolicy, Target, TargetKind
from tocsin.domain.nearest import did_you_mean
from tocsin.domain.on_call.members import asked_from
from tocsin.domain.people import Channel, User
from tocsin.domain.routing import Route
from tocsin.domain.team_settings import TeamSettings

if TYPE_CHECKING:
    from datetime import datetime

    from tocsin.domain.maintenance_window import MaintenanceWindow
    from tocsin.domain.on_call.feed import Feed
    from tocsin.domain.on_call.schedule import Schedule
    from tocsin.domain.silence import Silence
    from tocsin.usecases.ports import (
        AlertRepository,
        ConfigurationRepository,
        HeartbeatRepository,
        IntegrationRepository,
        OverrideRepository,
        SlotRepository,
        SwapRepository,
    )


class _Paged(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def escalation_policy(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """That a reference exists is checked before the write, not by its condition.

    If the object is deleted in between, escalation skips it and the timeline says so.
    """

    policies: ConfigurationRepository[Configured[EscalationPolicy]]
    routes: ConfigurationRepository[Configured[Route]]
    users: ConfigurationRepository[Configured[User]]
    channels: ConfigurationRepository[Configured[Channel]]
    schedules: ConfigurationRepository[Configured[Schedule]]
    overrides: OverrideRepository
    swaps: SwapRepository
    feeds: ConfigurationRepository[Feed]
    settings: ConfigurationRepository[Configured[TeamSettings]]
    heartbeats: HeartbeatRepository
    silences: ConfigurationRepository[Silence]
    windows: ConfigurationRepository[MaintenanceWindow]
    integrations: IntegrationRepository
    slots: SlotRepository
    alerts: AlertRepository

    @property
    def open_alerts(self) -> OpenAlerts:
        return OpenAlerts(self.alerts)

    def unknown_policy(self, name: str | None) -> Sequence[Problem]:
        if name is None or self.policies.find(name):
            return ()
        problem = f"there is no escalation policy {name}; make it first"
        return (Problem("escalation_policy", problem),)

    def known_targets(self, policy: EscalationPolicy) -> tuple[EscalationPolicy, Sequence[Problem]]:
        """Spell the targets of a policy as they are named; name those that do not exist."""
        known = {
            Target(kind, stored.name.lower()): Target(kind, stored.name)
            for kind, named in (
                (TargetKind.USER, self.users.list()),
                (TargetKind.CHANNEL, self.channels.list()),
                (TargetKind.SCHEDULE, self.schedules.list()),
            )
            for stored in named
        }
        spelled = {
            target: _spelled(target, known) for step in policy.steps for target in step.targets
        }
        problems = [
            Problem(f"steps[{number}].targets[{position}]", _missing(target, known.values()))
            for number, step in enumerate(policy.steps)
            for position, target in enumerate(step.targets)
            if spelled[target] is None
        ]
        steps = (
            replace(step, targets=tuple(spelled[target] or target for target in step.targets))
            for step in policy.steps
        )
        return replace(policy, steps=tuple(steps)), problems

    def known_user(self, name: str, field: str = "user") -> str:
        """Spell the name of a user as it was first written.

        Raises:
            InvalidInputError: There is no such user; `details` name the field.
        """
        if (stored := self.users.find(name)) is not None:
            return stored.name
        users = [Target(TargetKind.USER, it.name) for it in self.users.list()]
        problem = _missing(Target(TargetKind.USER, name), users)
        raise InvalidInputError("The body is not as it should be.", [Problem(field, problem)])

    def using_policy(self, name: str) -> Sequence[str]:
        kinds: Sequence[tuple[str, Iterable[_Paged]]] = (
            ("integration", self.integrations.list()),
            ("route", (stored.value for stored in self.routes.list())),
            ("heartbeat", self.heartbeats.list()),
        )
        return [
            f"{words} {each.name}"
            for words, named in kinds
            for each in named
            if each.escalation_policy == name
        ]

    def using_target(self, target: Target) -> Sequence[str]:
        return [
            f"escalation policy {stored.name}"
            for stored in self.policies.list()
            if any(target in map(_without_position, step.targets) for step in stored.value.steps)
        ]

    def using_schedule(self, name: str) -> Sequence[str]:
        followers = [
            f"schedule {stored.name}"
            for stored in self.schedules.list()
            if stored.value.follows and stored.value.follows.schedule == name
        ]
        return [*self.using_target(Target(TargetKind.SCHEDULE, name)), *followers]

    def using_user(self, name: str, at: datetime) -> Sequence[str]:
        """What asks a user now or later."""
        schedules = self.schedules.list()
        made = self.overrides.list(at) if schedules else ()
        return [
            *self.using_target(Target(TargetKind.USER, name)),
            *(f"schedule {it.name}" for it in schedules if name in asked_from(it.value, at)),
            *(f"an override of {it.schedule}" for it in made if it.override.user == name),
        ]


def _spelled(target: Target, known: Mapping[Target, Target]) -> Target | None:
    """As it is named; None: there is none."""
    found = known.get(_as_listed(_without_position(target)))
    return replace(target, name=found.name + _position_of(target)) if found else None


def _position_of(target: Target) -> str:
    """`/next`, or nothing."""
    _, slash, position = target.name.partition("/")
    return slash + position if target.kind is TargetKind.SCHEDULE else ""


def _without_position(target: Target) -> Target:
    position = _position_of(target)
    return replace(target, name=target.name.removesuffix(position)) if position else target


def _as_listed(target: Target) -> Target:
    """Only users are found by another case."""
    is_user = target.kind is TargetKind.USER
    return Target(target.kind, target.name.lower()) if is_user else target


def _missing(target: Target, known: Iterable[Target]) -> str:
    target = _without_position(target)
    meant = did_you_mean(target.name, (it.name for it in known if it.kind is target.kind))
    return f"there is no {target.kind} {target.name}{meant or '; make it first'}"
