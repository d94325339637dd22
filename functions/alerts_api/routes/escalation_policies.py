"""Escalation policies: who is asked, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from functions.alerts_api.configured import ConfiguredRoutes, Members, Noun
from functions.alerts_api.open_alerts import Concern
from functions.alerts_api.request import Request, validated
from functions.alerts_api.route import Route
from tocsin.domain.credential import Scope
from tocsin.domain.duration import spelled
from tocsin.domain.escalation import EscalationPolicy, Step
from tocsin.domain.flapping import OFF, FlappingRule
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from functions.alerts_api.references import Stores
    from tocsin.usecases.ports import NewWriteId

POLICIES: Final = "/api/v1/escalation-policies"
POLICY: Final = f"{POLICIES}/{{name}}"


@dataclass(frozen=True, slots=True)
class EscalationPolicyRoutes:
    """The team's policies."""

    work: ConfiguredRoutes[EscalationPolicy]

    @classmethod
    def over(cls, stores: Stores, new_write_id: NewWriteId) -> EscalationPolicyRoutes:
        """Make them for these stores."""
        noun = Noun(
            words="escalation policy",
            read=read_policy,
            settings=settings_of_policy,
            problems=stores.unknown_targets,
            references=stores.using_policy,
            concern=concern_of_policy,
        )
        return cls(
            ConfiguredRoutes(
                noun=noun,
                repository=stores.policies,
                open_alerts=stores.open_alerts,
                new_write_id=new_write_id,
            )
        )

    def routes(self) -> tuple[Route, ...]:
        """Name the routes of this module."""
        read, write = Scope.CONFIG_READ, Scope.CONFIG_WRITE
        return (
            Route("GET", POLICIES, self.list_escalation_policies, read),
            Route("GET", POLICY, self.get_escalation_policy, read),
            Route("PUT", POLICY, self.put_escalation_policy, write),
            Route("PATCH", POLICY, self.change_escalation_policy, write),
            Route("DELETE", POLICY, self.delete_escalation_policy, write),
        )

    def list_escalation_policies(self, request: Request) -> HttpAnswer:
        return self.work.page(request)

    def get_escalation_policy(self, _request: Request, name: str) -> HttpAnswer:
        return self.work.show(name)

    def put_escalation_policy(self, request: Request, name: str) -> HttpAnswer:
        return self.work.put(request, name)

    def change_escalation_policy(self, request: Request, name: str) -> HttpAnswer:
        return self.work.change(request, name)

    def delete_escalation_policy(self, request: Request, name: str) -> HttpAnswer:
        return self.work.remove(request, name)


def concern_of_policy(name: str) -> Concern:
    """Which open alerts follow a policy."""
    return Concern(
        noun="escalation_policy",
        which="that follow it",
        what_follows="each goes on from the first step of the policy that is chosen for it then",
        selects=lambda alert: alert.escalation.policy == name,
    )


def read_policy(name: str, members: Members) -> EscalationPolicy:
    """Read a body."""
    from functions.alerts_api.schemas.escalation_policies import (  # noqa: PLC0415 - brings pydantic
        EscalationPolicyBody,
    )

    return validated(EscalationPolicyBody, members).named(name)


def settings_of_policy(policy: EscalationPolicy) -> dict[str, Any]:
    """What PUT takes, as it would take it."""
    return {
        "steps": [_view_step(step) for step in policy.steps],
        "repeat": policy.repeat,
        "ack_timeout": spelled(policy.ack_timeout) if policy.ack_timeout else None,
        "severities": sorted(policy.severities, key=lambda severity: severity.rank),
        "flapping": _view_rule(policy.flapping) if policy.flapping else OFF,
    }


def _view_rule(rule: FlappingRule) -> dict[str, Any]:
    return {
        "after": rule.after,
        "within": spelled(rule.within),
        "stable": spelled(rule.stable),
        "hold_critical": spelled(rule.hold_critical),
    }


def _view_step(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "targets": [{target.kind.value: target.name} for target in step.targets],
        "delay": spelled(step.delay),
    }
