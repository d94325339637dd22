"""Which object of the configuration names which other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from functions.alerts_api.open_alerts import OpenAlerts
from tocsin.domain.configuration import Configured
from tocsin.domain.errors import Problem
from tocsin.domain.escalation import EscalationPolicy, Target, TargetKind
from tocsin.domain.people import Channel, User
from tocsin.domain.routing import Route

if TYPE_CHECKING:
    from tocsin.usecases.ports import (
        AlertRepository,
        ConfigurationRepository,
        HeartbeatRepository,
        IntegrationRepository,
        SlotRepository,
    )


class _Paged(Protocol):
    """What may name a policy."""

    @property
    def name(self) -> str: ...

    @property
    def escalation_policy(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where each kind is kept.

    That what is named exists is looked up before a write, not as part of it: where somebody
    removes it in that very moment, the engine passes over it and says so on the timeline.
    """

    policies: ConfigurationRepository[Configured[EscalationPolicy]]
    routes: ConfigurationRepository[Configured[Route]]
    users: ConfigurationRepository[Configured[User]]
    channels: ConfigurationRepository[Configured[Channel]]
    heartbeats: HeartbeatRepository
    integrations: IntegrationRepository
    slots: SlotRepository
    alerts: AlertRepository

    @property
    def open_alerts(self) -> OpenAlerts:
        """Counts those that something concerns."""
        return OpenAlerts(self.alerts)

    def unknown_policy(self, name: str | None) -> Sequence[Problem]:
        """Say if there is no such policy."""
        if name is None or self.policies.find(name):
            return ()
        problem = f"there is no escalation policy {name}; make it first"
        return (Problem("escalation_policy", problem),)

    def unknown_targets(self, policy: EscalationPolicy) -> Sequence[Problem]:
        """Say which targets of a policy are not there."""
        known = {
            *(Target(TargetKind.USER, stored.name) for stored in self.users.list()),
            *(Target(TargetKind.CHANNEL, stored.name) for stored in self.channels.list()),
        }
        return [
            Problem(f"steps[{number}].targets[{position}]", _missing(target))
            for number, step in enumerate(policy.steps)
            for position, target in enumerate(step.targets)
            if target not in known
        ]

    def using_policy(self, name: str) -> Sequence[str]:
        """Who names a policy."""
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
        """Which policies ask a user or a channel."""
        return [
            f"escalation policy {stored.name}"
            for stored in self.policies.list()
            if any(target in step.targets for step in stored.value.steps)
        ]


def _missing(target: Target) -> str:
    if target.kind is TargetKind.SCHEDULE:
        return f"there is no schedule {target.name}; name a user or a channel"
    return f"there is no {target.kind} {target.name}; make it first"
