"""The stores of all kinds of configuration, and the references between their objects."""

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
    heartbeats: HeartbeatRepository
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

    def unknown_targets(self, policy: EscalationPolicy) -> Sequence[Problem]:
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
            if any(target in step.targets for step in stored.value.steps)
        ]


def _missing(target: Target) -> str:
    if target.kind is TargetKind.SCHEDULE:
        return f"there is no schedule {target.name}; name a user or a channel"
    return f"there is no {target.kind} {target.name}; make it first"
