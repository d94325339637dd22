"""Escalation policies: steps and their targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.alerts_api.configuration_routes import Members, Noun, ValueRoutes
from functions.alerts_api.open_alerts import Concern
from functions.alerts_api.request import validated
from functions.alerts_api.route import Route
from tocsin.bodies.escalation_policies import EscalationPolicyBody
from tocsin.bodies.facts import settings_of_policy
from tocsin.domain.escalation import EscalationPolicy

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
