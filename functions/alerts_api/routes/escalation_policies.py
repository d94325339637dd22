"""Escalation policies: steps and their targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.alerts_api.configuration_routes import Members, Noun, ValueRoutes
from functions.alerts_api.open_alerts import Concern
from functions.alerts_api.request import validated
from functions.alerts_api.route import Route
from tocsin.bodies.escalation_policies import EscalationPolicyBody, settings_of_target
from tocsin.bodies.hours import settings_of_hours
from tocsin.domain.duration import spelled
from tocsin.domain.escalation import EscalationPolicy, Step
from tocsin.domain.flapping import OFF, FlappingRule, Inherited

if TYPE_CHECKING:
    from functions.alerts_api.configuration_stores import Stores
    from functions.alerts_api.ports import Ports


def policy_routes(ports: Ports, stores: Stores) -> tuple[Route, ...]:
    return ValueRoutes(
        noun=Noun(
            words="escalation policy",
            plural="escalation policies",
            references=stores.using_policy,
            concern=_concern,
        ),
        repository=stores.policies,
        stores=stores,
        ports=ports,
        read_value=read_policy,
        settings_of=settings_of_policy,
        resolve=stores.known_targets,
    ).routes()


def _concern(name: str) -> Concern:
    return Concern(
        noun="escalation_policy",
        which="that follow it",
        what_follows="each goes on from the first step of the policy that is chosen for it then",
        selects=lambda alert: alert.escalation.policy == name,
    )


def read_policy(name: str, members: Members) -> EscalationPolicy:
    return validated(EscalationPolicyBody, members).named(name)


def settings_of_policy(policy: EscalationPolicy) -> dict[str, Any]:
    return {
        "steps": [_view_step(step) for step in policy.steps],
        "repeat": policy.repeat,
        "ack_timeout": spelled(policy.ack_timeout) if policy.ack_timeout else None,
        "severities": sorted(policy.severities, key=lambda severity: severity.rank),
        "flapping": view_flapping(policy.flapping),
        "time_zone": policy.time_zone,
    }


def view_flapping(rule: FlappingRule | Inherited | None) -> dict[str, Any] | str | None:
    if isinstance(rule, Inherited):
        return None
    if rule is None:
        return OFF
    return {
        "after": rule.after,
        "within": spelled(rule.within),
        "stable": spelled(rule.stable),
        "hold_critical": spelled(rule.hold_critical),
    }


def _view_step(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "targets": [settings_of_target(target) for target in step.targets],
        "delay": spelled(step.delay),
        "only": [settings_of_hours(hours) for hours in step.only],
    }
